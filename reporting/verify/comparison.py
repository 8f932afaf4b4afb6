"""What changed between two reports, from the evidence that they carry and from the pictures of their pages."""

import base64
import difflib
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
import pypdfium2
from PIL import Image, ImageDraw

from reporting import report_module
from reporting.cite.claims import ClaimError, check
from reporting.cite.paths import ABSENT, CitationError, differences, is_number, leaves, parse, path_text
from reporting.cite.values import Values
from reporting.press.evidence import Evidence, artifacts
from reporting.verify import objects
from reporting.verify.causes import behind, changed_code

SCALE = 1.25  # pixels a point
ALIKE = 32  # of 255: pictures that differ by less are the same, drawn at another place
APART = 14  # pixels between two differences that are marked one by one
AROUND = 12  # words that stay around a change
CHECKS = report_module("scripts.checks")
LOCK = "requirements.lock"
SHOWN = 3  # places in a PDF that are named; more are counted
# What a place in a PDF is a part of, by its way from the root; the first that fits. Attached files are told by name.
PARTS = {
    r"/Root/AF\b|/Root/Names/EmbeddedFiles|/Size": "",
    r"/Info|/Root/Metadata|/Root/Lang|/Root/ViewerPreferences": "metadata",
    r"/Root/Pages.*/Annots": "links",
    r"/Root/Pages": "what draws the pages",
    r"/Root/Outlines": "bookmarks",
    r"/Root/Names/Dests|/Root/Dests": "targets of links",
    r"/Root/StructTreeRoot": "tags for screen readers",
    r"": "all else",
}


@dataclass
class Side:
    """One of the two reports."""

    evidence: Evidence
    settings: Mapping[str, Any]

    def __post_init__(self) -> None:
        found, _ = artifacts(self.evidence.files)
        self.values = Values({**found, "config": self.settings, "made": self.evidence.manifest["made"]})

    def printed(self) -> dict[tuple[str, str], str]:
        return {(value["path"], value["format"]): value["text"] for value in self.evidence.manifest["values"]}

    def artifact(self, path: str) -> str:
        """The artifact that a path goes into; nothing for what is no path."""
        try:
            return self.values.artifact(path)
        except CitationError:
            return ""

    def raw(self, path: str) -> Any:
        try:
            return self.values.look_up(path)
        except CitationError:
            return None


class Change(NamedTuple):
    """A value that changed, with the spread that it exceeds or not, and what may have caused it."""

    path: str
    old: str
    new: str
    difference: str
    spread: str
    exceeds: bool
    causes: list[str]


class Results(NamedTuple):
    """Artifacts of a kind that are not the same, and what may have caused it."""

    kind: str
    artifacts: int
    numbers: int  # the values that differ
    causes: list[str]


class Pair(NamedTuple):
    """Two pictures as data URLs, the differences marked; empty where there is none."""

    title: str
    old: str
    new: str


def review(old: Side, new: Side) -> dict[str, Any]:
    """All that changed; each list is empty where nothing did."""
    settings = list(configuration(old, new))
    causes = Causes(old, new, [key for key, _, _ in settings])
    found = list(values(old, new, causes))
    with pypdfium2.PdfDocument(old.evidence.pdf) as before, pypdfium2.PdfDocument(new.evidence.pdf) as after:
        sheets = [pages(document) for document in (before, after)]
        # Last, since it crops the pages.
        shown = [pictures(old.evidence.manifest, before), pictures(new.evidence.manifest, after)]
    return {
        "claims": list(claims(old, new)),
        "values": sorted((c for c in found if new.artifact(c.path) != "made"), key=lambda change: not change.exceeds),
        "results": list(results(old, new, causes)),
        "settings": settings,
        "sources": list(sources(old, new)),
        "passages": list(passages(old, new)),
        "figures": list(figures(*shown)),
        "pages": list(pairs(*sheets)),
        "beside": list(beside(old.evidence.pdf, new.evidence.pdf)),
    }


class Causes:
    """What may have changed artifacts: the settings, the code behind them, or else the versions of packages."""

    def __init__(self, old: Side, new: Side, settings: Sequence[str]) -> None:
        self.settings = settings
        self.sides = old.evidence.files, new.evidence.files
        self.code = changed_code(*self.sides)
        self.known: dict[str, tuple[set[str], set[str]]] = {}

    def of(self, artifact: str) -> list[str]:
        kind = artifact.split("/")[0]
        if kind not in self.known:
            (kinds, code), (others, other_code) = (behind(kind, files) for files in self.sides)
            self.known[kind] = (kinds | others) - {kind}, self.code & (code | other_code)
        read, code = self.known[kind]
        found = [key for key in self.settings if any(concerns(key, each) for each in (artifact, *read))] + sorted(code)
        old, new = (files.get(LOCK) for files in self.sides)
        return found or [LOCK] * (old != new)


def values(old: Side, new: Side, causes: Causes) -> Iterator[Change]:
    before, after = old.printed(), new.printed()
    for path, form in dict.fromkeys([*before, *after]):
        texts = before.get((path, form), ""), after.get((path, form), "")
        artifact = new.artifact(path)
        if texts[0] == texts[1] or artifact == "config":
            continue
        numbers = old.raw(path), new.raw(path)
        size = numbers[1] - numbers[0] if all(map(is_number, numbers)) and all(texts) else None
        deviation = max(spreads(path, old, new), default=None)
        exceeds = size is not None and deviation is not None and abs(size) > deviation
        yield Change(
            path,
            *texts,
            "" if size is None else f"{size:+.4g}".replace("-", "−"),
            "" if deviation is None else f"{deviation:.2g}",
            exceeds,
            causes.of(artifact),
        )


def concerns(key: str, artifact: str) -> bool:
    """Whether a setting may have changed an artifact: one of its block or of none, unless the report knows better."""
    known = getattr(CHECKS, "concerns", lambda key, artifact: parse(key)[0] in (key, artifact.split("/")[0]))
    return bool(known(key, artifact))


def spreads(path: str, *sides: Side) -> Iterator[float]:
    """The standard deviations of what is at the path, in the artifacts that have one."""
    if place := getattr(CHECKS, "deviation", lambda path: None)(path):
        yield from (found for side in sides if is_number(found := side.raw(place)) and found)


def results(old: Side, new: Side, causes: Causes) -> Iterator[Results]:
    """The artifacts that differ, by kind, be they cited or not."""
    counts: dict[str, dict[str, int]] = {}
    for name in dict.fromkeys([*old.values.artifacts, *new.values.artifacts]):
        both = old.values.artifacts.get(name, ABSENT), new.values.artifacts.get(name, ABSENT)
        if name not in ("config", "made") and (count := sum(1 for _ in differences(*both))):
            counts.setdefault(name.split("/")[0], {})[name] = count
    for kind, found in counts.items():
        told = dict.fromkeys(cause for name in found for cause in causes.of(name))
        yield Results(kind, len(found), sum(found.values()), list(told))


def configuration(old: Side, new: Side) -> Iterator[tuple[str, str, str]]:
    """The settings that differ, each with its path; of a block that only one side has all of them."""
    for keys, before, after in differences(old.settings, new.settings):
        if before is ABSENT:
            yield from ((path_text(inner), "", str(value)) for inner, value in leaves(after, keys))
        elif after is ABSENT:
            yield from ((path_text(inner), str(value), "") for inner, value in leaves(before, keys))
        elif not (isinstance(before, Mapping) and before == after):  # else only the order of its keys is another
            yield path_text(keys), str(before), str(after)


def sources(old: Side, new: Side) -> Iterator[str]:
    """Attached files other than artifacts and the configuration that are not the same."""
    for path in sorted({*old.evidence.files, *new.evidence.files}):
        same = old.evidence.files.get(path) == new.evidence.files.get(path)
        if not same and not path.startswith("results/") and path != "config/config.yaml":
            yield path


def holds(expression: str, side: Side) -> bool:
    try:
        check(expression, side.values)
    except (ClaimError, RecursionError):
        return False
    return True


def claims(old: Side, new: Side) -> Iterator[dict[str, Any]]:
    """Claims that hold in one report's results and not in the other's, or that only one makes."""
    made = [
        {
            (claim["question"], claim["expression"]): True
            for claim in side.evidence.manifest["claims"]
            if "expression" in claim
        }
        for side in (old, new)
    ]
    for question, expression in dict.fromkeys([*made[0], *made[1]]):
        truth = holds(expression, old), holds(expression, new)
        here = tuple((question, expression) in side for side in made)
        if truth[0] != truth[1] or here[0] != here[1]:
            yield {"question": question, "expression": expression, "old": truth[0], "new": truth[1], "made": here}


def words(side: Side) -> dict[str, list[str]]:
    """The words of each passage; a SHA-256 is none."""
    return {
        passage["name"]: [
            word
            for run in passage["runs"]
            for word in (run.split() if isinstance(run, str) else stands_for(run))
            if not re.fullmatch("[0-9a-f]{64}", word)
        ]
        for passage in side.evidence.manifest["passages"]
    }


def stands_for(run: Mapping[str, str]) -> list[str]:
    """The words for a formula or a picture; none for what the style sheet adds."""
    return [run.get("text") or f"[{run['alt']}]"] if "alt" in run else []


def passages(old: Side, new: Side) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The passages whose text changed, each as pieces: same, gone, added."""
    before, after = words(old), words(new)
    for name in dict.fromkeys([*before, *after]):
        one, other = before.get(name, []), after.get(name, [])
        if one != other:
            yield name, list(pieces(one, other))


def pieces(one: list[str], other: list[str]) -> Iterator[tuple[str, str]]:
    steps = difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    for step, (kind, a, b, c, d) in enumerate(steps):
        if kind == "equal":
            same = one[a:b]
            head = same[:AROUND] if step else []
            tail = same[-AROUND:] if step < len(steps) - 1 else []
            yield "same", " ".join(same if len(same) <= len(head) + len(tail) else [*head, "…", *tail])
        else:
            if a < b:
                yield "gone", " ".join(one[a:b])
            if c < d:
                yield "added", " ".join(other[c:d])


def pages(document: pypdfium2.PdfDocument) -> list[Image.Image]:
    return [rendered_page(sheet) for sheet in document]


def rendered_page(sheet: pypdfium2.PdfPage) -> Image.Image:
    """The part of a page that its crop box leaves."""
    picture: Image.Image = sheet.render(scale=SCALE).to_pil().convert("RGB")
    return picture


def pictures(manifest: Mapping[str, Any], document: pypdfium2.PdfDocument) -> dict[str, Image.Image]:
    """The report's pictures by name, each drawn as if it were a page; what is not on its page is none."""
    found = {}
    for picture in manifest["pictures"]:
        page, left, bottom, right, top = picture["place"]
        if page <= len(document):
            sheet = document[page - 1]
            # Whole pixels, wherever on the page it is; the renderer rounds up.
            width, height = ((round(size * SCALE) - 0.5) / SCALE for size in (right - left, top - bottom))
            x, y, u, v = sheet.get_mediabox()
            if x <= left < left + width <= u and y <= top - height < top <= v:
                sheet.set_cropbox(left, top - height, left + width, top)
                found[picture["name"]] = rendered_page(sheet)
    return found


def figures(old: Mapping[str, Image.Image], new: Mapping[str, Image.Image]) -> Iterator[Pair]:
    """The figures that changed, wherever they are."""
    for name in dict.fromkeys([*old, *new]):
        one, other = old.get(name), new.get(name)
        if one is None or other is None:
            yield Pair(f"{name} is {'new' if one is None else 'gone'}", *marked(one, other))
        elif one.size != other.size or differing(one, other, ALIKE).any():
            yield Pair(name, *marked(one, other, ALIKE))


def differing(one: Image.Image, other: Image.Image, alike: int = 0) -> Any:
    """Which pixels differ by more than so much."""
    return (np.abs(np.asarray(one, dtype=int) - np.asarray(other, dtype=int)) > alike).any(axis=2)


def pairs(old: Sequence[Image.Image], new: Sequence[Image.Image]) -> Iterator[Pair]:
    """The pictures that changed, side by side; what is the same is matched first, so that a new one shifts none."""
    prints = [[hashlib.sha256(picture.tobytes()).digest() for picture in side] for side in (old, new)]
    for kind, a, b, c, d in difflib.SequenceMatcher(None, prints[0], prints[1], autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for step in range(max(b - a, d - c)):
            one = old[a + step] if a + step < b else None
            other = new[c + step] if c + step < d else None
            yield Pair(title(a + step, one, c + step, other), *marked(one, other))


def title(a: int, one: Any, c: int, other: Any) -> str:
    if one is None:
        return f"Page {c + 1} is new"
    if other is None:
        return f"Page {a + 1} is gone"
    return f"Page {a + 1}" if a == c else f"Page {a + 1}, now {c + 1}"


def marked(one: Image.Image | None, other: Image.Image | None, alike: int = 0) -> tuple[str, str]:
    if one is None or other is None or one.size != other.size:
        return url(one), url(other)
    differ = differing(one, other, alike)
    copies = one.copy(), other.copy()
    for top, bottom in bands(np.flatnonzero(differ.any(axis=1))):
        for left, right in bands(np.flatnonzero(differ[top : bottom + 1].any(axis=0))):
            for copy in copies:
                ImageDraw.Draw(copy).rectangle((left - 4, top - 4, right + 4, bottom + 4), outline="#c2410c", width=2)
    return url(copies[0]), url(copies[1])


def bands(places: Any) -> Iterator[tuple[int, int]]:
    """The first and the last of each run of places that are not far apart."""
    if len(places):
        for run in np.split(places, np.flatnonzero(np.diff(places) > APART) + 1):
            yield int(run[0]), int(run[-1])


def beside(old: bytes, new: bytes) -> Iterator[tuple[str, int, list[str]]]:
    """What differs behind what is seen, by kind: in how many places, and on which pages, or in which places if few."""
    found: dict[str, list[str]] = {}
    for place in objects.differing(old, new) if old != new else ():
        way = place.partition(":")[0]
        found.setdefault(next(part for start, part in PARTS.items() if re.match(start, way)), []).append(way)
    for part in filter(found.get, dict.fromkeys(filter(None, PARTS.values()))):
        pages = {int(page[1]) + 1 for way in found[part] if (page := re.match(r"/Root/Pages/Kids\[(\d+)\]", way))}
        ways = [f"page {page}" for page in sorted(pages)] or list(dict.fromkeys(found[part]))
        yield part, len(found[part]), ways if pages or len(ways) <= SHOWN else []


def url(picture: Image.Image | None) -> str:
    if picture is None:
        return ""
    packed = BytesIO()
    picture.quantize(64).save(packed, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(packed.getvalue()).decode()}"
