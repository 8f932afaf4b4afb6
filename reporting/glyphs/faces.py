"""The document's typefaces: OFL fonts, from the files that come with the package emboss-pdf."""

from importlib.util import find_spec
from pathlib import Path

PACKAGE = find_spec("emboss")  # found, and not imported, which would take longer than all else that a build begins with
FOLDER = Path(PACKAGE.origin).parent / "fonts" if PACKAGE and PACKAGE.origin else Path("emboss")
# Family, weight, style and file.
FACES = [
    ("Source Serif 4", 400, "normal", "SourceSerif4-Regular"),
    ("Source Serif 4", 400, "italic", "SourceSerif4-It"),
    ("Source Serif 4", 700, "normal", "SourceSerif4-Bold"),
    ("Source Sans 3", 400, "normal", "SourceSans3-Regular"),
    ("Source Sans 3", 700, "normal", "SourceSans3-Bold"),
    ("Source Code Pro", 400, "normal", "SourceCodePro-Regular"),
    ("Source Code Pro", 700, "normal", "SourceCodePro-Bold"),
]


def missing() -> str:
    """A word about the font files that are not there, nothing where all are: others would take their place unseen."""
    lost = [f"{name}.ttf" for *_, name in FACES if not FOLDER.joinpath(f"{name}.ttf").is_file()]
    where = f"missing in {FOLDER}, which the package emboss-pdf brings"
    return f"{', '.join(lost)}: {where}; remove the environment (.venv) and make it anew" if lost else ""
