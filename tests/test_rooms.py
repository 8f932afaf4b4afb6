"""Facts about the rooms: who imports whom, and that the engine does not know what a report is about."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

NEW = ROOT / "reporting" / "new"  # a report, which the engine only copies
# What each room of the engine may import beside itself.
ALLOWED = {
    "cite": set(),
    "glyphs": set(),
    "compose": {"cite", "glyphs"},
    "press": {"cite", "glyphs", "compose"},
    "pipeline": {"cite", "compose"},
    "verify": {"cite", "glyphs", "compose", "press", "pipeline"},
    "drawing": {"glyphs", "pipeline"},
    "jobs": {"cite", "glyphs", "compose", "press", "pipeline", "drawing"},
    "commands": {"cite", "glyphs", "compose", "press", "verify", "pipeline", "drawing", "jobs"},
}
# What a report uses of the engine.
SHARED = {
    "reporting.cite.domains",
    "reporting.cite.paths",
    "reporting.cite.values",
    "reporting.drawing",
    "reporting.pipeline",
}
ASSIGNMENT = re.compile(
    r"\b(epochs?|learning|minibatch(es)?|neural|networks?|nnlib|descents?|relu|A Reproduction)\b|#tab-networks",
    re.IGNORECASE,
)
# Words that mean something else here.
EXCEPTIONS = {
    # Of a font: how far its letters reach below the line.
    "reporting/glyphs/unseen.py": "descent",
    "reporting/verify/shape.py": "descent",
}


def modules(*folders: str) -> list[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if NEW not in path.parents)


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from names if node.module == "reporting" else [node.module]


def test_there_are_no_other_rooms() -> None:
    assert {path.parent.name for path in ROOT.glob("reporting/*/__init__.py")} == set(ALLOWED)


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_the_rooms_that_it_says(room: str) -> None:
    for path in modules(f"reporting/{room}"):
        others = {name.split(".")[1] for name in imported(path) if name.startswith("reporting.")}
        assert others - {room, "report_module"} <= ALLOWED[room], path


def test_the_engine_imports_nothing_of_the_assignment() -> None:
    found = {name.split(".")[0] for path in modules("reporting") for name in imported(path)}
    assert not found & {"nnlib", "scripts", "benchmarks", "tests"}


def test_the_network_imports_nothing_of_ours() -> None:
    found = {name.split(".")[0] for path in modules("nnlib") for name in imported(path)}
    assert not found & {"reporting", "scripts", "benchmarks", "tests"}


def test_a_report_uses_of_the_engine_what_is_for_it() -> None:
    for path in modules("scripts", "examples"):
        used = {name for name in imported(path) if name.startswith("reporting")}
        assert all(name.startswith(tuple(SHARED)) for name in used), (path, used)


def test_the_engine_has_no_word_of_the_assignment() -> None:
    files = [path for path in (ROOT / "reporting").rglob("*") if path.suffix in (".py", ".smk", ".html", ".css")]
    assert len(files) > 50
    for path in files:
        name = str(path.relative_to(ROOT))
        words = {found[0].lower() for found in ASSIGNMENT.finditer(path.read_text(encoding="utf-8"))}
        assert words <= {EXCEPTIONS.get(name, "")}, name
