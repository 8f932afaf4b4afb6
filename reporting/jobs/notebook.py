"""Write the report as a notebook: its text with the artifacts' values, its code with the outputs of its cells."""

from pathlib import Path
from typing import Any

from reporting.compose.errors import ReportError
from reporting.compose.notebook import notebook as written
from reporting.jobs.document import contents
from reporting.pipeline.artifacts import atomic_write, read_json
from reporting.pipeline.job import run


def main(
    artifacts: list[str],
    outputs: str,
    sources: list[str],
    notebook: str,
    settings: dict[str, Any],
    rubric: dict[str, Any],
    figures: list[str],
    made_with: dict[str, str],
) -> None:
    del sources  # they are there for Snakemake: the text and the code that it shows
    cells = read_json(outputs)["cells"]
    text = written(Path(), contents(artifacts, settings, made_with), rubric, figures, cells)
    with atomic_write(notebook) as aside:
        aside.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run(main, snakemake, ReportError)
