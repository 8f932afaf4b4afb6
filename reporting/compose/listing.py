"""Code listings: the real source of a module's functions and classes, highlighted.

A listing leaves out annotations, which only a type checker reads, and the decorators that stand around functions.
"""

import ast
import html
import io
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path

from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Literal, Name, Operator, _TokenType

LONGEST = 88  # characters in a line of the page
SHORT = 16  # lines, up to which a listing stays on one page
CALLED = {"property", "classmethod", "staticmethod"}  # decorators that stay: they say how a method is called
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


Function = ast.FunctionDef | ast.AsyncFunctionDef
Edit = tuple[int, int, str]  # where it starts and ends in the source, and what stands there instead


class ListingError(Exception):
    """What cannot be listed: of which module, and why."""


def listing(path: Path, names: list[str]) -> str:
    """The code that defines the names (`f`, `Class`, `Class.method`), as HTML."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    try:
        shown = [bare(source, definition(tree, name, path)) for name in names]
    except ValueError as error:
        raise ListingError(f"{path.name}, {error}") from None
    for line in (line for text in shown for line in text.split("\n") if len(line) > LONGEST):
        raise ListingError(f"{path.name}: `{line.strip()}` is longer than the {LONGEST} characters that fit a line")
    return highlighted(shown)


def highlighted(texts: list[str]) -> str:
    """Pieces of code as HTML."""
    blocks = [block for text in texts for block in paragraphs(text)]
    short = " short" if len(blocks) == 1 or sum(text.count("\n") for text in texts) < SHORT else ""
    return f'<pre class="code{short}">{"".join(f"<code>{block}</code>" for block in blocks)}</pre>'


def paragraphs(text: str) -> Iterator[str]:
    """The highlighted lines, parted where they are blank: there, and only there, a long listing breaks across pages."""
    block = ""
    for line in highlight(text):
        if line.strip():
            block += f'<span class="ln">{line}\n</span>'
        else:
            yield block
            block = ""
    yield block


def untyped(source: str, node: ast.stmt) -> str:
    """The lines of a definition, without annotations but for those of a class's fields, which make them.

    Raises ValueError for a signature that has a comment, and so cannot be put on one line.
    """
    fields = [field for inner in ast.walk(node) if isinstance(inner, ast.ClassDef) for field in inner.body]
    return edited(source, node, annotations(source, node, but=fields))


def bare(source: str, node: ast.stmt) -> str:
    """The lines of a definition, without annotations and decorators of functions; raises ValueError as above."""
    return edited(source, node, [*annotations(source, node), *decorators(source, node)])


def edited(source: str, node: ast.stmt, edits: Iterable[Edit]) -> str:
    starts = lines_start(source)
    first, last = lines_of(node)
    text, end = "", starts[first - 1]
    for start, stop, instead in sorted(edits):
        text += source[end:start] + instead
        end = stop
    return (text + source[end : starts[last]]).rstrip("\n")


@cache
def lines_start(source: str) -> list[int]:
    """Where each line of a source starts, and where one more would."""
    return [0, *accumulate(len(line) + 1 for line in source.split("\n"))]


def offset(source: str, line: int | None, column: int | None) -> int:
    """Where in the source a place is that the syntax tree gives, whose columns count bytes."""
    assert line is not None
    start, end = lines_start(source)[line - 1 : line + 1]
    return start + len(source[start:end].encode()[:column].decode())


def annotations(source: str, node: ast.stmt, but: Sequence[ast.stmt] = ()) -> Iterator[Edit]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.AnnAssign) and inner.value and inner not in but:
            after = offset(source, inner.annotation.end_lineno, inner.annotation.end_col_offset)
            start = offset(source, inner.target.end_lineno, inner.target.end_col_offset)
            yield start, source.index("=", after), " "
        elif isinstance(inner, Function):
            yield signature(source, inner, offset(source, inner.lineno, inner.col_offset))


def decorators(source: str, node: ast.stmt) -> Iterator[Edit]:
    for inner in ast.walk(node):
        for decorator in inner.decorator_list if isinstance(inner, Function) else []:
            if not (isinstance(decorator, ast.Name) and decorator.id in CALLED):
                lines = lines_start(source)
                yield lines[decorator.lineno - 1], lines[decorator.end_lineno or 0], ""


def signature(source: str, node: Function, start: int) -> Edit:
    """The edit that leaves annotations out: on one line, or all parameters on one, or each on one of its own."""
    name, indent = source[start:].split("(")[0], node.col_offset * " "
    each, further = list(parameters(source, node.args)), f"\n{indent}    "
    texts = [
        f"{indent}{name}({', '.join(each)}):",
        f"{indent}{name}({further}{', '.join(each)}\n{indent}):",
        f"{indent}{name}({further}{f',{further}'.join(each)},\n{indent}):",
    ]
    fitting = (text for text in texts if max(map(len, text.split("\n"))) <= LONGEST)
    return start, start + header(source[start:]), next(fitting, texts[-1])[len(indent) :]


def header(code: str) -> int:
    """Where a function's signature ends, with its colon."""
    starts, depth = [0, *accumulate(len(line) + 1 for line in code.split("\n"))], 0
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            raise ValueError(f"{token.string!r}: a comment in a signature cannot be listed")
        depth += (token.string in ("(", "[", "{")) - (token.string in (")", "]", "}"))
        if token.string == ":" and depth == 0:
            return starts[token.end[0] - 1] + token.end[1]
    raise AssertionError("a function has a colon")


def parameters(source: str, of: ast.arguments) -> Iterator[str]:
    """A function's parameters, with their defaults as they are written."""
    positional = [*of.posonlyargs, *of.args]
    without = [None] * (len(positional) - len(of.defaults))
    for number, (one, default) in enumerate(zip(positional, [*without, *of.defaults], strict=True), 1):
        yield parameter(source, one, default)
        if number == len(of.posonlyargs):
            yield "/"
    if of.vararg or of.kwonlyargs:
        yield f"*{of.vararg.arg if of.vararg else ''}"
    for one, default in zip(of.kwonlyargs, of.kw_defaults, strict=True):
        yield parameter(source, one, default)
    if of.kwarg:
        yield f"**{of.kwarg.arg}"


def parameter(source: str, one: ast.arg, default: ast.expr | None) -> str:
    return f"{one.arg}={ast.get_source_segment(source, default)}" if default else one.arg


def extent(tree: ast.Module, name: str, path: Path) -> tuple[int, int]:
    """First and last line of a definition, decorators included."""
    return lines_of(definition(tree, name, path))


def definition(tree: ast.Module, name: str, path: Path) -> ast.stmt:
    body: list[ast.stmt] = tree.body
    node: ast.stmt | None = None
    for part in name.split("."):
        node = next((item for item in body if part in defined(item)), None)
        if node is None:
            raise ListingError(f"{path.name} does not define {name}")
        body = node.body if isinstance(node, ast.ClassDef) else []
    assert node is not None
    return node


def lines_of(node: ast.stmt) -> tuple[int, int]:
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
