"""Facts about the picture of the rules in docs/architecture.md, and how it is drawn."""

import io
import re
import sys
from pathlib import Path

import pytest

from reporting.commands import picture
from tests.conftest import ROOT, Project

# As Snakemake prints it: b reads what a makes, c what both make.
PRINTED = """---
title: DAG
---
flowchart TB
\tid0[all]
\tid1[a]
\tid2[b]
\tid3[c]
\tstyle id1 fill:#D95757
\tid3 --> id0
\tid1 --> id2
\tid1 --> id3
\tid2 --> id3"""
PAGE = ROOT / "docs" / "architecture.md"


def printed() -> str:
    """What Snakemake prints of the project's rules."""
    return Project(ROOT).build("--rulegraph", "mermaid-js").stdout


def drawn(page: str, graph: str) -> str:
    """The page with the picture of a graph."""
    rules, edges = picture.graph(graph)
    return picture.FENCE.sub(lambda _: picture.picture(rules, edges, picture.homes()), page)


def test_the_page_shows_the_rules_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page, graph = PAGE.read_text(encoding="utf-8"), printed()
    assert drawn(page, graph) == page, "run make picture"
    (last,) = re.findall(r"(id\d+)\[report\]", graph)
    assert drawn(page, re.sub(rf"id\d+ --> {last}\n", "", graph)) != page


def test_an_arrow_is_left_out_where_a_longer_way_says_the_same() -> None:
    rules, edges = picture.graph(PRINTED)
    assert rules == {"a", "b", "c"}
    assert edges == {("a", "b"), ("a", "c"), ("b", "c")}
    assert picture.reduced(edges) == {("a", "b"), ("b", "c")}


def test_rules_of_one_file_have_one_colour() -> None:
    drawn = picture.picture({"a", "b", "c"}, {("a", "b")}, {"a": "one.smk", "b": "two.smk", "c": "one.smk"})
    assert "    class a,c file0\n" in drawn
    assert "    class b file1\n" in drawn


@pytest.mark.parametrize(
    ("graph", "text", "said"), [("", "", "no graph"), (PRINTED, "# A page\n", "has 0 blocks of mermaid, must have one")]
)
def test_what_cannot_be_drawn_is_said(
    graph: str, text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page.md").write_text(text)
    monkeypatch.setattr(sys, "stdin", io.StringIO(graph))
    with pytest.raises(SystemExit, match=said):
        picture.main(str(tmp_path / "page.md"))
    assert (tmp_path / "page.md").read_text() == text
