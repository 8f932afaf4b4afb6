"""A Python that has imported what jobs need, and forks itself for each: most of a short job was the import.

It imports no module of ours, so that each job reads today's code, and nothing before a job asks for it.
"""

import contextlib
import functools
import importlib
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

# What a job that uses a package needs of it, and what every job does.
MODULES = {
    "numpy": ["numpy"],
    "matplotlib": ["matplotlib.figure", *(f"matplotlib.backends.backend_{kind}" for kind in ("agg", "pdf", "svg"))],
}
ALWAYS = ["snakemake.logging", "snakemake.iocontainers"]
LONGEST = 1 << 16  # bytes of a request
turn = threading.Lock()  # of the threads that each ask for a job


def run(script: str, packages: Iterable[str]) -> int:
    """Run a script that uses some packages as a process of its own; its exit status, or the signal that ended it as a
    negative number."""
    modules = [*ALWAYS, *(module for package in packages for module in MODULES.get(package, ()))]
    mine, its = socket.socketpair()
    with mine:
        with its, turn:
            control, _ = server()
            socket.send_fds(control, ["\0".join([script, *modules]).encode()], [its.fileno()])
            control.recv(1)  # when it has taken that
        return int(mine.recv(10) or -signal.SIGTERM)


@functools.cache
def server() -> "tuple[socket.socket, subprocess.Popen[bytes]]":
    """How this process asks for jobs, and what answers, which ends when this process does."""
    ours, its = socket.socketpair()
    with its:
        start = Path(__file__).with_name("interruptible.py")
        return ours, subprocess.Popen([sys.executable, "-S", start, __file__], stdin=its.fileno())


def serve() -> str:
    """Fork for each script that is asked for; in the fork, return it."""
    control = socket.socket(fileno=os.dup(0))
    jobs: dict[int, int] = {}  # by its process: where to say how it ended
    ended, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with selectors.DefaultSelector() as ready:
        ready.register(control, selectors.EVENT_READ)
        ready.register(ended, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.fileobj is ended:
                    os.read(ended, LONGEST)
                    report(jobs)
                    continue
                request, answers, _, _ = socket.recv_fds(control, LONGEST, 1)
                if not request:
                    sys.exit()
                script, *modules = request.decode().split("\0")
                for module in modules:
                    with contextlib.suppress(ImportError):  # of which the job will tell
                        importlib.import_module(module)
                if not (job := os.fork()):
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                    for other in (control.detach(), ended, told, *answers, *jobs.values()):
                        os.close(other)
                    return script
                (jobs[job],) = answers
                control.send(b".")


def report(jobs: dict[int, int]) -> None:
    """Say of each job that came to an end how it did."""
    while jobs:
        job, status = os.waitpid(-1, os.WNOHANG)
        if not job:
            return
        answer = jobs.pop(job)
        with contextlib.suppress(BrokenPipeError):
            os.write(answer, str(os.waitstatus_to_exitcode(status)).encode())
        os.close(answer)


if __name__ == "__main__":
    sys.argv = [serve()]
    runpy.run_path(sys.argv[0], run_name="__main__")
