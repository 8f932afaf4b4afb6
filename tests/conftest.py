"""Settings and helpers for all tests."""

import ctypes
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw
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
ROOT = Path(__file__).parents[1]
PARTS = ("Snakefile", "requirements.lock", "rules", "profiles", "config", "nnlib", "scripts", "reporting", "templates")
HOSTILE = '<script>alert(1)</script> $x$ {{ 7*7 }} & "q"'
SMALLER = [
    (r"epochs: (30|50|200)\b", "epochs: 20"),
    (r"epochs: 400\b", "epochs: 21"),
    (r"count: \d+", "count: 30"),
    (r"steps: 2000", "steps: 300"),
    (r"learning_rates: \[.*\]", "learning_rates: [0.01, 0.1]"),
    (r"minibatch_sizes: \[.*\]", "minibatch_sizes: [15, 100]"),
    (r"authors: \[", f"authors: ['{HOSTILE}', "),
]
# Networks that the small build does without, and what the text cites in their place.
STAND_INS = {
    "one_layer_zeros": "two_layer_zeros",
    "two_layer_big_batch_scaled": "two_layer_diverging_logits",
    "two_layer_constant": "two_layer_zeros",
    "two_layer_logits": "two_layer_long_logits",
    "two_linear": "one_layer",
    "two_linear_single_fast": "two_layer_diverging",
    **{f"depth_{depth}_assignment": "four_linear" for depth in ("one", "two", "three")},
    **{f"depth_{depth}_glorot": "four_linear_glorot" for depth in ("one", "two", "three")},
}
NEW_RUN = """
  brand_new:
    layers: [Linear 64x3, ReLU, Linear 3x1, Sigmoid]
    scheme: glorot
    loss: bce
    epochs: 2
    learning_rate: 0.004
    minibatch_size: 20
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the files that need the small build wait, but for the first, which makes it while others run."""
    waiting = {item.path for item in items if "built" in getattr(item, "fixturenames", ())}
    waiting -= {min(waiting, default=None)}
    items.sort(key=lambda item: item.path in waiting)


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
        picture: str = PICTURE,
        rehearsal: bool = False,
    ) -> str:
        sections = tmp_path / "templates" / "sections"
        sections.mkdir(parents=True, exist_ok=True)
        for name, content in {
            "templates/report.html": frame,
            "templates/style.css": "p { margin: 0 }",
            "templates/summary.md": summary,
            "code.py": "def twice(x: int) -> int:\n    return 2 * x\n",
            "one.svg": picture,
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


def letters(text: pypdfium2.PdfTextPage) -> Iterator[tuple[float, float, str]]:
    """The characters of a page, each with the height and the place of its origin."""
    for index in range(text.count_chars()):
        x, y = ctypes.c_double(), ctypes.c_double()
        pypdfium2.raw.FPDFText_GetCharOrigin(text, index, x, y)
        letter = chr(pypdfium2.raw.FPDFText_GetUnicode(text, index))
        if letter.isprintable():
            yield y.value, x.value, letter


@dataclass
class Project:
    """A copy of the project, and its report once it is built."""

    root: Path

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """A build in a group of processes of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "snakemake", *arguments],
            cwd=self.root,
            env=os.environ | environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def snakemake(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "snakemake", *words]
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)

    def build(self) -> subprocess.CompletedProcess[str]:
        done = self.snakemake()
        assert done.returncode == 0, done.stderr
        return done

    def made(self) -> dict[str, tuple[int, bytes]]:
        """Every file that the pipeline made, logs apart, with its time and content."""
        paths = [path for folder in ("results", "report") for path in (self.root / folder).rglob("*") if path.is_file()]
        named = {str(path.relative_to(self.root)): path for path in paths}
        return {
            name: (path.stat().st_mtime_ns, path.read_bytes())
            for name, path in named.items()
            if not name.startswith("results/logs/")
        }

    def ran(self, done: subprocess.CompletedProcess[str]) -> set[str]:
        """The jobs of a build, as the console named them."""
        return set(re.findall(r"^\d+/\d+  (\S+)  [\d.]+ s$", done.stderr, re.MULTILINE))

    def products(self) -> dict[str, bytes]:
        """The content of every file that must be the same in every build: all but the logs."""
        return {name: content for name, (_, content) in self.made().items() if not name.startswith("results/logs/")}

    def report(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.root / "report").glob("[!.]*")}

    def artifact(self, name: str) -> Any:
        return json.loads((self.root / "results" / f"{name}.json").read_text(encoding="utf-8"))

    @cached_property
    def page(self) -> str:
        return (self.root / "report" / "report.html").read_text(encoding="utf-8")

    @cached_property
    def elements(self) -> list[tuple[str, dict[str, str]]]:
        """The HTML's tags with their attributes."""
        found: list[tuple[str, dict[str, str]]] = []

        class Collector(HTMLParser):
            def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
                found.append((tag, {name: value or "" for name, value in attributes}))

        Collector().feed(self.page)
        return found

    @cached_property
    def lines(self) -> list[list[str]]:
        """The PDF's text, a list of lines a page; what stands on about one baseline is one line."""
        document = pypdfium2.PdfDocument(self.root / "report" / "report.pdf")
        pages = []
        for sheet in document:
            text = sheet.get_textpage()
            rows: list[tuple[float, list[tuple[float, str]]]] = []
            for y, x, letter in sorted(letters(text), key=lambda found: (-found[0], found[1])):
                if not rows or rows[-1][0] - y > 3:
                    rows.append((y, []))
                rows[-1][1].append((x, letter))
            pages.append(["".join(letter for _, letter in sorted(row)) for _, row in rows])
        document.close()
        return pages

    @cached_property
    def pdf(self) -> pikepdf.Pdf:
        return pikepdf.open(self.root / "report" / "report.pdf")

    def bookmarks(self) -> list[tuple[str, int]]:
        """The titles of the PDF's bookmarks with the index of the page to which each leads."""
        document = pypdfium2.PdfDocument(self.root / "report" / "report.pdf")
        try:
            found = []
            for item in document.get_toc():
                target = item.get_dest()
                assert target is not None
                found.append((" ".join(item.get_title().split()), target.get_index()))
            return found
        finally:
            document.close()


def copy_of_the_project(folder: Path) -> Path:
    root = folder / "my report"
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            root.mkdir(exist_ok=True)
            shutil.copy(ROOT / part, root / part)
    return root


def stood_in(text: str) -> str:
    return re.sub(rf"\b({'|'.join(STAND_INS)})\b", lambda match: STAND_INS[match[1]], text)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Project:
    """A small build, to be read only; the processes that run tests share it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "pipeline"
    folder.mkdir(exist_ok=True)
    with (folder / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (folder / "built").exists():
            make_small(copy_of_the_project(folder)).build()
            (folder / "built").touch()
    return Project(folder / "my report")


def make_small(root: Path) -> Project:
    """Fewer networks, which train for a shorter time, and no claims, of which some hold for long runs only."""
    path = root / "config" / "config.yaml"
    text = path.read_text(encoding="utf-8")
    for name in STAND_INS:
        text, found = re.subn(rf"^  {name}:\n(?:    .*\n)+", "", text, flags=re.MULTILINE)
        assert found == 1, name
    for pattern, new in SMALLER:
        text = re.sub(pattern, new, text)
    path.write_text(stood_in(text), encoding="utf-8")
    for path in (root / "templates").rglob("*.md"):
        text = stood_in(path.read_text(encoding="utf-8"))
        text = re.sub(r"^```claims\n.*?^```", "```claims\nnone: small\n```", text, flags=re.MULTILINE | re.DOTALL)
        path.write_text(re.sub(r"cells\[\d+\]", "cells[1]", text), encoding="utf-8")  # a small sweep has few
    return Project(root)


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    """A copy of that build, to be changed."""
    return Project(shutil.copytree(built.root, tmp_path / "a copy"))


@pytest.fixture
def violations(tmp_path: Path) -> Callable[[bytes], list[str]]:
    """What a PDF has against PDF/A-3a and PDF/UA-1, and what a screen reader would stumble over."""
    import outloud
    from page import ValidationProfile, validate_pdf_bytes

    def check(pdf: bytes) -> list[str]:
        path = tmp_path / "checked.pdf"
        path.write_bytes(pdf)
        # TAG-002 takes a long running header for a sentence that is not read.
        heard = outloud.check(str(path), skip=["TAG-002"])
        assert heard.error is None
        return [
            *(
                f"{failure.rule_id}: {failure.message}"
                for profile in (ValidationProfile.PDF_A_3A, ValidationProfile.PDF_UA_1)
                for failure in validate_pdf_bytes(pdf, profile=profile).failures
            ),
            *(f"{finding.rule}: {finding.message}" for finding in heard.findings),
        ]

    return check


LEAFLET = {
    "config/rubric.yaml": """longest_answer: 4
longest_body: 9
derivations: []
points:
  1.1.a: 2
""",
    "templates/summary.md": "What was found.\n",
    "templates/sections/1.1.md": """<% from "cells.md" import descent, descent_figure %>
# Descent

<%= descent("first") %>

:::: question 1.1.a Where does it end?
Say it, $x$ and $y$.

::: answer
At <%= value("descents.first.end.x", "coordinate") %>, as [](#fig-descents/first) shows.

```claims
descents.first.end.f < 100
```
:::

::: figure descents/first
The way.

<%= descent_figure("first") %>
:::
::::
""",
    "templates/sections/A.md": """# Artifacts

<% for name in ["config", "descents/first"] %>
- <%= anchor(name) %> <%= name %>
<% endfor %>
""",
}


@pytest.fixture(scope="session")
def leaflet(built: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small build with a report of a page or two, which is soon made; to be read only."""
    project = Project(shutil.copytree(built.root, tmp_path_factory.mktemp("leaflet") / "a leaflet"))
    for path in (project.root / "templates" / "sections").iterdir():
        path.unlink()
    for name, text in LEAFLET.items():
        (project.root / name).write_text(text, encoding="utf-8")
    project.build()
    return project


@pytest.fixture
def copy(leaflet: Project, tmp_path: Path) -> Project:
    """A copy of it, to be changed."""
    return Project(shutil.copytree(leaflet.root, tmp_path / "a copy"))
