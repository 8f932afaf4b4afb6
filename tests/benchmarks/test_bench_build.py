"""Facts about benchmarks/build: what it changes is there to be changed, and what fails ends it."""

import sys
from pathlib import Path

import pytest

from benchmarks import build
from tests.conftest import ROOT


def test_the_text_that_it_edits_is_there() -> None:
    assert build.SENTENCE in (ROOT / build.TEXT).read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "text"), [("macros.md", "loss[train]="), ("style.css", "columns: 3")])
def test_what_it_edits_while_it_watches_is_there(name: str, text: str) -> None:
    assert text in (ROOT / "templates" / name).read_text(encoding="utf-8")


def test_the_learning_rate_that_it_edits_is_there(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text((ROOT / "config/config.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    before = path.read_text(encoding="utf-8").splitlines()
    build.edit(path, build.RATE, r"\g<1>0.0123", pattern=True)
    changed = [
        (old, new) for old, new in zip(before, path.read_text(encoding="utf-8").splitlines(), strict=True) if old != new
    ]
    assert changed == [("    learning_rate: 0.03", "    learning_rate: 0.0123")]


def test_an_edit_that_changes_nothing_ends_it(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("one", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"^a\.md: there is no 'two' to change"):
        build.edit(tmp_path / "a.md", "two", "three")


def test_a_command_is_timed_and_its_failure_ends_it(tmp_path: Path) -> None:
    assert build.timed([sys.executable, "-c", "import time; time.sleep(0.05)"], tmp_path) > 0.05
    with pytest.raises(SystemExit, match=r"failed:\nwrong\n"):
        build.timed([sys.executable, "-c", "print('wrong'); raise SystemExit(1)"], tmp_path)
