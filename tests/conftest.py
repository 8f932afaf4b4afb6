"""Settings and helpers for all tests."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# How long one example takes says more about the machine than about the code.
settings.register_profile("any_machine", deadline=None)
settings.load_profile("any_machine")

PAGE = """<!doctype html><html lang="en"><title><%= value("title", "text") %></title><style><%= style %></style>
<div class="summary"><%= summary %></div>
<% for part in sections + appendices %>
<section id="part-<%= part.number %>"><h2><%= Markup(part.title) %></h2><%= Markup(part.body) %></section>
<% endfor %></html>"""
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9"/></svg>'
CHARACTERS = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2030), 0x2212]))
RUBRIC = {"longest_answer": 4, "longest_body": 30, "derivations": [], "points": {"1.1.a": 2, "1.1.b": 1}}
FACTS = {"run": {"loss": [0.5, 0.25], "name": "first", "steps": 3}}


@pytest.fixture
def write_page(tmp_path: Path) -> Callable[..., str]:
    """A small report, from its sections' text to HTML: questions 1.1.a and 1.1.b, figures `one` and `two`."""
    from reporting.document import page, rehearse

    def write(
        *texts: str,
        rubric: Mapping[str, Any] = RUBRIC,
        tree: Mapping[str, Any] = FACTS,
        characters: str = CHARACTERS,
        appendix: str = "# Notes\n\nMore.\n",
        summary: str = "What was found.",
        frame: str = PAGE,
        rehearsal: bool = False,
    ) -> str:
        sections = tmp_path / "templates" / "sections"
        sections.mkdir(parents=True, exist_ok=True)
        for name, content in {
            "templates/report.html": frame,
            "templates/style.css": "p { margin: 0 }",
            "templates/summary.md": summary,
            "code.py": "def twice(x: int) -> int:\n    return 2 * x\n",
            "one.svg": PICTURE,
            "two.svg": PICTURE.replace("9", "8"),
            "templates/sections/A.md": appendix,
            **{f"templates/sections/1.{number}.md": text for number, text in enumerate(texts, 1)},
        }.items():
            (tmp_path / name).write_text(content, encoding="utf-8")
        tree = {"title": "A report", **tree}
        if rehearsal:
            rehearse(tmp_path, tree, rubric, ("one", "two"))
            return ""
        pictures = {name: tmp_path / f"{name}.svg" for name in ("one", "two")}
        return page(tmp_path, tree, rubric, pictures, {"style_sheet": "", "characters": characters}).markup

    return write
