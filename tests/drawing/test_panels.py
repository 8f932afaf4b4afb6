"""Facts about figures whose panels stack where the page is narrow."""

import io
import re

import pytest
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from reporting.drawing.panels import GAP, NARROW, panels_of, stackable, stacked

HEIGHT = 200.0


def boxes(*sizes: tuple[float, float]) -> list[Bbox]:
    return [Bbox.from_bounds(10, 20, width, height) for width, height in sizes]


def drawn(figure: Figure) -> str:
    file = io.StringIO()
    figure.savefig(file, format="svg")
    return file.getvalue()


def side_by_side(inches: float) -> Figure:
    figure = Figure(figsize=(inches, 2), layout="constrained")
    for axes in figure.subplots(1, 2):
        axes.plot([0, 1])
    return figure


def test_panels_that_fit_stand_in_a_row_and_the_next_below() -> None:
    places, depth = stacked(boxes((120, 50), (120, 40), (200, 60)), HEIGHT)
    assert [(place.x, place.y) for place in places] == [(0, 0), (120 + GAP, 10), (0, 50 + GAP)]
    assert depth == 50 + GAP + 60


def test_a_panel_that_is_too_wide_is_made_smaller() -> None:
    [place], depth = stacked(boxes((2 * NARROW, 100)), HEIGHT)
    assert (place.width, place.height, depth) == (NARROW, 50, 50)


def test_a_place_shows_its_panel_from_the_top_of_the_figure() -> None:
    [place], _ = stacked(boxes((120, 50)), HEIGHT)
    assert place.shows == "10.00 130.00 120.00 50.00"


def test_a_wide_figure_has_each_panel_once_more() -> None:
    figure = side_by_side(6.3)
    svg = stackable(figure, drawn(figure))
    assert len(re.findall(r'<svg class="narrow"', svg)) == 2
    assert svg.count('id="figure_1"') == 1
    assert re.search(rf'^<svg\b[^>]* data-narrow="{NARROW:g} / [\d.]+"', svg, re.MULTILINE)


def test_the_panels_of_a_figure_do_not_overlap() -> None:
    figure = side_by_side(6.3)
    drawn(figure)
    left, right = panels_of(figure)
    assert left.x1 <= right.x0


def test_axes_that_are_off_are_no_panel_but_their_words_are() -> None:
    figure = side_by_side(6.3)
    figure.axes[0].axis("off")
    figure.axes[0].text(0.5, 0.5, "words")
    drawn(figure)
    words, _ = panels_of(figure)
    assert words.width < 60


@pytest.mark.parametrize("figure", [side_by_side(4), Figure(figsize=(6.3, 2))], ids=["small", "one panel"])
def test_a_figure_that_fits_or_has_one_wide_panel_stays_as_it_is(figure: Figure) -> None:
    if not figure.axes:
        figure.subplots().plot([0, 1])
    svg = drawn(figure)
    assert stackable(figure, svg) == svg
