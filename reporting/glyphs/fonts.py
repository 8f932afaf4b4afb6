"""The document's fonts: OFL fonts, cut down to the scripts that names and formulas need, as a style sheet."""

import base64
import io
from typing import TypedDict

from fontTools import subset
from fontTools.ttLib import TTFont

from reporting.glyphs.faces import FACES, FOLDER

# Latin, Greek, Cyrillic, punctuation, superscripts, currency, arrows and operators.
RANGES = [(0x20, 0x24F), (0x370, 0x4FF), (0x1E00, 0x1EFF), (0x2000, 0x22FF)]
FEATURES = ["kern", "liga", "lnum", "tnum", "ccmp", "locl", "mark", "mkmk"]


class Fonts(TypedDict):
    """The @font-face rules, with fonts that are packed and as they are, and all characters that every face has."""

    style_sheet: str
    unpacked: str
    characters: str


def fonts() -> Fonts:
    opened = [TTFont(FOLDER.joinpath(f"{name}.ttf"), recalcTimestamp=False) for *_, name in FACES]
    everywhere = set.intersection(*(set(font.getBestCmap()) for font in opened))
    wanted = sorted(code for code in everywhere if any(low <= code <= high for low, high in RANGES))
    packed, unpacked = [], []
    for (family, weight, style, _), font in zip(FACES, opened, strict=True):
        cutter = subset.Subsetter(subset.Options(layout_features=FEATURES, hinting=False, notdef_outline=True))
        cutter.populate(unicodes=wanted)
        cutter.subset(font)
        face = f'font-family:"{family}";font-weight:{weight};font-style:{style}'
        unpacked.append(f'@font-face{{{face};src:{embedded(font, "ttf")}format("truetype")}}')
        font.flavor = "woff2"
        packed.append(f'@font-face{{{face};src:{embedded(font, "woff2")}format("woff2")}}')
    characters = "".join(map(chr, wanted))
    return {"style_sheet": "\n".join(packed), "unpacked": "\n".join(unpacked), "characters": characters}


def embedded(font: TTFont, kind: str) -> str:
    """The address of a font that holds it."""
    data = io.BytesIO()
    font.save(data)
    return f"url(data:font/{kind};base64,{base64.b64encode(data.getvalue()).decode()})"
