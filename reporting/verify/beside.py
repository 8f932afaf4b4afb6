"""What a PDF says beside its text: metadata, outline, links, alternative texts, attachments, margins.

All of it follows from the page that was printed, and from the files that are attached.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pikepdf
import pypdfium2

from reporting.compose.printed import EDGE, Place, letters_of, letters_only, links, quoted
from reporting.press.evidence import Evidence, attachments
from reporting.press.standards import PDF_UA, elements, label

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}


class Said(HTMLParser):
    """What the HTML of a report says beside its text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.title = self.author = self.date = self.language = ""
        self.headings: list[str] = []
        self.alternatives: list[str] = []
        self.targets: set[str] = set()
        self.addresses: set[str] = set()
        self.inside: str | None = None  # a heading, or the title
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag in HEADINGS or tag == "title":
            self.inside = tag
            if tag != "title":
                self.headings.append(given.get("data-running", ""))
            self.running = "data-running" in given
        if tag == "img":
            self.alternatives.append(given.get("alt", ""))
        if tag == "html":
            self.language = given.get("lang", "")
        if tag == "meta" and given.get("name") == "author":
            self.author = given.get("content", "")
        if tag == "meta" and given.get("name") == "dcterms.created":
            self.date = given.get("content", "")
        if tag == "a" and given.get("class") != "skip":
            address = given.get("href", "")
            (self.targets if address.startswith("#") else self.addresses).add(address.removeprefix("#"))

    def handle_endtag(self, tag: str) -> None:
        if tag == self.inside:
            self.inside = None

    def handle_data(self, data: str) -> None:
        if self.inside == "title":
            self.title += data
        elif self.inside and not self.running:
            self.headings[-1] += data


def faults(evidence: Evidence, markup: str) -> Iterator[tuple[str, list[str]]]:
    """Each kind of what a PDF says beside its text, and what is wrong with it."""
    said = Said(markup)
    with pikepdf.open(BytesIO(evidence.pdf)) as pdf:
        yield "metadata", list(metadata(pdf, said))
        yield "outline", list(outline(pdf, said))
        yield "alternative texts", list(alternatives(pdf, said))
        yield "pictures", list(pictures(pdf, evidence.manifest["pictures"]))
        yield "links", [*addresses(pdf, said), *targets(pdf, evidence.manifest["values"])]
        yield "attachments", list(attached(pdf, evidence))
    yield "margins", list(margins(evidence.pdf, said))


def metadata(pdf: pikepdf.Pdf, said: Said) -> Iterator[str]:
    """Title, author and date, wherever a PDF has them, are the document's, and there is nothing else."""
    own = {said.title, said.author, said.date, f"D:{said.date.replace('-', '')}"}
    for key, value in pdf.docinfo.items():
        if str(value) not in own and not (key == "/Producer" and str(value).startswith("WeasyPrint ")):
            yield f"{key[1:]} is {quoted(str(value)[:60])}, which is not the document's"
    if str(pdf.Root.get("/Lang", "")) != said.language:
        yield f"the language is {quoted(str(pdf.Root.get('/Lang', ''))[:20])}, not {said.language}"
    own |= {*texts(b"<x>" + re.sub(rb"\s+", b" ", PDF_UA) + b"</x>"), str(pdf.docinfo.get("/Producer", ""))}
    own |= {"", "3", "A", "x-default"}
    for text in texts(pdf.Root.Metadata.read_bytes()):
        if text not in own:
            yield f"the metadata say {quoted(text[:60])}, which the document does not"


def texts(xml: bytes) -> Iterator[str]:
    """The texts and the values of attributes in XML; what is no XML is one text."""
    xml = xml if xml.startswith(b"<?xpacket") else xml.replace(b"<x>", b'<x xmlns:rdf="r">')
    try:
        tree = ElementTree.fromstring(xml)
    except ElementTree.ParseError:
        yield "what cannot be read"
        return
    for element in tree.iter():
        yield from (text.strip() for text in (element.text or "", element.tail or "", *element.attrib.values()))


def outline(pdf: pikepdf.Pdf, said: Said) -> Iterator[str]:
    there = list(titles(pdf.Root.get("/Outlines")))
    expected = [" ".join(heading.split()) for heading in said.headings]
    if there != expected:
        other = next((title for title, heading in zip(there, expected, strict=False) if title != heading), "")
        yield (
            f"the outline has {quoted(other[:60])}, which is no heading there"
            if other
            else "the outline lacks headings"
        )


def titles(item: Any) -> Iterator[str]:
    """The titles of an outline's items, in order."""
    left = [item.get("/First")] if item is not None else []
    seen: set[tuple[int, int]] = set()
    while left:
        item = left.pop()
        if item is not None and item.objgen not in seen:
            seen.add(item.objgen)
            yield str(item.get("/Title", ""))
            left += [item.get("/Next"), item.get("/First")]


def alternatives(pdf: pikepdf.Pdf, said: Said) -> Iterator[str]:
    there = [str(element.Alt) for element in elements(pdf.Root.StructTreeRoot) if "/Alt" in element]
    for number, (text, expected) in enumerate(zip(there, said.alternatives, strict=False), 1):
        if text != expected:
            yield f"picture or formula {number} is said to be {quoted(text[:60])}, not {quoted(expected[:60])}"
            return
    if len(there) != len(said.alternatives):
        yield f"{len(there)} pictures and formulas have an alternative text, not {len(said.alternatives)}"


def pictures(pdf: pikepdf.Pdf, listed: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The pictures are where the manifest has them."""
    numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
    drawings = {str(name) for page in pdf.pages for name in page.obj.Resources.get("/XObject", {})}
    for name in sorted(drawings - {f"/Drawing{number}" for number in range(len(listed))}):
        yield f"the drawing {quoted(name[1:][:20])} is no picture of the document"
    figures = [element for element in elements(pdf.Root.StructTreeRoot) if element.S == "/Figure"]
    for picture, figure in zip(listed, figures, strict=False):
        place = [numbers.get(figure.Pg.objgen), *map(float, figure.A.BBox)]
        if place != picture["place"]:
            yield f"the picture {quoted(picture['name'][:60])} is not where the manifest has it"


def addresses(pdf: pikepdf.Pdf, said: Said) -> Iterator[str]:
    """The links lead where those of the document do, and are called so."""
    for number, page in enumerate(pdf.pages, 1):
        for link in page.obj.get("/Annots", []):
            if "/A" in link:
                place = str(link.A.get("/URI", ""))
                known = place in said.addresses
            else:
                place = str(link.get("/Dest", ""))
                known = place in said.targets
                if (name := str(link.get("/Contents", ""))) != label(place):
                    yield f"page {number}: a link to {quoted(place[:60])} is called {quoted(name[:60])}"
            if not known:
                yield f"page {number}: a link leads to {quoted(place[:60])}, where none of the document does"


def targets(pdf: pikepdf.Pdf, values: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The link of each value leads to its own artifact."""
    leads: dict[Place, set[str]] = {}
    for number, page in enumerate(pdf.pages, 1):
        for place, target in links(page, number):
            leads.setdefault(place, set()).add(target)
    for value in values:
        for place in map(Place._make, value["places"]):
            for target in leads.get(place, ()):
                name = target.removeprefix("artifact-").split("/")
                if re.split(r"[.\[]", value["path"])[: len(name)] != name:
                    yield f"page {place.page}: {quoted(value['path'][:60])} has a link to {quoted(target[:60])}"


def attached(pdf: pikepdf.Pdf, evidence: Evidence) -> Iterator[str]:
    """Each attachment is called, described and packed as this project does it, once."""
    expected = {each.name: each for each in attachments(evidence.manifest, evidence.files)}
    listed = {spec.objgen for spec in pdf.Root.get("/AF", [])}
    for name, spec in pikepdf.NameTree(pdf.Root.Names.EmbeddedFiles).items():
        own = expected.get(name)
        if own is None:
            continue  # which is said of it already
        if {str(spec.get(key)) for key in ("/F", "/UF")} != {name} or spec.EF.F.objgen != spec.EF.UF.objgen:
            yield f"{name}: is another file under another of its names"
        told = str(spec.get("/Desc")), str(spec.get("/AFRelationship")), str(spec.EF.F.get("/Subtype"))
        if told != (own.description, f"/{own.relationship}", f"/{own.mime_type}"):
            yield f"{name}: is described as {quoted(told[0][:60])}"
        if spec.objgen not in listed:
            yield f"{name}: is not among the files that go with the document"
    if len(listed) != len(expected):
        yield f"{len(listed)} files go with the document, not {len(expected)}"


def margins(pdf: bytes, said: Said) -> Iterator[str]:
    """Above and below the text stand the report's title and a heading, or neither, and the page's number."""
    with pypdfium2.PdfDocument(pdf) as document:
        for number, page in enumerate(document, 1):
            height = page.get_height()
            letters = "".join(each.text for each in letters_of(page) if not EDGE < each.y < height - EDGE)
            numbers = f"{number} / {len(document)}"
            heads = [f"{said.headings[0]}{heading}" for heading in said.headings] if said.headings else []
            allowed = {letters_only(f"{head}{numbers}") for head in ["", *heads]}
            if letters_only(letters) not in allowed:
                yield f"page {number}: its margins say {quoted(' '.join(letters.split())[:100])}"
