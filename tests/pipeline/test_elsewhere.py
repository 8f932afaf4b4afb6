"""Facts about pipeline/elsewhere: where jobs cannot be sent that is said, and one that failed there is one message."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reporting.pipeline import elsewhere

KILLED = "slurmstepd-node1: error: StepId=5.0 exceeded memory limit (839 > 400), being killed\nslurmstepd: error: so\n"
FURTHER = "For further error details see the cluster/cloud log and the log files of the involved rule(s)."
UNKNOWN = "Detailed failure reason unavailable (status command is not 'sacct')."


def test_where_the_program_is_missing_that_sends_jobs_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert elsewhere.missing_program("slurm").startswith("There is no sbatch on this machine")
    assert elsewhere.missing_program("local") == elsewhere.missing_program("cluster-generic") == ""
    (tmp_path / "sbatch").touch(mode=0o755)
    assert elsewhere.missing_program("slurm") == ""


@pytest.mark.parametrize(
    ("message", "resources", "log", "told"),
    [
        (f"It failed. {UNKNOWN}{FURTHER}", {}, None, ": It failed; it was given no limits"),
        (f"It failed.{FURTHER}", {"mem_mb": 400}, "", ": It failed; it was given 400 MB"),
        (
            f"It failed. {UNKNOWN}{FURTHER}",
            {"mem_mb": 400, "runtime": 2},
            f"Select jobs to execute...\n{KILLED}",
            ": It failed; StepId=5.0 exceeded memory limit (839 > 400), being killed; it was given 400 MB and 2 min",
        ),
        ("No such partition.\n    sbatch call:\n    sbatch\n", {}, None, ": No such partition; it was given no limits"),
        ("", {"mem_mb": 400}, KILLED, ""),
        (None, {}, None, ""),
    ],
)
def test_what_an_executor_says_is_told_with_what_the_job_was_given_and_why_it_was_ended(
    tmp_path: Path, message: str | None, resources: dict[str, Any], log: str | None, told: str
) -> None:
    path = tmp_path / "5.log"
    if log is not None:
        path.write_text(log, encoding="utf-8")
    said = {"rule_msg": message, "log": ["results/logs/law.log", str(path)]}
    assert elsewhere.failure(said, SimpleNamespace(resources=resources)) == told
