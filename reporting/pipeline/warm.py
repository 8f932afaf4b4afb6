"""A Python that has imported what jobs need, and forks itself for each: most of a short job was the import.

It imports no module of ours, so that each job reads today's code, and nothing before a job asks for it.
"""

import contextlib
import functools
import importlib
import json
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

# What a job that uses a package needs, and what every job does. WeasyPrint itself looks for fonts as it is imported.
MODULES = {
    "numpy": ["numpy"],
    "matplotlib": ["matplotlib.figure", *(f"matplotlib.backends.backend_{kind}" for kind in ("agg", "pdf", "svg"))],
    "jinja2": ["jinja2.sandbox", "markdown_it", "pygments", "jsonschema", "fontTools.ttLib", "pikepdf", "pypdfium2"],
    "weasyprint": ["cffi", "pycparser.c_parser", "tinyhtml5", "cssselect2", "PIL.Image", "fontTools.subset"],
}
ALWAYS = ["snakemake.logging", "snakemake.iocontainers"]
LONGEST = 1 << 16  # bytes of a request
turn = threading.Lock()  # of the threads that each ask for a job


def run(script: str, packages: Iterable[str]) -> int:
    """Run a script that uses some packages as a process of its own; its exit status, or the signal that ended it as a
    negative number."""
    mine, its = socket.socketpair()
    with mine:
        with its:
            ask(script, packages, [its.fileno()])
        return int(mine.recv(10) or -signal.SIGTERM)


def prepare(packages: Iterable[str]) -> None:
    """Import what jobs will need that use some packages, while nothing else is asked for."""
    with contextlib.suppress(OSError):  # of which the first job will tell
        ask("", packages, [])


def ask(script: str, packages: Iterable[str], answers: list[int]) -> None:
    modules = dict.fromkeys([*ALWAYS, *(module for package in packages for module in MODULES.get(package, ()))])
    with turn:
        control, _, environment = server()
        changed = {name: value for name, value in os.environ.items() if environment.get(name) != value}
        socket.send_fds(control, [json.dumps([script, list(modules), changed]).encode()], answers)
        control.recv(1)  # when it has taken that


@functools.cache
def server() -> "tuple[socket.socket, subprocess.Popen[bytes], dict[str, str]]":
    """How this process asks for jobs, what answers, which ends when this process does, and the environment of that."""
    ours, its = socket.socketpair()
    with its:
        start = Path(__file__).with_name("interruptible.py")
        return ours, subprocess.Popen([sys.executable, "-S", start, __file__], stdin=its.fileno()), dict(os.environ)


def serve() -> str:
    """Fork for each script that is asked for; in the fork, return it."""
    control = socket.socket(fileno=os.dup(0))
    jobs: dict[int, int] = {}  # by its process: where to say how it ended
    wanted: list[str] = []  # modules, for when there is nothing else to do
    ended, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with selectors.DefaultSelector() as ready:
        ready.register(control, selectors.EVENT_READ)
        ready.register(ended, selectors.EVENT_READ)
        while True:
            events = ready.select(0 if wanted else None)
            if not events:
                load(wanted.pop(0))
            for key, _ in events:
                if key.fileobj is ended:
                    os.read(ended, LONGEST)
                    report(jobs)
                    continue
                request, answers, _, _ = socket.recv_fds(control, LONGEST, 1)
                if not request:
                    sys.exit()
                script, modules, environment = json.loads(request)
                if not script:
                    wanted += modules
                    control.send(b".")
                    continue
                for module in modules:
                    load(module)
                if not (job := os.fork()):
                    os.environ |= environment
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                    for other in (control.detach(), ended, told, *answers, *jobs.values()):
                        os.close(other)
                    return str(script)
                (jobs[job],) = answers
                control.send(b".")


def load(module: str) -> None:
    with contextlib.suppress(ImportError):  # of which the job will tell
        importlib.import_module(module)


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
