"""Facts about commands/submission: what is handed in is verified, whole and the same bytes every time."""

import shutil
import zipfile
from pathlib import Path

import pytest

from reporting.commands import submission
from reporting.commands.submission import SubmissionError, pack, slug
from reporting.pipeline.artifacts import atomic_write
from tests.conftest import Project

REPORT = {"assignment": "Assignment 1", "group": "31"}


@pytest.fixture
def ready(built: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a true PDF and a notebook that no kernel has seen."""
    monkeypatch.chdir(tmp_path)
    for module in ("reporting.pipeline.settings", "reporting.commands.verify"):  # of that report, not of the assignment
        monkeypatch.setattr(f"{module}.SCHEMA", built.root / "config" / "schema.yaml")
    monkeypatch.setattr("scripts.checks.faults", lambda settings: [])
    (tmp_path / "report").mkdir()
    for name in ("report.pdf", ".report.pdf.seal"):
        shutil.copy(built.root / "report" / name, tmp_path / "report")
    for path in ("report/report.ipynb", "results/notebook_outputs.json"):
        with atomic_write(path) as aside:
            aside.write_text("{}")
    return tmp_path


def test_the_archive_holds_the_pdf_and_the_notebook_named_with_the_group(ready: Path) -> None:
    pack(REPORT)
    with zipfile.ZipFile("report/submission.zip") as archive:
        assert archive.namelist() == ["assignment-1-group-31.pdf", "assignment-1-group-31.ipynb"]
        assert archive.read("assignment-1-group-31.pdf") == (ready / "report" / "report.pdf").read_bytes()


def test_the_archive_is_the_same_bytes_every_time(ready: Path) -> None:
    pack(REPORT)
    before = Path("report/submission.zip").read_bytes()
    Path("report/report.ipynb").touch()
    pack(REPORT)
    assert Path("report/submission.zip").read_bytes() == before


@pytest.mark.parametrize("path", submission.MADE)
def test_what_was_changed_or_is_missing_is_not_packed(ready: Path, path: str) -> None:
    with Path(path).open("ab") as file:
        file.write(b" ")
    with pytest.raises(SubmissionError, match=f"^{path}: is not as its job left it"):
        pack(REPORT)
    Path(path).unlink()
    with pytest.raises(SubmissionError, match=f"^{path}: is not there"):
        pack(REPORT)
    assert not Path("report/submission.zip").exists()


def test_a_pdf_that_does_not_verify_is_not_packed(ready: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with atomic_write("report/report.pdf") as aside:  # sealed, and yet no report
        aside.write_bytes(b"%PDF-1.7")
    with pytest.raises(SubmissionError, match="does not verify"):
        pack(REPORT)
    assert not Path("report/submission.zip").exists()


def test_a_groups_name_does_nothing_in_a_files_name() -> None:
    assert slug("Assignment 1 group ../../etc/x; rm $(y)\n") == "assignment-1-group-etc-x-rm-y"
