"""Facts about pipeline/freshness: what must run is told from files and their seals, whatever Snakemake recorded."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reporting.cite.paths import differences
from reporting.pipeline import freshness
from tests.conftest import Project, ask
from tests.pipeline.test_edits import DOCUMENTS, EDITS

soak = pytest.mark.soak
STEP, STATEMENT = EDITS["a run's setting"], EDITS["the style of one figure"]
NEEDED = {"birthdays.earth", "law", "figure_birthdays", "figure_law", "figure_planets.earth", *DOCUMENTS}
WHY = {"birthdays.earth: days 365 → 366", "scripts/figures/law.py: changed"}


def each_record(content: bytes) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        for path in (folder / "metadata").iterdir():
            path.write_bytes(content)

    return damage


def another_version(folder: Path) -> None:
    for path in (folder / "metadata").iterdir():
        record = json.loads(path.read_text(encoding="utf-8"))
        record |= {"record_format_version": 99, "code": "exit", "params": ["a"], "input": ["b"], "input_checksums": {}}
        path.write_text(json.dumps(record), encoding="utf-8")


DAMAGES: dict[str, Callable[[Path], None]] = {
    "no folder": lambda folder: shutil.rmtree(folder),
    "no records": lambda folder: shutil.rmtree(folder / "metadata"),
    "bytes that are no text": each_record(b"\xff\xfe\x00"),
    "half of one": each_record(b'{"rule": "law", "inp'),
    "no record": each_record(b"[1]"),
    "a record with wrong types": each_record(b'{"rule": 1, "starttime": "now", "endtime": []}'),
    "records of another version": another_version,
}


@pytest.mark.parametrize(
    "damage",
    [pytest.param(name, marks=() if name == "no record" else soak) for name in DAMAGES],
)
def test_whatever_the_records_are_what_was_edited_is_rerun_and_nothing_else(copy: Project, damage: str) -> None:
    DAMAGES[damage](copy.root / ".snakemake")
    assert ask(copy.root)[0] == set()
    STEP.make(copy.root)
    STATEMENT.make(copy.root)
    assert ask(copy.root)[:2] == (NEEDED, WHY)


@soak
def test_a_build_with_records_that_cannot_be_read_makes_what_is_needed(copy: Project) -> None:
    DAMAGES["bytes that are no text"](copy.root / ".snakemake")
    STEP.make(copy.root)
    STATEMENT.make(copy.root)
    assert copy.ran(copy.build()) == NEEDED
    assert ask(copy.root)[0] == set()


@pytest.mark.parametrize("trigger", ["params", pytest.param("mtime", marks=soak), pytest.param("code", marks=soak)])
def test_whatever_the_triggers_are_what_was_edited_is_rerun_and_nothing_else(copy: Project, trigger: str) -> None:
    assert ask(copy.root, "--rerun-triggers", trigger)[0] == set()
    STEP.make(copy.root)
    STATEMENT.make(copy.root)
    assert ask(copy.root, "--rerun-triggers", trigger)[:2] == (NEEDED, WHY)


def test_changes_are_told_by_their_keys_as_deep_as_they_are() -> None:
    before = {"a": 1, "b": {"c": [1, 2], "d.e": 2.0}, "f": {"g": 1, "h": 2}, "i": "x\ny", "j": [1], "k": 1}
    after = {"a": 1.0, "b": {"c": [1, 3], "d.e": True}, "f": {"h": 2, "g": 1}, "i": "x\nz", "j": [1, 2], "l": {}}
    assert [freshness.describe(*found) for found in differences(before, after)] == [
        "a 1 → 1.0",
        "b: c[1] 2 → 3",
        "b: d.e 2.0 → True",
        "f: in another order",
        "i: changed",
        "j [1] → [1, 2]",
        "k: taken out",
        "l: new",
    ]


def test_what_is_long_is_cut_and_what_looks_the_same_then_is_only_told_as_changed() -> None:
    long: dict[str, Any] = {"a": "x" * 99}
    (found,) = differences(long, {"a": "y"}, ("b",))
    assert freshness.describe(*found) == f"b: a {'x' * 57}... → y"
    (found,) = differences(long, {"a": "x" * 98}, ("b",))
    assert freshness.describe(*found) == "b.a: changed"
