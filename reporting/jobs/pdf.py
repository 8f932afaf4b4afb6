"""Print the report to PDF, attach its evidence, and read it back before it replaces the last one."""

from pathlib import Path
from typing import Any

from reporting.compose.printed import PrintedError
from reporting.pipeline.artifacts import atomic_write, read_json
from reporting.pipeline.job import run
from reporting.pipeline.project import ENGINE, part
from reporting.press.evidence import EvidenceError, attachments, manifest
from reporting.press.figures import leave_room
from reporting.press.pdf import PDFError, render
from reporting.press.proof import ProofError, proof
from reporting.press.standards import finish


def main(
    document: str,
    fonts: str,
    citations: str,
    figures: list[str],
    evidence: list[str],
    pdf: str,
    rubric: dict[str, Any],
) -> None:
    markup, faces = Path(document).read_text(encoding="utf-8"), read_json(fonts)
    # WeasyPrint would unpack each font anew.
    printed = render(leave_room(markup).replace(faces["style_sheet"], faces["unpacked"], 1))
    files = {name_of(path): Path(path).read_bytes() for path in evidence}
    contents = manifest(printed, read_json(citations), files)
    drawings = {str(Path(path).relative_to("results/figures").with_suffix("")): path for path in figures}
    drawn = [Path(drawings[picture["name"]]).read_bytes() for picture in contents["pictures"]]
    finished = finish(printed, attachments(contents, files), drawn)
    proof(finished, rubric)
    with atomic_write(pdf) as aside:
        aside.write_bytes(finished)


def name_of(path: str) -> str:
    """What a source is called in the project, be it the engine's, installed elsewhere."""
    return part(path) if Path(path).resolve().is_relative_to(ENGINE) else path


if __name__ == "__main__":
    run(main, snakemake, EvidenceError, PDFError, PrintedError, ProofError)
