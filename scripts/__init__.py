"""The assignment: what its experiments and figures share, and what it tells the engine.

    checks, formats     what the engine is told
    experiments         one script for each rule that makes artifacts
    figures             one script for each rule that draws

It imports nnlib, and of the engine its formats, its figures' look, and how jobs run.
"""
