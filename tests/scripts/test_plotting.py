"""Facts about the figures: nothing prints over anything, and what a figure is for can be seen on it."""

from collections.abc import Iterator
from typing import Any
from unittest import mock

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from reporting.drawing.plotting import BLUE, label_ends, number
from scripts.figures.basins import draw_basins
from scripts.figures.components import draw_errors, draw_functions
from scripts.figures.dead_units import draw_dead_units
from scripts.figures.decay_map import draw_decay_map
from scripts.figures.descents import draw_descent
from scripts.figures.digits import draw_digits
from scripts.figures.equal_weights import draw_equal_weights
from scripts.figures.gradient_flow import draw_gradient_flow
from scripts.figures.landscape import draw_landscape
from scripts.figures.networks import draw_network
from scripts.figures.rate_scan import draw_rate_scan
from scripts.figures.runs import draw_runs
from scripts.figures.step_size_scan import draw_step_size_scan
from scripts.figures.sweep import draw_sweep
from tests.conftest import Project

HAIR = 1.0  # pixels that a text's box is larger than its letters


def drawn_texts(figure: Figure) -> list[tuple[str, Bbox]]:
    """The texts that the figure draws, each with its box in pixels."""
    found: list[tuple[str, Bbox]] = []
    canvas: Any = FigureCanvasAgg(figure)
    plain: Any = Text.draw

    def draw(text: Text, renderer: Any, *given: Any, **named: Any) -> None:
        plain(text, renderer, *given, **named)
        if text.get_text().strip() and text.get_visible():
            found.append((text.get_text(), Text.get_window_extent(text, renderer).padded(-HAIR)))

    canvas.draw()  # which places everything
    with mock.patch.object(Text, "draw", draw):
        canvas.draw()
    return found


def curves(figure: Figure) -> Iterator[Any]:
    """The points of each curve and marker within its axes, in pixels, close together."""
    for axes in figure.axes:
        frame = axes.get_window_extent()
        for line in axes.lines:
            points = line.get_transform().transform(np.asarray(line.get_xydata(), float))
            if line.get_linestyle() != "None":
                between = [points[:-1] + share * np.diff(points, axis=0) for share in np.linspace(0, 1, 200)]
                points = np.concatenate([points, *between])
            yield points[((points >= frame.p0) & (points <= frame.p1)).all(axis=1)]


def collisions(figure: Figure) -> list[str]:
    """Texts that lie over one another or over a curve, or run off the figure."""
    texts, faults = drawn_texts(figure), []
    drawn = np.concatenate([np.empty((0, 2)), *curves(figure)])
    for index, (text, box) in enumerate(texts):
        if not (figure.bbox.contains(*box.p0) and figure.bbox.contains(*box.p1)):
            faults.append(f"{text!r} runs off the figure")
        if ((drawn > box.p0) & (drawn < box.p1)).all(axis=1).any():
            faults.append(f"{text!r} lies over a curve")
        faults += [f"{text!r} lies over {other!r}" for other, beside in texts[:index] if box.overlaps(beside)]
    return faults


def plot() -> tuple[Figure, Axes]:
    figure = Figure(figsize=(3, 2))
    axes = figure.subplots()
    axes.plot([0, 1, 2], [0, 1, 2])
    return figure, axes


@pytest.mark.parametrize(
    ("x", "y", "fault"),
    [
        (0.1, 1.7, []),
        (0.8, 1.0, ["'word' lies over a curve"]),
        (0.2, 1.72, ["'word' lies over 'other'"]),
        (9, 1.0, ["'word' runs off the figure"]),
    ],
)
def test_what_lies_over_something_is_found(x: float, y: float, fault: list[str]) -> None:
    figure, axes = plot()
    if "other" in str(fault):
        axes.text(0.1, 1.7, "other")
    axes.text(x, y, "word", in_layout=False)
    assert collisions(figure) == fault


@pytest.mark.parametrize("values", [[0.5, 0.5, 0.5], [0, 0.01, 1], [2, 1.99, 1.98], [-9, -8, 99]])
def test_the_names_at_the_ends_of_curves_do_not_touch_and_are_in_the_order_of_their_values(values: list[float]) -> None:
    figure, axes = plot()
    label_ends(axes, [(value, f"name {index}", BLUE) for index, value in enumerate(values)])
    assert collisions(figure) == []
    heights = {text: box.y0 for text, box in drawn_texts(figure) if text.startswith("name")}
    order = sorted(range(3), key=lambda index: (values[index], index))
    assert sorted(heights, key=heights.__getitem__) == [f"name {index}" for index in order]


def test_a_number_has_a_minus_sign() -> None:
    assert (number(-2), number(0.05), number(-2.2807, 2)) == ("−2", "0.05", "−2.28")


def runs(assignment: Project, kind: str) -> list[str]:
    return sorted(path.stem for path in (assignment.root / "results" / kind).glob("*.json"))


def figures(assignment: Project) -> Iterator[tuple[str, Figure]]:
    """All figures of a build, drawn anew."""
    landscape, components = assignment.artifact("landscape"), assignment.artifact("components")
    yield "landscape", draw_landscape(landscape)
    yield "basins", draw_basins(landscape, assignment.artifact("basins"))
    yield "step_size_scan", draw_step_size_scan(landscape, assignment.artifact("step_size_scan"))
    descents = {name: assignment.artifact(f"descents/{name}") for name in runs(assignment, "descents")}
    yield "decay_map", draw_decay_map(landscape, assignment.artifact("decay_map"), descents["decayed"])
    for name, descent in descents.items():
        yield f"descents/{name}", draw_descent(landscape, descent["path"])
    yield "functions", draw_functions(components["curves"])
    yield "finite_differences", draw_errors(components["finite_differences"])
    yield "gradient_flow", draw_gradient_flow(assignment.artifact("gradient_flow"))
    yield "digits", draw_digits(assignment.artifact("digits"))
    networks = {name: assignment.artifact(f"networks/{name}") for name in runs(assignment, "networks")}
    seeds = {name: assignment.artifact(f"seeds/{name}") for name in networks}
    for name, facts in networks.items():
        yield f"networks/{name}", draw_network(facts, seeds[name])
    yield "networks", draw_runs(networks, seeds)
    yield "sweep", draw_sweep(assignment.artifact("sweep"))
    yield "rate_scan", draw_rate_scan(assignment.artifact("rate_scan"))
    yield "equal_weights", draw_equal_weights(assignment.artifact("equal_weights"))
    some = [name for name, facts in seeds.items() if facts["hidden_units"]][:4]
    yield "dead_units", draw_dead_units([networks[name] for name in some], [seeds[name] for name in some])


def test_nothing_in_a_figure_prints_over_anything(assignment: Project) -> None:
    assert {name: faults for name, figure in figures(assignment) if (faults := collisions(figure))} == {}


def height(axes: Axes, value: float) -> float:
    """How high a value stands in the axes, of their height."""
    return float((axes.transScale + axes.transLimits).transform((axes.get_xlim()[1], value))[1])


def test_where_a_descent_starts_and_the_minima_that_it_can_end_in_are_apart(assignment: Project) -> None:
    figure = draw_descent(assignment.artifact("landscape"), assignment.artifact("descents/first")["path"])
    low, local, start = (height(figure.axes[1], f) for f in (-2.28, 1.24, 24.1))
    assert 0 <= low < local - 0.2 < start - 0.4 <= 0.6


def test_a_test_loss_that_rises_from_its_lowest_is_seen_to_rise(assignment: Project) -> None:
    facts, seeds = assignment.artifact("networks/two_layer"), assignment.artifact("seeds/two_layer")
    epochs = facts["epochs"]
    rising = [0.4, *np.linspace(0.068, 0.083, epochs - 1)]
    facts["history"] |= {"test_loss": rising, "train_loss": list(np.geomspace(0.5, 0.0002, epochs))}
    facts["summary"] |= {"test_loss_rise": 0.083 / 0.068 - 1, "lowest_test_loss": {"epoch": 1, "loss": 0.068}}
    figure = draw_network(facts, seeds)
    axes = next(axes for axes in figure.axes if axes.get_ylabel() == "loss")
    assert height(axes, 0.083) - height(axes, 0.068) > 0.05
    assert {"lowest 0.068, epoch 1", "test 0.083", "training 0.0002 ↓"} <= {text for text, _ in drawn_texts(figure)}
