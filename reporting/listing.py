"""Code listings: the real source of a module's functions and classes, highlighted."""

import ast
import html
from collections.abc import Iterator
from pathlib import Path

from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Literal, Name, Operator, _TokenType

LONGEST = 88  # characters in a line of the page
SHORT = 32  # lines, up to which a listing stays on one page
# The classes of the style sheet; everything else stays plain.
CLASSES = {
    Keyword: "k",
    Operator.Word: "k",
    Comment: "c",
    Literal.String: "s",
    Literal.Number: "m",
    Name.Function: "f",
    Name.Class: "f",
    Name.Decorator: "f",
}


class ListingError(Exception):
    """A name that its module does not define."""


def listing(path: Path, names: list[str]) -> str:
    """The lines that define the names (`f`, `Class`, `Class.method`), numbered as in the file, as HTML."""
    source = path.read_text(encoding="utf-8")
    lines = list(highlight(source))
    shown = [extent(ast.parse(source), name, path) for name in names]
    for number in (n for start, end in shown for n in range(start, end + 1)):
        if len(source.splitlines()[number - 1]) > LONGEST:
            raise ListingError(f"{path.name}, line {number}, is longer than the {LONGEST} characters that fit a line")
    blocks = [block for start, end in shown for block in paragraphs(lines, start, end)]
    short = " short" if len(blocks) == 1 or sum(end - start for start, end in shown) < SHORT else ""
    return f'<pre class="code{short}">{"".join(f"<code>{block}</code>" for block in blocks)}</pre>'


def paragraphs(lines: list[str], start: int, end: int) -> Iterator[str]:
    """The numbered lines, parted where they are blank: there, and only there, a long listing breaks across pages."""
    block = ""
    for number in range(start, end + 1):
        if lines[number - 1].strip():
            block += f'<span class="ln" data-n="{number}">{lines[number - 1]}\n</span>'
        else:
            yield block
            block = ""
    yield block


def extent(tree: ast.Module, name: str, path: Path) -> tuple[int, int]:
    """First and last line of a definition, decorators included."""
    body: list[ast.stmt] = tree.body
    node: ast.stmt | None = None
    for part in name.split("."):
        node = next((item for item in body if part in defined(item)), None)
        if node is None:
            raise ListingError(f"{path.name} does not define {name}")
        body = node.body if isinstance(node, ast.ClassDef) else []
    assert node is not None
    assert node.end_lineno is not None
    decorators = node.decorator_list if isinstance(node, ast.ClassDef | ast.FunctionDef) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)]), node.end_lineno


def defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def highlight(source: str) -> Iterator[str]:
    """The source's lines as HTML; only coloured tokens have an element."""
    line = ""
    for kind, text in PythonLexer(stripnl=False).get_tokens(source):
        for number, piece in enumerate(text.split("\n")):
            if number:
                yield line
                line = ""
            name = class_of(kind)
            line += (
                f'<span class="{name}">{html.escape(piece)}</span>' if name and piece.strip() else html.escape(piece)
            )


def class_of(kind: _TokenType) -> str | None:
    """The class of a token or of the nearest kind above it that has one."""
    return next((CLASSES[above] for above in reversed(kind.split()) if above in CLASSES), None)
