"""What a report's own page and style sheet, which stand around its sections, may not say by themselves."""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

import tinycss2
from tinycss2.ast import Declaration, FunctionBlock, Node, StringToken

from reporting.cite.typed import typed_number

JINJA = re.compile(r"<%.*?%>", re.DOTALL)
HIDDEN = {"hidden", "inert"}  # attributes of what nobody sees
SAID = {"alt", "aria-label", "aria-description", "label", "placeholder", "title", "value"}  # seen, or read aloud
UNSEEN = {"script", "style", "template"}
# Properties that put text on the page.
TEXTUAL = {
    *("content", "list-style", "list-style-type", "quotes", "text-overflow", "hyphenate-character", "symbols"),
    *("additive-symbols", "negative", "pad", "prefix", "suffix", "text-emphasis", "text-emphasis-style"),
}


def faults(source: str) -> Iterator[tuple[int, str]]:
    """What is wrong with the text of a page, its Jinja apart, each with its line."""
    reader = Reader()
    # What Jinja puts there takes no part in a word.
    reader.feed(JINJA.sub(lambda statement: "\x00" + "\n" * statement[0].count("\n"), source))
    reader.close()
    yield from reader.faults


class Reader(HTMLParser):
    """Finds typed numbers in what is seen of a page, and what hides a part of it."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[tuple[int, str]] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.unseen += tag in UNSEEN
        for name, value in attributes:
            if name in SAID:
                self.check(value or "")
            elif name in HIDDEN:
                self.fault(f"<{tag}> is {name}; what nobody sees is left out")
        if tag == "data":
            self.fault("<data> is typed; cite a value, with <%= value(...) %>")

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.check(data)

    def check(self, text: str) -> None:
        if found := typed_number(text):
            self.fault(f"the number {found!r} is typed; cite it, with <%= value(...) %>")

    def fault(self, message: str) -> None:
        self.faults.append((self.getpos()[0], message))


def style_faults(css: str) -> Iterator[tuple[int, str]]:
    """What a style sheet would put on the page, each with its line: texts and counters."""
    yield from rule_faults(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True))


def rule_faults(rules: Iterable[Node]) -> Iterator[tuple[int, str]]:
    """The same of rules and declarations, and of those in them."""
    for rule in rules:
        if isinstance(rule, Declaration) and rule.lower_name in TEXTUAL:
            for token in rule.value:
                if isinstance(token, FunctionBlock | StringToken):
                    said = f"{rule.name}: {token.serialize()[:40]}"
                    yield rule.source_line, f"`{said}` puts text on the page, which stands in templates/sections"
        elif content := getattr(rule, "content", None):
            yield from rule_faults(tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True))
