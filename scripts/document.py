"""Assemble the report: the sections' text with the artifacts' values and figures, as HTML; say what it cites."""

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from reporting.document import page
from reporting.sections import ReportError
from scripts.artifacts import read_json, whole, write_json
from scripts.job import run
from scripts.machine import machine

PACKAGES = [
    "numpy",
    "scipy",
    "scikit-learn",
    "matplotlib",
    "snakemake",
    "jinja2",
    "markdown-it-py",
    "mathra",
    "weasyprint",
]


def main(
    fonts: str,
    artifacts: list[str],
    figures: list[str],
    sources: list[str],
    document: str,
    citations: str,
    settings: dict[str, Any],
    rubric: dict[str, Any],
) -> None:
    del sources  # they are there for Snakemake: the text and the code that it shows
    contents = {name_of(path): read_json(path) for path in artifacts}
    contents["config"] = settings
    contents["made"] = {
        "platform": machine(),
        "python": platform.python_version(),
        "packages": [{"name": name, "version": version(name)} for name in PACKAGES],
        "configuration": sha256("config/config.yaml"),
        "artifacts": [
            {
                "name": name_of(path),
                "rule": name_of(path).split("/")[0],
                "sha256": sha256(path),
            }
            for path in artifacts
        ],
    }
    pictures = {str(Path(path).relative_to("results/figures").with_suffix("")): Path(path) for path in figures}
    with whole(document) as aside:
        finished = page(Path(), contents, rubric, pictures, read_json(fonts))
        aside.write_text(finished.markup, encoding="utf-8")
        write_json(citations, {**finished.citations, "made": contents["made"]})


def sha256(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def name_of(path: str) -> str:
    """networks/two_layer for results/networks/two_layer.json."""
    return str(Path(path).relative_to("results").with_suffix(""))


if __name__ == "__main__":
    run(main, snakemake, ReportError)
