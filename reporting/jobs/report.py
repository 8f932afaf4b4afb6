"""Put the documents in place, together with what archives read of them: what is in report/ is always of one build."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from reporting.pipeline.artifacts import atomic_write, read_json, write_json
from reporting.pipeline.fingerprint import LOCK, locked
from reporting.pipeline.job import run
from reporting.press.crate import crate


def main(
    html: str,
    pdf: str,
    citations: str,
    sources: list[str],
    artifacts: list[str],
    public_html: str,
    public_pdf: str,
    metadata: str,
    about: dict[str, Any],
    has_notebook: bool,
) -> None:
    documents = {public_pdf: Path(pdf).read_bytes(), public_html: Path(html).read_bytes()}
    notebook = {"report/report.ipynb": None} if has_notebook else {}  # which is made when it is asked for
    made_with, snakemake_version = read_json(citations)["made"]["with"], locked(LOCK)["snakemake"][0]
    crated = crate(about, {**documents, **notebook}, read(sources), read(artifacts), made_with, snakemake_version)
    with atomic_write(public_html) as html_aside, atomic_write(public_pdf) as pdf_aside:
        html_aside.write_bytes(documents[public_html])
        pdf_aside.write_bytes(documents[public_pdf])
        write_json(metadata, crated)


def read(paths: Iterable[str]) -> dict[str, bytes]:
    return {path: Path(path).read_bytes() for path in paths}


if __name__ == "__main__":
    run(main, snakemake)
