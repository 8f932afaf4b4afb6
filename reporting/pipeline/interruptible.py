"""Run a module, or a script, that Ctrl-C ends without a traceback, whatever it imports just then:
python -S reporting/pipeline/interruptible.py -m snakemake all

Until here Python has imported next to nothing: -S leaves out the installed packages, which are added below, and
`_signal` is a part of Python, while `signal` imports others.
"""

import _signal  # type: ignore[import-not-found]

if __name__ == "__main__":
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)

import atexit
import gc
import runpy
import site
import sys

if __name__ == "__main__":
    # A fifth of a short run went into looking for cycles among what is imported, where there are none, and at its end.
    gc.set_threshold(100_000)
    atexit.register(gc.freeze)
    site.main()
    del sys.argv[0]
    if not sys.flags.safe_path:
        del sys.path[0]
    if sys.argv[0] == "-m":
        del sys.argv[0]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")
