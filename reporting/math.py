"""LaTeX math to SVG, with its spoken form as the alternative text."""

import base64
import functools
import html
import re

import mathra

INK = "#1d2329"


class MathError(Exception):
    """A formula that is not valid LaTeX."""


@functools.cache
def formula(tex: str, display: bool) -> str:
    """An `img` in em sizes that sits on the baseline; raises MathError for whatever mathra warns of."""
    if "\ue000" in tex:
        raise MathError(f"the formula {tex!r} has a value in it; a value stands beside a formula")
    result = mathra.render(tex, display=display)
    if result["warnings"]:
        raise MathError(f"the formula {tex!r}: {result['warnings'][0]['description']}")
    # The drawing alone: what it says is the alternative text.
    svg = re.sub(r"<(metadata|title|style|text)\b.*?</\1>", "", result["svg"], flags=re.DOTALL)
    opening = svg[: svg.index(">") + 1]
    size = {name: re.search(rf'{name}="([^"]+)"', opening)[1] for name in ("width", "height")}  # type: ignore[index]
    align = re.search(r"vertical-align: ([^\"]+)", opening)
    style = f"width:{size['width']};height:{size['height']};vertical-align:{align[1] if align else 0}"
    data = base64.b64encode(svg.replace("currentColor", INK).encode()).decode()
    return (
        f'<img class="math" alt="{html.escape(result["speech"])}" style="{style}" '
        f'src="data:image/svg+xml;base64,{data}">'
    )
