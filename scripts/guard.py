"""What must be so before a build starts: nobody else builds here, and every result is as its job left it."""

import fcntl
import os
import sys
from collections.abc import Collection
from pathlib import Path

LOGS = Path("results/logs")
MANY = 5  # files, past which they are counted


def take_turn(folder: str | Path) -> int:
    """Wait until no other build runs in this folder; the turn lasts until what is returned is closed.

    The kernel keeps the locks and frees them however a process ends. They are on folders, since a file that is saved
    may be another one afterwards. A build has its turn alone; its jobs hold a lock of their own, so that one that
    outlived a killed build is waited for as well. A job without a lock when its build is killed finds its parent gone.
    """
    turn = os.open(folder, os.O_RDONLY)
    jobs = os.open(Path(__file__).parent, os.O_RDONLY)
    for lock, who in ((turn, "another build"), (jobs, "a job of a killed build")):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"In this folder {who} still runs; this one waits for it.", file=sys.stderr, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
    os.close(jobs)
    os.environ["BUILD"] = str(os.getpid())
    return turn


def strangers(owned: Collection[str]) -> list[str]:
    """The files in results/ that no rule makes, such as those of a run that was taken out of the configuration."""
    found = (path for path in Path("results").rglob("*") if path.is_file() and LOGS not in path.parents)
    return sorted(str(path) for path in found if not path.name.startswith(".") and str(path) not in owned)


def names(what: str, paths: list[str]) -> str:
    """One line about some files, nothing about none."""
    shown = ", ".join(paths[:MANY]) + (f" and {len(paths) - MANY} more" if len(paths) > MANY else "")
    return f"{what}: {shown}" if paths else ""
