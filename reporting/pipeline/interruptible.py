"""Run a module, or a script, that Ctrl-C ends without a traceback, whatever it imports just then:
python reporting/pipeline/interruptible.py snakemake all"""

import signal

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import runpy
import sys

if __name__ == "__main__":
    del sys.argv[0], sys.path[0]
    if sys.argv[0].endswith(".py"):
        runpy.run_path(sys.argv[0], run_name="__main__")
    else:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
