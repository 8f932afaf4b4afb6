"""Put both documents in place, together: the HTML and the PDF in report/ are always of one build."""

import shutil

from reporting.pipeline.artifacts import atomic_write
from reporting.pipeline.job import run


def main(html: str, pdf: str, public_html: str, public_pdf: str) -> None:
    with atomic_write(public_html) as html_aside, atomic_write(public_pdf) as pdf_aside:
        shutil.copyfile(html, html_aside)
        shutil.copyfile(pdf, pdf_aside)


if __name__ == "__main__":
    run(main, snakemake)
