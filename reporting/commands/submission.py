"""Pack report/submission.zip: the PDF, which must verify, and the executed notebook, as its job left it."""

import re
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reporting.commands import verify
from reporting.pipeline.artifacts import ArtifactError, atomic_write
from reporting.pipeline.seal import modified
from reporting.pipeline.settings import ConfigurationError, read

PARTS = ["report/report.pdf", "report/report.ipynb"]
MADE = [*PARTS, "results/notebook_outputs.json"]


class SubmissionError(Exception):
    """Why nothing is packed."""


def main() -> int:
    try:
        pack(read("config/config.yaml")["report"])
    except (ArtifactError, ConfigurationError, SubmissionError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def pack(report: Mapping[str, Any]) -> None:
    """Write the archive, the same bytes for the same parts; raises SubmissionError for a part that is not true."""
    for path in MADE:
        if not Path(path).exists():
            raise SubmissionError(f"{path}: is not there; run make submission, which makes it")
    if changed := modified(MADE):
        raise SubmissionError(f"{changed[0]}: is not as its job left it; delete it, and make submission makes it anew")
    if verify.main([PARTS[0]]):
        raise SubmissionError(f"{PARTS[0]}: does not verify; nothing is packed")
    name = slug(f"{report['assignment']} group {report['group']}")
    with atomic_write("report/submission.zip") as aside, zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in PARTS:
            # Without a date given, the archive would have the time of now.
            entry = zipfile.ZipInfo(name + Path(path).suffix, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, Path(path).read_bytes())
    print(f"report/submission.zip holds {', '.join(name + Path(path).suffix for path in PARTS)}.")


def slug(text: str) -> str:
    """Letters and digits with hyphens between them: a file's name on any system."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


if __name__ == "__main__":
    sys.exit(main())
