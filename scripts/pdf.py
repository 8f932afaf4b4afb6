"""Print the report to PDF, attach its evidence, and read it back before it replaces the last one."""

from pathlib import Path
from typing import Any

from reporting.evidence import attachments, manifest
from reporting.pdf import PDFError, render
from reporting.printed import PrintedError
from reporting.proof import ProofError, proof
from reporting.standards import finish
from scripts.artifacts import read_json, whole
from scripts.job import run


def main(document: str, citations: str, evidence: list[str], pdf: str, rubric: dict[str, Any]) -> None:
    printed = render(Path(document).read_text(encoding="utf-8"))
    files = {path: Path(path).read_bytes() for path in evidence}
    finished = finish(printed, attachments(manifest(printed, read_json(citations), files), files))
    proof(finished, rubric)
    with whole(pdf) as aside:
        aside.write_bytes(finished)


if __name__ == "__main__":
    run(main, snakemake, PDFError, PrintedError, ProofError)
