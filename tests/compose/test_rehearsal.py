"""Facts about compose/rehearsal: what is kept of the text is what would be read anew, and no fault is kept."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporting.cite.paths import Unknown
from reporting.compose import document, rehearsal
from reporting.compose.errors import ReportError
from reporting.compose.rehearsal import KEPT, Rehearsal, rehearsed
from tests.conftest import PAGE

RUBRIC = {"points": {}, "longest_answer": 80, "longer_answers": {}, "derivations": []}
SECTION = """# Walks

It is long ([](#lst-step)). [long]

```claims
long: walk.steps > 3
```

::: listing scripts/walk.py step
A step. [shown]
:::
"""
CODE = "def step(x):\n    return x + 1\n"
FILES = {
    "templates/sections/1.md": SECTION,
    "templates/summary.md": "A walk. [defined]\n",
    "templates/report.html": PAGE,
    "scripts/walk.py": CODE,
    "scripts/other.py": "",
    "requirements.lock": "",
}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders whose text was read."""
    found: list[Path] = []
    real = document.rehearse

    def counted(root: Path, *given: object) -> object:
        found.append(root)
        return real(root, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(document, "rehearse", counted)
    return found


@pytest.fixture
def report(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def read(root: Path, steps: int = 4) -> Rehearsal:
    return rehearsed(
        root, {"walk": Unknown(), "made": Unknown(), "config": {"steps": steps}, "title": "Walks"}, RUBRIC, [], False
    )


def test_a_text_that_is_as_it_was_is_not_read_again(report: Path, reads: list[Path]) -> None:
    first = read(report)
    assert (first, len(reads)) == (read(report), 1)
    assert first.artifacts.keys() == {"walk"}
    assert first.listings.keys() == {"scripts/walk.py"}


@pytest.mark.parametrize("name", [*FILES, "templates/new.md", "scripts/new.py", "templates/deep/new.md"])
def test_a_change_of_what_it_may_read_reads_it_again(report: Path, reads: list[Path], name: str) -> None:
    read(report)
    path = report / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{FILES.get(name, '')}\n")
    read(report)
    assert len(reads) == 2


def test_other_settings_read_it_again(report: Path, reads: list[Path]) -> None:
    read(report)
    read(report, steps=5)
    assert len(reads) == 2


def test_what_is_made_reads_nothing_again(report: Path, reads: list[Path]) -> None:
    read(report)
    for folder in ("results", "report", ".venv/lib"):
        (report / folder).mkdir(parents=True)
        (report / folder / "made.py").write_text("1")
    read(report)
    assert len(reads) == 1


def test_a_change_in_a_folder_that_a_link_leads_to_is_seen(report: Path, reads: list[Path]) -> None:
    (report / "templates").rename(report / "texts")
    (report / "templates").symlink_to("texts")
    read(report)
    (report / "texts/summary.md").write_text("A long walk. [defined]\n")
    read(report)
    assert len(reads) == 2


def test_what_is_wrong_is_said_each_time(report: Path) -> None:
    (report / "templates/summary.md").write_text("A walk.\n")
    for _ in range(2):
        with pytest.raises(ReportError, match="has no ground"):
            read(report)


def test_what_was_right_before_does_not_hide_what_is_wrong(report: Path) -> None:
    read(report)
    (report / "scripts/walk.py").write_text("def walk(x):\n    return x\n")
    with pytest.raises(ReportError, match="step"):
        read(report)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cut=st.integers(0, 10_000), put=st.sampled_from(["", "{", "null", "\0"]))
def test_a_damaged_record_is_none(tmp_path_factory: pytest.TempPathFactory, cut: int, put: str) -> None:
    root = tmp_path_factory.mktemp("report")
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    whole = read(root)
    kept = (root / KEPT).read_text()
    (root / KEPT).write_text(kept[: cut % len(kept)] + put)
    assert read(root) == whole
    assert json.loads((root / KEPT).read_text())["artifacts"] == whole.artifacts


def test_where_nothing_can_be_kept_it_is_read_each_time(report: Path, reads: list[Path]) -> None:
    (report / ".snakemake").write_text("a file in its place")
    assert read(report) == read(report)
    assert len(reads) == 2


def test_what_changes_while_it_is_read_is_not_kept(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., object] = document.rehearse

    def slow(root: Path, *given: object) -> object:
        found = real(root, *given)
        (root / "templates/summary.md").write_text("Another walk. [defined]\n")
        return found

    monkeypatch.setattr(document, "rehearse", slow)
    read(report)
    assert not (report / rehearsal.KEPT).exists()
