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
    """The @font-face rules, and all characters that every face has."""

    style_sheet: str
    characters: str


def fonts() -> Fonts:
    opened = [TTFont(FOLDER.joinpath(f"{name}.ttf"), recalcTimestamp=False) for *_, name in FACES]
    everywhere = set.intersection(*(set(font.getBestCmap()) for font in opened))
    wanted = sorted(code for code in everywhere if any(low <= code <= high for low, high in RANGES))
    rules = []
    for (family, weight, style, _), font in zip(FACES, opened, strict=True):
        cutter = subset.Subsetter(subset.Options(layout_features=FEATURES, hinting=False, notdef_outline=True))
        cutter.populate(unicodes=wanted)
        cutter.subset(font)
        font.flavor = "woff2"
        data = io.BytesIO()
        font.save(data)
        source = f"data:font/woff2;base64,{base64.b64encode(data.getvalue()).decode()}"
        rules.append(
            f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};src:url({source})format("woff2")}}'
        )
    return {"style_sheet": "\n".join(rules), "characters": "".join(map(chr, wanted))}
