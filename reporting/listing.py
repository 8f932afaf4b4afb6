"""Code listings: the real source of a module's functions and classes, highlighted."""

import ast
import html
from collections.abc import Iterator
from pathlib import Path

from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Literal, Name, Operator, _TokenType

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
    blocks = []
    for name in names:
        start, end = extent(ast.parse(source), name, path)
        blocks.append("".join(f'<span class="ln" data-n="{n}">{lines[n - 1]}\n</span>' for n in range(start, end + 1)))
    return f'<pre class="code">{"".join(f"<code>{block}</code>" for block in blocks)}</pre>'


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
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
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
