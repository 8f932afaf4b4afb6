"""The text of a section as a tree, parsed once: questions, answers, captions, cells, sentences, and what Markdown has.

The text is Markdown with LaTeX math, with places for its values. Its own blocks are containers and fences:

    :::: question 1.1.c Is it the minimum?     what is asked, then
    ::: answer                                 what is answered, which has no typed number
    ```claims                                  what is asserted, `NAME: EXPRESSION` a line; or `none:` and why
    ::: figure NAME [NAME...]                  a caption; the pictures are results/figures/NAME.svg
    ::: table NAME                             a caption, then a table
    ::: listing FILE NAME [NAME...]            a caption; the code is the real source, less its types
    ```run NAME                                a cell of the notebook, of which the page shows nothing
    ```run NAME shown                          one of which the page shows the code
    ```output                                  what a cell prints

and `[](#fig-NAME)`, `[](#tab-NAME)`, `[](#lst-NAME)`, `[](#q-1.1.c)`, `[](#app-A)` refer to them. Behind its full
stop, or a colon that leads into a formula, a sentence has its ground in brackets: `It rises. [rise, shown: fig-NAME]`.
"""

import difflib
import html
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from reporting.cite.values import PLACEHOLDER, UNFIT, unfit

SHORT = {"figure": "fig", "table": "tab", "listing": "lst"}
CONTAINERS = ("question", "answer", *SHORT)
FENCES = ("claims", "run", "output")
QUESTION = re.compile(r"^:{3,}\s*question\s+(\S+)", re.MULTILINE)
# The end of a sentence, in its words.
END = re.compile(r"(?<!e\.g)(?<!i\.e)(?<!\bvs)(?<!\betc)(?<!\b[A-Z])[.!?][)\"”’]*(?=\s+[\"“‘(]?[A-Z\ue000$`\[])")
WORD = re.compile(r"\$…\$|`…`|\[…\]|\ue000\d+\ue001|[^\W_]+(?:[-'’.][^\W_]+)*")
GROUND = re.compile(r"\[([^\[\]]*)\](?![\[(])")
ENDED = re.compile(r"[.!?:…][)\"'”’*_$`]*\s*\Z")
COLONS = re.compile(r" {0,3}(:{3,})\s*(.*?)\s*")
ENTITY = re.compile(r"&(?:#x?)?\w+;")
TICKS = re.compile(r"\s*(`{3,}|~{3,})([^`]*)")


def ground(state: StateInline, silent: bool) -> bool:
    """What stands in brackets behind the end of a sentence, as a token of its own."""
    found = GROUND.match(state.src, state.pos)
    if not found or not ENDED.search(state.src, 0, state.pos):
        return False
    if not silent:
        state.pending = state.pending.rstrip()
        if not state.pending and state.tokens and state.tokens[-1].type == "softbreak":
            state.tokens.pop()
        state.push("ground", "", 0).content = " ".join(found[1].split())
    state.pos = found.end()
    return True


MARKDOWN = MarkdownIt("commonmark", {"html": False, "typographer": True}).enable(
    ["table", "replacements", "smartquotes"]
)
MARKDOWN.use(dollarmath_plugin, allow_labels=False, allow_digits=False, double_inline=True)
MARKDOWN.inline.ruler.before("link", "ground", ground)
for _name in CONTAINERS:
    MARKDOWN.use(container_plugin, name=_name)


class TextError(Exception):
    """What is wrong with a text, and the line, from 1, that it is in."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass
class Sentence:
    """A sentence of a text, and what stands in the brackets behind it, None where there are none."""

    words: str  # a sign for each formula, piece of code and reference, a place for each value
    text: str  # with formulas, code and references as they are written
    ground: str | None
    line: int
    rests_on: list[str] = field(default_factory=list)  # said to who asks, once it is known


@dataclass
class Text:
    """The content of a paragraph, a title or a cell of a table."""

    tokens: list[Token]
    sentences: list[Sentence]
    is_paragraph: bool


@dataclass
class Markup:
    """What Markdown has itself: a paragraph, a title, a list, a table, a formula, code."""

    node: SyntaxTreeNode
    line: int
    texts: list[Text]

    @property
    def tokens(self) -> list[Token]:
        return self.node.to_tokens()


@dataclass
class Cell:
    """A cell of the notebook."""

    name: str
    code: str
    line: int
    is_shown: bool = False  # on the page


@dataclass
class Claims:
    """What is asserted: each line that is not empty, with its number."""

    lines: list[tuple[int, str]]
    line: int


@dataclass
class Output:
    """What a cell prints."""

    text: str
    line: int


@dataclass
class Captioned:
    """A figure, a table or a listing, with its caption."""

    kind: str
    words: list[str]  # the pictures of a figure; the file of a listing and what it shows of it
    caption: Text
    blocks: list["Block"]
    line: int

    @property
    def name(self) -> str:
        return self.words[-1 if self.kind == "listing" else 0]

    @property
    def target(self) -> str:
        """What a reference to it has: fig-NAME."""
        return f"{SHORT[self.kind]}-{self.name}"


@dataclass
class Answer:
    """What is answered."""

    blocks: list["Block"]
    line: int


@dataclass
class Question:
    """What is asked, the answer, and what stands behind it."""

    name: str
    title: Text
    blocks: list["Block"]
    line: int


Block = Markup | Cell | Claims | Output | Captioned | Answer | Question


def parse(text: str) -> list[Block]:
    """The blocks of a text; raises TextError."""
    check_closed(text)
    check_entities(text)
    return [block_of(node) for node in SyntaxTreeNode(MARKDOWN.parse(text)).children]


def walk(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks and all that are in them, in the order of reading."""
    for block in blocks:
        yield block
        if isinstance(block, Captioned | Answer | Question):
            yield from walk(block.blocks)


def texts(block: Block) -> list[Text]:
    """The texts that stand in a block itself."""
    match block:
        case Markup():
            return block.texts
        case Captioned():
            return [block.caption]
        case Question():
            return [block.title]
    return []


def text_of(inline: Token, is_paragraph: bool = False) -> Text:
    """A text with its sentences; each ground in it knows its own."""
    tokens, sentences = inline.children or [], list[Sentence]()
    start, at = 0, line_of(inline.map)
    for index, token in enumerate(tokens):
        if token.type == "ground":
            sentences += sentences_of(tokens[start:index], token.content, at)
            token.meta["sentence"] = sentences[-1]
            start, at = index + 1, at + words(tokens[start:index]).count("\n")
    if words(tokens[start:]).strip():
        sentences += sentences_of(tokens[start:], None, at)
    return Text(tokens, sentences, is_paragraph)


def sentences_of(tokens: Sequence[Token], ground: str | None, line: int) -> Iterator[Sentence]:
    """The sentences up to a ground, which is that of the last of them."""
    said, start = words(tokens), 0
    for end in [found.end() for found in END.finditer(said)]:
        yield Sentence(said[start:end], said[start:end], None, line + begun(said, start))
        start = end
    yield Sentence(said[start:], written(tokens), ground, line + begun(said, start))


def begun(said: str, start: int) -> int:
    """How many lines into a text what begins at `start` has its first word."""
    return said.count("\n", 0, start + len(said[start:]) - len(said[start:].lstrip()))


def words(tokens: Sequence[Token]) -> str:
    """The text of the tokens, with a sign for each formula, piece of code and reference, and a place for each value."""
    found = ""
    for token, following in itertools.zip_longest(tokens, tokens[1:]):
        if token.type.startswith("math"):
            found += "$…$"
        elif token.type == "code_inline":
            found += "".join(place[0] for place in PLACEHOLDER.finditer(token.content)) or "`…`"
        elif token.type == "link_open" and following and following.type == "link_close":
            found += "[…]"
        else:
            found += "\n" if token.type.endswith("break") else token.content
    return found


def written(tokens: Sequence[Token]) -> str:
    """The text of the tokens as it is written, on one line."""
    found = ""
    for token in tokens:
        match token.type:
            case "math_inline" | "math_inline_double":
                found += f"${token.content.strip()}$"
            case "code_inline":
                found += f"`{token.content}`"
            case "link_open":
                found += "["
            case "link_close":
                found += "]"
            case _:
                found += " " if token.type.endswith("break") else token.content
    return " ".join(found.split())


def line_of(extent: Sequence[int] | None) -> int:
    return extent[0] + 1 if extent else 1


def block_of(node: SyntaxTreeNode) -> Block:
    line = line_of(node.map)
    if node.type.startswith("container_"):
        return container(node.type.removeprefix("container_"), node.info.split()[1:], node, line)
    if node.type == "fence":
        kind, _, name = node.info.strip().partition(" ")
        match kind:
            case "claims":
                lines = enumerate(map(str.strip, node.content.split("\n")), line + 1)
                return Claims([(number, text) for number, text in lines if text], line)
            case "run":
                bare = name.strip().removesuffix(" shown")
                return Cell(bare, node.content, line, is_shown=bare != name.strip())
            case "output":
                return Output(node.content, line)
    for inner in node.walk(include_self=False):
        ours = inner.type == "fence" and inner.info.partition(" ")[0] in FENCES
        if ours or inner.type.startswith("container_"):
            what = f"{inner.markup} {inner.info.strip()}"
            raise TextError(f"{what!r} stands by itself, not in a {node.type}", line_of(inner.map))
    tokens = node.to_tokens()
    inline = [(around.tag, token) for around, token in itertools.pairwise(tokens) if token.type == "inline"]
    return Markup(node, line, [text_of(token, tag == "p") for tag, token in inline])


def container(kind: str, names: list[str], node: SyntaxTreeNode, line: int) -> Block:
    if kind == "question":
        if len(names) < 2:
            raise TextError("a question needs an id and a title, as in ::: question 1.1.c Its title", line)
        title = text_of(MARKDOWN.parseInline(" ".join(names[1:]))[0])
        return Question(names[0], title, [block_of(child) for child in node.children], line)
    if kind == "answer":
        return Answer([block_of(child) for child in node.children], line)
    if not names or not node.children or node.children[0].type != "paragraph":
        raise TextError(f"a {kind} needs a name and a caption", line)
    caption, *rest = node.children
    blocks = [block_of(child) for child in rest]
    if kind != "table" and any(isinstance(block, Markup) for block in blocks):
        raise TextError(f"the caption of {kind} {names[-1]} has more than one paragraph", line)
    inline = caption.children[0].token
    assert inline
    return Captioned(kind, names, text_of(inline, is_paragraph=True), blocks, line)


def check_closed(text: str) -> None:
    """Raise TextError for a container or a fence that is unknown, that is not closed, or that closes nothing.

    Markdown takes the first for text and closes the second silently where its text ends.
    """
    opened: list[tuple[int, str, int]] = []  # with how many colons, what, and in which line
    ticks, since = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        if ticks:
            if re.fullmatch(rf"\s*{ticks}{ticks[0]}*\s*", line):
                ticks = ""
            elif re.fullmatch(rf"\s*{ticks}(?:{'|'.join(FENCES)})\b.*", line):
                break
        elif fence := TICKS.fullmatch(line):
            ticks, since = fence[1], number
        elif colons := COLONS.fullmatch(line):
            count, what = len(colons[1]), colons[2]
            if opened and count > opened[-1][0] - bool(what):
                raise TextError(
                    f"{opened[-1][1]!r} is not closed before {line.strip()!r}; what stands in it has fewer colons",
                    opened[-1][2],
                )
            if what:
                check_known(what.split()[0], number)
                opened.append((count, line.strip(), number))
            elif not opened or opened.pop()[0] != count:
                raise TextError(f"{line.strip()!r} closes nothing", number)
    if ticks:
        raise TextError(f"the {ticks} of this line is not closed", since)
    if opened:
        raise TextError(f"{opened[-1][1]!r} is not closed", opened[-1][2])


def check_entities(text: str) -> None:
    """Raise TextError for a character that no text has, in HTML's spelling."""
    for entity in ENTITY.finditer(text):
        if found := UNFIT.search(html.unescape(entity[0])):
            raise TextError(f"{entity[0]} is {unfit(found)}", text.count("\n", 0, entity.start()) + 1)


def check_known(kind: str, line: int) -> None:
    if kind not in CONTAINERS:
        close = difflib.get_close_matches(kind, CONTAINERS, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(CONTAINERS)}"
        raise TextError(f"no block {kind!r}; {hint}", line)
