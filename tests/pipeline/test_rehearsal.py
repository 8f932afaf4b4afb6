"""Facts about pipeline/rehearsal: what is kept of the text is what would be read anew, and no fault is kept."""

from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest

from reporting.cite.paths import Unknown
from reporting.compose import document
from reporting.compose.errors import ReportError
from reporting.pipeline import rehearsal, warm
from reporting.pipeline.kept import Kept
from reporting.pipeline.rehearsal import Rehearsal, rehearsed
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


@pytest.fixture(autouse=True)
def nothing_is_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "prepare", lambda packages: None)


def read(root: Path, steps: int = 4) -> Rehearsal:
    """As a build does it, each of which is a process of its own."""
    with chdir(root), pytest.MonkeyPatch.context() as patch:
        patch.setattr(rehearsal, "TEXT", Kept("text"))
        known = {"walk": Unknown(), "made": Unknown(), "config": {"steps": steps}, "title": "Walks"}
        found = rehearsed(root, known, RUBRIC, [])
        rehearsal.TEXT.write()
        return found


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


def test_what_changes_while_it_is_read_is_not_kept(
    report: Path, reads: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: Callable[..., object] = document.rehearse

    def slow(root: Path, *given: object) -> object:
        found = counted(root, *given)
        (root / "templates/summary.md").write_text(f"Walk {'on ' * len(reads)}. [defined]\n")
        return found

    for rehearse, expected in [(slow, 1), (slow, 2), (counted, 3), (counted, 3)]:
        monkeypatch.setattr(document, "rehearse", rehearse)
        read(report)
        assert len(reads) == expected
