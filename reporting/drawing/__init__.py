"""One look for all figures: fonts, colours, labels, and files of each kind.

It imports glyphs and pipeline.
"""
