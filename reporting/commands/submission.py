"""Pack report/submission.zip, an RO-Crate: the PDF, which must verify, the notebook, as its job left it, and all else
that report/ro-crate-metadata.json describes."""

import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reporting.commands import verify
from reporting.pipeline.artifacts import ArtifactError, atomic_write, read_json
from reporting.pipeline.seal import checksums, modified
from reporting.pipeline.settings import ConfigurationError, read
from reporting.press.crate import DOCUMENTS, METADATA, named

CRATE = f"report/{METADATA}"
MADE = [*DOCUMENTS, CRATE, "results/notebook_outputs.json"]


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
    found = parts(report)
    if verify.main([DOCUMENTS[0]]):
        raise SubmissionError(f"{DOCUMENTS[0]}: does not verify; nothing is packed")
    with atomic_write("report/submission.zip") as aside, zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in found.items():
            # Without a date given, the archive would have the time of now.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, Path(path).read_bytes())
    documents = [name for name, path in found.items() if path in DOCUMENTS]
    print(f"report/submission.zip holds {', '.join(documents)}, and {len(found) - len(documents)} more files.")


def parts(report: Mapping[str, Any]) -> dict[str, str]:
    """The files of the archive by their names in it: the metadata, and what it describes; raises SubmissionError where
    one is not as described."""
    places = {name: path for path, name in named(report).items()}
    files = [entity for entity in read_json(CRATE)["@graph"] if "File" in entity["@type"]]
    found = {entity["@id"]: places.get(entity["@id"], entity["@id"]) for entity in files}
    there = checksums(found.values())
    for entity in files:
        path = found[entity["@id"]]
        if not there[path] or there[path] != entity.get("sha256", there[path]):  # the notebook is described without
            raise SubmissionError(f"{path}: is not as {CRATE} says; run make submission, which makes that anew")
    return {METADATA: CRATE, **found}


if __name__ == "__main__":
    sys.exit(main())
