"""What must be so before a build starts: nobody else builds here, and what no rule makes any more is named."""

import fcntl
import os
import shlex
import sys
from collections.abc import Collection
from pathlib import Path

from reporting.pipeline import seal

LOGS = Path("results/logs")
JOBS = "config"  # the folder that jobs lock; it is there before anything is made


def acquire(folder: str | Path) -> int:
    """Wait until no other build runs in this folder; the turn lasts until what is returned is closed.

    The kernel keeps the locks and frees them however a process ends. They are on folders, since a file that is saved
    may be another one afterwards. A build has its turn alone; its jobs hold a lock of their own, so that one that
    outlived a killed build is waited for as well. A job without a lock when its build is killed finds its parent gone.
    """
    turn = os.open(folder, os.O_RDONLY)
    jobs = os.open(JOBS, os.O_RDONLY)
    for lock, who in ((turn, "another build"), (jobs, "a job of a killed build")):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"In this folder {who} still runs; this one waits for it.", file=sys.stderr, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
    os.close(jobs)
    os.environ["BUILD"] = str(os.getpid())
    return turn


def is_building(folder: str | Path) -> bool:
    """Whether another process builds in this folder now."""
    turn = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(turn, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(turn)
    return False


def orphaned_files(owned: Collection[str]) -> str:
    """A line that names the files in results/ that are of no use, such as a removed run's, and removes them."""
    found = (path for path in Path("results").rglob("*") if path.is_file() and LOGS not in path.parents)
    named = (path for path in found if not path.name.startswith(".") or path.suffix == ".seal")
    names = sorted({*map(str, named)} - {*owned, *(str(seal.seal_path(path)) for path in owned)})
    return f"The report has no use for these; to remove them: rm {shlex.join(names)}" if names else ""
