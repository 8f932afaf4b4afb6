"""Learning curves, in one manner in all figures: a run itself, and beside it the same from many seeds.

The run is a line, the median of the seeds a dashed line, and the middle of them a band.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from reporting.drawing.plotting import BLUE, INK, MUTE, RED, label_ends, number

if TYPE_CHECKING:
    from scripts.experiments.networks import NetworkRun
    from scripts.experiments.seeds import SeedRuns
    from scripts.numbers import Gapped
    from scripts.repeats import Band

PARTS = [("train", "training", BLUE), ("test", "test", RED)]
BAND_STYLE: dict[str, Any] = {"alpha": 0.15, "linewidth": 0}
MEDIAN_STYLE: dict[str, Any] = {"linewidth": 0.8, "dashes": (4, 2)}
RUN_STYLE: dict[str, Any] = {"linewidth": 1.2}
NARROW = 3.0  # the largest by the smallest loss, up to which a linear scale shows it
RISE = 0.1  # of the test loss above its lowest, from which on the lowest is worth a mark


def draw_curves(axes: Axes, metric: str, facts: "NetworkRun", many: "SeedRuns") -> None:
    """The run, the median and the band of a metric, loss or accuracy, on the training and on the test set."""
    for part, _, colour in PARTS:
        draw_spread(axes, many["curves"][f"{part}_{metric}"], colour)
        axes.plot(np.array(facts["history"][f"{part}_{metric}"], float), color=colour, **RUN_STYLE)
    last = facts["epochs"] - 1
    axes.set_xlim(-0.03 * last - 0.1, 1.03 * last + 0.1)
    axes.grid(axis="x", visible=False)
    if facts["diverged_at_epoch"] is not None:
        axes.axvline(facts["diverged_at_epoch"], color=MUTE, linewidth=0.8, linestyle=":")


def draw_spread(axes: Axes, curves: "Band", colour: str, first: int = 0) -> None:
    """The median and the band of many seeds, by epochs that count from the first."""
    low, median, high = (np.array(curves[name], float) for name in ("low", "median", "high"))
    epochs = np.arange(first, first + len(median))
    axes.fill_between(epochs, low, high, color=colour, **BAND_STYLE)
    axes.plot(epochs, median, color=colour, **MEDIAN_STYLE)


def curve_key(many: "SeedRuns") -> list[Any]:
    """What a solid line, a dashed line and a band are, for a legend."""
    return [
        Line2D([], [], color=INK, label="our run", **RUN_STYLE),
        Line2D([], [], color=INK, label=f"median of {many['count']} seeds", **MEDIAN_STYLE),
        Patch(color=INK, label=f"middle {100 * many['band']:.0f} %", **BAND_STYLE),
    ]


def finite_values(*curves: "Gapped") -> Any:
    """All values of the curves that are finite."""
    values = np.array([value for curve in curves for value in curve], float)
    return values[np.isfinite(values)]


def scale_losses(axes: Axes, facts: "NetworkRun", many: "SeedRuns") -> None:
    """Limits within which the test loss fills the axes; the training loss may leave them downwards."""
    band = many["curves"]["test_loss"]
    shown = finite_values(facts["history"]["test_loss"], band["low"], band["median"], band["high"])
    if len(shown) == 0:
        return
    starts = finite_values(*(facts["history"][f"{part}_loss"][:1] for part, _, _ in PARTS))
    low, high = 0.65 * shown.min(), 1.2 * max([*starts, np.quantile(shown, 0.99)])
    axes.set_ylim(low, high)
    if high / low > NARROW:
        axes.set_yscale("log", subs=[])
        digits = (1, 2, 3, 5) if high / low < 12 else (1, 2, 5)
        ticks = [digit * 10.0**power for power in range(-9, 9) for digit in digits]
        axes.set_yticks([tick for tick in ticks if low <= tick <= high])
        axes.yaxis.set_major_formatter(lambda loss, _: number(loss))


def label_curves(axes: Axes, metric: str, facts: "NetworkRun") -> None:
    """Name the run's curves at their ends, with their last values; say from when on there are none."""
    ends = []
    for part, name, colour in PARTS:
        values = finite_values(facts["history"][f"{part}_{metric}"])
        if len(values):
            last = f"{values[-1]:.3f}" if metric == "accuracy" else f"{values[-1]:.3g}"
            below = " ↓" if values[-1] < axes.get_ylim()[0] else ""
            ends.append((values[-1], f"{name} {last}{below}", colour))
    label_ends(axes, ends)
    if facts["diverged_at_epoch"] is not None:
        axes.annotate(
            f"NaN from epoch {facts['diverged_at_epoch']}",
            (facts["diverged_at_epoch"], 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            color=MUTE,
        )


def mark_lowest(axes: Axes, facts: "NetworkRun") -> None:
    """The lowest test loss of the run, where it rises again."""
    lowest = facts["summary"]["lowest_test_loss"]
    rise = facts["summary"]["test_loss_rise"]
    if rise is not None and rise > RISE:
        axes.plot(lowest["epoch"], lowest["loss"], "o", color=RED, markersize=4)
        axes.annotate(
            f"lowest {lowest['loss']:.3g}, epoch {lowest['epoch']}",
            (lowest["epoch"], lowest["loss"]),
            xytext=(1, 1),
            textcoords="axes fraction",
            ha="right",
            va="top",
            color=RED,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
            arrowprops={"arrowstyle": "-", "color": RED, "linewidth": 0.6, "shrinkB": 2},
        )
