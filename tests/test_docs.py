"""Facts about the pages that people read first: what they name exists."""

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.test_rooms import ALLOWED

PAGES = ["README.md", "CONTRIBUTING.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
BLOCK = re.compile(r"(?:^ {4}.*\n(?:\n(?= {4}))?)+|^```(?:.*\n)+?```$", re.MULTILINE)
PATH = re.compile(r"(?!\.venv)[\w.-]+/[\w./-]*|[\w.-]+\.(?:cff|lock|md|py|smk|toml|yaml)|[A-Z]\w+file|LICENSE")
# What a build or a command makes, here or in a report of the reader's own, and names that stand for any.
ELSEWHERE = re.compile(r"results/|report/|vendor/|\.\./my-report|.*NAME")
OTHERS = {"networks/two_layer"}  # a figure


def code(text: str) -> list[str]:
    """What a page sets as code: its blocks, and the spans in its sentences."""
    return [*BLOCK.findall(text), *re.findall(r"`([^`]+)`", BLOCK.sub("\n", text))]


def lacking(text: str) -> Iterator[str]:
    """What a page names that is not there: commands of make, modules, paths."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for part in code(text):
        yield from (f"make {word}" for word in re.findall(r"\bmake ([a-z]+)", part) if word not in targets)
        yield from (f"-m {module}" for module in re.findall(r" -m ([\w.]+)", part) if not find_spec(module))
        for word in (word.strip("`'\"();:,") for word in part.split()):
            if PATH.fullmatch(word) and word not in OTHERS and not ELSEWHERE.match(word) and not (ROOT / word).exists():
                yield word


def links(page: Path) -> Iterator[Path]:
    """The files to which a page links."""
    for target in re.findall(r"\]\(([^)#`<>]+)\)", BLOCK.sub("\n", page.read_text(encoding="utf-8"))):
        yield page.parent / target


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_names_exists(name: str) -> None:
    assert list(lacking((ROOT / name).read_text(encoding="utf-8"))) == []
    assert [path for path in links(ROOT / name) if not path.exists()] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Say `make rapport`.\n", ["make rapport"]),
        ("So:\n\n    make report\n    make tests   # all of them\n", ["make tests"]),
        ("It is in `reporting/cite/valeus.py`, or `nnlib/net.py`.\n", ["reporting/cite/valeus.py"]),
        ("    .venv/bin/python -m reporting.commands.verfy report/report.pdf\n", ["-m reporting.commands.verfy"]),
        ("One file:\n\n```\npytest tests/test_clams.py\n```\n", ["tests/test_clams.py"]),
        ("See `CONTRIBUTE.md` and `LICENSE`; 1/2, and/or.\n", ["CONTRIBUTE.md"]),
    ],
)
def test_what_is_not_there_is_found(text: str, found: list[str]) -> None:
    assert list(lacking(text)) == found


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[this](page.md) and [that](pages.md)\n")
    assert [path.name for path in links(page) if not path.exists()] == ["pages.md"]


def test_the_architecture_has_the_rooms_and_what_each_imports() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    said = dict(re.findall(r"^\| `(\w+)` \| .* \| (.*)\|$", page, re.MULTILINE))
    assert list(said) == list(ALLOWED)
    for room, imports in said.items():
        named = set(re.findall(r"`(\w+)`", imports))
        above = set(list(ALLOWED)[: list(ALLOWED).index(room)])
        assert (above - named if imports.startswith("all above") else named) == ALLOWED[room], room
