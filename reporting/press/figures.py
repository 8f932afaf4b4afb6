"""The figures of the PDF: each a drawing that is a PDF itself, with its text as text, where the HTML has a picture.

WeasyPrint takes its time to draw an SVG, and draws letters that are outlines as outlines. So it leaves room for the
figures only, and each drawing is put there as it is.
"""

import base64
import io
import re
from collections.abc import Iterable

import pikepdf
from pikepdf import Object, Pdf

PICTURE = re.compile(r'(<img\b[^>]* data-name="[^>]* src="data:image/svg\+xml;base64,)([^"]*)')
OPENING = re.compile(rb"<svg\b[^>]*>")
# The characters of a range of codes, each by itself; they follow each other, and some readers know the first one only.
CHARACTERS = re.compile(rb"\[(<\w+>)[^]]*\]")


def leave_room(markup: str) -> str:
    """The page with figures of the same size in which nothing is drawn."""

    def empty(found: re.Match[str]) -> str:
        opening = OPENING.search(base64.b64decode(found[2]))
        assert opening is not None
        return found[1] + base64.b64encode(opening[0] + b"</svg>").decode()

    return PICTURE.sub(empty, markup)


def draw(pdf: Pdf, pictures: Iterable[Object], drawings: Iterable[bytes]) -> None:
    """Draw the pictures, structure elements of a PDF as WeasyPrint printed it; each drawing is a PDF of one page.

    A drawing is inside the content that is marked as its picture's, so that its text is read as a part of the picture.
    """
    for number, (picture, drawing) in enumerate(zip(pictures, drawings, strict=True)):
        name = f"/Drawing{number}"
        with pikepdf.open(io.BytesIO(drawing)) as source:
            sheet = source.pages[0]
            width, height = map(float, sheet.mediabox[2:])
            form = pdf.copy_foreign(sheet.as_form_xobject())
        for font in form.Resources.get("/Font", {}).values():
            font.ToUnicode.write(CHARACTERS.sub(rb"\1", font.ToUnicode.read_bytes()))
        picture.Pg.Resources.XObject[name] = form
        # WeasyPrint measures the box as it draws: in CSS pixels from the top of the page.
        left, top, right, bottom = map(float, picture.A.BBox)
        matrix = f"{(right - left) / width:.6f} 0 0 {(top - bottom) / height:.6f} {left:.4f} {bottom:.4f}"
        mark = re.compile(rb"/Figure\s*<<\s*/MCID %d\s*>>\s*BDC\b" % int(picture.K[0]))
        content = picture.Pg.Contents.read_bytes()
        content, found = mark.subn(rb"\g<0> q %s cm %s Do Q" % (matrix.encode(), name.encode()), content)
        assert found == 1, "WeasyPrint marks the content of each picture once"
        picture.Pg.Contents.write(content)
