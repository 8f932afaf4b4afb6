"""Reports that prove themselves: from artifacts to documents in which every number has its source, and every sentence
its ground.

    cite      paths, values, claims, formats    (imports nothing of the rest)
    glyphs    fonts and formulas
    compose   the text as a tree, and its two writers: HTML and notebook
    press     PDF, its standards, its evidence
    pipeline  the machinery around Snakemake
    verify    what a finished PDF proves, and what differs between two
    drawing   one look for all figures
    jobs      the scripts of the engine's rules, which are in rules
    commands  what the Makefile calls

Each room imports those above it. What a report's experiments are about is not known here: a report tells it in
scripts/formats.py and scripts/checks.py.
"""

from importlib import import_module
from types import ModuleType

__version__ = "0.2.0"


def report_module(name: str) -> ModuleType:
    """A module in which a report tells the engine of itself; an empty one where the report has none."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if not name.startswith(str(error.name)):
            raise
        return ModuleType(name)
