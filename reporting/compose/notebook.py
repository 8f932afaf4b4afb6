"""The tree as a notebook: the sections' text, the code that answers them, and cells that run it.

A fence ```run NAME in a section is a cell: plain Python, which imports what it uses from the project's modules. In the
notebook their source stands in place of these imports, without annotations, so that it needs nothing of the project.
What a cell computes it puts into `results`, by its path among the artifacts. A listing is a cell with what it lists.
The cell that draws a figure is called `figure NAME`; it stands in the figure or, where code that it needs comes later,
further down. A cell that is there again is not run again. An ```output is text where nothing runs; elsewhere the cells
print it.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from reporting.compose import tree
from reporting.compose.errors import ReportError
from reporting.compose.inline import InlineError, Library, Piece
from reporting.compose.sections import Report, read
from reporting.compose.tree import Answer, Block, Captioned, Cell, Claims, Markup, Output, Question

FIRST = "imports"
SUMMARY = "\ue002"  # stands for the summary in the opening
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
class Written:
    """A cell of the notebook by its name."""

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
    cells = Writer(root, read(root, artifacts, rubric, dict.fromkeys(figures))).write()
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
    """Writes the cells."""

    def __init__(self, root: Path, report: Report) -> None:
        self.report = report
        self.library = Library(root)
        self.cells: list[Written] = []
        self.texts: list[str] = []  # of the Markdown cell that is being written
        self.at = "opening"  # in which question or section
        self.parts = 0  # of it so far
        self.prints = False  # whether cells print what an output shows
        self.runs: dict[str, tuple[str, str]] = {}  # the cells that run something: where, and what
        self.undrawn: list[tuple[Written, str, str]] = []  # where figures stand that no cell draws there, and which
        self.opening = report.parse(root / "templates/notebook.md", summary=SUMMARY)
        self.summary = "\n\n".join(self.block(block.node) for block in report.summary if isinstance(block, Markup))

    def write(self) -> list[Written]:
        """All cells; the imports are the first of code."""
        self.blocks(self.opening)
        for section in self.report.sections:
            self.turn_to(f"section {section.number}")
            prefix = "Appendix {}:" if section.number.isupper() else "{}"
            self.texts.append(f"## {prefix.format(section.number)} {self.inline(section.title.tokens)}")
            self.blocks(section.blocks)
        self.flush()
        for cell, where, figure in self.undrawn:
            if f"figure {figure}" not in self.runs:
                raise ReportError(
                    f"{where}: no cell draws the figure {figure} for the notebook; "
                    f"write a ```run figure {figure} in it, or below it"
                )
            cell.source += f"\n\n*It is drawn below, in {self.runs[f'figure {figure}'][0]}.*"
        first = next(index for index, cell in enumerate(self.cells) if cell.is_code)
        imports = f"%matplotlib inline\n{self.library.statements()}"
        return [*self.cells[:first], Written(FIRST, imports, is_code=True), *self.cells[first:]]

    def turn_to(self, at: str) -> None:
        self.flush()
        self.at, self.parts = at, 0

    def flush(self) -> None:
        """End the Markdown cell."""
        if self.texts:
            self.parts += 1
            name = self.at if self.parts == 1 else f"{self.at}, part {self.parts}"
            self.cells.append(Written(name, "\n\n".join(self.texts)))
            self.texts = []

    def code(self, name: str, source: str) -> None:
        self.flush()
        self.cells.append(Written(name, source, is_code=True))

    def blocks(self, blocks: Sequence[Block]) -> None:
        for block in blocks:
            match block:
                case Question():
                    self.question(block)
                case Answer():
                    self.turn_to(self.at.replace("question", "answer"))
                    self.texts.append("**Answer.**")
                    self.blocks(block.blocks)
                    self.turn_to(self.at.replace("answer", "after"))
                case Captioned():
                    self.captioned(block)
                case Cell():
                    self.run(block.name, self.report.values.as_plain_text(block.code))
                case Output():
                    if not self.prints:
                        self.texts.append(self.fenced("output", block.text))
                case Markup():
                    self.texts.append(self.block(block.node).replace(SUMMARY, self.summary))
                case Claims():
                    pass

    def question(self, block: Question) -> None:
        self.turn_to(f"question {block.name}")
        self.prints = any(isinstance(inner, Cell) for inner in tree.walk(block.blocks))
        self.texts.append(f"### {block.name} {self.inline(block.title.tokens)} ({self.report.worth(block.name)})")
        self.blocks(block.blocks)
        self.flush()

    def captioned(self, block: Captioned) -> None:
        caption = f"**{self.report.labels[block.target]}.** {self.inline(block.caption.tokens)}"
        if block.kind == "figure":
            self.blocks(block.blocks)
            self.texts.append(caption)
            self.flush()
            kind, _, name = self.at.partition(" ")
            where = self.at if kind == "section" else f"question {name}"
            undrawn = [word for word in block.words if f"figure {word}" not in self.runs]
            self.undrawn += [(self.cells[-1], where, word) for word in undrawn]
            return
        self.texts.append(caption)
        if block.kind == "listing":
            self.listing(block.words[0], block.words[1:])
        else:
            self.blocks(block.blocks)

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

    def block(self, node: SyntaxTreeNode) -> str:
        """The Markdown of one block, which is text again where it was text."""
        match node.type:
            case "paragraph":
                return self.content(node)
            case "heading":
                return f"{node.markup}{'#' * (self.at != 'opening')} {self.content(node)}"
            case "math_block":
                return f"$$\n{node.content.strip()}\n$$"
            case "fence" | "code_block":
                return self.fenced(node.info.strip(), node.content)
            case "hr":
                return "---"
            case "blockquote":
                return indented(self.several(node), "> ", "> ")
            case "bullet_list" | "ordered_list":
                marks = "- " if node.type.startswith("bullet") else "1. "
                return "\n".join(indented(self.several(item), marks, " " * len(marks)) for item in node.children)
            case "table":
                return self.table(node)
        raise ReportError(f"{self.at}: the notebook has no way to say {node.type}")

    def several(self, node: SyntaxTreeNode) -> str:
        return "\n\n".join(map(self.block, node.children))

    def fenced(self, kind: str, text: str) -> str:
        marks = "`" * (longest(text) + 3)
        return f"{marks}{kind}\n{self.report.values.as_plain_text(text)}{marks}"

    def table(self, node: SyntaxTreeNode) -> str:
        rows = [row.children for part in node.children for row in part.children]
        aligned = [str(cell.attrs.get("style", "")) for cell in rows[0]]
        sides = ["--:" if "right" in side else ":-:" if "center" in side else ":--" for side in aligned]
        lines = [[self.content(cell) for cell in row] for row in rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in [lines[0], sides, *lines[1:]])

    def content(self, node: SyntaxTreeNode) -> str:
        """The Markdown of what is in a paragraph, a title or a cell of a table."""
        (inline,) = node.children
        assert inline.token
        return self.inline(inline.token.children or [])

    def inline(self, tokens: Sequence[Token]) -> str:
        """The Markdown of a paragraph's content on one line; references are the labels that they name."""
        found = ""
        hrefs: list[str] = []
        for token in tokens:
            match token.type:
                case "text" | "text_special":
                    found += escaped(self.report.values.as_plain_text(token.content))
                case "softbreak":
                    found += " "
                case "ground":
                    pass
                case "hardbreak":
                    found += "<br>"
                case "em_open" | "em_close" | "strong_open" | "strong_close":
                    found += token.markup.replace("_", "*")
                case "code_inline":
                    content = self.report.values.as_plain_text(token.content)
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
