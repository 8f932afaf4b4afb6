"""Facts about pipeline/job: a job gets its files and parameters by name, and what it says is in its log."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

# A script as Snakemake runs it, in a process of its own.
SCRIPT = """
import sys
from types import SimpleNamespace
from reporting.pipeline import job
from reporting.pipeline.artifacts import ArtifactError


class Named(dict):
    def __iter__(self):  # Snakemake's lists of files iterate over the files
        return iter(self.values())

    def keys(self):
        return dict.keys(self)


{main}

job.run(main, SimpleNamespace(
    rule="descents", input=Named(a="in"), output=Named(b="out"), params={{"c": "so"}}, log=["logs/one.log"]
), KeyError)
"""


def run(folder: Path, main: str, **environment: str) -> tuple[int, str, str]:
    """The exit status, what the terminal shows, and the log."""
    (folder / "script.py").write_text(SCRIPT.format(main=main), encoding="utf-8")
    (folder / "config").mkdir(exist_ok=True)
    command = [sys.executable, "script.py"]
    environment |= {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr, (folder / "logs" / "one.log").read_text(encoding="utf-8")


def test_a_job_gets_its_files_and_its_parameters_by_name(tmp_path: Path) -> None:
    main = "def main(**given):\n    assert given == {'a': 'in', 'b': 'out', 'c': 'so'}, given"
    assert run(tmp_path, main) == (0, "", "")


def test_a_job_whose_build_is_gone_does_nothing(tmp_path: Path) -> None:
    main = "def main(**given):\n    open('ran', 'x')"
    assert run(tmp_path, main)[0] == 0
    (tmp_path / "ran").unlink()
    assert run(tmp_path, main, BUILD="gone") == (1, "The build of this job is gone.\n", "")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("ArtifactError('a.json: broken')", "a.json: broken"),
        ("OSError(28, 'No space left', 'a.json')", "a.json: No space left"),
        ("KeyError('k')", "'k'"),
    ],
)
def test_a_job_ends_with_one_line_in_its_log_for_an_expected_fault(tmp_path: Path, fault: str, message: str) -> None:
    main = f"def main(**given):\n    print('before')\n    sys.stdout.flush()\n    raise {fault}"
    assert run(tmp_path, main) == (1, "", f"{message}\n")


def test_a_job_that_raises_otherwise_leaves_all_that_it_said_and_the_traceback_in_its_log(tmp_path: Path) -> None:
    status, shown, log = run(tmp_path, "def main(**given):\n    print('before', flush=True)\n    1 / 0")
    assert (status, shown) == (1, "")
    assert log.startswith("before\nTraceback")
    assert log.endswith("ZeroDivisionError: division by zero\nIt had read in.\n")


def test_progress_is_all_that_is_in_the_log_and_gone_at_the_end(tmp_path: Path) -> None:
    main = """def main(**given):
    job.progress(1, 12, "settings")
    job.progress(11, 12, "settings")
    assert open("logs/one.log").read() == "11 of 12 settings"
"""
    assert run(tmp_path, main) == (0, "", "")


def test_progress_of_what_is_no_job_is_not_said(capfd: pytest.CaptureFixture[str]) -> None:
    from reporting.pipeline.job import progress

    progress(1, 2, "settings")
    assert capfd.readouterr() == ("", "")
