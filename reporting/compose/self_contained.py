"""The document reads only the files of the report: what leads out of the project or out of the page is a fault."""

import base64
import binascii
import re
from collections.abc import Iterable
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote_to_bytes
from xml.parsers import expat

import tinycss2
from tinycss2.ast import (
    AtKeywordToken,
    CurlyBracketsBlock,
    FunctionBlock,
    Node,
    ParenthesesBlock,
    ParseError,
    SquareBracketsBlock,
    StringToken,
    URLToken,
)

ADDRESSES = {
    *("action", "background", "base", "cite", "data", "formaction", "href", "manifest", "ping", "poster", "src"),
    *("srcdoc", "srcset"),
}
ACTIVE = {
    *("animate", "animatemotion", "animatetransform", "applet", "base", "embed", "foreignobject", "form", "frame"),
    *("iframe", "link", "object", "script", "set"),
}
WAYS_OUT = re.compile(r"<!ENTITY|<\?xml-stylesheet", re.IGNORECASE)
# What a browser lets the page do: show itself. A policy in the page cannot say who may frame it.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)
# Of style sheets: what hints at an address; a font, which is nothing else; rules and functions that have addresses.
STYLED = re.compile(r"[\\@]|url|src|image|attr", re.IGNORECASE)
FONT = re.compile(r"url\(data:font/woff2;base64,[A-Za-z0-9+/=]*\)")
RULES_WITH_ADDRESSES = {"import", "namespace", "document", "-moz-document"}
OUR_POLICY = [("http-equiv", "Content-Security-Policy"), ("content", POLICY)]
# The attributes that are values of styles.
STYLES = {
    *("style", "fill", "stroke", "filter", "mask", "clip-path", "marker", "marker-start", "marker-mid", "marker-end"),
    *("cursor", "color-profile"),
}
WITH_ADDRESSES = {"src", "image", "image-set", "-webkit-image-set", "-webkit-image", "-moz-image", "paint", "element"}


class ExternalError(Exception):
    """What would be read from elsewhere, and where it is asked for."""


def inside(root: Path, path: Path) -> Path:
    """The path; raises ExternalError where it, or what it is a link to, is not in the project."""
    if not path.resolve().is_relative_to(root.resolve()):
        raise ExternalError(
            f"{path.relative_to(root) if path.is_relative_to(root) else path}: is outside of the project"
        )
    return path


def check_page(markup: str) -> None:
    """Raise ExternalError for whatever in the page asks for something that it does not hold; a link to the web may."""
    checker = PageChecker()
    checker.feed(f"{markup}</style>")  # so that one that is not closed is read
    checker.close()


@lru_cache(1000)  # most pictures are as they were when a page is composed again
def check_picture(svg: str) -> None:
    """Raise ExternalError for whatever in an SVG picture asks for something that it does not hold.

    A picture is XML, in which names keep their letters and may have a prefix.
    """
    checker, parser = Checker(), expat.ParserCreate()
    parser.StartElementHandler = lambda tag, given: checker.handle_starttag(tag.lower(), list(given.items()))
    parser.EndElementHandler = checker.handle_endtag
    parser.CharacterDataHandler = checker.handle_data
    parser.ProcessingInstructionHandler = lambda target, data: checker.handle_pi(f"{target} {data}")
    parser.EntityDeclHandler = lambda name, *_: checker.check_text(f"<!ENTITY {name}", "!doctype")
    try:
        parser.Parse(svg, True)
        checker.end_style()
    except expat.ExpatError as error:
        raise ExternalError(f"a picture is not valid XML: {error}") from None


class Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.style: str | None = None  # the text of a style sheet, while inside it: it may come in parts

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.end_style()
        tag = tag.rpartition(":")[2]
        given = {name.lower().rpartition(":")[2]: value or "" for name, value in attributes}
        if tag in ACTIVE or (tag == "meta" and "http-equiv" in given and attributes != OUR_POLICY):
            raise ExternalError(f"the page has an element <{tag}>, which acts or reads from elsewhere")
        for name, value in given.items():
            if name.startswith("on"):
                raise ExternalError(f"<{tag}> has the attribute {name}, which acts")
            if name in ADDRESSES:
                if not allowed(tag, name, value, given):
                    raise ExternalError(f"<{tag}> leads out of the page, to {value[:60]}")
            elif name in STYLES:
                check_style(value, tag)
            if value.startswith("data:image/svg+xml") and (svg := picture(value)):
                check_picture(svg)
        if tag == "style":
            self.style = ""

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        self.style = None

    def handle_endtag(self, tag: str) -> None:
        self.end_style()

    def handle_data(self, data: str) -> None:
        if self.style is not None:
            self.style += data

    def handle_decl(self, declaration: str) -> None:
        self.check_text(f"<!{declaration}", "!doctype")

    def handle_pi(self, data: str) -> None:
        self.check_text(f"<?{data}", "?")

    def close(self) -> None:
        super().close()
        self.end_style()

    def end_style(self) -> None:
        style, self.style = self.style, None
        if style:
            check_style(style, "style")

    def check_text(self, text: str, tag: str) -> None:
        if found := WAYS_OUT.search(text):
            raise ExternalError(f"<{tag}> leads out of the page: {found[0]}")


class PageChecker(Checker):
    """Of HTML, in which what is drawn is an image, and what styles is one style sheet."""

    sheets = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attributes)
        if tag in ("svg", "math"):
            raise ExternalError(f"the page has an element <{tag}>; a drawing is a ::: figure, a formula stands in $")
        self.sheets += tag == "style"
        if self.sheets > 1:
            raise ExternalError("the page has a second <style>; what a report adds to it is in templates/style.css")


@lru_cache(1000)
def check_style(css: str, tag: str) -> None:
    """Raise ExternalError for an address in a style sheet, or in the value of a style, that is not within the page."""
    if STYLED.search(css):
        check_tokens(tinycss2.parse_component_value_list(FONT.sub("url(data:)", css)), tag)


def check_tokens(tokens: Iterable[Node], tag: str, around: str = "") -> None:
    """The same of tokens, in which what was escaped is as it is; `around` is the function that they stand in."""
    for token in tokens:
        match token:
            case AtKeywordToken(lower_value=name) if name in RULES_WITH_ADDRESSES:
                raise ExternalError(f"<{tag}> leads out of the page: @{name}")
            case URLToken(value=address):
                check_address(address, tag)
            case FunctionBlock(lower_name="url"):
                check_address("".join(part.value for part in token.arguments if isinstance(part, StringToken)), tag)
            case FunctionBlock(lower_name=name) if name in WITH_ADDRESSES or (
                name == "attr" and not around.startswith("target-") and "url" in words(token)
            ):
                raise ExternalError(f"<{tag}> leads out of the page: {token.serialize()[:60]}")
            case ParseError(kind="bad-url"):
                raise ExternalError(f"<{tag}> has an address that is none")
            case FunctionBlock():
                check_tokens(token.arguments, tag, token.lower_name)
            case CurlyBracketsBlock() | ParenthesesBlock() | SquareBracketsBlock():
                check_tokens(token.content, tag, around)


def check_address(address: str, tag: str) -> None:
    """Raise ExternalError for an address of a style that is neither data nor a place in the page."""
    if not address.startswith(("data:", "#")):
        raise ExternalError(f"<{tag}> leads out of the page: url({address[:60]})")
    if address.startswith("data:image/svg+xml"):
        check_picture(picture(address))


def words(function: FunctionBlock) -> list[str]:
    """The words in a function's arguments."""
    return re.findall(r"[\w-]+", tinycss2.serialize(function.arguments).lower())


def allowed(tag: str, name: str, value: str, given: dict[str, str]) -> bool:
    """A place in the page, data, or a link that a reader may follow."""
    if tag == "a" and name == "href" and value.startswith("https://"):
        return "attachment" not in given.get("rel", "").split()
    return value.startswith(("#", "data:image/")) or (tag, name, value[:5]) == ("img", "src", "data:")


def picture(address: str) -> str:
    """The text of an SVG picture in a data: address."""
    head, _, content = address.partition(",")
    try:
        data = base64.b64decode(content) if head.endswith(";base64") else unquote_to_bytes(content)
    except binascii.Error:
        raise ExternalError("a picture is not valid base64") from None
    return data.decode(errors="replace")
