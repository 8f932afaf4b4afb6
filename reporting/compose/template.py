"""Templates: the text of a file with Jinja's values in it, and on which line of the file each line of it stands.

Jinja's delimiters are those of ERB, `<%= value %>` and `<% statement %>`, which mean nothing to Markdown or LaTeX.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.sandbox import ImmutableSandboxedEnvironment

from reporting.cite.paths import CitationError
from reporting.cite.values import UNFIT, unfit
from reporting.compose.self_contained import ExternalError, inside

MARK = re.compile("\ue004([0-9]{1,9})\ue005")


class TemplateError(Exception):
    """What is wrong with a template, and the line, from 1, that it is in."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


class Marks(Extension):
    """Writes at the end of each line of a template's own text the number that the line has."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            if token.type == "data" and stream.name is None:  # not of a template that it imports
                lines = token.value.split("\n")
                marked = [f"{line}\ue004{number}\ue005" for number, line in enumerate(lines[:-1], token.lineno)]
                yield Token(token.lineno, "data", "\n".join([*marked, lines[-1]]))
            else:
                yield token


class Filled(NamedTuple):
    """The text of a template with its values, and on which line of the template, from 1, each line of it stands."""

    text: str
    lines: list[int]


class Environment(ImmutableSandboxedEnvironment):
    """What a template can do: format what it is given, and nothing that grows without limit."""

    intercepted_binops = frozenset(("*", "**", "%"))

    def __init__(self, loader: jinja2.BaseLoader | None = None) -> None:
        super().__init__(
            block_start_string="<%",
            block_end_string="%>",
            variable_start_string="<%=",
            variable_end_string="%>",
            comment_start_string="<%#",
            comment_end_string="%>",
            loader=loader,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
            autoescape=True,
            extensions=[Marks],
            finalize=printed,
        )

    def compile(self, source: Any, name: str | None = None, filename: str | None = None, *_: Any, **__: Any) -> Any:
        return compiled(str(source), name, filename)

    def call_binop(self, context: jinja2.runtime.Context, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError(f"a template does not compute, as {operator} would")


@lru_cache(100)  # a report's templates, most of which are as they were when a page is composed again
def compiled(source: str, name: str | None, filename: str | None) -> Any:
    return ImmutableSandboxedEnvironment.compile(Environment(), source, name, filename)


def fill(source: str, folder: Path, given: Mapping[str, Any]) -> Filled:
    """Run a template's Jinja with what it is given; raises TemplateError."""
    environment = Environment(jinja2.FunctionLoader(lambda name: imported(name, folder)))
    environment.globals = dict(given)
    try:
        return unmarked(environment.from_string(source).render(), source.count("\n") + 1)
    except TemplateError:
        raise
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(str(error.message), error.lineno) from None
    except Exception as error:  # whatever an expression of the template does
        told = isinstance(error, CitationError | jinja2.UndefinedError | SecurityError) and str(error)
        trace, line = error.__traceback__, 1
        while trace:
            if trace.tb_frame.f_code.co_filename == "<template>":
                line = trace.tb_lineno
            trace = trace.tb_next
        raise TemplateError(told or " ".join(f"{type(error).__name__}: {error}".split()), line) from None


def printed(value: Any) -> Any:
    """What an expression prints: itself, where it is no function."""
    if callable(value) and not isinstance(value, jinja2.Undefined):
        raise SecurityError(f"{getattr(value, '__name__', 'this')} is a function, which has no text")
    return value


def imported(name: str, folder: Path) -> str:
    """The text of a template that another one names; raises TemplateError."""
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise TemplateError(f"{name}: is not in {folder.name}/, where templates are")
    text = read(folder / name, folder.parent)
    try:
        check(text)
    except TemplateError as error:
        raise TemplateError(f"{folder.name}/{name}, line {error.line}: {error}") from None
    return text


def unmarked(marked: str, last: int) -> Filled:
    """The text without the marks; a line without a mark stands where the next one with a mark does, or in the last."""
    lines: list[int] = []
    for text in reversed(marked.split("\n")):
        last = min(last, int(marks[0])) if (marks := MARK.findall(text)) else last
        lines.append(last)
    return Filled(MARK.sub("", marked), lines[::-1])


def read(path: Path, root: Path) -> str:
    """The text of a template as it is; raises TemplateError."""
    try:
        return inside(root, path).read_text(encoding="utf-8")
    except OSError as error:
        raise TemplateError(f"{path.relative_to(root)}: {error.strerror}") from None
    except ExternalError as error:
        raise TemplateError(str(error)) from None
    except UnicodeDecodeError:
        raise TemplateError(f"{path.relative_to(root)}: not UTF-8 text") from None


def check(text: str) -> None:
    """Raise TemplateError for a character that no text has."""
    if found := UNFIT.search(text):
        raise TemplateError(f"has {unfit(found)}", text.count("\n", 0, found.start()) + 1)
