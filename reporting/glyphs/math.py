"""LaTeX math to SVG, with its spoken form as the alternative text and its plain text within, unseen."""

import base64
import functools
import html
import re

import mathra
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

from reporting.glyphs import unseen
from reporting.glyphs.faces import FOLDER
from reporting.glyphs.linear import LinearError, linear, signs

INK = "#1d2329"
DIGITS = "0123456789"
OUTLINE = re.compile(r' d="([^"]*)"')
ASCENT = 0.7  # of a line of several: where its baseline is


class MathError(Exception):
    """A formula that is not valid LaTeX."""


@functools.cache
def formula(tex: str, display: bool) -> str:
    """An `img` in em sizes that sits on the baseline; raises MathError for whatever mathra warns of."""
    if "\ue000" in tex:
        raise MathError(f"the formula {tex!r} has a value in it; a value stands beside a formula")
    result, text = rendered(tex, display), plain(tex, display)
    if not unseen.has(text.replace("\n", "")):
        raise MathError(f"the formula {tex!r}: its text {text!r} has a character beyond those of mathematics")
    # The drawing alone: what it says is the alternative text.
    svg = re.sub(r"<(metadata|title|style|text)\b.*?</\1>", "", result["svg"], flags=re.DOTALL)
    opening = svg[: svg.index(">") + 1]
    size = {name: re.search(rf'{name}="([^"]+)"', opening)[1] for name in ("width", "height")}  # type: ignore[index]
    align = re.search(r"vertical-align: ([^\"]+)", opening)
    style = f"width:{size['width']};height:{size['height']};vertical-align:{align[1] if align else 0}"
    svg = OUTLINE.sub(lambda found: f' d="{digits().get(found[1], found[1])}"', svg)
    svg = svg.replace("currentColor", INK).replace("</svg>", f"{unseen_text(text, opening)}</svg>")
    data = base64.b64encode(svg.encode()).decode()
    return (
        f'<img class="math" alt="{html.escape(result["speech"])}" data-text="{html.escape(text)}" style="{style}" '
        f'src="data:image/svg+xml;base64,{data}">'
    )


@functools.cache
def rendered(tex: str, display: bool) -> mathra.Result:
    """What mathra makes of a formula; raises MathError."""
    result = mathra.render(tex, display=display)
    if result["warnings"]:
        raise MathError(f"the formula {tex!r}: {result['warnings'][0]['description']}")
    return result


def plain(tex: str, display: bool) -> str:
    """A formula as a line of text; raises MathError."""
    try:
        return linear(rendered(tex, display)["tree"])
    except LinearError as error:
        raise MathError(f"the formula {tex!r}: {error}") from None


def drawn(tex: str, display: bool) -> str:
    """The signs that a formula draws, as `linear.signs` writes them; raises MathError."""
    return signs(rendered(tex, display)["tree"])


@functools.cache
def digits() -> dict[str, str]:
    """The outlines of mathra's digits, in a line and in scripts of both sizes, each with that of the text's typeface.

    The two are equally high, and but for 0.005 em equally wide.
    """
    font = TTFont(FOLDER.joinpath("SourceSerif4-Regular.ttf"))
    glyphs, names = font.getGlyphSet(), font.getBestCmap()
    outlines = []
    for digit in DIGITS:
        pen = SVGPathPen(glyphs)
        glyphs[names[ord(digit)]].draw(pen)
        outlines.append(pen.getCommands())
    theirs = [
        OUTLINE.findall(mathra.render(tex, display=False)["svg"])[-len(DIGITS) :]
        for tex in (DIGITS, f"a^{{{DIGITS}}}", f"a^{{a^{{{DIGITS}}}}}")
    ]
    return {outline: mine for size in theirs for outline, mine in zip(size, outlines, strict=True)}


def unseen_text(text: str, opening: str) -> str:
    """The lines of a formula's text, each over the whole width: one on the baseline, several one below another.

    Neither filled nor outlined, they are not drawn; in the PDF they are found by a search and copied.
    """
    left, top, width, height = map(float, re.search(r'viewBox="([^"]+)"', opening)[1].split())  # type: ignore[index]
    lines = text.split("\n")
    return "".join(
        f'<text fill="none" font-family="{unseen.FAMILY}" font-size="{unseen.EM}" x="{left:g}" '
        f'y="{top + (number + ASCENT) * height / len(lines) if len(lines) > 1 else 0:.0f}" '
        f'textLength="{width:g}" lengthAdjust="spacingAndGlyphs">{html.escape(line)}</text>'
        for number, line in enumerate(lines)
    )
