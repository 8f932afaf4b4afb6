"""One look for every figure: the document's fonts and colours, sizes in real inches, the same bytes every time."""

from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.font_manager
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlib.descent import f
from reporting.faces import FOLDER
from scripts.artifacts import whole

WIDTH = 6.3  # of the text, in inches
INK, MUTE, RULE = "#1d2329", "#5b6570", "#c9d0d6"
BLUE, RED, GREEN, GOLD = "#1b4f8a", "#c8452f", "#3f7f5f", "#b8860b"

for font in FOLDER.iterdir():
    if font.name.startswith("SourceSans3"):
        matplotlib.font_manager.fontManager.addfont(str(font))

matplotlib.rcParams.update(
    {
        "font.family": "Source Sans 3",
        "font.size": 8.5,
        "mathtext.fontset": "stix",
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": MUTE,
        "axes.linewidth": 0.6,
        "axes.titlesize": 9,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.prop_cycle": cycler(color=[BLUE, RED, GREEN, GOLD]),
        "grid.color": RULE,
        "grid.linewidth": 0.4,
        "xtick.color": MUTE,
        "ytick.color": MUTE,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "lines.linewidth": 1.3,
        "legend.frameon": False,
        "legend.fontsize": 8.5,
        "figure.constrained_layout.use": True,
        "savefig.dpi": 200,
        "svg.fonttype": "path",
        "svg.hashsalt": "report",
    }
)


def save(figure: Figure, svg: str | Path, png: str | Path) -> None:
    with whole(svg) as aside:
        figure.savefig(aside, metadata={"Date": None, "Creator": None})
    with whole(png) as aside:
        figure.savefig(aside, metadata={"Software": None})


def contours(axes: Axes, minima: list[dict[str, Any]], extent: float = 5) -> Any:
    """The contour lines of f over [-extent, extent]^2, closer together where f is low, with its minima."""
    side = np.linspace(-extent, extent, 81)
    x, y = np.meshgrid(side, side)
    z = f(x, y)
    levels = z.min() + (z.max() - z.min()) * np.linspace(0.0, 1, 18) ** 2
    lines = axes.contour(x, y, z, levels=levels, cmap="viridis", linewidths=0.6)
    lowest = min(minimum["f"] for minimum in minima)
    for minimum in minima:
        marker = "*" if minimum["f"] == lowest else "o"
        axes.plot(minimum["x"], minimum["y"], marker, color=INK, markersize=8 if marker == "*" else 4, zorder=4)
    axes.set(xlabel="$x$", ylabel="$y$", aspect="equal")
    axes.grid(False)
    return lines
