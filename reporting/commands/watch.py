"""Run a command, and run it anew whenever a source is saved: python -m reporting.commands.watch SOURCE... -- WORD..."""

import signal

# While modules are imported, an interruption needs no answer, nor a traceback.
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import subprocess
import sys

from watchfiles import watch


def main(sources: list[str], command: list[str]) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    running, told = start(command), False
    try:
        for _ in watch(*sources):
            told = True
            running.send_signal(signal.SIGINT)  # nothing happens if it has ended
            running.wait()
            running, told = start(command), False
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # who interrupts twice does not want to wait
        if not told:
            running.send_signal(signal.SIGINT)
        running.wait()


def start(command: list[str]) -> "subprocess.Popen[bytes]":
    """Run a command out of the keyboard's reach, so that it is interrupted from here alone, and once."""
    return subprocess.Popen(command, process_group=0)


if __name__ == "__main__":
    end = sys.argv.index("--")
    main(sys.argv[1:end], sys.argv[end + 1 :])
