"""Evidence: what a report's PDF carries so that it can be checked from the file alone.

Attached are the artifacts, all sources that a build reads, and a manifest. It has each file's SHA-256, each printed
value with its path, format, text and place on the pages, each claim with its name and expression, each sentence with
its grounds, the text of all passages, and the place of each picture.
A PDF may come from anybody: what is read here is bounded in number and size, and refused in one message where it is not
ours.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pikepdf

from reporting.compose.printed import Printed, PrintedError, assign, compare, quoted
from reporting.press.standards import Attachment, pictures

if TYPE_CHECKING:
    from reporting.compose.document import Citations

GENERATOR, VERSION = "proven-report", 4
READABLE = (3, VERSION)  # the versions of the manifest of which reports can be compared
MANIFEST = "manifest.json"
CHECKSUMMED = ("results/", "config/config.yaml")  # how the paths of what the printed SHA-256 covers begin
MEBIBYTE = 1 << 20
LARGEST_PDF, LARGEST_FILE, LARGEST_WHOLE = 64 * MEBIBYTE, 8 * MEBIBYTE, 64 * MEBIBYTE
MOST_FILES, MOST_PAGES = 1000, 1000
LONGEST_SIDE = 2000  # points of a page, which is drawn when reports are compared
NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_-])?(/[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_-])?)*")
FORMS = {  # by the name, the folder or the ending of a file: what it is, its type, its relation to the report
    "Snakefile": ("Rules", "text/plain", "Source"),
    "requirements.lock": ("Exact versions of all packages", "text/plain", "Source"),
    "results": ("Artifact", "application/json", "Data"),
    "config": ("Configuration", "text/plain", "Source"),
    "profiles": ("Configuration", "text/plain", "Source"),
    "templates": ("Text", "text/plain", "Source"),
    ".html": ("Text", "text/plain", "Source"),
    ".css": ("Style", "text/css", "Source"),
    ".py": ("Source", "text/x-python", "Source"),
    ".smk": ("Rules", "text/plain", "Source"),
}


def closed(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": list(properties), "properties": properties}


def many(items: Any, most: int) -> dict[str, Any]:
    return {"type": "array", "maxItems": most, "items": items}


TEXT, SHORT = {"type": "string"}, {"type": "string", "maxLength": 300}
NUMBER = {"type": "number", "minimum": -1e5, "maximum": 1e5}
PAGE = {"type": "integer", "minimum": 1, "maximum": MOST_PAGES}
PLACE = {"type": "array", "prefixItems": [PAGE, *4 * [NUMBER]], "minItems": 5, "maxItems": 5}
RUN = {"anyOf": [TEXT, closed(alt=TEXT), closed(alt=TEXT, text=TEXT), closed(marker=TEXT), closed(page=TEXT)]}


DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
CLAIM = {"anyOf": [closed(question=SHORT, name=SHORT, expression=TEXT), closed(question=SHORT, reason=TEXT)]}
MADE = {  # what is known of a report's making
    "on": {"type": "object", "maxProperties": 30, "additionalProperties": SHORT},
    "with": many(closed(name=SHORT, version=SHORT), 100),
    "checksum": DIGEST,
    "artifacts": many(closed(name=SHORT, sha256=DIGEST), MOST_FILES),
    "configuration": DIGEST,
}


def schema(version: int) -> dict[str, Any]:
    """What a manifest of this version holds."""
    return closed(
        generator={"const": GENERATOR},
        version={"const": version},
        files={"type": "object", "maxProperties": MOST_FILES, "additionalProperties": DIGEST},
        made=closed(**MADE),
        values=many(closed(path=SHORT, format=SHORT, text=TEXT, places=many(PLACE, 200)), 100_000),
        claims=many(CLAIM, 10_000),
        sentences=many(closed(question=SHORT, text=TEXT, grounds=many(SHORT, 100)), 10_000),
        passages=many(closed(name=SHORT, runs=many(RUN, 100_000)), 1000),
        heads=many(TEXT, 1000),
        pictures=many(closed(name=SHORT, place=PLACE), 1000),
    )


VALIDATORS = {version: jsonschema.Draft202012Validator(schema(version)) for version in READABLE}


class EvidenceError(Exception):
    """A file from which no evidence can be read: which, and why."""


@dataclass(frozen=True)
class Evidence:
    """What a PDF carries: its manifest, and the files by their paths in the project."""

    pdf: bytes
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]


def manifest(pdf: bytes, citations: "Citations", files: Mapping[str, bytes]) -> dict[str, Any]:
    """The manifest of a rendered PDF; raises PrintedError where its pages do not show the values and the passages.

    What is known of the document's making stands beside its citations.
    """
    printed = Printed(pdf)
    values = citations["values"]
    places = assign([value["text"] for value in values], printed.places)
    names, shown = citations["pictures"], pictures(pdf)
    if len(names) != len(shown):
        raise PrintedError(f"the PDF shows {len(shown)} pictures where the text has {len(names)}")
    for _, fault in compare(citations["passages"], citations["heads"], printed):
        raise PrintedError(fault)
    return {
        "generator": GENERATOR,
        "version": VERSION,
        "files": {path: sha256(content) for path, content in files.items()},
        **citations,
        "values": [{**value, "places": place} for value, place in zip(values, places, strict=True)],
        "pictures": [{"name": name, "place": place} for name, place in zip(names, shown, strict=True)],
    }


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def combined_checksum(digests: Mapping[str, str]) -> str:
    """One SHA-256 for files by their paths and the SHA-256 of each: that of what `sha256sum` prints, sorted by path."""
    return sha256("".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode())


def attachments(contents: Mapping[str, Any], files: Mapping[str, bytes]) -> list[Attachment]:
    """The files and their manifest as a PDF holds them. Attachments have no folders: a/b.json is called a.b.json.

    Raises EvidenceError where two files would have one name, also on a disk on which a letter and its capital are one.
    """
    names: dict[str, str] = {}
    for path in files:
        other = names.setdefault(attached_name(path).lower(), path)
        if other != path:
            raise EvidenceError(f"{path} and {other}: as attachments both would be called {attached_name(path)}")
    text = json.dumps(contents, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    found = [
        Attachment(
            MANIFEST,
            text.encode(),
            "Manifest: the SHA-256 of each file, each printed value, each claim",
            "application/json",
            "Data",
        )
    ]
    for path, content in files.items():
        what, mime, relationship = form(path) or FORMS[".smk"]
        found.append(Attachment(attached_name(path), content, f"{what}: {path}", mime, relationship))
    return found


def form(path: str) -> tuple[str, str, str] | None:
    """What a file that a report carries is, its type and its relation to the report; None for any other."""
    return FORMS.get(path.split("/")[0]) or FORMS.get(Path(path).suffix)


def attached_name(path: str) -> str:
    return path.replace("/", ".")


def read(path: str | Path) -> Evidence:
    """The evidence in a PDF; raises EvidenceError, a line, for whatever is not a whole report of this project."""
    path = Path(path)
    try:
        if path.is_file() and path.stat().st_size > LARGEST_PDF:
            raise EvidenceError(f"is larger than {LARGEST_PDF // MEBIBYTE} MiB, which no report is")
        return unpack(path.read_bytes())
    except EvidenceError as error:
        raise EvidenceError(f"{path}: {error}") from None
    except OSError as error:
        raise EvidenceError(f"{path}: {error.strerror}") from None


def unpack(pdf: bytes) -> Evidence:
    """The evidence in a PDF; raises EvidenceError."""
    if b"%PDF-" not in pdf[:1024]:
        raise EvidenceError("is not a PDF")
    try:
        with pikepdf.open(BytesIO(pdf), attempt_recovery=False, suppress_warnings=True) as document:
            if document.is_encrypted:
                raise EvidenceError("is encrypted; a report is not")
            if len(document.pages) > MOST_PAGES:
                raise EvidenceError(f"has more than {MOST_PAGES} pages, which no report has")
            if any(abs(side) > LONGEST_SIDE for page in document.pages for side in map(float, page.mediabox)):
                raise EvidenceError("has a page that is too large for a report")
            files = attached(document)
    except pikepdf.PasswordError:
        raise EvidenceError("is encrypted; a report is not") from None
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, LookupError, AttributeError):
        raise EvidenceError("is not a whole PDF: it was cut off or damaged") from None
    if MANIFEST not in files:
        raise EvidenceError("carries no evidence: another tool made it, or a version of this project too old for that")
    contents = understood(files.pop(MANIFEST))
    names = {attached_name(path): path for path in contents["files"]}
    if len(names) < len(contents["files"]):
        raise EvidenceError(f"{MANIFEST}: two files have one name as attachments")
    # A file that the manifest does not know keeps the name that it has.
    return Evidence(pdf, contents, {names.get(name, name): content for name, content in files.items()})


def attached(document: pikepdf.Pdf) -> dict[str, bytes]:
    """The attachments by name, inflated within bounds; raises EvidenceError."""
    names = document.Root.get("/Names", pikepdf.Dictionary())
    tree = names.get("/EmbeddedFiles") if isinstance(names, pikepdf.Dictionary) else None
    files: dict[str, bytes] = {}
    whole = 0
    for number, (name, spec) in enumerate(pikepdf.NameTree(tree).items() if tree is not None else ()):
        if number >= MOST_FILES:
            raise EvidenceError(f"has more than {MOST_FILES} attachments, which no report has")
        check_name(name)
        if name in files:
            raise EvidenceError(f"two attachments have the name {quoted(name)}")
        stream = spec["/EF"]["/F"]
        if not isinstance(stream, pikepdf.Stream):
            raise EvidenceError(f"the attachment {name} is damaged")
        files[name] = inflate(name, stream, min(LARGEST_FILE, LARGEST_WHOLE - whole))
        whole += len(files[name])
    return files


def check_name(name: str) -> None:
    """Raise EvidenceError for a name that is not relative, leads upwards or is no name of ours."""
    if len(name) > 200 or not NAME.fullmatch(name):
        raise EvidenceError(f"{quoted(name[:60])} is no name of an attachment of ours, such as config.config.yaml")


def inflate(name: str, stream: pikepdf.Stream, most: int) -> bytes:
    """An attachment's content, of which no more is ever inflated than may be there; raises EvidenceError."""
    packed = stream.read_raw_bytes()
    filters = stream.get("/Filter", pikepdf.Array())
    kinds = [str(kind) for kind in ([filters] if isinstance(filters, pikepdf.Name) else list(filters))]
    if kinds and (kinds != ["/FlateDecode"] or "/DecodeParms" in stream):
        raise EvidenceError(f"the attachment {name} is packed in another way than a report's")
    if kinds and packed:  # qpdf writes an empty file as nothing at all
        inflater = zlib.decompressobj()
        try:
            packed = inflater.decompress(packed, most + 1)
        except zlib.error:
            raise EvidenceError(f"the attachment {name} is damaged") from None
        if len(packed) <= most and not inflater.eof:
            raise EvidenceError(f"the attachment {name} is cut off")
    if len(packed) > most:
        raise EvidenceError(
            f"the attachment {name} is too large: a file may have {LARGEST_FILE // MEBIBYTE} MiB, "
            f"all together {LARGEST_WHOLE // MEBIBYTE} MiB"
        )
    return packed


def understood(content: bytes) -> dict[str, Any]:
    """The manifest; raises EvidenceError for anything else, whatever it is."""
    try:
        found = json.loads(content, parse_constant=refuse)
    except (ValueError, RecursionError):
        raise EvidenceError(f"{MANIFEST}: not valid JSON") from None
    if not isinstance(found, dict) or found.get("generator") != GENERATOR:
        raise EvidenceError(f"{MANIFEST}: another tool made it")
    version = found.get("version")
    if type(version) is int and version not in READABLE:
        age = "an older" if version < VERSION else "a newer"
        raise EvidenceError(f"{age} version of this project made it: its evidence has version {version}, not {VERSION}")
    for error in VALIDATORS[version if version in READABLE else VERSION].iter_errors(found):
        where = ".".join(map(str, error.absolute_path)) or "the whole"
        raise EvidenceError(f"{MANIFEST}: {quoted(where[:60])} is not as this project writes it")
    for path in found["files"]:
        check_name(path)
        if not form(path):
            raise EvidenceError(f"{MANIFEST}: {quoted(path)} is no file that a report carries")
    return found


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")


def artifacts(files: Mapping[str, bytes]) -> tuple[dict[str, Any], list[str]]:
    """The content of the artifacts among the files by name (walks/first), and those that are not JSON."""
    found, broken = {}, []
    for path, content in files.items():
        if path.startswith("results/") and path.endswith(".json"):
            try:
                found[path[len("results/") : -len(".json")]] = json.loads(content, parse_constant=refuse)
            except (ValueError, RecursionError):
                broken.append(path)
    return found, broken
