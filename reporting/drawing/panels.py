"""A figure's panels one below the other, for a page too narrow to show them side by side."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

NARROW = 268.0  # points, as wide as a phone's page
LEAST_SCALE = 0.75  # below which nothing is made smaller to fit
GAP = 6.0  # points between two panels
DRAWN = re.compile(r"(<svg\b[^>]*)>(.*)</svg>", re.DOTALL)


class Placement(NamedTuple):
    """Where a panel is in a narrow picture, and what part of the figure it shows, in points from the top left."""

    x: float
    y: float
    width: float
    height: float
    shows: str


def stackable(figure: Figure, svg: str) -> str:
    """The figure as a picture that also has its panels stacked, and shows them so in a box as high as they need.

    `data-narrow` is the shape of that box. A figure that fits, or has a panel too wide, stays as it is.
    """
    width, height = (72 * side for side in figure.get_size_inches())
    panels = list(panels_of(figure))
    if width * LEAST_SCALE <= NARROW or max(panel.width for panel in panels) * LEAST_SCALE > NARROW:
        return svg
    places, depth = stacked(panels, height)
    middle, larger = (width / height * NARROW / depth) ** 0.5, width / NARROW
    pieces = "".join(
        f'<svg class="narrow" x="{larger * place.x:.2f}" y="{larger * place.y:.2f}"'
        f' width="{larger * place.width:.2f}" height="{larger * place.height:.2f}" viewBox="{place.shows}">'
        '<use xlink:href="#figure_1"/></svg>'
        for place in places
    )
    style = (
        f"<style>.narrow {{ display: none }} @media (max-aspect-ratio: {1000 * middle:.0f}/1000) "
        "{ .narrow { display: inline } .whole { display: none } }</style>"
    )
    whole = '<use class="whole" xlink:href="#figure_1"/>'
    head = f'data-narrow="{NARROW:g} / {depth:.1f}" preserveAspectRatio="xMinYMin"'
    return DRAWN.sub(lambda svg: f"{svg[1]} {head}>{style}<defs>{svg[2]}</defs>{whole}{pieces}</svg>", svg)


def panels_of(figure: Figure) -> Iterator[Bbox]:
    """The boxes of the figure's legends and axes, in points from the bottom left; of empty axes, of what they hold."""
    canvas: Any = FigureCanvasAgg(figure)
    renderer = canvas.get_renderer()
    shown: list[Artist] = [*figure.legends]
    for axes in figure.axes:
        legend = axes.get_legend()
        shown += [axes] if axes.axison or axes.collections else [*axes.texts, *([legend] if legend else [])]
    for artist in shown:
        box = artist.get_tightbbox(renderer)
        assert box is not None
        yield Bbox(box.get_points() * 72 / figure.dpi).padded(1)


def stacked(panels: list[Bbox], height: float) -> tuple[list[Placement], float]:
    """The panels in rows, as many in each as fit, their feet on one line; and how high all rows are."""
    rows: list[list[Bbox]] = [[]]
    for panel in panels:
        if rows[-1] and sum(beside.width + GAP for beside in rows[-1]) + panel.width > NARROW:
            rows.append([])
        rows[-1].append(panel)
    places, y = [], 0.0
    for row in rows:
        x, foot = 0.0, y + max(panel.height * scale(panel) for panel in row)
        for panel in row:
            shows = f"{panel.x0:.2f} {height - panel.y1:.2f} {panel.width:.2f} {panel.height:.2f}"
            wide, high = panel.width * scale(panel), panel.height * scale(panel)
            places.append(Placement(x, foot - high, wide, high, shows))
            x += wide + GAP
        y = foot + GAP
    return places, y - GAP


def scale(panel: Bbox) -> float:
    """How much smaller a panel must be to fit."""
    return min(1, NARROW / panel.width)
