"""Sections: Markdown with LaTeX math and Jinja, to HTML.

Jinja's delimiters are those of ERB, `<%= value %>` and `<% statement %>`, which mean nothing to Markdown or LaTeX. A
section's own blocks are containers:

    :::: question 1.1.c Is it the minimum?     what is asked, then
    ::: answer                                 what is answered, which has no typed number
    ```claims                                  what the answer asserts, a line each; or `none:` and why
    ::: figure NAME [NAME...]                  a caption; the pictures are results/figures/NAME.svg
    ::: table NAME                             a caption, then a table
    ::: listing FILE NAME [NAME...]            a caption; the code is the real source
    ```run NAME                                a cell of the notebook, of which nothing is seen here

and `[](#fig-NAME)`, `[](#tab-NAME)`, `[](#lst-NAME)`, `[](#q-1.1.c)`, `[](#app-A)` refer to them.
"""

import base64
import difflib
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from reporting.claims import Claim, ClaimError, check
from reporting.listing import ListingError, listing
from reporting.math import MathError, formula
from reporting.sealed import SealError, inside
from reporting.typed import stated_result, typed_number
from reporting.values import CitationError, Values

QUESTION = re.compile(r"^:{3,}\s*question\s+(\S+)", re.MULTILINE)
SENTENCE = re.compile(r"(?<!e\.g)(?<!i\.e)(?<!\bvs)(?<!\betc)[.!?](?=\s+[\"“‘(]?[A-Z\ue000(]|\s*$)|:\s*$")
REFERENCE = re.compile("\ue002([^\ue003]*)\ue003")
WIDE = 360  # points, from which on a picture does not shrink to a phone's width
# A browser breaks a line between a picture, as formulas are, and a no-break space.
CLOSING = re.compile(r"[.,;:!?)’”]*(?:\u00a0[=<>≈±]+)?")
WORDS = {"fig": "Figure", "tab": "Table", "lst": "Listing"}


class ReportError(Exception):
    """What is wrong with the report's text: in which question, what, what is allowed."""


@dataclass
class Report:
    """What the sections have in common: the numbers of their figures, tables and listings, and who refers to them."""

    root: Path
    values: Values
    rubric: Mapping[str, Any]
    figures: Mapping[str, Path | None]  # None before it is drawn
    labels: dict[str, str] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)  # target -> where it was first referred to
    counters: dict[str, int] = field(default_factory=dict)
    pictures: dict[str, set[str]] = field(default_factory=dict)  # each with the questions that show it
    artifacts: dict[str, set[str]] = field(default_factory=dict)  # each with the questions that cite it
    listings: dict[str, str] = field(default_factory=dict)  # the code that is shown of each file
    questions: list[str] = field(default_factory=list)
    claims: list[tuple[str, Claim | str]] = field(default_factory=list)  # by question; a text says why there is none
    texts: dict[str, str] = field(default_factory=dict)  # by file name: the Markdown, with places for its values

    def label(self, kind: str, name: str, where: str) -> str:
        """The id of a new figure, table or listing, which has the next number."""
        target = f"{kind}-{name}"
        if target in self.labels:
            raise ReportError(f"{where}: the {WORDS[kind].lower()} {name} is there already")
        self.counters[kind] = self.counters.get(kind, 0) + 1
        self.labels[target] = f"{WORDS[kind]}\u00a0{self.counters[kind]}"
        return target

    def claimed(self) -> list[dict[str, Any]]:
        """All claims up to here, for a table: the question, the expression or why there is none, the cited paths."""
        return [
            {"question": question, "reason": claim, "expression": "", "cited": []}
            if isinstance(claim, str)
            else {"question": question, "reason": "", "expression": claim.expression, "cited": claim.cited}
            for question, claim in self.claims
        ]

    def resolve(self, markup: str) -> str:
        """Put the labels into the references; raises ReportError for a dead reference or a figure without one."""

        for target, where in self.references.items():
            if target not in self.labels:
                raise ReportError(f"{where}: refers to #{target}, which is not there")
        for target, label in self.labels.items():
            if target.startswith(("fig-", "tab-")) and target not in self.references:
                raise ReportError(f"{label} ({target[4:]}): no sentence refers to it; write [](#{target}) in one")
        return REFERENCE.sub(lambda match: self.labels[match[1]], markup)


@dataclass
class Section:
    """A section's number (1.1, or A for an appendix), its title and its HTML."""

    number: str
    title: str
    body: str
    points: int


def sections(folder: Path, report: Report) -> list[Section]:
    """All sections of a folder, in the order of their files' names; digits come before letters."""
    paths = sorted(folder.glob("*.md"))
    return [Composer(path, report).section() for path in paths]


class Composer:
    """One section on its way from Markdown to HTML."""

    def __init__(self, path: Path, report: Report) -> None:
        self.path = path
        self.report = report
        self.where = str(path.relative_to(report.root))
        self.points = 0
        self.free = False  # whether numbers may be typed here: in titles and in what is asked

    def section(self) -> Section:
        parsed = self.parse()
        if not parsed or parsed[0].type != "heading_open":
            raise ReportError(f"{self.where}: must start with its title, as in # Training")
        tokens = list(self.compose(parsed))
        title = RENDERER.renderInline(tokens[1].children or [], MARKDOWN.options, {})
        body = RENDERER.render(tokens[3:], MARKDOWN.options, {})
        number = self.path.stem
        if number.isupper():
            self.report.labels[f"app-{number}"] = f"Appendix\u00a0{number}"
        return Section(number, title, body, self.points)

    def body(self) -> str:
        """The HTML of a text that has no title of its own."""
        return RENDERER.render(list(self.compose(self.parse())), MARKDOWN.options, {})

    def parse(self) -> list[Token]:
        """The text's tokens, but for the cells of the notebook."""
        text = self.report.texts[self.path.stem] = fill(self.path, self.report)
        return [token for token in MARKDOWN.parse(text) if cell_name(token) is None]

    def compose(self, tokens: list[Token]) -> Iterator[Token]:
        """The tokens with our containers, formulas and references in place of their Markdown."""
        stack: list[str] = []
        index, free = 0, self.free
        while index < len(tokens):
            token = tokens[index]
            self.cites(self.report.values.paths(token.content))
            kind, _, edge = token.type.removeprefix("container_").rpartition("_")
            if token.type.startswith("container_") and edge == "open":
                stack.append(kind)
                words = token.info.split()[1:]
                if kind in ("figure", "table", "listing"):
                    end = closing(tokens, index)
                    yield from self.captioned(kind, words, tokens[index + 1 : end])
                    stack.pop()
                    index = end
                else:
                    yield raw(self.question(words) if kind == "question" else self.answer(stack))
            elif token.type.startswith("container_"):
                stack.pop()
                if kind == "question":
                    self.check_answered()
                yield raw("</section>\n" if kind == "question" else "</div>\n")
            elif token.type.startswith("math_block"):
                yield raw(f'<div class="equation" {box("Formula")}>{self.formula(token.content, True)}</div>\n')
            elif token.type == "fence" and token.info.strip() == "claims":
                self.claims(token.content)
            elif token.type == "fence" and token.info.strip() == "output":
                yield raw(f'<pre class="output" {box("Output")}>{html.escape(token.content)}</pre>\n')
            else:
                if token.type == "heading_open":
                    free, self.free = self.free, True
                elif token.type == "heading_close":
                    self.free = free
                elif token.type == "ordered_list_open" and not self.free and (start := token.attrs.get("start")):
                    raise ReportError(f"{self.where}: the number '{start}' is typed; a list starts with its first item")
                if token.type == "inline" and stack[-1:] == ["answer"]:
                    self.sentences += len(SENTENCE.findall(prose(token.children or [])))
                if token.type == "inline":
                    token.children = list(self.inline(token.children or []))
                yield token
            index += 1

    def question(self, words: list[str]) -> str:
        if len(words) < 2:
            raise ReportError(f"{self.where}: a question needs an id and a title, as in ::: question 1.1.c Its title")
        name, title = words[0], " ".join(words[1:])
        self.where = f"question {name}"
        if name not in self.report.rubric["points"]:
            raise ReportError(f"{self.where}: not in config/rubric.yaml, which lists the questions with their points")
        if name in self.report.questions:
            raise ReportError(f"{self.where}: is there twice")
        self.report.questions.append(name)
        self.report.labels[f"q-{name}"] = name
        points = self.report.rubric["points"][name]
        self.points += points
        self.answered = False
        self.sentences = 0
        self.free = True
        unit = "point" if points == 1 else "points"
        title = self.text(MARKDOWN.parseInline(title)[0])
        return (
            f'<section class="question" id="q-{name}"><div class="ask"><h3 data-running="{name} {plain(title)}">'
            f'<span class="number">{name}</span> {title} <span class="points">{points} {unit}</span></h3>\n'
        )

    def answer(self, stack: list[str]) -> str:
        if stack != ["question", "answer"] or self.answered:
            raise ReportError(f"{self.where}: an answer stands in its question, once")
        self.answered = True
        self.free = False
        return '</div><div class="answer">\n'

    def check_answered(self) -> None:
        if not self.answered:
            raise ReportError(f"{self.where}: has no ::: answer")
        if self.report.claims[-1:] == [] or self.report.claims[-1][0] != self.report.questions[-1]:
            raise ReportError(f"{self.where}: has no ```claims; declare what the answer asserts, or `none:` and why")

        longest = self.report.rubric["longest_answer"]
        if self.sentences == 0:
            raise ReportError(f"{self.where}: the answer is empty")
        if self.sentences > longest and self.report.questions[-1] not in self.report.rubric["derivations"]:
            raise ReportError(f"{self.where}: the answer has {self.sentences} sentences, at most {longest} are allowed")

    def claims(self, content: str) -> None:
        """Check the question's claims, a line each."""
        if not self.report.questions:
            raise ReportError(f"{self.where}: claims stand in a question's answer")
        for line in filter(None, map(str.strip, content.splitlines())):
            if line.startswith("none:") and not line[5:].strip():
                raise ReportError(f"{self.where}: `none:` needs a reason")
            try:
                claim = line[5:].strip() if line.startswith("none:") else check(line, self.report.values)
            except ClaimError as error:
                raise ReportError(f"{self.where}: {error}") from None
            self.report.claims.append((self.report.questions[-1], claim))
            if not isinstance(claim, str):
                if not claim.cited:
                    raise ReportError(f"{self.where}: the claim {line} cites nothing; a claim is about the results")
                self.cites(claim.cited)

    def asked(self) -> list[str]:
        """The question that this is in, if it is in one."""
        return self.report.questions[-1:] if self.where.startswith("question ") else []

    def cites(self, paths: Iterable[str]) -> None:
        """Remember which artifacts the question cites."""
        for path in paths:
            self.report.artifacts.setdefault(self.report.values.artifact(path), set()).update(self.asked())

    def captioned(self, kind: str, words: list[str], inner: list[Token]) -> Iterator[Token]:
        """A figure, a table or a listing, with its numbered caption."""
        if not words or not inner or inner[0].type != "paragraph_open":
            raise ReportError(f"{self.where}: a {kind} needs a name and a caption")
        free, self.free = self.free, False
        short = {"figure": "fig", "table": "tab", "listing": "lst"}[kind]
        name = words[-1] if kind == "listing" else words[0]
        target = self.report.label(short, name, self.where)
        if kind != "table" and len(inner) > 3:
            raise ReportError(f"{self.where}: the caption of {kind} {words[-1]} has more than one paragraph")
        text = self.text(inner[1])
        label = self.report.labels[target]
        caption = f"<figcaption><b>{label}.</b> {text}</figcaption>\n"
        yield raw(f'<figure class="{kind}" id="{target}">')
        if kind == "figure":
            pictures = "".join(self.picture(word, plain(text)) for word in words)
            yield raw(f'<div class="pictures" {box(label)}>{pictures}</div>{caption}')
        elif kind == "listing":
            try:
                code = listing(inside(self.report.root, self.report.root / words[0]), words[1:])
            except (ListingError, SealError, OSError) as error:
                raise ReportError(f"{self.where}: {error}") from None
            except (SyntaxError, ValueError):
                raise ReportError(f"{self.where}: {words[0]} is not a module of Python") from None
            self.report.listings[words[0]] = self.report.listings.get(words[0], "") + code
            yield raw(f'{caption}<div class="scroll" {box(label)}>{code}</div>')
        else:
            yield raw(f'{caption}<div class="scroll" {box(label)}>')
            yield from self.compose(inner[3:])
            yield raw("</div>")
        yield raw("</figure>\n")
        self.free = free

    def picture(self, name: str, alt: str) -> str:
        self.report.pictures.setdefault(name, set()).update(self.asked())
        if name not in self.report.figures:
            close = difflib.get_close_matches(name, self.report.figures, 3)
            raise ReportError(f"{self.where}: no figure {name}; near it there are {', '.join(close) or 'none'}")
        path = self.report.figures[name]
        picture = path.read_bytes() if path else b""
        width = re.search(rb'<svg[^>]* width="([\d.]+)pt"', picture)
        wide = ' class="wide"' if width and float(width[1]) > WIDE else ""
        source = f"data:image/svg+xml;base64,{base64.b64encode(picture).decode()}"
        return f'<img{wide} data-name="{name}" alt="{alt}" src="{source}">'

    def text(self, token: Token) -> str:
        """The HTML of a paragraph's content."""
        return RENDERER.renderInline(list(self.inline(token.children or [])), MARKDOWN.options, {})

    def inline(self, tokens: list[Token]) -> Iterator[Token]:
        """Formulas drawn, each with what may not part from it; references with a place for their label."""
        for index, token in enumerate(tokens):
            if token.type.startswith("math_inline"):
                drawn, after = self.formula(token.content, "double" in token.type), ""
                if index + 1 < len(tokens) and tokens[index + 1].type == "text":
                    content = tokens[index + 1].content
                    after = CLOSING.match(content)[0]  # type: ignore[index]
                    tokens[index + 1].content = content[len(after) :]
                yield raw(f'<span class="nobr">{drawn}{html.escape(after)}</span>' if after else drawn, "html_inline")
            else:
                if token.type == "text" and not self.free and (found := typed_number(token.content)):
                    raise ReportError(f"{self.where}: the number {found!r} is typed; cite it, with <%= value(...) %>")
                if token.type == "image":
                    raise ReportError(f"{self.where}: a picture is a ::: figure; {token.attrs['src']} is none")
                yield token
                href = str(token.attrs.get("href", ""))
                if href and not href.startswith(("#", "https://")):
                    raise ReportError(f"{self.where}: a link goes to # or to https://, not to {href}")
                if token.type == "link_open" and href.startswith("#"):
                    self.report.references.setdefault(href[1:], self.where)
                    if tokens[index + 1].type == "link_close":
                        yield raw(f"\ue002{href[1:]}\ue003", "html_inline")

    def formula(self, tex: str, display: bool) -> str:
        if not self.free and (found := stated_result(tex)):
            raise ReportError(
                f"{self.where}: the formula {tex!r} states the result {found}; cite it beside the formula"
            )
        try:
            return formula(tex.strip(), display)
        except MathError as error:
            raise ReportError(f"{self.where}: {error}") from None


def fill(path: Path, report: Report, **names: Any) -> str:
    """Run a template's Jinja; an error names the question that it is in."""
    file, source = path.relative_to(report.root), read(path, report.root)

    def place(line: int) -> str:
        before = QUESTION.findall("\n".join(source.split("\n")[:line]))
        return f"question {before[-1]} ({file}, line {line})" if before else f"{file}, line {line}"

    environment = jinja2.Environment(
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<%=",
        variable_end_string="%>",
        comment_start_string="<%#",
        comment_end_string="%>",
        loader=jinja2.FileSystemLoader(report.root / "templates"),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        autoescape=True,
    )
    values = report.values
    environment.globals.update(
        value=values.value, each=values.each, anchor=values.anchor, literal=values.literal, raw=values.look_up
    )
    environment.globals.update(claims=report.claimed, shown=lambda name: name in report.pictures, list=list)
    try:
        return environment.from_string(source).render(**names)
    except jinja2.TemplateSyntaxError as error:
        raise ReportError(f"{place(error.lineno)}: {error.message}") from None
    except Exception as error:  # whatever an expression of the template does
        kind = "" if isinstance(error, CitationError | jinja2.UndefinedError) else f"{type(error).__name__}: "
        trace, line = error.__traceback__, 1
        while trace:
            if trace.tb_frame.f_code.co_filename == "<template>":
                line = trace.tb_lineno
            trace = trace.tb_next
        raise ReportError(f"{place(line)}: {kind}{error}") from None


def read(path: Path, root: Path) -> str:
    """The text of a template; raises ReportError."""
    try:
        return inside(root, path).read_text(encoding="utf-8")
    except OSError as error:
        raise ReportError(f"{path.relative_to(root)}: {error.strerror}") from None
    except SealError as error:
        raise ReportError(str(error)) from None
    except UnicodeDecodeError:
        raise ReportError(f"{path.relative_to(root)}: not UTF-8 text") from None


def prose(tokens: list[Token]) -> str:
    """The tokens' text, with a letter for each formula and reference."""
    return "".join(
        "X" if token.type.startswith(("math", "link_open", "code")) else token.content or " " for token in tokens
    )


def closing(tokens: list[Token], index: int) -> int:
    """Where the container that opens at `index` closes."""
    return next(n for n in range(index + 1, len(tokens)) if tokens[n].level == tokens[index].level)


def box(label: str) -> str:
    """The attributes of what scrolls by itself where it is wider than the screen, so that the keyboard reaches it."""
    return f'tabindex="0" role="group" aria-label="{label}"'


def cell_name(token: Token) -> str | None:
    """What a fence is called as a cell of the notebook; None where the token is no such fence."""
    kind, _, name = token.info.strip().partition(" ")
    return name.strip() if token.type == "fence" and kind == "run" else None


def raw(markup: str, kind: str = "html_block") -> Token:
    return Token(kind, "", 0, content=markup)


def plain(markup: str) -> str:
    """The markup's text for an attribute, a formula as it is spoken."""
    spoken = re.sub(r'<img class="math" alt="([^"]*)"[^>]*>', r"\1", markup)
    return re.sub(r"<[^>]*>", "", spoken).replace('"', "&quot;").strip()


MARKDOWN = MarkdownIt("commonmark", {"html": False, "typographer": True}).enable(
    ["table", "replacements", "smartquotes"]
)
MARKDOWN.use(dollarmath_plugin, allow_labels=False, allow_digits=False, double_inline=True)
RENDERER = RendererHTML()
for _name in ("question", "answer", "figure", "table", "listing"):
    MARKDOWN.use(container_plugin, name=_name)
