"""Check a report against the evidence that it carries: files, values, claims, sentences, passages, faults by name."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pypdfium2

from reporting.cite.claims import ClaimError, check
from reporting.cite.paths import CitationError
from reporting.cite.values import Values, formats
from reporting.compose.grounds import RESERVED
from reporting.compose.printed import Place, Printed, compare, letters_only, printable, quoted, shorten, shows
from reporting.press.evidence import (
    CHECKSUMMED,
    MANIFEST,
    Evidence,
    artifacts,
    attached_name,
    combined_checksum,
    sha256,
)
from reporting.verify import beside, composed, shape

LONGEST_VALUE = 20_000  # characters of JSON
LONGEST_PATH = 300
ASIDE = re.compile(r"\$[^$]*\$|\[[^\]]*\]|`[^`]*`")  # in a sentence's text: a formula, a reference, code


@dataclass
class Outcome:
    """How many things of a kind there are, how many of them hold, and what is wrong."""

    kind: str
    total: int
    holding: int
    faults: list[str]


def outcome(kind: str, things: Iterable[Iterable[str]], more: Iterable[str] = ()) -> Outcome:
    """Of things that each come with their faults; `more` are faults of none of them."""
    faults = [list(found) for found in things]
    holding = sum(not found for found in faults)
    return Outcome(kind, len(faults), holding, [*(fault for found in faults for fault in found), *more])


def verify(evidence: Evidence, settings: Mapping[str, Any] | None) -> list[Outcome]:
    """All that can be checked without running an experiment; `settings` is the attached configuration if valid."""
    contents, broken = artifacts(evidence.files)
    contents["made"] = evidence.manifest["made"]
    if settings is not None:
        contents["config"] = settings
    values, printed = Values(contents), Printed(evidence.pdf)
    return [
        files(evidence, broken),
        printed_values(evidence, values, printed),
        claims(evidence, values),
        sentences(evidence),
        passages(evidence, printed),
        *(around(evidence, settings) if settings is not None and not broken else ()),
        Outcome("objects", *structure(evidence.pdf)),
    ]


def around(evidence: Evidence, settings: Mapping[str, Any]) -> Iterator[Outcome]:
    """The lists of the manifest, and what stands beside the text, against the text that is composed anew."""
    try:
        markup, lists = composed.composed(evidence, settings)
    except composed.ComposeError as error:
        yield Outcome("lists", 1, 0, [f"the text that it carries makes no report: {printable(str(error)[:300])}"])
        return
    yield outcome("lists", (found for _, found in composed.faults(evidence.manifest, lists)))
    yield outcome("labels", (found for _, found in beside.faults(evidence, markup)))


def structure(pdf: bytes) -> tuple[int, int, list[str]]:
    """How many pages there are, and how many of them hold only what a report has; what else there is."""
    found = list(shape.faults(pdf))
    with pypdfium2.PdfDocument(pdf) as document:
        pages = len(document)
    return pages, pages - len({fault.split("/")[0] for fault in found if fault.startswith("page ")}), found


def files(evidence: Evidence, broken: list[str]) -> Outcome:
    listed = evidence.manifest["files"]

    def faults(path: str) -> Iterator[str]:
        if path not in evidence.files:
            yield f"{path}: is in the manifest, but {attached_name(path)} is not attached"
        elif (found := sha256(evidence.files[path])) != listed[path]:
            yield f"{path}: its SHA-256 is {found[:12]}..., in the manifest {listed[path][:12]}..."
        if path in broken:
            yield f"{path}: not valid JSON"

    unknown = [f"{path}: is attached, but not in the manifest" for path in sorted(evidence.files) if path not in listed]
    return outcome("files", (faults(path) for path in sorted(listed)), [*unknown, *checksum_fault(evidence)])


def checksum_fault(evidence: Evidence) -> Iterator[str]:
    """Whether the one SHA-256 that the report prints is that of its artifacts and its configuration."""
    covered = {path: sha256(evidence.files[path]) for path in evidence.files if path.startswith(CHECKSUMMED)}
    if evidence.manifest["made"].get("checksum") != combined_checksum(covered):
        yield "the artifacts and the configuration: the report prints another SHA-256 for them"


def printed_values(evidence: Evidence, values: Values, printed: Printed) -> Outcome:
    """Each value: formatted anew from its artifact, in the manifest, and on the page, where a link marks its place."""
    shown: dict[Place, list[str]] = {}
    for place, text in printed.places:
        shown.setdefault(place, []).append(text)

    def faults(value: Mapping[str, Any]) -> Iterator[str]:
        path, places = value["path"], [Place(*place) for place in value["places"]]
        where = f"page {places[0].page}" if places else "no page"
        if lost := [place for place in places if not shown.get(place)]:
            yield f"page {lost[0].page}: {quoted(path)} has no link where the manifest places it"
            return
        fragments = [shown[place].pop(0) for place in places]
        try:
            anew = formatted(values, path, value["format"])
        except CitationError as error:
            yield f"{where}: {printable(str(error)[:200])}"
            return
        if anew != value["text"] or not shows(fragments, anew):
            yield (
                f"{where}: {quoted(path)} is {shorten(anew)} in {source(values.artifact(path))}, "
                f"{shorten(value['text'])} in the manifest, {shorten(''.join(fragments))} on the page"
            )

    found = [list(faults(value)) for value in evidence.manifest["values"]]
    left = Counter(
        f"page {place.page}: links {shorten(text)} to an artifact, but the manifest has no such value"
        for place, texts in shown.items()
        for text in texts
    )
    return outcome("values", found, left)


def source(artifact: str) -> str:
    """Where the attachments have what is cited under that name."""
    return {"config": "config/config.yaml", "made": MANIFEST}.get(artifact, f"results/{artifact}.json")


def formatted(values: Values, path: str, form: str) -> str:
    """The text of a value; raises CitationError for whatever cannot be looked up or printed."""
    value = values.look_up(path[:LONGEST_PATH])
    if isinstance(value, dict | list) and len(json.dumps(value)) > LONGEST_VALUE:
        raise CitationError(f"{path}: is too large to be printed")
    if form not in formats():
        raise CitationError(f"{path}: no format {form!r}")
    try:
        return formats()[form](value)
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError):
        raise CitationError(f"{path}: {json.dumps(value)[:60]} cannot be printed as {form!r}") from None


def claims(evidence: Evidence, values: Values) -> Outcome:
    def faults(claim: Mapping[str, Any]) -> Iterator[str]:
        try:
            check(claim["expression"], values)
        except ClaimError as error:
            yield f"question {quoted(claim['question'])}: {printable(str(error)[:400])}"
        except RecursionError:
            yield f"question {quoted(claim['question'])}: the claim is nested too deeply"

    return outcome("claims", (faults(claim) for claim in evidence.manifest["claims"] if "expression" in claim))


def sentences(evidence: Evidence) -> Outcome:
    """Each sentence: its words are in the text, and the claims that it rests on are there."""
    named = {(claim["question"], claim["name"]) for claim in evidence.manifest["claims"] if "name" in claim}
    runs = [run for passage in evidence.manifest["passages"] for run in passage["runs"] if isinstance(run, str)]
    body = letters_only("".join(runs))

    def faults(sentence: Mapping[str, Any]) -> Iterator[str]:
        where = f"question {quoted(sentence['question'])}: the sentence {shorten(sentence['text'])}"
        if any(letters_only(piece) not in body for piece in ASIDE.split(sentence["text"])):
            yield f"{where} is not in the text"
        if not sentence["grounds"]:
            yield f"{where} has no ground"
        for ground in sentence["grounds"]:
            kind = ground.partition(":")[0]
            if kind not in RESERVED and (sentence["question"], kind) not in named:
                yield f"{where} rests on {quoted(ground)}, which is no claim of the manifest"

    return outcome("sentences", map(faults, evidence.manifest["sentences"]))


def passages(evidence: Evidence, printed: Printed) -> Outcome:
    """Each passage: the page shows its words, and none besides."""
    found = list(compare(evidence.manifest["passages"], evidence.manifest["heads"], printed))
    names = [passage["name"] for passage in evidence.manifest["passages"]]
    return outcome(
        "passages",
        ([fault for named, fault in found if named == name] for name in names),
        (fault for named, fault in found if named not in names),
    )
