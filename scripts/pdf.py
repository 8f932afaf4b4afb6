"""Print the report to PDF, make it conform to its standards, and read it back before it replaces the last one."""

from pathlib import Path
from typing import Any

from reporting.pdf import PDFError, render
from reporting.proof import ProofError, proof
from reporting.standards import finish
from scripts.artifacts import whole
from scripts.job import run


def main(document: str, pdf: str, rubric: dict[str, Any]) -> None:
    printed = finish(render(Path(document).read_text(encoding="utf-8")))
    proof(printed, rubric)
    with whole(pdf) as aside:
        aside.write_bytes(printed)


if __name__ == "__main__":
    run(main, snakemake, PDFError, ProofError)
