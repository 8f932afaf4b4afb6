"""Facts about commands/submission: what is handed in is verified, whole and the same bytes every time."""

import json
import zipfile
from pathlib import Path

import pytest

from reporting.commands import submission
from reporting.commands.submission import CRATE, SubmissionError, pack
from reporting.pipeline.artifacts import atomic_write
from reporting.pipeline.seal import sha256
from reporting.press.crate import METADATA
from tests.conftest import Project

REPORT = {"assignment": "Assignment 1", "group": "31"}
STEM = "assignment-1-group-31"


@pytest.fixture
def ready(copy: Project, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A report with its notebook, of a group."""
    monkeypatch.chdir(copy.root)
    for module in ("reporting.pipeline.settings", "reporting.commands.verify"):  # of that report, not of the assignment
        monkeypatch.setattr(f"{module}.SCHEMA", copy.root / "config" / "schema.yaml")
    monkeypatch.setattr("scripts.checks.faults", lambda settings: [])
    for name in ("ROOT", "PATH"):
        monkeypatch.setattr(f"reporting.verify.anew.{name}", str(copy.root))
    metadata = Path(CRATE).read_text(encoding="utf-8").replace('"report.', f'"{STEM}.')
    with atomic_write(CRATE) as aside:
        aside.write_text(metadata, encoding="utf-8")
    return copy.root


def test_the_archive_is_what_its_metadata_describes_and_its_documents_are_named_with_the_group(ready: Path) -> None:
    pack(REPORT)
    with zipfile.ZipFile("report/submission.zip") as archive:
        documents = [f"{STEM}.pdf", f"{STEM}.html", f"{STEM}.ipynb"]
        assert archive.namelist()[:4] == [METADATA, *documents]
        assert archive.read(f"{STEM}.pdf") == (ready / "report" / "report.pdf").read_bytes()
        described = [
            entity["@id"] for entity in json.loads(archive.read(METADATA))["@graph"] if "File" in entity["@type"]
        ]
        assert archive.namelist() == [METADATA, *described]
        for name in set(described) - set(documents):
            assert archive.read(name) == (ready / name).read_bytes()
        assert {"Snakefile", "config/config.yaml", "requirements.lock", "results/law.json"} <= set(described)


@pytest.mark.parametrize("path", ["results/law.json", "config/config.yaml"])
def test_what_is_not_as_the_metadata_describes_it_is_not_packed(ready: Path, path: str) -> None:
    Path(path).write_bytes(Path(path).read_bytes() + b"\n")
    with pytest.raises(SubmissionError, match=f"^{path}: is not as {CRATE} says; run make submission"):
        pack(REPORT)
    Path(path).unlink()
    with pytest.raises(SubmissionError, match=f"^{path}: is not as {CRATE} says"):
        pack(REPORT)
    assert not Path("report/submission.zip").exists()


@pytest.mark.soak
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
    metadata, before = Path(CRATE).read_text(encoding="utf-8"), sha256("report/report.pdf")
    with atomic_write("report/report.pdf") as aside:  # sealed, and yet no report
        aside.write_bytes(b"%PDF-1.7")
    with atomic_write(CRATE) as aside:
        aside.write_text(metadata.replace(before, sha256("report/report.pdf")), encoding="utf-8")
    with pytest.raises(SubmissionError, match="does not verify"):
        pack(REPORT)
    assert not Path("report/submission.zip").exists()
