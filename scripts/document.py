"""Assemble the report: the sections' text with the artifacts' values and figures, as HTML; say what it cites."""

from pathlib import Path
from typing import Any

from reporting.document import page
from reporting.sections import ReportError
from scripts import machine
from scripts.artifacts import read_json, sha256, whole, write_json
from scripts.job import run


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
    listings: dict[str, str],
) -> None:
    del sources, listings  # they are there for Snakemake: the text, and the code that it shows
    pictures = {str(Path(path).relative_to("results/figures").with_suffix("")): Path(path) for path in figures}
    cited = contents(artifacts, settings, made_with)
    finished = page(Path(), cited, rubric, pictures, read_json(fonts))
    write_json(citations, {**finished.citations, "made": cited["made"]})
    with whole(document) as aside:
        aside.write_text(finished.markup, encoding="utf-8")


def contents(artifacts: list[str], settings: dict[str, Any], made_with: dict[str, str]) -> dict[str, Any]:
    """What the sections cite: the artifacts, the configuration, and what the report was made with."""
    found: dict[str, Any] = {name_of(path): read_json(path) for path in artifacts}
    found["config"] = settings
    found["made"] = {
        "on": machine.kind(),
        "with": [{"name": name, "version": version} for name, version in made_with.items()],
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
    return found


def name_of(path: str) -> str:
    """networks/two_layer for results/networks/two_layer.json."""
    return str(Path(path).relative_to("results").with_suffix(""))


if __name__ == "__main__":
    run(main, snakemake, ReportError)
