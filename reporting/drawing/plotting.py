"""One look for every figure: the document's fonts and colours, sizes in real inches, the same bytes every time."""

import tempfile
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.font_manager
from fontTools.ttLib import TTFont
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.rcsetup import cycler

from reporting.drawing.panels import stackable
from reporting.glyphs.faces import FOLDER
from reporting.pipeline.artifacts import atomic_write

WIDTH = 6.3  # of a whole figure, in inches
LINE = 10.5  # points between the middles of two labels, one above the other
INK, MUTE, RULE = "#1d2329", "#5b6570", "#c9d0d6"
BLUE, RED, GREEN, GOLD = "#1b4f8a", "#c8452f", "#3f7f5f", "#b8860b"

LOOK: dict[Any, Any] = {  # but for the fonts: they are the document's own
    "font.size": 8.5,  # the captions' is 9
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

# The document's fonts, less what joins letters and sets them closer: a glyph is then a letter, as the PDF says of it,
# and a font is cut down to the letters of a figure in no time.
_folder = tempfile.TemporaryDirectory()
for _name in ("SourceSans3-Regular", "SourceSans3-Bold"):
    _font = TTFont(FOLDER.joinpath(f"{_name}.ttf"), recalcTimestamp=False)
    for _table in ("GSUB", "GPOS", "GDEF"):
        del _font[_table]
    _font.save(Path(_folder.name, f"{_name}.ttf"))
    matplotlib.font_manager.fontManager.addfont(Path(_folder.name, f"{_name}.ttf"))

matplotlib.rcParams.update(
    {
        **LOOK,
        "font.family": "Source Sans 3",
        "savefig.dpi": 200,
        "svg.fonttype": "path",
        "svg.hashsalt": "report",
        "pdf.fonttype": 42,
        "ps.fonttype": 42,  # which Matplotlib 3.11 asks for the number of characters that a font of a PDF may have
    }
)


def number(value: float, digits: int | None = None) -> str:
    """A number as a label has it, with a real minus sign."""
    text = f"{value:g}" if digits is None else f"{value:.{digits}f}"
    return text.replace("-", "−")


def label_ends(axes: Axes, ends: list[tuple[float, str, str]]) -> None:
    """Name curves beside their last values: each value, with its name and colour; no name touches another,
    or is above or below the axes."""
    figure = axes.get_figure(root=True)
    layout = figure.get_layout_engine() if figure else None
    assert figure
    assert layout
    layout.execute(figure)  # which says how high the axes are
    gap = LINE / (72 * axes.get_position().height * figure.get_figheight())  # of the axes' height
    ends = sorted(ends)
    right = axes.get_xlim()[1]
    places = [(axes.transScale + axes.transLimits).transform((right, value))[1] for value, _, _ in ends]
    places = [max(float(place), gap / 2) for place in places]
    for upper in range(1, len(places)):
        places[upper] = max(places[upper], places[upper - 1] + gap)
    for lower in reversed(range(len(places))):
        places[lower] = min(places[lower], 1 - gap * (len(places) - lower - 0.5))
    for place, (_, name, colour) in zip(places, ends, strict=True):
        axes.annotate(
            name,
            (1, place),
            xycoords="axes fraction",
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            annotation_clip=False,
        )


def save(figure: Figure, svg: str | Path, png: str | Path, pdf: str | Path) -> None:
    """Write the figure as the page has it, as Snakemake's report has it, and as the PDF has it, with text as text."""
    for path, metadata in (
        (svg, {"Date": None, "Creator": None}),
        (png, {"Software": None}),
        (pdf, {"CreationDate": None, "Creator": None, "Producer": None}),
    ):
        with atomic_write(path) as aside:
            figure.savefig(aside, metadata=metadata)
            if path is svg:
                figure.set_layout_engine("none")  # which is found: it takes half as long as all the drawing
                aside.write_text(stackable(figure, aside.read_text(encoding="utf-8")), encoding="utf-8")
