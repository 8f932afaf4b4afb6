"""A typeface for what is not drawn: in it formulas' text stands in the PDF, to be found and copied.

All letters are the same box, as wide and as high as what a reader sees selected; what had no outline, PDFium would not
take for text.
"""

import io

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

FAMILY = "Unseen"
EM, WIDTH, ASCENT, DESCENT = 1000, 500, 800, 200
# Latin, combining accents, Greek, raised letters, punctuation, letter-like symbols, arrows, operators.
RANGES = [(0x20, 0x24F), (0x300, 0x3FF), (0x1D00, 0x1D7F), (0x2000, 0x23FF), (0x27C0, 0x27FF), (0x2A00, 0x2AFF)]


def has(text: str) -> bool:
    """Whether the typeface has all characters of a text."""
    return all(any(low <= ord(character) <= high for low, high in RANGES) for character in text)


def truetype() -> bytes:
    """The font file; the same bytes every time."""
    codes = {code: f"u{code:04X}" for low, high in RANGES for code in range(low, high + 1)}
    names = [".notdef", *codes.values()]
    pen = TTGlyphPen(None)
    pen.moveTo((0, -DESCENT))
    for corner in ((0, ASCENT), (WIDTH, ASCENT), (WIDTH, -DESCENT)):
        pen.lineTo(corner)
    pen.closePath()
    box = pen.glyph()
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(codes)
    builder.setupGlyf(dict.fromkeys(names, box))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (WIDTH, 0)))
    builder.setupHorizontalHeader(ascent=ASCENT, descent=-DESCENT)
    builder.setupNameTable({"familyName": FAMILY, "styleName": "Regular", "psName": FAMILY})
    builder.setupOS2(sTypoAscender=ASCENT, sTypoDescender=-DESCENT, usWinAscent=ASCENT, usWinDescent=DESCENT)
    builder.setupPost()
    builder.updateHead(created=0, modified=0)
    builder.font.recalcTimestamp = False
    target = io.BytesIO()
    builder.save(target)
    return target.getvalue()
