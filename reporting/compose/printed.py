"""What a finished report says: its HTML as passages of text, and its PDF as text at links and text of pages.

Both are compared without white space, hyphens at which a line may break, and upper case: those are the style sheet's.
The text of a formula stands on its drawing, not drawn; it is told from text that is, and neither passes for the other.
"""

import ctypes
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from io import BytesIO
from itertools import count, groupby, repeat
from typing import Any, NamedTuple

import pikepdf
import pypdfium2
import pypdfium2.raw

# Elements that go on with the text around them; what else begins or ends is the end of a run of text.
INLINE = {"a", "b", "code", "data", "em", "i", "span", "strong", "sub", "sup"}
UNSEEN = {"script", "style", "template", "title"}
ON_SCREEN = {"digest", "hint", "skip"}  # classes of what the style sheet does not print
EDGE = 60.0  # points at the top and the bottom of a page that hold its running head and its number
RAISED = 8.0  # points; the link of a raised part has no height of its own, a line of text has more
WIDEST_LETTER = 15.0  # points
WIDEST_GAP = 500  # characters between two runs of text
LONGEST_MESSAGE = 60
PDFIUM_HYPHEN = "\x02"  # what PDFium takes for the hyphen of a word that goes on in the next line
UNDRAWN = "\ue004"  # stands before each character that is on the page but not drawn
LINE_END = "\ue006"  # a hyphen at which a line ends
HYPHENS = re.compile(f"[-\u2010{LINE_END}]")


class PrintedError(Exception):
    """A PDF that does not show what its HTML says: page, what is there, what should be."""


class Place(NamedTuple):
    """A rectangle of a page, counted from 1: left, bottom, right, top in points."""

    page: int
    left: float
    bottom: float
    right: float
    top: float


class Letter(NamedTuple):
    """A character of a page, with the origin from which it is drawn, if it is."""

    x: float
    y: float
    text: str
    seen: bool


class Printed:
    """A PDF as its reader sees it: the text at each link to an artifact, in order, and the text of the pages."""

    def __init__(self, pdf: bytes) -> None:
        self.places: list[tuple[Place, str]] = []
        self.body = ""
        self.hyphens: dict[int, str] = {}  # by where in the body each would stand
        self.starts: list[int] = []  # where in the body each page starts
        with pypdfium2.PdfDocument(pdf) as document, pikepdf.open(BytesIO(pdf)) as source:
            for number, page in enumerate(source.pages, 1):
                sheet = document[number - 1]
                letters = list(letters_of(sheet))
                height = sheet.get_height()
                self.starts.append(len(self.body))
                inside = [letter for letter in letters if EDGE < letter.y < height - EDGE]
                for seen, run in groupby(ends_told(inside), lambda letter: letter.seen):
                    text = compact("".join(letter.text for letter in run))
                    if seen:
                        self.hyphens |= {len(self.body) + place: hyphen for place, hyphen in hyphens(text)}
                    self.body += letters_only(text) if seen else undrawn(letters_only(text))
                lines = Lines(letters)
                self.places += [(place, lines.text_at(place)) for place, _ in links(page, number)]

    def page_at(self, position: int) -> int:
        """The page that a position of the body is on."""
        return max(1, sum(start <= position for start in self.starts))


def letters_of(sheet: pypdfium2.PdfPage) -> Iterator[Letter]:
    """The characters of a page, but for those inside its figures, which are drawings put into the page."""
    text = sheet.get_textpage()
    within = {address(thing.raw) for thing in sheet.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_TEXT]) if thing.level}
    x, y = ctypes.c_double(), ctypes.c_double()
    for index in range(text.count_chars()):
        drawn = pypdfium2.raw.FPDFText_GetTextObject(text, index)  # nothing for a space that PDFium adds
        if drawn and address(drawn) in within:
            continue
        mode = pypdfium2.raw.FPDFTextObj_GetTextRenderMode(drawn) if drawn else None
        seen = mode != pypdfium2.raw.FPDF_TEXTRENDERMODE_INVISIBLE
        pypdfium2.raw.FPDFText_GetCharOrigin(text, index, x, y)
        character = chr(pypdfium2.raw.FPDFText_GetUnicode(text, index)).replace(PDFIUM_HYPHEN, "\u2010")
        yield Letter(x.value, y.value, character, seen)


def ends_told(letters: Sequence[Letter]) -> Iterator[Letter]:
    """The letters, with another character for a hyphen behind which the text goes on in another line, or not at all."""
    visible = [letter for letter in letters if letter.text.isprintable() and not letter.text.isspace()]
    neighbours = zip([None, *visible], visible, [*visible[1:], None], strict=False)
    ending = {
        id(letter)
        for before, letter, after in neighbours
        if HYPHENS.fullmatch(letter.text)
        and (before and abs(before.y - letter.y) < 1 and 0 < letter.x - before.x < WIDEST_LETTER)
        and (after is None or abs(after.y - letter.y) > RAISED)
    }
    for letter in letters:
        yield letter._replace(text=LINE_END) if id(letter) in ending else letter


def hyphens(text: str) -> Iterator[tuple[int, str]]:
    """The hyphens of a compact text, each with the number of other characters before it."""
    for found in HYPHENS.finditer(text):
        yield len(letters_only(text[: found.start()])), found[0]


def address(thing: Any) -> int:
    """Where an object of PDFium is, which tells whether two are the same."""
    return ctypes.addressof(thing.contents)


def links(page: pikepdf.Page, number: int) -> Iterator[tuple[Place, str]]:
    """The places of a page's links to artifacts, each with its target, in the order of the document."""
    annotations = page.obj.get("/Annots", pikepdf.Array())
    for link in annotations if isinstance(annotations, pikepdf.Array) else ():
        target = str(link.get("/Dest", "")) if isinstance(link, pikepdf.Dictionary) else ""
        if target.startswith("artifact-"):
            x, y, u, v = (round(float(edge), 2) for edge in link["/Rect"])
            if x != u:  # else it is what WeasyPrint leaves at the end of a line that has no part of the link
                yield Place(number, min(x, u), min(y, v), max(x, u), max(y, v)), target


class Lines:
    """The letters of a page that are seen, by their height, as one asks for many places of a page."""

    def __init__(self, letters: Sequence[Letter]) -> None:
        self.letters = letters
        seen = (index for index, letter in enumerate(letters) if letter.seen)
        self.by_height = sorted(seen, key=lambda index: letters[index].y)
        self.heights = [letters[index].y for index in self.by_height]

    def text_at(self, place: Place) -> str:
        """The characters that are drawn from inside the place."""
        bottom, top = place.bottom, place.top
        if top - bottom < RAISED:
            bottom, top = (bottom + top - RAISED) / 2, (bottom + top + RAISED) / 2
        line = self.by_height[bisect_left(self.heights, bottom) : bisect_right(self.heights, top)]
        letters = [self.letters[index] for index in sorted(line)]
        # A letter's origin may stand a hair left of its link; that of the next letter is the link's right edge.
        inside = (letter.text for letter in letters if place.left - 0.05 <= letter.x < place.right - 0.05)
        return "".join(inside).strip()


def compact(text: str) -> str:
    """The text without white space and upper case, superscripts as plain digits."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def letters_only(text: str) -> str:
    """The compact text without any hyphen."""
    return re.sub(f"[-\u2010\xad\x00-\x1f\ufffe{LINE_END}]", "", compact(text))


def undrawn(text: str) -> str:
    """Text that is not drawn as it stands among that which is."""
    return "".join(UNDRAWN + character for character in text)


def shows(fragments: Sequence[str], text: str) -> bool:
    """Whether fragments, a line's part each, show a text; a word may be broken with a hyphen where a line ends."""
    wanted = compact(text)
    whole = compact("".join(fragments)).replace("\u2010", "-")
    broken = compact("".join([*(part.removesuffix("\u2010") for part in fragments[:-1]), *fragments[-1:]]))
    return wanted in (whole, broken.replace("\u2010", "-"))


def assign(texts: Sequence[str], places: Sequence[tuple[Place, str]]) -> list[list[Place]]:
    """The places that show each text, in order; raises PrintedError where the pages do not go on with the next text."""
    rest = list(reversed(places))
    found: list[list[Place]] = []
    for text in texts:
        taken: list[tuple[Place, str]] = []
        while not shows([fragment for _, fragment in taken], text):
            if not rest or len(compact("".join(fragment for _, fragment in taken))) > len(compact(text)):
                where = f"page {taken[0][0].page}" if taken else "the last page"
                seen = "".join(fragment for _, fragment in taken)
                raise PrintedError(f"{where}: shows {shorten(seen)} where the value is {shorten(text)}")
            taken.append(rest.pop())
        found.append([place for place, _ in taken])
    for place, fragment in reversed(rest):
        raise PrintedError(f"page {place.page}: shows {shorten(fragment)}, which is no value")
    return found


class Passages(HTMLParser):
    """The text of an HTML report: for the cover and for each section and question its runs of text.

    A run ends where a block, a line of code or a formula begins. A picture is {"alt": what is said in its place}, a
    formula has its text as well, as {"alt": ..., "text": ...}. What the style sheet adds is {"marker": "3."} before an
    item of a list, and {"page": the passage whose page it is}.
    """

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.runs: dict[str, list[str | dict[str, str]]] = {"cover": []}
        self.heads: list[str] = []  # of tables, which a table repeats where it goes on
        self.pictures: list[str] = []  # by name
        self.name, self.run, self.unseen = "cover", "", 0
        self.head: int | None = None
        self.lists: list[Iterator[str]] = []  # around the place: the markers of the items to come
        self.on_screen = ""  # the tag of an element that is not printed, while inside it
        self.feed(markup)
        self.close()
        self.end()

    def end(self) -> None:
        if run := " ".join(self.run.split()):
            self.runs[self.name].append(run)
        self.run = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        self.unseen += tag in UNSEEN
        if named.get("class") in ON_SCREEN:
            self.end()
            self.on_screen = tag
        if tag not in INLINE or named.get("class") in ("ln", "at"):
            self.end()
        if tag == "img":
            text = named.get("data-text")
            self.runs[self.name].append({"alt": named.get("alt") or "", **({"text": text} if text else {})})
            self.pictures += filter(None, [named.get("data-name")])
        if tag == "thead":
            self.head = len(self.runs[self.name])
        if tag in ("ol", "ul"):
            self.lists.append(repeat("•") if tag == "ul" else (f"{number}." for number in count(1)))
        if tag == "li" and self.lists:
            self.runs[self.name].append({"marker": next(self.lists[-1])})
        if named.get("class") == "at":
            self.runs[self.name].append({"page": (named.get("data-target") or "").partition("-")[2]})
        if tag == "section" and (target := re.fullmatch("(?:part|q)-(.+)", named.get("id") or "")):
            self.name = target[1]
            self.runs.setdefault(self.name, [])

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in UNSEEN
        if tag == self.on_screen:
            self.on_screen = ""
        if tag not in INLINE:
            self.end()
        if tag in ("ol", "ul") and self.lists:
            self.lists.pop()
        if tag == "thead" and self.head is not None:
            head = "".join(run for run in self.runs[self.name][self.head :] if isinstance(run, str))
            if head and head not in self.heads:
                self.heads.append(head)

    def handle_data(self, data: str) -> None:
        if not self.unseen and not self.on_screen:
            self.run += data


def compare(passages: Sequence[Mapping[str, Any]], heads: Sequence[str], printed: Printed) -> Iterator[tuple[str, str]]:
    """The passages that the pages do not show, each with a message.

    Between two runs of text there may be a marker or the number of a page, where one is due, and at the top of a page
    the head of a table that goes on.
    """
    repeated = set(filter(None, map(letters_only, heads)))
    position, due, marker = 0, "", ""  # whose page is due next, and an item's marker
    begins: dict[str, int] = {}
    numbers: list[tuple[str, str]] = []  # of pages
    expected: set[int] = set()  # hyphens
    for passage in passages:
        said = False
        for run in passage["runs"]:
            if isinstance(run, dict):
                due, marker = run.get("page", due), run.get("marker", marker)
            if not (wanted := shown(run)):
                continue
            start = printed.body.find(wanted, position, position + len(wanted) + WIDEST_GAP)
            gap = printed.body[position : max(start, position)]
            if due and gap.isdecimal():
                numbers.append((due, gap))
                due = gap = ""
            if start >= 0 and (gap in ("", marker) or (gap in repeated and position in printed.starts)):
                begins.setdefault(passage["name"], start)
                if isinstance(run, str):
                    expected |= {start + place for place, _ in hyphens(compact(run))}
                position, marker = start + len(wanted), ""
                continue
            if not said:
                there = printed.body[position : position + LONGEST_MESSAGE]
                yield (
                    passage["name"],
                    f"page {printed.page_at(position)}, in {passage['name']}: the text is {shorten(there)} "
                    f"where the manifest has {shorten(wanted)}",
                )
                said = True
            # Go on behind what differs, if it is near.
            position = min(start + len(wanted) if start >= 0 else position + len(wanted), len(printed.body))
    if rest := printed.body[position:]:
        yield "the end", f"page {printed.page_at(position)}: the text goes on with {shorten(rest)}"
    for name, number in numbers:
        if name in begins and number != str(printed.page_at(begins[name])):
            yield "the contents", f"{name} is said to be on page {number}"
    broken = {
        place
        for place, hyphen in printed.hyphens.items()
        if hyphen == LINE_END and len(around := printed.body[place - 1 : place + 1]) == 2 and around.isalpha()
    }
    added = printed.hyphens.keys() - broken - expected
    for place in sorted(added | expected - printed.hyphens.keys()):
        around = printed.body[max(0, place - 20) : place + 20]
        which = "that the text has not" if place in added else "of the text is not there"
        yield "a hyphen", f"page {printed.page_at(place)}: a hyphen in {shorten(around)} {which}"


def shown(run: str | Mapping[str, str]) -> str:
    """What the pages have of a run: its text, or the unseen text of a formula; of a picture nothing."""
    if isinstance(run, str):
        return letters_only(run)
    return undrawn(letters_only(run["text"])) if "text" in run else ""


def shorten(text: str) -> str:
    text = text.replace(UNDRAWN, "")
    return quoted(text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 3] + "...")


def quoted(text: str) -> str:
    return f"'{printable(text)}'"


def printable(text: str, but: str = "") -> str:
    """The text with what a terminal might act upon spelt out, `but` these characters."""
    return "".join(c if c.isprintable() or c in but else c.encode("unicode_escape").decode() for c in text)
