"""Put both documents in place, together: the HTML and the PDF in report/ are always of one build."""

import shutil

from reporting.pipeline.artifacts import whole
from reporting.pipeline.job import run


def main(html: str, pdf: str, public_html: str, public_pdf: str) -> None:
    with whole(public_html) as html_aside, whole(public_pdf) as pdf_aside:
        shutil.copyfile(html, html_aside)
        shutil.copyfile(pdf, pdf_aside)


if __name__ == "__main__":
    run(main, snakemake)
