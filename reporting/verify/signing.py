"""What signing adds to a report's PDF: one field that nobody sees, and in it the signature.

The report's own bytes stay as they are, and what follows them is a function of them, of the time and of the signature:
so whoever reads a signed report can make it anew, and compare every byte. In the words of the standards it is an
incremental update with a tagged signature field, of no size, on the first page. The signature is PAdES B-B.
"""

import hashlib
import re
from datetime import UTC, datetime
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, String

LARGEST_SIGNATURE = 16384  # bytes that are left for one, certificates included
HOLE = 2 * LARGEST_SIGNATURE + 2  # bytes that it takes, in hexadecimal between < and >
END = re.compile(rb"startxref\n([1-9][0-9]*)\n%%EOF\n")  # of a report; a PDF that is made for the Web has a 0 in it
TIME = "%Y%m%d%H%M%S"
OPENING = (
    b"%d %d obj\n<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (D:%sZ) "
    b"/ByteRange [ 0 %10d %10d %10d ] /Contents "
)
CLOSING = b" >>\nendobj\n"
SIGNATURE = re.compile(rb"/M \(D:([0-9]{14})Z\) .{,200}/Contents <([0-9a-f]+)>")
SIGNED, APPENDED_TO_ONLY = 1, 2  # flags of a form
PRINTED, LOCKED = 4, 128  # flags of a field on a page


class SignatureError(Exception):
    """Why something is no signature of a report, or cannot become one."""


def split(pdf: bytes) -> tuple[bytes, bytes]:
    """A report as it was finished, and what was added to it since."""
    end = END.search(pdf)
    return (pdf[: end.end()], pdf[end.end() :]) if end else (pdf, b"")


def read(added: bytes) -> tuple[datetime, bytes]:
    """When a report was signed, as its signer says, and the signature, filled up; raises SignatureError."""
    found = SIGNATURE.search(added)
    try:
        if found:
            return datetime.strptime(found[1].decode(), TIME).replace(tzinfo=UTC), bytes.fromhex(found[2].decode())
    except ValueError:
        pass  # no such day, or half a byte
    raise SignatureError("what was added to the report is no signature as this project makes them")


def signed(report: bytes, when: datetime, signature: bytes) -> bytes:
    """A report with a signature of it; raises SignatureError where there is no room for it."""
    if len(signature) > LARGEST_SIGNATURE:
        raise SignatureError(
            f"the signature takes {len(signature)} bytes with its certificates, and may take {LARGEST_SIGNATURE}"
        )
    before, after = covered(report, when)
    return before + b"<%s>" % signature.ljust(LARGEST_SIGNATURE, b"\0").hex().encode() + after


def covered(report: bytes, when: datetime) -> tuple[bytes, bytes]:
    """What a signature covers: all that is before it in the signed file, and all after it; raises SignatureError."""
    if not (end := END.search(report)) or end.end() != len(report):
        raise SignatureError("the report does not end as this project ends one")
    time = when.strftime(TIME).encode()
    with pikepdf.open(BytesIO(report)) as pdf:
        signature = pdf.make_indirect(Dictionary())
        changed = {thing.objgen: thing.unparse(resolved=True) for thing in add_field(pdf, signature)}
        trailer = Dictionary(
            Root=pdf.Root,
            Info=pdf.trailer.Info,
            ID=Array([pdf.trailer.ID[0], String(hashlib.sha256(bytes(pdf.trailer.ID[0]) + time).digest()[:16])]),
            Size=max(number for number, _ in (signature.objgen, *changed)) + 1,
            Prev=int(end[1]),
        ).unparse()
    before, places = report, {}
    for number, text in changed.items():
        places[number] = len(before)
        before += b"%d %d obj\n%s\nendobj\n" % (*number, text)
    places[signature.objgen] = len(before)
    start = len(before) + len(OPENING % (*signature.objgen, time, 0, 0, 0))  # of the hole
    table = b"".join(b"%d 1\n%010d %05d n \n" % (n, place, g) for (n, g), place in sorted(places.items()))
    tail = b"xref\n%strailer %s\nstartxref\n%d\n%%%%EOF\n" % (table, trailer, start + HOLE + len(CLOSING))
    after = CLOSING + tail
    return before + OPENING % (*signature.objgen, time, start, start + HOLE, len(after)), after


def add_field(pdf: pikepdf.Pdf, signature: pikepdf.Object) -> list[pikepdf.Object]:
    """Put a field for a signature into the document: what is then new or changed.

    It is on the first page, where it takes no room, in the document's form, and in the structure after all else.
    """
    page, tree = pdf.pages[0].obj, pdf.Root.StructTreeRoot
    field = pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, V=signature, P=page))
    field.T, field.TU = String("Signature"), String("Signature of the whole report")
    field.Rect, field.F = Array([0, 0, 0, 0]), PRINTED + LOCKED
    page.Annots, page.Tabs = Array([*page.get(Name.Annots, []), field]), Name.S
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=SIGNED + APPENDED_TO_ONLY)
    (document,) = tree.K
    kid = Dictionary(Type=Name.OBJR, Obj=field, Pg=page)
    element = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Form, P=document, Pg=page, K=kid))
    document.K.append(element)
    field.StructParent = 1 + max(int(number) for number in tree.ParentTree.Nums[::2])
    tree.ParentTree.Nums.extend([field.StructParent, element])
    return [pdf.Root, page, document, tree.ParentTree, element, field]
