"""Make a report anew from the text and the results that its PDF carries, and compare the two.

On a machine of the same kind (system, processor, libraries, versions) they are the same byte for byte. On another one
their pages are compared as pictures and as text.
"""

import tempfile
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path

import pypdfium2

from reporting.pipeline import numerics
from reporting.pipeline.project import located
from reporting.press.evidence import MANIFEST, Evidence, EvidenceError, unpack
from reporting.verify.anew import AnewError, lay_out, other_machine, snakemake
from reporting.verify.bounded import bounded
from reporting.verify.comparison import ALIKE, differing, rendered_page
from reporting.verify.objects import places
from reporting.verify.verification import Outcome

PDF = "results/report.pdf"
FOLLOWS = "every page follows from the results and the text that it carries"


def rebuild(evidence: Evidence) -> tuple[Outcome, str, bytes]:
    """Make the report anew, and compare; what that shows, in a line, and the one made anew if its pages are others."""
    for path in unlike(evidence.files):
        print(f"{path}: is not as it is here; it was not run")
    here, there = numerics.machine() | numerics.libraries("weasyprint"), evidence.manifest["made"]["on"]
    try:
        anew = made(evidence.files)
        if anew == evidence.pdf:
            return Outcome("documents", 1, 1, []), f"Byte for byte, {FOLLOWS}.", b""
        faults = bounded(compare, evidence.pdf, anew)
    except (AnewError, EvidenceError) as error:
        return Outcome("documents", 1, 0, [f"the report cannot be made anew: {error}"]), "", b""
    shown = anew if any(fault.startswith("page ") for fault in faults) else b""
    if here == there:
        faults += list(bounded(places, evidence.pdf, anew)) or ["written otherwise than the one made anew"]
        return Outcome("documents", 1, 0, faults), "", shown
    print("\n".join(other_machine(here, there)))
    print("So its pages were compared with those of the one made anew as pictures and as text, not byte for byte.")
    return Outcome("documents", 1, int(not faults), faults), f"As it looks and reads, {FOLLOWS}.", shown


def made(files: Mapping[str, bytes]) -> bytes:
    """The PDF that follows from the text and the results among the files; raises AnewError."""
    with tempfile.TemporaryDirectory() as folder:
        lay_out(files, Path(folder))
        snakemake("rebuild", [PDF], Path(folder))
        return Path(folder, PDF).read_bytes()


def unlike(files: Mapping[str, bytes]) -> Iterator[str]:
    """The code among the files, and the lock file, that is not as it is installed here."""
    for path, content in sorted(files.items()):
        code = path.endswith((".py", ".smk")) or path in ("Snakefile", "requirements.lock", "config/schema.yaml")
        if code and not (located(path).is_file() and located(path).read_bytes() == content):
            yield path


def compare(given: bytes, anew: bytes) -> list[str]:
    """Where pages or attachments differ; raises EvidenceError."""
    found = []
    with pypdfium2.PdfDocument(given) as before, pypdfium2.PdfDocument(anew) as after:
        for number, (one, other) in enumerate(zip_longest(before, after), 1):
            if one is None or other is None:
                found.append(f"page {number}: is {'only made anew' if one is None else 'not made anew'}")
                continue
            if one.get_textpage().get_text_range() != other.get_textpage().get_text_range():
                found.append(f"page {number}: reads otherwise than the one made anew")
            picture, another = map(rendered_page, (one, other))
            if picture.size != another.size or differing(picture, another, ALIKE).any():
                found.append(f"page {number}: looks otherwise than the one made anew")
    one, other = unpack(given).files, unpack(anew).files
    differing_files = (path for path in sorted({*one, *other} - {MANIFEST}) if one.get(path) != other.get(path))
    return found + [f"{path}: is attached as another than to the one made anew" for path in differing_files]
