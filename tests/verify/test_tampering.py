"""Facts about reports that were tampered with, each in a way that has a name: a look at the file refuses them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from reporting.press.standards import elements
from reporting.verify import shape
from tests.conftest import Project
from tests.verify.test_verify import ARTIFACT, edit, edit_manifest, replace, reseal

Change = Callable[[pikepdf.Pdf], None]
# Looks at one report after another, and prints for each what is wrong with it, a list in a line.
LOOK = """
import json, sys
from reporting.commands.verify import look
from reporting.press.evidence import EvidenceError
from reporting.verify.bounded import bounded

for line in sys.stdin:
    try:
        _, outcomes, signature = bounded(look, line.strip())
        found = [f"{each.kind}: {fault}" for each in outcomes for fault in each.faults]
        found += signature.faults if signature else []
    except EvidenceError as error:
        found = [str(error)]
    print(json.dumps(found), flush=True)
"""


def page(pdf: pikepdf.Pdf) -> Any:
    """A page with values on it."""
    return next(
        each.obj for each in pdf.pages if each.obj.get("/Annots") and "artifact-" in str(each.obj.Annots[0].Dest)
    )


def link(pdf: pikepdf.Pdf) -> Any:
    """A link to an artifact."""
    return next(each for each in page(pdf).Annots if str(each.Dest).startswith("artifact-birthdays"))


def annotate(pdf: pikepdf.Pdf, kind: str, **more: Any) -> None:
    page(pdf).Annots.append(
        pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"), Rect=link(pdf).Rect, F=4, **more))
    )


def act(kind: str, **more: Any) -> Dictionary:
    return Dictionary(S=Name(f"/{kind}"), **more)


def draw(pdf: pikepdf.Pdf, x: float, y: float, text: str, before: bytes = b"") -> None:
    """Write a text on a page with a font of its own, of which each letter is known."""
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page(pdf).Resources.Font["/Own"] = font
    content = page(pdf).Contents
    words = b"\nq BT %s /Own 9 Tf %f %f Td (%s) Tj ET Q\n" % (before, x, y, text.encode("cp1252"))
    content.write(content.read_bytes() + words)


def glyph(pdf: pikepdf.Pdf, character: str, x: float = -4, y: float = 3) -> None:
    """Write a character of the report's own fonts beside a value, or so far from there."""
    text, font = code(pdf, character)
    left, bottom, _, _ = map(float, link(pdf).Rect)
    content = page(pdf).Contents
    words = b"\nq BT %s 9 Tf 1 0 0 1 %f %f Tm <%s> Tj ET Q\n"
    content.write(content.read_bytes() + words % (font.encode(), left + x, bottom + y, text.encode()))


def code(pdf: pikepdf.Pdf, character: str) -> tuple[str, str]:
    """The code of a character in a font of a page, and the font."""
    for name, font in page(pdf).Resources.Font.items():
        table = font.ToUnicode.read_bytes().decode()
        if found := re.search(rf"<(\w{{4}})> <{ord(character):04x}>", table, re.IGNORECASE):
            return found[1], name
    raise LookupError(character)


def retitle(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Outlines.First.Title = String("Another title")


def more_outline(pdf: pikepdf.Pdf) -> None:
    last = pdf.Root.Outlines.Last
    item = pdf.make_indirect(
        Dictionary(Title=String("More"), Parent=pdf.Root.Outlines, Prev=last, Dest=last.Dest, Count=0)
    )
    last.Next = item
    pdf.Root.Outlines.Last = item


def with_alternative(pdf: pikepdf.Pdf) -> Any:
    return next(each for each in elements(pdf.Root.StructTreeRoot) if "/Alt" in each)


def other_stream(pdf: pikepdf.Pdf) -> None:
    """A file of which readers that go by the other of its names get another."""
    spec = pdf.attachments[ARTIFACT].obj
    stream = pdf.make_stream(b"{}", Type=Name.EmbeddedFile, Subtype=spec.EF.F.Subtype, Params=spec.EF.F.Params)
    spec.EF.UF = stream


def layer(pdf: pikepdf.Pdf) -> Any:
    return pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Layer")))


FORM = {"Type": Name.XObject, "Subtype": Name.Form, "BBox": [0, 0, 9, 9]}


def nested(pdf: pikepdf.Pdf) -> None:
    inner = pdf.make_stream(b"", Resources=Dictionary(), **FORM)
    drawing = next(each for each in pdf.objects if isinstance(each, pikepdf.Stream) and "/Resources" in each)
    drawing.Resources.XObject["/X"] = inner


def endless(pdf: pikepdf.Pdf) -> None:
    """A drawing that shows another three times, which does so too, forty times over."""
    inner = pdf.make_stream(b"0 0 9 9 re f", **FORM)
    for _ in range(40):
        resources = Dictionary(XObject=Dictionary(X=inner))
        inner = pdf.make_stream(b"/X Do /X Do /X Do", Resources=resources, **FORM)
    sheet = pdf.pages[0]
    sheet.Resources.XObject["/X"] = inner
    sheet.Contents.write(sheet.Contents.read_bytes() + b"\n/X Do")


def listed(change: Callable[[dict[str, Any]], object]) -> Change:
    return lambda pdf: edit_manifest(pdf, change)


def widened(contents: dict[str, Any]) -> None:
    claim = next(claim for claim in contents["claims"] if ">" in claim.get("expression", ""))
    claim["expression"] = re.sub(r"> [\d.]+", "> 0.0001", claim["expression"])


def without_question(pdf: pikepdf.Pdf) -> None:
    edit(pdf, "config.rubric.yaml", r"(\n  1\.1\.b: )(\d)", r"\g<1>7")
    reseal(pdf, "config.rubric.yaml", "config/rubric.yaml")


def other_text(pdf: pikepdf.Pdf) -> None:
    edit(pdf, "templates.summary.md", r"(\w+)\. \[", r"\1 or not. [")
    reseal(pdf, "templates.summary.md", "templates/summary.md")


def hostile_text(pdf: pikepdf.Pdf) -> None:
    replace(pdf, "templates.summary.md", b"<%= ''.__class__.__mro__[1].__subclasses__() %>")
    reseal(pdf, "templates.summary.md", "templates/summary.md")


def swapped(pdf: pikepdf.Pdf) -> None:
    """Two links, each at the place of the other."""
    first, other = [each for each in page(pdf).Annots if str(each.Dest).startswith("artifact-")][:2]
    first.Dest, other.Dest = String("artifact-config"), String("artifact-law")


def unmapped(pdf: pikepdf.Pdf) -> None:
    """A digit that is read as another."""
    name = code(pdf, "5")[1]
    table = page(pdf).Resources.Font[name].ToUnicode
    table.write(re.sub(rb"> <0035>", b"> <0036>", table.read_bytes()))


def metadata(pdf: pikepdf.Pdf, old: bytes, new: bytes) -> None:
    text = pdf.Root.Metadata.read_bytes()
    assert old in text
    pdf.Root.Metadata.write(text.replace(old, new, 1))


def make(pdf: pikepdf.Pdf, **keys: Any) -> None:
    for key, value in keys.items():
        pdf.Root[f"/{key}"] = value


OBJECTS = "objects: .*no report has that"
CHANGES: dict[str, tuple[Change, str]] = {
    # What lies over a page, or acts.
    **{
        f"an annotation: {kind}": (
            partial(annotate, kind=kind, Contents=String("7")),
            "objects: page .*Subtype: is",
        )
        for kind in ("FreeText", "Stamp", "Square", "Highlight", "Text", "Redact", "FileAttachment", "Screen")
    },
    **{
        f"a link that acts: {kind}": (
            partial(annotate, kind="Link", A=act(kind)),
            "objects: page .*/A/S: is",
        )
        for kind in ("JavaScript", "Launch", "GoToR", "SubmitForm", "Hide", "Named")
    },
    "a link to another site": (
        lambda pdf: annotate(pdf, "Link", A=act("URI", URI=String("https://example.org"))),
        "labels: page .*leads to 'https://example.org'",
    ),
    "a form": (lambda pdf: make(pdf, AcroForm=Dictionary(Fields=Array())), OBJECTS),
    "an action at the start": (lambda pdf: make(pdf, OpenAction=act("JavaScript", JS=String("1"))), OBJECTS),
    "actions of the document": (lambda pdf: make(pdf, AA=Dictionary()), OBJECTS),
    "actions of a page": (lambda pdf: page(pdf).__setitem__("/AA", Dictionary(O=act("JavaScript"))), OBJECTS),
    "a script": (lambda pdf: pdf.Root.Names.__setitem__("/JavaScript", Dictionary(Names=Array())), OBJECTS),
    # What may be shown or not.
    "layers": (lambda pdf: make(pdf, OCProperties=Dictionary(OCGs=Array([layer(pdf)]))), OBJECTS),
    "a layer of a page": (
        lambda pdf: page(pdf).Resources.__setitem__("/Properties", Dictionary(L=layer(pdf))),
        OBJECTS,
    ),
    "a portfolio": (lambda pdf: make(pdf, Collection=Dictionary(View=Name.D)), OBJECTS),
    "a crop box": (lambda pdf: page(pdf).__setitem__("/CropBox", Array([0, 0, 200, 200])), OBJECTS),
    "a page that is turned": (lambda pdf: page(pdf).__setitem__("/Rotate", 180), OBJECTS),
    "a page of other units": (lambda pdf: page(pdf).__setitem__("/UserUnit", 2), OBJECTS),
    "a thumbnail": (lambda pdf: page(pdf).__setitem__("/Thumb", pdf.make_stream(b"")), OBJECTS),
    "a program's own data": (lambda pdf: page(pdf).__setitem__("/PieceInfo", Dictionary(X=Dictionary())), OBJECTS),
    "labels of pages": (
        lambda pdf: make(pdf, PageLabels=Dictionary(Nums=Array([0, Dictionary(P=String("x"))]))),
        OBJECTS,
    ),
    "articles": (lambda pdf: make(pdf, Threads=Array()), OBJECTS),
    "rights": (lambda pdf: make(pdf, Perms=Dictionary()), OBJECTS),
    "a mask": (
        lambda pdf: page(pdf).Resources.ExtGState.__setitem__("/M", Dictionary(SMask=Dictionary(S=Name.Alpha))),
        OBJECTS,
    ),
    "a way to blend": (
        lambda pdf: page(pdf).Resources.ExtGState.__setitem__("/M", Dictionary(BM=Name.Difference)),
        OBJECTS,
    ),
    "a picture over a page": (
        lambda pdf: page(pdf).Resources.XObject.__setitem__("/X", pdf.make_stream(b"", **FORM)),
        "labels: the drawing 'X' is no picture of the document",
    ),
    "a picture in a picture in a picture": (nested, "objects: .*/Resources: no report has that"),
    "pictures in pictures without end": (endless, "needs more than 1024 MiB of memory or 60 s to be read"),
    "a pattern": (
        lambda pdf: page(pdf).Resources.Pattern.__setitem__("/P", pdf.make_stream(b"", PatternType=1)),
        OBJECTS,
    ),
    # Other attachments.
    "files of a page": (lambda pdf: page(pdf).__setitem__("/AF", Array([pdf.Root.AF[0]])), OBJECTS),
    "files of an element": (
        lambda pdf: with_alternative(pdf).__setitem__("/AF", Array([pdf.Root.AF[0]])),
        OBJECTS,
    ),
    "a file that is another under another name": (other_stream, "labels: .*is another file under another of its names"),
    "another name of a file": (
        lambda pdf: pdf.attachments[ARTIFACT].obj.__setitem__("/UF", String("x.json")),
        "labels: .*is another file under another",
    ),
    "another description": (
        lambda pdf: pdf.attachments[ARTIFACT].obj.__setitem__("/Desc", String("x")),
        "labels: .*is described as 'x'",
    ),
    "another relation": (
        lambda pdf: pdf.attachments[ARTIFACT].obj.__setitem__("/AFRelationship", Name.Alternative),
        "labels: .*is described as",
    ),
    "a file fewer that goes with the document": (
        lambda pdf: make(pdf, AF=Array(list(pdf.Root.AF)[1:])),
        "labels: .*is not among the files",
    ),
    # What is said beside the text.
    "a title in the outline": (retitle, "labels: the outline has 'Another title'"),
    "an entry of the outline": (more_outline, "labels: the outline"),
    "an alternative text": (
        lambda pdf: with_alternative(pdf).__setitem__("/Alt", String("x")),
        "labels: picture or formula 1 is said to be 'x'",
    ),
    "a text for a reader": (
        lambda pdf: with_alternative(pdf).__setitem__("/ActualText", String("x")),
        OBJECTS,
    ),
    "roles": (lambda pdf: pdf.Root.StructTreeRoot.__setitem__("/RoleMap", Dictionary(P=Name.H1)), OBJECTS),
    "another title": (
        lambda pdf: pdf.docinfo.__setitem__("/Title", "Another"),
        "labels: Title is 'Another', which is not the document's",
    ),
    "another author": (lambda pdf: pdf.docinfo.__setitem__("/Author", "Another"), "labels: Author is 'Another'"),
    "keywords": (lambda pdf: pdf.docinfo.__setitem__("/Keywords", "Another"), "labels: Keywords is 'Another'"),
    "a key of its own": (lambda pdf: pdf.docinfo.__setitem__("/Own", "x"), OBJECTS),
    "another title in the metadata": (
        lambda pdf: metadata(pdf, b"</rdf:li>", b" after all</rdf:li>"),
        "labels: the metadata say '.* after all'",
    ),
    "more metadata": (
        lambda pdf: metadata(pdf, b"</rdf:RDF>", b'<rdf:Description x="y"/></rdf:RDF>'),
        "labels: the metadata say 'y'",
    ),
    "another language": (lambda pdf: make(pdf, Lang=String("nl")), "labels: the language is 'nl', not en"),
    "text in a margin": (
        lambda pdf: glyph(pdf, "1", y=30 - float(link(pdf).Rect[1])),
        "labels: page .* its margins say",
    ),
    # What is on a page.
    "a font of its own": (lambda pdf: draw(pdf, 100, 400, "7"), "objects: page .*/Font/Own.*is '/Type1'"),
    "a text that is not drawn": (lambda pdf: draw(pdf, 100, 400, "7", b"3 Tr"), "passages: page"),
    **{
        f"{character!r} beside a value": (
            partial(glyph, character=character),
            "(values|passages): ",
        )
        for character in "-1.•"
    },
    "a digit that is read as another": (unmapped, "(values|passages): page"),
    "a link to another artifact": (
        lambda pdf: link(pdf).__setitem__("/Dest", String("artifact-law")),
        "labels: page .*has a link to 'artifact-law'",
    ),
    "a link that leads nowhere": (
        lambda pdf: link(pdf).__setitem__("/Dest", String("artifact-x")),
        "labels: page .*leads to 'artifact-x'",
    ),
    "a link elsewhere on the page": (
        lambda pdf: link(pdf).__setitem__("/Rect", Array([10, 10, 20, 20])),
        "values: page",
    ),
    "a link that is called otherwise": (
        lambda pdf: link(pdf).__setitem__("/Contents", String("Artifact x")),
        "labels: page .*is called 'Artifact x'",
    ),
    "two links exchanged": (swapped, "labels: page"),
    "a page fewer": (lambda pdf: pdf.pages.__delitem__(-1), "(passages|objects): "),
    "a page twice": (lambda pdf: pdf.pages.append(pdf.pages[0]), "passages: "),
    "pages in another order": (lambda pdf: pdf.pages.reverse(), "passages: "),
    # The manifest.
    "what is said of the machine": (
        listed(lambda contents: contents["made"]["on"].update(more={"a": 1})),
        "'made.on.more' is not as this project writes it",
    ),
    "a key of the making": (
        listed(lambda contents: contents["made"].update(more=1)),
        "'made' is not as this project writes it",
    ),
    "a version that made it": (
        listed(lambda contents: contents["made"]["with"][-1].update(version="99")),
        "lists: 'made.with.* is '99'",
    ),
    "the order of the artifacts": (
        listed(lambda contents: contents["made"]["artifacts"].reverse()),
        "lists: ",
    ),
    "an artifact's checksum": (
        listed(lambda contents: contents["made"]["artifacts"][0].update(sha256="0" * 64)),
        "lists: 'made",
    ),
    "no claims": (listed(lambda contents: contents.update(claims=[], sentences=[])), "lists: 'claims"),
    "no values": (listed(lambda contents: contents.update(values=[])), "lists: 'values"),
    "a claim that is widened": (listed(widened), "lists: 'claims"),
    "a reason in place of a claim": (
        listed(lambda contents: contents["claims"].append({"question": "1.1.a", "reason": "none"})),
        "lists: 'claims",
    ),
    "a passage of its own": (
        listed(lambda contents: contents["passages"].append({"name": "1.9", "runs": []})),
        "lists: 'passages",
    ),
    "a head of a table": (listed(lambda contents: contents["heads"].append("x")), "lists: 'heads"),
    "a picture elsewhere": (
        listed(lambda contents: contents["pictures"][0]["place"].__setitem__(1, 1.0)),
        "labels: .*picture .*is not where",
    ),
    # The sources.
    "another number of points": (without_question, "lists: "),
    "another text": (other_text, "lists: "),
    "a text that acts": (hostile_text, "lists: the text that it carries makes no report: .*unsafe"),
}


Look = Callable[[Change], list[str]]


@pytest.fixture(scope="module")
def look(built: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Look]:
    """What a look finds in the report once it is changed."""
    path = tmp_path_factory.mktemp("tampered") / "report.pdf"
    environment = os.environ | {"PROJECT": str(built.root), "PYTHONPATH": str(built.root)}
    command = [sys.executable, "-P", "-c", LOOK]

    with subprocess.Popen(command, env=environment, stdin=-1, stdout=-1, text=True) as looking:
        assert looking.stdin
        assert looking.stdout

        def found(change: Change) -> list[str]:
            with pikepdf.open(built.root / "report" / "report.pdf") as pdf:
                change(pdf)
                pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.disable, preserve_pdfa=False)
            return asked(path)

        def asked(path: Path) -> list[str]:
            looking.stdin.write(f"{path}\n")  # type: ignore[union-attr]
            looking.stdin.flush()  # type: ignore[union-attr]
            faults: list[str] = json.loads(looking.stdout.readline())  # type: ignore[union-attr]
            return faults

        yield found
        looking.stdin.close()


def test_there_are_many_of_them() -> None:
    assert len(CHANGES) >= 60


def test_a_report_that_is_only_saved_anew_is_consistent(look: Look) -> None:
    assert look(lambda pdf: None) == []


def test_what_is_added_behind_the_end_is_named(built: Project) -> None:
    true = (built.root / "report" / "report.pdf").read_bytes()
    assert list(shape.faults(true)) == []
    assert list(shape.faults(true + b"\n%hidden\n%%EOF\n")) == ["something was added behind its end"]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.soak if place % 6 else ()) for place, name in enumerate(CHANGES)]
)
def test_a_look_refuses(name: str, look: Look) -> None:
    change, message = CHANGES[name]
    faults = look(change)
    assert any(re.search(message, fault) for fault in faults), faults
    assert all(fault.isprintable() for fault in faults)
