"""What must be so before a build starts: nobody else builds here, and what no rule makes any more is named."""

import fcntl
import os
import secrets
import shlex
import sys
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import IO

from reporting.pipeline import seal

LOGS = Path("results/logs")
# Both are locked, not only there: a build has the first alone and writes its name into it, jobs share the second.
BUILD = Path(".snakemake/build.lock")
JOBS = Path(".snakemake/jobs.lock")
NO_LOCKS = "This file system has no locks: see to it that no other build runs in this folder."


def acquire() -> IO[bytes]:
    """Wait until no other build runs in this folder; the lock is held until what is returned is closed.

    The kernel keeps the locks and frees them however a process ends, on other machines too where these share the
    folder. The files are open for writing, which NFS asks for. Jobs hold a lock of their own, so that one that outlived
    a killed build is waited for as well; one that begins later finds the name of its build gone.
    """
    BUILD.parent.mkdir(exist_ok=True)
    build = BUILD.open("a+b")
    locked = wait(build, "another build")
    os.environ["BUILD"] = secrets.token_hex(8)
    build.truncate(0)
    build.write(os.environ["BUILD"].encode())
    build.flush()
    with JOBS.open("a+b") as jobs:
        if not (locked and wait(jobs, "a job of a killed build")):
            print(NO_LOCKS, file=sys.stderr, flush=True)
    return build


def wait(lock: IO[bytes], who: str) -> bool:
    """Wait until nobody else holds this lock; whether there are locks."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"In this folder {who} still runs; this one waits for it.", file=sys.stderr, flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError:
        return False
    return True


def is_building() -> bool:
    """Whether another process builds in this folder now."""
    try:
        with BUILD.open("r+b") as build:
            fcntl.flock(build, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # never built, or a file system without locks
        pass
    return False


def join() -> IO[bytes]:
    """Let this job be waited for until what is returned is closed, or end it where its build is gone."""
    JOBS.parent.mkdir(exist_ok=True)
    jobs = JOBS.open("a+b")
    with suppress(OSError):
        fcntl.flock(jobs, fcntl.LOCK_SH)
    if not is_of_running_build():
        jobs.close()
        sys.exit("The build of this job is gone.")
    return jobs


def is_of_running_build() -> bool:
    """Whether the build that started this job still runs; also true of what no build started."""
    if "BUILD" not in os.environ:
        return True
    same = False
    try:
        with BUILD.open("r+b") as build:
            same = build.read() == os.environ["BUILD"].encode()
            fcntl.flock(build, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except OSError:  # it is locked, or there are no locks and the name alone tells
        return same


def orphaned_files(owned: Collection[str]) -> str:
    """A line that names the files in results/ that are of no use, such as a removed run's, and removes them."""
    found = (path for path in Path("results").rglob("*") if path.is_file() and LOGS not in path.parents)
    named = (path for path in found if not path.name.startswith(".") or path.suffix == ".seal")
    names = sorted({*map(str, named)} - {*owned, *(str(seal.seal_path(path)) for path in owned)})
    return f"The report has no use for these; to remove them: rm {shlex.join(names)}" if names else ""
