"""One look for every figure: the document's fonts and colours, sizes in real inches, the same bytes every time."""

from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.font_manager
from matplotlib.figure import Figure
from matplotlib.rcsetup import cycler

from reporting.faces import FOLDER
from scripts.artifacts import whole
from scripts.drawing import simplify

WIDTH = 6.3  # of the text, in inches
INK, MUTE, RULE = "#1d2329", "#5b6570", "#c9d0d6"
BLUE, RED, GREEN, GOLD = "#1b4f8a", "#c8452f", "#3f7f5f", "#b8860b"

LOOK: dict[Any, Any] = {  # but for the fonts: they are the document's own
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
}

for font in FOLDER.iterdir():
    if font.name.startswith("SourceSans3"):
        matplotlib.font_manager.fontManager.addfont(str(font))

matplotlib.rcParams.update(
    {
        **LOOK,
        "font.family": "Source Sans 3",
        "savefig.dpi": 200,
        "svg.fonttype": "path",
        "svg.hashsalt": "report",
    }
)


def save(figure: Figure, svg: str | Path, png: str | Path) -> None:
    with whole(svg) as aside:
        figure.savefig(aside, metadata={"Date": None, "Creator": None})
        simplify(aside)
    with whole(png) as aside:
        figure.savefig(aside, metadata={"Software": None})
