"""The pass over the printed PDF that makes it PDF/A-3a and PDF/UA-1 at once, with files attached.

WeasyPrint 70 prints tagged PDF/A-3a, but for what each function here corrects.
"""

import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from reporting.press import figures

# Stands before the alternative text of a formula, which WeasyPrint tags like a figure.
FORMULA = "\uf8ff"

# What a link leads to, by the beginning of its anchor's name.
TARGETS = {
    "app": "Appendix",
    "artifact": "Artifact",
    "fig": "Figure",
    "lst": "Listing",
    "part": "Section",
    "q": "Question",
    "tab": "Table",
}

MARKED = re.compile(rb"/\w+\s*<<\s*/MCID\s+(\d+)\s*>>\s*BDC\b")

# PDF/A wants a schema for every property of its metadata that it does not know itself, as is that of PDF/UA.
PDF_UA = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


@dataclass(frozen=True)
class Attachment:
    """A file inside the PDF; its name may have folders. The relationship is PDF's: Data, Source or another."""

    name: str
    data: bytes
    description: str
    mime_type: str
    relationship: str


def finish(pdf: bytes, attachments: Sequence[Attachment] = (), drawings: Sequence[bytes] = ()) -> bytes:
    """The printed PDF with its figures drawn, its faults corrected and the files attached.

    The same input gives the same bytes. Where there are drawings, there is one for each figure, in order.
    """
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        if drawings:
            figures.draw(opened, figures_of(opened), drawings)
        identify(opened)
        keep_pixels(opened)
        label_links(opened)
        join_tables(opened)
        prune(opened, opened.Root.StructTreeRoot)
        tag_headers_and_pictures(opened)
        set_margins_apart(opened)
        attach(opened, attachments)
        compress(opened)
        finished = io.BytesIO()
        opened.save(
            finished,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            compress_streams=False,
            deterministic_id=True,
        )
    return finished.getvalue()


def identify(pdf: Pdf) -> None:
    """Say in the metadata that this is PDF/UA-1 too."""
    metadata = pdf.Root.Metadata
    metadata.write(metadata.read_bytes().replace(b"</rdf:RDF>", PDF_UA + b"</rdf:RDF>"))


def keep_pixels(pdf: Pdf) -> None:
    """Leave out the smoothing of images, which PDF/A forbids."""
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream) and Name.Interpolate in thing:
            del thing.Interpolate


def label_links(pdf: Pdf) -> None:
    """Say where each link leads."""
    for page in pdf.pages:
        for annotation in page.obj.get(Name.Annots, []):
            if annotation.Subtype == "/Link" and Name.Dest in annotation:
                annotation.Contents = String(label(str(annotation.Dest)))


def label(target: str) -> str:
    """What a link to a target is called: Artifact config."""
    kind, _, name = target.partition("-")
    kind = "app" if kind == "part" and name.isalpha() else kind
    return f"{TARGETS.get(kind, kind)} {name}".strip()


def is_element(kid: Object) -> bool:
    """Whether a structure element's kid is an element too, not content or a link's annotation."""
    return isinstance(kid, Dictionary) and Name.S in kid


def elements(element: Object) -> Iterator[Object]:
    """The structure elements below one, in the order of reading."""
    left = list(element.get(Name.K, []))[::-1]
    while left:
        if is_element(kid := left.pop()):
            yield kid
            left += list(kid.get(Name.K, []))[::-1]


def join_tables(pdf: Pdf) -> None:
    """Make one table of what WeasyPrint tags as a table on each page: its head is read once.

    Where a figure goes on, its table is all that it has: the caption stands above the first part.
    """
    last = None
    for table in [element for element in elements(pdf.Root.StructTreeRoot) if element.S == "/Table"]:
        box = table.P
        figure = box.P if box.S == "/Div" else box
        alone = len(box.K) == 1 and len(figure.K) == 1 and figure.S == "/NonStruct"
        if last is None or not alone or table.Pg == last.Pg:
            first = table
        else:
            body = first.K[-1]
            for row in table.K[-1].K:
                row.P = body
                body.K.append(row)
            table.P.K = Array()
        last = table


def prune(pdf: Pdf, element: Object) -> None:
    """Take out the elements that hold nothing, and the links without a text, which end a line.

    A cell may be empty.
    """
    for kid in element.K:
        if is_element(kid):
            prune(pdf, kid)
            if kid.S == "/Link" and all(isinstance(part, Dictionary) for part in kid.K):
                for reference in kid.K:
                    annotations = reference.Pg.Annots
                    reference.Pg.Annots = Array([a for a in annotations if a.objgen != reference.Obj.objgen])
                    del pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)[int(reference.Obj.StructParent)]
                kid.K = Array()
    element.K = Array([kid for kid in element.K if not is_element(kid) or len(kid.K) or kid.S in ("/TD", "/TH")])


def tag_headers_and_pictures(pdf: Pdf) -> None:
    """Say what each header cell heads, tell formulas from figures, and put the boxes of both where they are.

    WeasyPrint measures the boxes in CSS pixels from the top of the page. It names the headers of each cell as well, by
    identifiers without the list of them that PDF asks for.
    """
    for element in elements(pdf.Root.StructTreeRoot):
        if element.S == "/TH":
            element.A.Scope = Name.Column if element.P.P.S == "/THead" else Name.Row
            del element.ID
        elif element.S == "/TD":
            del element.A.Headers
        elif element.S == "/Figure":
            element.A.BBox = Array(bounding_box(element))
            if str(element.Alt).startswith(FORMULA):
                element.S = Name.Formula
                element.Alt = String(str(element.Alt).removeprefix(FORMULA))


def bounding_box(figure: Object) -> list[float]:
    """The left, bottom, right and top of a figure that WeasyPrint tagged, in points."""
    height = float(figure.Pg.MediaBox[3])
    left, top, right, bottom = (0.75 * float(side) for side in figure.A.BBox)
    return [round(side, 3) for side in (left, height - bottom, right, height - top)]


def pictures(pdf: bytes) -> list[list[float]]:
    """Where the pictures of a printed PDF, not yet finished, are, in order: the page from 1, and the box in points."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        numbers = {page.obj.objgen: number for number, page in enumerate(opened.pages, 1)}
        return [[numbers[figure.Pg.objgen], *bounding_box(figure)] for figure in figures_of(opened)]


def figures_of(pdf: Pdf) -> Iterator[Object]:
    """The figures of a printed PDF, not yet finished, in order."""
    for element in elements(pdf.Root.StructTreeRoot):
        if element.S == "/Figure" and not str(element.Alt).startswith(FORMULA):
            yield element


def set_margins_apart(pdf: Pdf) -> None:
    """Make running headers and footers artifacts, which a screen reader passes over, and table heads that are repeated.

    Their structure elements hang nowhere in the tree.
    """
    root = pdf.Root.StructTreeRoot
    there = {element.objgen for element in elements(root)}
    numbers = pikepdf.NumberTree(root.ParentTree)
    for page in pdf.pages:
        owners = numbers[int(page.obj.StructParents)]
        outside = {number for number, owner in enumerate(owners) if owner.objgen not in there}
        for number in outside:
            owners[number] = None

        def artifact(found: re.Match[bytes], outside: set[int] = outside) -> bytes:
            return b"/Artifact <</Type /Pagination>> BDC" if int(found[1]) in outside else found[0]

        # Parsing all that is drawn takes seconds. WeasyPrint writes text in hexadecimal, so that this is an operator.
        page.obj.Contents.write(MARKED.sub(artifact, page.obj.Contents.read_bytes()))


def attach(pdf: Pdf, attachments: Sequence[Attachment]) -> None:
    """Attach the files in the order of their names, with the document's date."""
    made = str(pdf.docinfo.get(Name.CreationDate, ""))
    for attachment in sorted(attachments, key=lambda attachment: attachment.name):
        pdf.attachments[attachment.name] = pikepdf.AttachedFileSpec(
            pdf,
            attachment.data,
            filename=attachment.name,
            description=attachment.description,
            mime_type=attachment.mime_type,
            relationship=Name(f"/{attachment.relationship}"),
            creation_date=made,
            mod_date=made,
        )
    if attachments:
        pdf.Root.AF = Array([pdf.attachments[name].obj for name in sorted(pdf.attachments)])


def compress(pdf: Pdf) -> None:
    """Compress what is not, but for the metadata, as PDF/A wants.

    A stream whose last byte is a carriage return is one byte too short for whoever takes it for the end of the line
    that stands before `endstream`; what compresses to such a stream stays as it is. In streams of objects, which are
    left out, there is no choice.
    """
    for stream in pdf.objects:
        if isinstance(stream, pikepdf.Stream) and stream.get(Name.Type) != Name.Metadata:
            raw = stream.read_raw_bytes()
            if Name.Filter not in stream:
                packed = zlib.compress(raw)
                if not packed.endswith(b"\r"):
                    stream.write(packed, filter=Name.FlateDecode)
            elif raw.endswith(b"\r"):
                stream.write(stream.read_bytes())
