"""What must be so before a build starts: nobody else builds here, and every result is as its job left it."""

import fcntl
import sys
from collections.abc import Collection
from pathlib import Path
from typing import IO

LOGS = Path("results/logs")
MANY = 5  # files, past which they are counted


def take_turn(snakefile: str) -> IO[bytes]:
    """Wait until no other build runs in this folder; the file that is returned holds the turn until it is closed.

    The kernel keeps the locks, on files that are there anyway, and frees them however a process ends. A build has its
    turn alone; its jobs hold a lock of their own, so that one that outlived a killed build is waited for as well.
    """
    turn = Path(snakefile).open("rb")  # noqa: SIM115
    for file, who in (
        (turn, "another build"),
        (Path(__file__).with_name("job.py").open("rb"), "a job of a killed build"),
    ):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"In this folder {who} still runs; this one waits for it.", file=sys.stderr, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        if file is not turn:
            file.close()
    return turn


def strangers(owned: Collection[str]) -> list[str]:
    """The files in results/ that no rule makes, such as those of a run that was taken out of the configuration."""
    found = (path for path in Path("results").rglob("*") if path.is_file() and LOGS not in path.parents)
    return sorted(str(path) for path in found if not path.name.startswith(".") and str(path) not in owned)


def names(what: str, paths: list[str]) -> str:
    """One line about some files, nothing about none."""
    shown = ", ".join(paths[:MANY]) + (f" and {len(paths) - MANY} more" if len(paths) > MANY else "")
    return f"{what}: {shown}" if paths else ""
