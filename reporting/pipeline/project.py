"""Where code is: the project's own, and that of the engine, which may be installed elsewhere."""

import os
from importlib.resources import files
from pathlib import Path

ROOT = Path(os.environ.get("PROJECT") or Path.cwd())  # of the project, whose folder commands run in
ENGINE = Path(str(files("reporting")))
# Where a process finds both, in whatever folder it runs.
PATH = os.pathsep.join(dict.fromkeys(map(str, (ROOT, ENGINE.parent))))


def home(name: str) -> Path:
    """The folder that holds a package, of the engine or of the project."""
    return ENGINE.parent if name == ENGINE.name else ROOT


def located(part: str) -> Path:
    """The file of a part of the code, as a seal names it: scripts/figures/digits.py."""
    return home(part.split("/")[0]) / part


def part(path: str | Path) -> str:
    """What a seal calls a file of code."""
    path = Path(path).resolve()
    return str(path.relative_to(ENGINE.parent if path.is_relative_to(ENGINE) else ROOT.resolve()))


def placed(part: str) -> str:
    """The path of a part of the code from the folder that is built in, where that has a copy, or else as installed."""
    return part if Path(part).is_file() else os.path.relpath(located(part))
