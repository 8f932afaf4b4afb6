"""Assemble the report: the sections' text with the artifacts' values and figures, as HTML; say what it cites."""

from pathlib import Path
from typing import Any

from reporting.compose.document import page
from reporting.compose.errors import ReportError
from reporting.pipeline import numerics
from reporting.pipeline.artifacts import atomic_write, read_json, write_json
from reporting.pipeline.job import run
from reporting.pipeline.seal import sha256
from reporting.press.evidence import combined_checksum

# Names as their makers write them.
NAMES = {"python": "Python", "numpy": "NumPy", "scipy": "SciPy", "matplotlib": "Matplotlib"}


def main(
    fonts: str,
    artifacts: list[str],
    figures: list[str],
    sources: list[str],
    document: str,
    citations: str,
    settings: dict[str, Any],
    rubric: dict[str, Any],
    made_with: dict[str, str],
    shown: dict[str, str],
) -> None:
    del sources, shown  # they are there for the seal: the text, and the parts of other files that it shows
    pictures = {str(Path(path).relative_to("results/figures").with_suffix("")): Path(path) for path in figures}
    cited = contents(artifacts, settings, made_with)
    finished = page(Path(), cited, rubric, pictures, read_json(fonts))
    write_json(citations, {**finished.citations, "made": cited["made"]})
    with atomic_write(document) as aside:
        aside.write_text(finished.markup, encoding="utf-8")


def contents(artifacts: list[str], settings: dict[str, Any], made_with: dict[str, str]) -> dict[str, Any]:
    """What the sections cite: the artifacts, the configuration, and what the report was made with."""
    found: dict[str, Any] = {name_of(path): read_json(path) for path in artifacts}
    found["config"] = settings
    digests = {path: sha256(path) for path in ["config/config.yaml", *artifacts]}
    found["made"] = {
        "on": numerics.machine() | numerics.libraries("weasyprint"),
        "with": [{"name": NAMES.get(name, name), "version": version} for name, version in made_with.items()],
        "checksum": combined_checksum(digests),
        "artifacts": [{"name": name_of(path), "sha256": digests[path]} for path in artifacts],
        "configuration": digests["config/config.yaml"],
    }
    return found


def name_of(path: str) -> str:
    """walks/first for results/walks/first.json."""
    return str(Path(path).relative_to("results").with_suffix(""))


if __name__ == "__main__":
    run(main, snakemake, ReportError)
