"""Numbers in prose: each is a path into the artifacts and a named format.

In a template a value is a placeholder, which passes untouched through Markdown and math and is filled at the end: what
it holds can never act as markup.
"""

import datetime
import difflib
import html
import itertools
import json
import math
import pprint
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from reporting import report_module
from reporting.cite import paths
from reporting.cite.paths import CitationError, Keys, Unknown

TO_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
FROM_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789")
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
PLACEHOLDER = re.compile("\ue000([0-9]{1,9})\ue001")
DIGEST = re.compile("[0-9a-f]{64}")
# What is no character of a text: those that stand for values, and for more, while a text is composed; those that turn
# the direction in which it is read; and halves of one.
UNFIT = re.compile("[\ue000-\uf8ff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Citation(NamedTuple):
    """A value that a template cites: its path, its format and the text. An anchor has no path; a digest is its form."""

    path: str
    form: str
    text: str


def number(digits: int) -> Callable[[float | None], str]:
    def form(value: float | None) -> str:
        if value is None:
            return "NaN"
        return signed(f"{value:.{digits}f}")

    return form


def signed(text: str) -> str:
    """A number with the sign for minus, and with none where it has rounded to zero."""
    return text.replace("-", "−") if re.search("[1-9]", text) else text.replace("-", "")


def scientific(value: float) -> str:
    """2.1 × 10⁻¹², with spaces that do not break."""
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}\u00a0×\u00a010{str(int(exponent)).translate(TO_SUPERSCRIPTS)}".replace("-", "−")


def array(value: list[Any]) -> str:
    """As NumPy prints an array without exponents, a row a line."""
    return np.array2string(np.array(value), precision=6, suppress_small=True, max_line_width=200)


def date(value: str) -> str:
    day = datetime.date.fromisoformat(value)
    return f"{day.day} {day:%B %Y}"


def any_value(value: Any) -> str:
    """For tables of values of all kinds: numbers to six digits, a list by its length."""
    if isinstance(value, float):
        return f"{value:.6g}".replace("-", "−")
    return f"[{len(value)} items]" if isinstance(value, list) else json.dumps(value)


def spread(unit: float, sign: str) -> Callable[[dict[str, Any]], str]:
    """Mean ± standard deviation, to the first digit of the deviation, or to its second where the first is 1."""

    def form(value: dict[str, Any]) -> str:
        if value["mean"] is None:
            return "NaN"
        mean, deviation = value["mean"] * unit, (value["deviation"] or 0.0) * unit
        if deviation == 0:
            return f"{mean:g}{sign}".replace("-", "−")
        digits = -math.floor(math.log10(deviation))
        digits = max(0, digits + (f"{deviation:e}"[0] == "1"))
        return f"{signed(f'{mean:.{digits}f}')}\u00a0±\u00a0{deviation:.{digits}f}{sign}"

    return form


def quartiles(value: dict[str, Any]) -> str:
    """Median and quartiles of shares: 96.9 % (96.5 to 97.3 %); of fewer than four, how many: 96.9 % (of 2)."""
    if value["median"] is None:
        return "NaN"
    if value["count"] < 4:
        return f"{100 * value['median']:.1f}\u00a0% (of\u00a0{value['count']})"
    low, high = (f"{100 * quartile:.1f}" for quartile in value["quartiles"])
    return f"{100 * value['median']:.1f}\u00a0% ({low} to {high}\u00a0%)"


def interval(value: dict[str, float]) -> str:
    """A confidence interval of a difference of shares, in percentage points."""
    return " to ".join(signed(f"{100 * value[end]:.1f}") for end in ("low", "high"))


def as_typed(value: str | float) -> str:
    if not isinstance(value, str | int | float):
        raise TypeError
    return str(value)


FORMATS: dict[str, Callable[[Any], str]] = {
    "text": as_typed,
    "any": any_value,
    "names": lambda value: " and ".join(value),
    "date": date,
    "integer": lambda value: f"{value:d}".replace("-", "−"),
    "word": lambda value: WORDS[value],
    "count or never": lambda value: "never" if value is None else f"{value:d}",
    "count": lambda value: "–" if value is None else f"{value:.0f}",
    "setting": lambda value: f"{value:g}".replace("-", "−"),
    "short": number(2),
    "percent": lambda value: signed(f"{100 * value:.1f}\u00a0%"),
    "whole percent": lambda value: f"{100 * value:.0f}\u00a0%",
    "scientific": scientific,
    "spread": spread(1, ""),
    "spread percent": spread(100, "\u00a0%"),
    "quartiles percent": quartiles,
    "percentage points": interval,
    "exact": lambda value: "NaN" if value is None else repr(value),
    "array": array,
    "span": lambda value: f"{value[0]} to {value[1]}",
    "point": lambda value: f"({', '.join(f'{item:g}' for item in value)})".replace("-", "−"),
}


@cache
def formats() -> dict[str, Callable[[Any], str]]:
    """How values are printed, by name: what every report has, and what this one adds."""
    return {**FORMATS, **getattr(report_module("scripts.formats"), "FORMATS", {})}


class Values:
    """What the templates may cite: artifacts by name, `landscape` or `walks/first`."""

    def __init__(self, artifacts: Mapping[str, Any]) -> None:
        self.artifacts = artifacts
        self.tree: dict[str, Any] = {}
        for name, content in artifacts.items():
            *folders, last = name.split("/")
            branch = self.tree
            for folder in folders:
                branch = branch.setdefault(folder, {})
            branch[last] = content
        self.cited: list[Citation] = []  # by the number in the placeholder
        self.printed: list[Citation] = []  # as elements, in the order of the document
        self.anchors: set[str] = set()  # the artifacts that values can lead to
        self.entries: dict[str, str] = {}  # by artifact: the markup of what is said beside its SHA-256

    def look_up(self, path: str) -> Any:
        """The value at a path; raises CitationError, which says what is there instead."""
        return self.at(paths.parse(path))

    def at(self, keys: Sequence[str | int]) -> Any:
        """The value at the end of a way; raises CitationError."""
        return paths.look_up(self.tree, keys)

    def has(self, path: str) -> bool:
        """Whether there is something at a path."""
        try:
            self.look_up(path)
        except CitationError:
            return False
        return True

    def keys(self, path: str) -> Keys:
        """The way to a value, step by step, a place in a list counted from its start; raises CitationError."""
        found: list[str | int] = []
        for step in paths.parse(path):
            around = self.at(found)
            if isinstance(step, int) and step < 0 and isinstance(around, list):
                step += len(around)
            found.append(step)
        self.at(found)
        return tuple(found)

    def value(self, path: str, form: str) -> str:
        """A placeholder for the value at `path` in the format of that name."""
        value = self.look_up(path)
        if form not in formats():
            close = difflib.get_close_matches(form, formats(), 1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(formats())}"
            raise CitationError(f"{path}: no format {form!r}; {hint}")
        if form != "any" and self.has_spread(path):
            raise CitationError(f"{path}: has a spread, which says its digits; print all of it, as 'spread'")
        try:
            text = "0" if isinstance(value, Unknown) else formats()[form](value)
        except (TypeError, ValueError, LookupError):
            raise CitationError(f"{path}: {json.dumps(value)[:60]} cannot be printed as {form!r}") from None
        return self.place(Citation(path, form, text))

    def has_spread(self, path: str) -> bool:
        """Whether a path is that of a mean which stands beside its deviation."""
        *around, last = paths.parse(path)
        beside = self.at(around)
        return last == "mean" and isinstance(beside, Mapping) and "deviation" in beside

    def literal(self, path: str) -> str:
        """A placeholder for a value of the configuration as Python writes it, for the code of the notebook."""
        if paths.parse(path)[0] != "config":
            raise CitationError(f"{path}: a literal is a value of config; code does not depend on results")
        text = pprint.pformat(self.look_up(path), sort_dicts=False, width=100)
        return self.place(Citation(path, "Python", text))

    def anchor(self, name: str | Unknown, digest: str | Unknown = "") -> str:
        """A placeholder for the place that the values of an artifact link to; its SHA-256 and all else that is said of
        it are for the screen alone."""
        if digest and not isinstance(digest, Unknown) and not DIGEST.fullmatch(digest):
            raise CitationError(f"{digest[:60]!r}: is no SHA-256")
        self.anchors.add(f"{name}")
        return self.place(Citation("", f"{digest}", f"{name}"))

    def place(self, citation: Citation) -> str:
        """A placeholder for what is cited; raises CitationError for a text that is none."""
        if found := UNFIT.search(citation.text):
            raise CitationError(f"{citation.path or citation.text[:60]!r}: has {unfit(found)}")
        self.cited.append(citation)
        return f"\ue000{len(self.cited) - 1}\ue001"

    def forged(self, text: str, given: Iterable[Any] = ()) -> re.Match[str] | None:
        """The first character of a text with placeholders that is none of a text: in no placeholder of ours, and not
        what a template was given to stand for something else."""
        own = PLACEHOLDER.sub(lambda match: len(match[0]) * " " if int(match[1]) < len(self.cited) else match[0], text)
        return next((found for found in UNFIT.finditer(own) if found[0] not in given), None)

    def paths(self, text: str) -> list[str]:
        """The paths of the values in a text."""
        return [path for number in PLACEHOLDER.findall(text) if (path := self.cited[int(number)].path)]

    def as_plain_text(self, text: str) -> str:
        """The text with its values, as they are."""

        def shown(match: re.Match[str]) -> str:
            path, _, text = self.cited[int(match[1])]
            return text if path else ""  # without a path it is an anchor

        return PLACEHOLDER.sub(shown, text)

    def each(self, path: str) -> Iterator[str]:
        """The paths of the items of a list, or of the fields of an object, at `path`."""
        value = self.look_up(path)
        if isinstance(value, Unknown):
            yield f"{path}[0]"
        elif isinstance(value, Mapping):
            yield from (path + paths.key_text(key) for key in value)
        elif isinstance(value, list):
            yield from (path + paths.key_text(index) for index in range(len(value)))
        else:
            raise CitationError(f"{path}: {json.dumps(value)[:60]} has no items")

    def fill(self, markup: str) -> str:
        """Put the values into finished HTML: as text in an attribute or the title, elsewhere as elements."""
        markup = re.sub(r'="[^"<>]*"|<title>[^<]*', lambda match: PLACEHOLDER.sub(self.as_text, match[0]), markup)
        return PLACEHOLDER.sub(self.as_element, markup)

    def as_text(self, match: re.Match[str]) -> str:
        return html.escape(self.cited[int(match[1])].text)

    def as_element(self, match: re.Match[str]) -> str:
        path, form, text = self.cited[int(match[1])]
        if not path:
            said = self.entries.get(text, "")
            more = f'<small class="digest">{said}SHA-256 <code>{form}</code></small>' if form else ""
            return f'<span id="artifact-{html.escape(text)}"></span>{more}'
        self.printed.append(self.cited[int(match[1])])
        # Not every font has the superscript minus.
        artifact = self.artifact(path)
        target = f"artifact-{artifact}"
        pieces = re.split("([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
        content = "".join(
            f"<sup>{link(target, piece.translate(FROM_SUPERSCRIPTS))}</sup>" if odd else link(target, piece)
            for piece, odd in zip(pieces, itertools.cycle([False, True]), strict=False)
            if piece
        )
        return (
            f'<data value="{html.escape(text)}" title="{html.escape(path)}" data-artifact="{html.escape(artifact)}">'
            f"{content}</data>"
        )

    def artifact(self, path: str) -> str:
        """The name of the artifact that a path goes into: walks/first."""
        first, second, *_ = (*map(str, paths.parse(path)), "", "")
        return first if first in self.artifacts else f"{first}/{second}"


def unfit(found: re.Match[str]) -> str:
    """What to say of a character that no text has."""
    return f"U+{ord(found[0]):04X}, which is no character of a text"


def link(target: str, text: str) -> str:
    # The empty title keeps a browser from showing the path a second time, beside the style sheet's bubble.
    return f'<a href="#{target}" title="">{html.escape(text)}</a>'
