"""The tail of every script: run its `main` as a Snakemake job."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from reporting.pipeline import lock, seal
from reporting.pipeline.artifacts import ArtifactError
from reporting.pipeline.project import part

log: int | None = None  # the file descriptor of this process's log, where it is a job


def run(main: Callable[..., None], snakemake: Any, *faults: type[Exception]) -> None:
    """Call `main` with the job's named files and parameters; an expected fault is one message, not a traceback.

    All that the job says goes into its log, which the console shows where it is worth it. What the job makes is sealed
    with what made it, none of which may change from when Snakemake wrote the copy of the script that runs here.
    """
    global log
    arguments = {**snakemake.input, **snakemake.output, **snakemake.params}
    settings = dict(snakemake.params.items())
    script = part(main.__globals__["__file__"])  # Snakemake runs a copy, which knows its place
    seal.record_provenance(script, settings, snakemake.input, executed=sys.argv[0])
    joined = lock.join()  # until the end
    terminal = os.dup(sys.stderr.fileno())
    try:
        Path(snakemake.log[0]).parent.mkdir(parents=True, exist_ok=True)
        log = os.open(snakemake.log[0], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, sys.stdout.fileno())
        os.dup2(log, sys.stderr.fileno())
        main(**arguments)
        write_log("")
    except (ArtifactError, seal.ChangedError, OSError, *faults) as error:  # type: ignore[misc]
        path = getattr(error, "filename", None)
        message = f"{path}: {error.strerror}" if path else str(error)
        try:
            write_log(message + "\n")
        except OSError:  # the disk is full
            os.write(terminal, f"{message}\n".encode())
        sys.exit(1)
    except Exception as error:
        error.add_note(f"It had read {', '.join(map(str, snakemake.input)) or 'nothing'}.")
        raise
    finally:
        joined.close()


def progress(done: int, total: int, what: str) -> None:
    """How far a long job is, for who watches it."""
    with suppress(OSError):  # a full disk is a fault of what must be written
        write_log(f"{done} of {total} {what}")


def write_log(text: str) -> None:
    """Make the job's log hold this and nothing else."""
    if log is not None:
        os.truncate(log, 0)
        os.lseek(log, 0, os.SEEK_SET)
        os.write(log, text.encode())
