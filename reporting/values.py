"""Numbers in prose: each is a path into the artifacts and a named format.

A path is an artifact's name and the way to a field in it: `networks.two_layer.history.test_accuracy[-1]`,
`reproduction.questions["1.2.b"].total`. In a template a value is a placeholder, which passes untouched through
Markdown and math and is filled at the end: what it holds can never act as markup.
"""

import datetime
import difflib
import html
import itertools
import json
import math
import pprint
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

PART = re.compile(r'\.?([A-Za-z_]\w*)|\[(-?\d+)\]|\["([^"\]]*)"\]')
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789")
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
PLACEHOLDER = re.compile("\ue000(\\d+)\ue001")


class CitationError(Exception):
    """A value that is not there, or not in that form."""


class Unknown:
    """Stands for the content of an artifact that is not made yet: any field of it may be there."""


class Citation(NamedTuple):
    """A value that a template cites: its path, its format and the text. An anchor has no path and no format."""

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
    return f"{mantissa}\u00a0×\u00a010{str(int(exponent)).translate(RAISED)}".replace("-", "−")


def array(value: list[Any]) -> str:
    """As NumPy prints an array with the assignment's print options, a row a line."""
    return np.array2string(np.array(value), precision=6, suppress_small=True, max_line_width=200)


def date(value: str) -> str:
    day = datetime.date.fromisoformat(value)
    return f"{day.day} {day:%B %Y}"


def architecture(layers: list[str]) -> str:
    """64–32R–1S: the features from layer to layer, R for ReLU, S for Sigmoid."""
    features = [re.findall(r"\d+", layer) for layer in layers]
    return str(features[0][0]) + "".join(
        f"–{pair[1]}" if pair else layer[0] for layer, pair in zip(layers, features, strict=True)
    )


def anything(value: Any) -> str:
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


def interval(value: dict[str, float]) -> str:
    """A confidence interval of a difference of shares, in percentage points."""
    return " to ".join(signed(f"{100 * value[end]:.1f}") for end in ("low", "high"))


def as_typed(value: str | float) -> str:
    if not isinstance(value, str | int | float):
        raise TypeError
    return str(value)


FORMATS: dict[str, Callable[[Any], str]] = {
    "text": as_typed,
    "any": anything,
    "names": lambda value: " and ".join(value),
    "date": date,
    "integer": lambda value: f"{value:d}".replace("-", "−"),
    "word": lambda value: WORDS[value],
    "count or never": lambda value: "never" if value is None else f"{value:d}",
    "setting": lambda value: f"{value:g}".replace("-", "−"),
    "loss": number(4),
    "accuracy": number(4),
    "coordinate": number(4),
    "function value": number(6),
    "step size": number(3),
    "short": number(2),
    "percent": lambda value: signed(f"{100 * value:.1f}\u00a0%"),
    "whole percent": lambda value: f"{100 * value:.0f}\u00a0%",
    "scientific": scientific,
    "spread": spread(1, ""),
    "spread percent": spread(100, "\u00a0%"),
    "percentage points": interval,
    "exact": lambda value: "NaN" if value is None else repr(value),
    "array": array,
    "loss name": lambda value: {"bce": "ŷ", "bce_with_logits": "z"}[value],
    "architecture": architecture,
    "span": lambda value: f"{value[0]} to {value[1]}",
    "point": lambda value: f"({', '.join(f'{item:g}' for item in value)})".replace("-", "−"),
}


class Values:
    """What the templates may cite: artifacts by name, `digits` or `networks/two_layer`."""

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

    def look_up(self, path: str) -> Any:
        """The value at a path; raises CitationError, which says what is there instead."""
        value: Any = self.tree
        position = 0
        while position < len(path):
            match = PART.match(path, position)
            if not match:
                raise CitationError(f"{path}: not a path, from {path[position:]!r} on")
            name, index, key = match.groups()
            value = descend(value, int(index) if index else name if name else key, path[:position] or "the artifacts")
            position = match.end()
        return value

    def value(self, path: str, form: str) -> str:
        """A placeholder for the value at `path` in the format of that name."""
        value = self.look_up(path)
        if form not in FORMATS:
            raise CitationError(f"{path}: no format {form!r}; there are {', '.join(FORMATS)}")
        if path.endswith((".mean", '["mean"]')) and form != "any" and self.has_spread(path):
            raise CitationError(f"{path}: has a spread, which says its digits; print all of it, as 'spread'")
        try:
            text = "0" if isinstance(value, Unknown) else FORMATS[form](value)
        except (TypeError, ValueError, LookupError):
            raise CitationError(f"{path}: {json.dumps(value)[:60]} cannot be printed as {form!r}") from None
        self.cited.append(Citation(path, form, text))
        return f"\ue000{len(self.cited) - 1}\ue001"

    def has_spread(self, path: str) -> bool:
        """Whether a mean stands beside its deviation."""
        beside = self.look_up(path.removesuffix(".mean").removesuffix('["mean"]'))
        return isinstance(beside, Mapping) and "deviation" in beside

    def literal(self, path: str) -> str:
        """A placeholder for a value of the configuration as Python writes it, for the code of the notebook."""
        if not path.startswith("config."):
            raise CitationError(f"{path}: a literal is a value of config; code does not depend on results")
        text = pprint.pformat(self.look_up(path), sort_dicts=False, width=100)
        self.cited.append(Citation(path, "Python", text))
        return f"\ue000{len(self.cited) - 1}\ue001"

    def anchor(self, name: str) -> str:
        """A placeholder for the place that the values of an artifact link to."""
        self.cited.append(Citation("", "", name))
        return f"\ue000{len(self.cited) - 1}\ue001"

    def paths(self, text: str) -> list[str]:
        """The paths of the values in a text."""
        return [path for number in PLACEHOLDER.findall(text) if (path := self.cited[int(number)].path)]

    def each(self, path: str) -> Iterator[str]:
        """The paths of the items of a list, or of the fields of an object, at `path`."""
        value = self.look_up(path)
        if isinstance(value, Unknown):
            yield f"{path}[0]"
        elif isinstance(value, Mapping):
            yield from (f"{path}.{key}" if key.isidentifier() else f'{path}["{key}"]' for key in value)
        elif isinstance(value, list):
            yield from (f"{path}[{index}]" for index in range(len(value)))
        else:
            raise CitationError(f"{path}: {json.dumps(value)[:60]} has no items")

    def fill(self, markup: str) -> str:
        """Put the values into finished HTML: as text in an attribute or the title, elsewhere as elements."""
        markup = re.sub(r'="[^"<>]*"|<title>[^<]*', lambda match: PLACEHOLDER.sub(self.as_text, match[0]), markup)
        return PLACEHOLDER.sub(self.as_element, markup)

    def as_text(self, match: re.Match[str]) -> str:
        return html.escape(self.cited[int(match[1])].text)

    def as_element(self, match: re.Match[str]) -> str:
        path, _, text = self.cited[int(match[1])]
        if not path:
            return f'<span id="artifact-{html.escape(text)}"></span>'
        self.printed.append(self.cited[int(match[1])])
        # Not every font has the superscript minus.
        artifact = self.artifact(path)
        target = f"artifact-{artifact}"
        pieces = re.split("([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
        content = "".join(
            f"<sup>{link(target, piece.translate(LOWERED))}</sup>" if odd else link(target, piece)
            for piece, odd in zip(pieces, itertools.cycle([False, True]), strict=False)
            if piece
        )
        return (
            f'<data value="{html.escape(text)}" title="{html.escape(path)}" data-artifact="{html.escape(artifact)}">'
            f"{content}</data>"
        )

    def artifact(self, path: str) -> str:
        """The name of the artifact that a path goes into: networks/two_layer."""
        first, second, *_ = [*(part[0] or part[2] for part in PART.findall(path)), ""]
        return first if first in self.artifacts else f"{first}/{second}"


def link(target: str, text: str) -> str:
    # The empty title keeps a browser from showing the path a second time, beside the style sheet's bubble.
    return f'<a href="#{target}" title="">{html.escape(text)}</a>'


def descend(value: Any, key: str | int, where: str) -> Any:
    """One step of a path; raises CitationError."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Mapping):
        if key in value:
            return value[key]
        close = difflib.get_close_matches(str(key), list(value), 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(value)}"
        raise CitationError(f"{where}: no {key!r} there; {hint}")
    if isinstance(value, list) and isinstance(key, int):
        if -len(value) <= key < len(value):
            return value[key]
        raise CitationError(f"{where}: has {len(value)} items, no item {key}")
    raise CitationError(f"{where}: {json.dumps(value)[:60]} has no {key!r}")
