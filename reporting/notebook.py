"""The report as a notebook: the sections' text, the code that answers them, and cells that run it.

A fence ```run NAME in a section is a cell: plain Python, which imports what it uses from the project's modules. In the
notebook their source stands in place of these imports, so that it needs nothing of the project. What a cell computes it
puts into `results`, by its path among the artifacts. A listing is a cell with what it lists. The cell that draws a
figure is called `figure NAME`; it stands in the figure or, where code that it needs comes later, further down. A cell
that is there again is not run again. An ```output is text where nothing runs; elsewhere the cells print it.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from markdown_it.token import Token
from markupsafe import Markup

from reporting.inline import InlineError, Library, Piece
from reporting.sections import (
    MARKDOWN,
    Composer,
    Report,
    ReportError,
    cell_name,
    closing,
    fill,
    sections,
)
from reporting.values import PLACEHOLDER, Values

FIRST = "imports"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}
# Whatever could be markup in Markdown, in HTML or for MathJax, where it is text.
MARKUP = re.compile(r"[\\`*_\[\]|~]|[<>&$]|://|(?<=www)\.|^(?:[-+=#]+|\d+[.)])(?=\s|$)")
ENTITIES = {
    "<": "&lt;",
    ">": "&gt;",
    "&": "&amp;",
    "$": "<span>&#36;</span>",  # alone in its element: MathJax does not join what is in several
    "://": "&#58;//",
    ".": "&#46;",
}


@dataclass
class Cell:
    """A cell by its name."""

    name: str
    source: str
    is_code: bool = False


def notebook(
    root: Path,
    artifacts: Mapping[str, Any],
    rubric: Mapping[str, Any],
    figures: list[str],
    executed: Mapping[str, Any],
) -> str:
    """The notebook as JSON, with the outputs of its cells by their name; raises ReportError.

    `executed` are the names of the cells of code with their `source` and `outputs`.
    """
    report = Report(root, Values(artifacts), rubric, dict.fromkeys(figures))
    sections(root / "templates/sections", report)
    Composer(root / "templates/summary.md", report).body()
    cells = Writer(root, report).write()
    code = {cell.name: cell.source for cell in cells if cell.is_code}
    if code != {name: cell["source"] for name, cell in executed.items()}:
        raise ReportError("the notebook's code is not what was executed; a ```run may not depend on results")
    nodes: list[dict[str, Any]] = []
    for cell in cells:
        node: dict[str, Any] = {
            "id": hashlib.sha256(cell.name.encode()).hexdigest()[:16],
            "cell_type": "code" if cell.is_code else "markdown",
            "metadata": {"name": cell.name},
            "source": cell.source,
        }
        if cell.is_code:
            node["execution_count"] = sum(before["cell_type"] == "code" for before in nodes) + 1
            node["outputs"] = [
                {**output, "execution_count": node["execution_count"]} if "execution_count" in output else output
                for output in executed[cell.name]["outputs"]
            ]
        nodes.append(node)
    content = {"cells": nodes, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    finished = nbformat.from_dict(content)  # type: ignore[no-untyped-call]
    nbformat.validate(finished)
    return str(nbformat.writes(finished)) + "\n"  # type: ignore[no-untyped-call]


def code_cells(root: Path, report: Report) -> list[tuple[str, str]]:
    """The names and sources of the cells of code, from a report that has been rehearsed: they need no results."""
    return [(cell.name, cell.source) for cell in Writer(root, report).write() if cell.is_code]


class Writer:
    """Writes the cells from the sections' tokens."""

    def __init__(self, root: Path, report: Report) -> None:
        self.report = report
        self.library = Library(root)
        self.cells: list[Cell] = []
        self.texts: list[str] = []  # of the Markdown cell that is being written
        self.at = "opening"  # in which question or section
        self.parts = 0  # of it so far
        self.prints = False  # whether cells print what an output shows
        self.runs: dict[str, tuple[str, str]] = {}  # the cells that run something: where, and what
        self.undrawn: list[tuple[Cell, str]] = []  # figures that no cell draws where they stand
        summary = Markup(report.texts.get("summary", ""))
        self.opening = fill(root / "templates/notebook.md", report, summary=summary)

    def write(self) -> list[Cell]:
        """All cells; the imports are the first of code."""
        self.blocks(MARKDOWN.parse(self.opening))
        for number, text in self.report.texts.items():
            if number != "summary":
                self.turn_to(f"section {number}")
                prefix = f"Appendix {number}:" if number.isupper() else number
                self.blocks(MARKDOWN.parse(text.replace("# ", f"# {prefix} ", 1)))
        self.flush()
        for cell, figure in self.undrawn:
            if f"figure {figure}" not in self.runs:
                raise ReportError(
                    f"the figure {figure}: no cell draws it; write a ```run in it, or `run figure {figure}`"
                )
            cell.source += f"\n\n*It is drawn below, in {self.runs[f'figure {figure}'][0]}.*"
        first = next(index for index, cell in enumerate(self.cells) if cell.is_code)
        imports = f"%matplotlib inline\n{self.library.statements()}"
        return [*self.cells[:first], Cell(FIRST, imports, is_code=True), *self.cells[first:]]

    def turn_to(self, at: str) -> None:
        self.flush()
        self.at, self.parts = at, 0

    def flush(self) -> None:
        """End the Markdown cell."""
        if self.texts:
            self.parts += 1
            name = self.at if self.parts == 1 else f"{self.at}, part {self.parts}"
            self.cells.append(Cell(name, "\n\n".join(self.texts)))
            self.texts = []

    def code(self, name: str, source: str) -> None:
        self.flush()
        self.cells.append(Cell(name, source, is_code=True))

    def blocks(self, tokens: list[Token]) -> None:
        """Our containers and fences, and between them what Markdown has itself."""
        index = 0
        while index < len(tokens):
            token = tokens[index]
            kind = token.type.removeprefix("container_").removesuffix("_open")
            if token.type.startswith("container_"):
                end = closing(tokens, index)
                self.container(kind, token.info.split()[1:], tokens[index + 1 : end])
                index = end
            elif (name := cell_name(token)) is not None:
                self.run(name, self.plain(token.content))
            elif token.type == "fence" and token.info.strip() in ("claims", "output" if self.prints else "claims"):
                pass
            else:
                end = closing(tokens, index) if token.nesting == 1 else index
                self.texts.append(self.block(tokens[index : end + 1]))
                index = end
            index += 1

    def container(self, kind: str, words: list[str], inner: list[Token]) -> None:
        if kind == "question":
            self.turn_to(f"question {words[0]}")
            points = self.report.rubric["points"][words[0]]
            title = self.inline(MARKDOWN.parseInline(" ".join(words[1:]))[0].children or [])
            unit = "point" if points == 1 else "points"
            self.prints = any(cell_name(token) for token in inner)
            self.texts.append(f"### {words[0]} {title} ({points} {unit})")
            self.blocks(inner)
            self.flush()
        elif kind == "answer":
            self.turn_to(self.at.replace("question", "answer"))
            self.texts.append("**Answer.**")
            self.blocks(inner)
            self.turn_to(self.at.replace("answer", "after"))
        else:
            short = {"figure": "fig", "table": "tab", "listing": "lst"}[kind]
            label = self.report.labels[f"{short}-{words[-1] if kind == 'listing' else words[0]}"]
            caption = f"**{label}.** {self.inline(inner[1].children or [])}"
            if kind == "listing":
                self.texts.append(caption)
                self.listing(words[0], words[1:])
            elif kind == "table":
                self.texts.append(caption)
                self.blocks(inner[3:])
            else:
                self.blocks(inner[3:])
                self.texts.append(caption)
                self.flush()
                self.undrawn += [(self.cells[-1], word) for word in words if f"figure {word}" not in self.runs]

    def listing(self, file: str, names: list[str]) -> None:
        try:
            pieces = self.library.pieces(file, [name.split(".")[0] for name in names])
        except InlineError as error:
            raise ReportError(f"{self.at}: {error}") from None
        fresh = {name for piece in pieces for name in piece.names}
        if above := [name for name in names if name.split(".")[0] not in fresh]:
            self.texts[-1] += f" Defined above: {', '.join(f'`{name}`' for name in above)}."
        self.pieces(pieces)

    def run(self, name: str, code: str) -> None:
        """A cell that runs something, below the cells that define what it uses."""
        if not name:
            raise ReportError(f"{self.at}: a ```run needs a name")
        where = self.at.split()[-1]
        known = self.runs.setdefault(name, (where, code))
        if known[1] != code:
            raise ReportError(f"{self.at}: the cell {name!r} is in {known[0]} already, with other code")
        if name in {cell.name for cell in self.cells}:
            return
        try:
            pieces, code = self.library.run(code, f"the cell {name!r}")
        except InlineError as error:
            raise ReportError(str(error)) from None
        self.pieces(pieces)
        self.code(name, code)

    def pieces(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            self.code(f"{piece.module}: {piece.names[0]}", piece.source)

    def block(self, tokens: list[Token]) -> str:
        """The Markdown of one block, which is text again where it was text."""
        token, inner = tokens[0], tokens[1:-1]
        match token.type:
            case "paragraph_open":
                return self.inline(inner[0].children or [])
            case "heading_open":
                return f"{token.markup}{'#' * (self.at != 'opening')} {self.inline(inner[0].children or [])}"
            case "math_block":
                return f"$$\n{token.content.strip()}\n$$"
            case "fence" | "code_block":
                marks = "`" * (longest(token.content) + 3)
                return f"{marks}{token.info.strip()}\n{self.plain(token.content)}{marks}"
            case "hr":
                return "---"
            case "blockquote_open":
                return indented(self.several(inner), "> ", "> ")
            case "bullet_list_open" | "ordered_list_open":
                marks = "- " if token.type.startswith("bullet") else "1. "
                return "\n".join(indented(self.several(item[1:-1]), marks, " " * len(marks)) for item in groups(inner))
            case "table_open":
                return self.table(tokens)
        raise ReportError(f"{self.at}: the notebook has no way to say {token.type}")

    def several(self, tokens: list[Token]) -> str:
        return "\n\n".join(self.block(group) for group in groups(tokens))

    def table(self, tokens: list[Token]) -> str:
        rows: list[list[str]] = []
        sides: list[str] = []
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "th_open":
                side = str(token.attrs.get("style", ""))
                sides.append("--:" if "right" in side else ":-:" if "center" in side else ":--")
            elif token.type == "inline":
                rows[-1].append(self.inline(token.children or []))
        lines = [rows[0], sides, *rows[1:]]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def inline(self, tokens: list[Token]) -> str:
        """The Markdown of a paragraph's content on one line; references are the labels that they name."""
        found = ""
        hrefs: list[str] = []
        for token in tokens:
            match token.type:
                case "text" | "text_special":
                    found += escaped(token.content) if "\ue000" not in token.content else self.filled(token.content)
                case "softbreak":
                    found += " "
                case "hardbreak":
                    found += "<br>"
                case "em_open" | "em_close" | "strong_open" | "strong_close":
                    found += token.markup.replace("_", "*")
                case "code_inline":
                    content = self.plain(token.content)
                    marks = "`" * (longest(content) + 1)
                    pad = " " if "`" in content else ""
                    found += f"{marks}{pad}{content}{pad}{marks}".replace("|", r"\|")
                case "math_inline":
                    found += f"${token.content.strip()}$"
                case "math_inline_double":
                    found += f"$${token.content.strip()}$$"
                case "link_open":
                    hrefs.append(str(token.attrs["href"]))
                    if hrefs[-1].startswith("#"):
                        mark = len(found)
                    else:
                        found += "["
                case "link_close":
                    href = hrefs.pop()
                    if not href.startswith("#"):
                        found += f"]({href})"
                    elif len(found) == mark:
                        found += escaped(self.report.labels[href[1:]])
                case _:
                    raise ReportError(f"{self.at}: the notebook has no way to say {token.type}")
        return found

    def filled(self, text: str) -> str:
        """The text with its values, all of it as text."""
        return escaped(self.plain(text))

    def plain(self, text: str) -> str:
        """The text with its values, as they are."""
        return PLACEHOLDER.sub(self.value, text)

    def value(self, match: re.Match[str]) -> str:
        path, _, text = self.report.values.cited[int(match[1])]
        return text if path else ""  # without a path it is an anchor


def escaped(text: str) -> str:
    """What Markdown shows as this text."""

    def escape(match: re.Match[str]) -> str:
        found = match[0]
        if found in ENTITIES:
            return ENTITIES[found]
        return f"{found[:-1]}\\{found[-1]}" if found[0].isdigit() else "\\" + found

    return MARKUP.sub(escape, " ".join(text.split("\n")))


def longest(text: str) -> int:
    """The length of the longest row of backticks in it."""
    return max(map(len, re.findall("`+", text)), default=0)


def indented(text: str, first: str, rest: str) -> str:
    return first + text.replace("\n", f"\n{rest}")


def groups(tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens of each block that stands directly in a list of tokens."""
    index = 0
    while index < len(tokens):
        end = closing(tokens, index) if tokens[index].nesting == 1 else index
        yield tokens[index : end + 1]
        index = end + 1
