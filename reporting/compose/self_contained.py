"""The document reads only the files of the report: what leads out of the project or out of the page is a fault."""

import base64
import binascii
import re
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote_to_bytes
from xml.parsers import expat

ADDRESSES = {
    *("action", "background", "base", "cite", "data", "formaction", "href", "manifest", "ping", "poster", "src"),
    *("srcdoc", "srcset"),
}
ACTIVE = {"applet", "base", "embed", "foreignobject", "form", "frame", "iframe", "link", "object", "script"}
WAYS_OUT = re.compile(r"@import|url\(\s*[\"']?(?!data:|#|[\"'\s])[^)]{0,60}|<!ENTITY|<\?xml-stylesheet", re.IGNORECASE)


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
    checker = Checker()
    checker.feed(markup)
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
    except expat.ExpatError as error:
        raise ExternalError(f"a picture is not valid XML: {error}") from None


class Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.style: str | None = None  # the text of a style sheet, while inside it

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        tag = tag.rpartition(":")[2]
        given = {name.lower().rpartition(":")[2]: value or "" for name, value in attributes}
        self.style = "" if tag == "style" else None
        if tag in ACTIVE or (tag == "meta" and "http-equiv" in given):
            raise ExternalError(f"the page has an element <{tag}>, which acts or reads from elsewhere")
        for name, value in given.items():
            if name.startswith("on"):
                raise ExternalError(f"<{tag}> has the attribute {name}, which acts")
            if name in ADDRESSES and not allowed(tag, name, value, given):
                raise ExternalError(f"<{tag}> leads out of the page, to {value[:60]}")
            self.check_text(value if name == "style" else "", tag)
            if value.startswith("data:image/svg+xml") and (svg := picture(value)):
                check_picture(svg)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        self.style = None

    def handle_endtag(self, tag: str) -> None:
        self.style = None

    def handle_data(self, data: str) -> None:
        if self.style is not None:
            self.style += data  # it may come in parts, around a comment
            self.check_text(self.style, "style")

    def handle_decl(self, declaration: str) -> None:
        self.check_text(f"<!{declaration}", "!doctype")

    def handle_pi(self, data: str) -> None:
        self.check_text(f"<?{data}", "?")

    def check_text(self, text: str, tag: str) -> None:
        if found := WAYS_OUT.search(text):
            raise ExternalError(f"<{tag}> leads out of the page: {found[0]}")


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
