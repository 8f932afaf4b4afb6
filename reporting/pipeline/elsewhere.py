"""Jobs that run on other machines: whether they can be sent there, and what is said of one that failed."""

import itertools
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SUBMIT = {"slurm": "sbatch"}  # the programs with which executors send jobs
ADVICE = re.compile(r"Detailed failure reason unavailable \(.*?\)\.|For further error details .*\(s\)")
KILLED = re.compile(r"^slurmstepd\S* error: (.+)$", re.MULTILINE)  # why Slurm ended a job, in the job's own log


def missing_program(executor: str) -> str:
    """What to do where jobs cannot be sent from this machine; nothing where they can."""
    program = SUBMIT.get(executor)
    if not program or shutil.which(program):
        return ""
    return f"There is no {program} on this machine: build on one that sends jobs to the cluster, or without a profile."


def failure(said: Mapping[str, Any], job: Any) -> str:
    """What an executor says of a job that failed, why the machine ended it, and what the job was given there."""
    words = itertools.takewhile(lambda line: not line.startswith(" "), (said.get("rule_msg") or "").splitlines())
    if not (reason := ADVICE.sub("", " ".join(words)).rstrip(" .")):
        return ""
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in map(Path, said["log"][1:]) if path.exists())
    killed = [found[1] for found in map(KILLED.search, texts) if found]
    given = {"mem_mb": "MB", "runtime": "min"}
    limits = [f"{job.resources[name]} {unit}" for name, unit in given.items() if job and job.resources.get(name)]
    return ": " + "; ".join([reason, *killed, f"it was given {' and '.join(limits) or 'no limits'}"])
