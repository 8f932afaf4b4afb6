"""Print the report to PDF."""

from pathlib import Path

from reporting.pdf import PDFError, render
from scripts.artifacts import whole
from scripts.job import run


def main(document: str, pdf: str) -> None:
    with whole(pdf) as aside:
        aside.write_bytes(render(Path(document).read_text(encoding="utf-8")))


if __name__ == "__main__":
    run(main, snakemake, PDFError)
