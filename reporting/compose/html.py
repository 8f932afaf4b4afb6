"""The tree as HTML."""

import base64
import html
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from reporting.cite.values import PLACEHOLDER
from reporting.compose.listing import highlighted
from reporting.compose.sections import Report, Section
from reporting.compose.tree import MARKDOWN, Answer, Block, Captioned, Cell, Markup, Output, Question, Sentence, Text
from reporting.glyphs.math import formula

WIDE = 360  # points, from which on a picture does not shrink to a phone's width
# A browser breaks a line between a picture, as formulas are, and a no-break space.
CLOSING = re.compile(r"[.,;:!?)’”]*(?:\u00a0[=<>≈±]+)?")
RENDERER = RendererHTML()
MANY = 8  # columns of a table, which are set closer


class Part(NamedTuple):
    """A section as the page shows it."""

    number: str
    title: str
    body: str
    points: int


def part(section: Section, report: Report) -> Part:
    writer = Writer(report)
    return Part(section.number, writer.text(section.title), writer.blocks(section.blocks), section.points)


class Writer:
    """Writes HTML with places for the values."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def blocks(self, blocks: Sequence[Block]) -> str:
        return "".join(map(self.block, blocks))

    def block(self, block: Block) -> str:
        match block:
            case Question():
                return self.question(block)
            case Answer():
                return f'</div><div class="answer">\n{self.blocks(block.blocks)}</div>\n'
            case Captioned():
                return self.captioned(block)
            case Cell(is_shown=True):
                code = PLACEHOLDER.sub(lambda match: self.report.values.cited[int(match[1])].text, block.code)
                return f'<div class="scroll" {scrolling("Code")}>{highlighted([code.rstrip()])}</div>\n'
            case Output():
                return f'<pre class="output" {scrolling("Output")}>{html.escape(block.text)}</pre>\n'
            case Markup():
                return self.markup(block)
        return ""

    def question(self, block: Question) -> str:
        title = self.text(block.title)
        return (
            f'<section class="question" id="q-{block.name}"><div class="ask">'
            f'<h3 data-running="{block.name} {attribute_text(title)}"><span class="number">{block.name}</span> {title} '
            f'<span class="points">{self.report.worth(block.name)}</span></h3>\n{self.blocks(block.blocks)}'
            f"{self.results(block.name)}</section>\n"
        )

    def results(self, question: str) -> str:
        """For who asks on a screen: the artifacts that a question's values, claims and code are from."""
        anchors = self.report.values.anchors
        names = sorted(name for name in anchors if question in self.report.artifacts.get(name, ()))
        links = ", ".join(f'<a href="#artifact-{html.escape(name)}">{html.escape(name)}</a>' for name in names)
        summary = "<summary>Results behind this answer</summary>"
        return f'<details class="digest">{summary}{links}</details>' if names else ""

    def captioned(self, block: Captioned) -> str:
        label = self.report.labels[block.target]
        caption = f"<figcaption><b>{label}.</b> {self.text(block.caption)}</figcaption>\n"
        if block.kind == "figure":
            pictures = "".join(self.picture(word, self.alternative_text(block.caption)) for word in block.words)
            inner = f'<div class="pictures" {scrolling(label)}>{pictures}</div>{caption}'
        elif block.kind == "listing":
            inner = f'{caption}<div class="scroll" {scrolling(label)}>{self.report.code[block.target]}</div>'
        else:
            inner = f'{caption}<div class="scroll" {scrolling(label)}>{self.blocks(block.blocks)}</div>'
        return f'<figure class="{block.kind}" id="{block.target}">{inner}</figure>\n'

    def alternative_text(self, caption: Text) -> str:
        """A caption for an attribute."""
        tokens = [token for token in caption.tokens if token.type != "ground"]
        return attribute_text(RENDERER.renderInline(list(self.inline(tokens)), MARKDOWN.options, {}))

    def picture(self, name: str, alt: str) -> str:
        path = self.report.figures[name]
        picture = path.read_bytes() if path else b""
        width = re.search(rb'<svg[^>]* width="([\d.]+)pt"', picture)
        narrow = re.search(rb'<svg[^>]* data-narrow="([\d./ ]+)"', picture)
        wide = ' class="wide"' if width and float(width[1]) > WIDE else ""
        if narrow:  # the shape of the picture with its panels one below the other
            wide = f' class="wide stackable" style="--narrow: {narrow[1].decode()}"'
        source = f"data:image/svg+xml;base64,{base64.b64encode(picture).decode()}"
        return f'<img{wide} data-name="{name}" alt="{alt}" src="{source}">'

    def markup(self, block: Markup) -> str:
        tokens = [self.token(token) for token in block.tokens]
        for place in (place for place, token in enumerate(tokens) if token.type == "table_open"):
            head = itertools.takewhile(lambda token: token.type != "thead_close", tokens[place:])
            if sum(token.type == "th_open" for token in head) >= MANY:
                tokens[place] = tokens[place].copy(attrs={"class": "many"})
        return str(RENDERER.render(tokens, MARKDOWN.options, {}))

    def token(self, token: Token) -> Token:
        if token.type.startswith("math_block"):
            drawn = formula(token.content.strip(), True)
            return markup_token(f'<div class="equation" {scrolling("Formula")}>{drawn}</div>\n', "html_block")
        if token.type == "inline":
            return token.copy(children=list(self.inline(token.children or [])))
        return token

    def text(self, text: Text) -> str:
        """The HTML of a paragraph's content."""
        return RENDERER.renderInline(list(self.inline(text.tokens)), MARKDOWN.options, {})

    def inline(self, tokens: Sequence[Token]) -> Iterator[Token]:
        """Formulas drawn, each with what may not part from it; references with their labels."""
        taken = 0  # of a text, by the formula before it
        for token, following in itertools.zip_longest(tokens, tokens[1:]):
            if token.type == "math_inline" and token.content.strip().isdecimal():
                yield markup_token(token.content.strip())  # in the type of the text around it
                continue
            if token.type.startswith("math_inline"):
                drawn, after = formula(token.content.strip(), "double" in token.type), ""
                if following and following.type == "text" and (closing := CLOSING.match(following.content)):
                    after, taken = closing[0], closing.end()
                yield markup_token(f'<span class="nobr">{drawn}{html.escape(after)}</span>' if after else drawn)
                continue
            if token.type == "ground":
                yield markup_token(ground_element(token.meta["sentence"]))
                continue
            yield token.copy(content=token.content[taken:]) if taken else token
            taken = 0
            href = str(token.attrs.get("href", ""))
            if token.type == "link_open" and href.startswith("#") and following and following.type == "link_close":
                yield markup_token(self.report.labels[href[1:]])


def entries(report: Report) -> dict[str, str]:
    """What is said of each artifact where it is listed: the script that computes it, its block of the configuration,
    and the questions that cite it. A script and its results share a name."""
    found = {}
    for artifact in report.values.artifacts:
        kind, said = artifact.split("/")[0], list[str]()
        if (report.root / (script := f"scripts/experiments/{kind}.py")).is_file():
            said.append(f"<code>main</code> in <code>{html.escape(script)}</code>")
        for block in dict.fromkeys([artifact.replace("/", "."), kind]):
            if report.values.has(f"config.{block}"):
                said.append(f"<code>{html.escape(block)}</code> in <code>config/config.yaml</code>")
                break
        questions = sorted(report.artifacts.get(artifact, ()))
        if cited := ", ".join(f'<a href="#q-{question}">{question}</a>' for question in questions):
            said.append(f"cited in {cited}")
        found[artifact] = "".join(f"{part}; " for part in said)
    return found


def scrolling(label: str) -> str:
    """The attributes of what scrolls by itself where it is wider than the screen, so that the keyboard reaches it."""
    return f'tabindex="0" role="group" aria-label="{label}"'


def ground_element(sentence: Sentence) -> str:
    """What a sentence rests on, for who asks; the style sheet shows it on a screen, and prints nothing of it."""
    says = html.escape("\n".join(["Rests on", *sentence.rests_on]))
    return f'<span class="ground" role="note" tabindex="0" aria-label="{says}"></span>'


def markup_token(markup: str, kind: str = "html_inline") -> Token:
    return Token(kind, "", 0, content=markup)


def attribute_text(markup: str) -> str:
    """The markup's text for an attribute, a formula as it is spoken."""
    spoken = re.sub(r'<img class="math" alt="([^"]*)"[^>]*>', r"\1", markup)
    return re.sub(r"<[^>]*>", "", spoken).replace('"', "&quot;").strip()
