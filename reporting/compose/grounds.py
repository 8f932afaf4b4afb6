"""What each sentence rests on: claims, a derivation, what is shown, or a definition.

    The test loss then rises again. [rise]
    It cannot be lower. [derived]
    The ridge is steep. [steep, shown: fig-basins]
    A walk is a run of steps. [defined]

`[rise]` names claims of the answer; `[derived]` is the formula that the answer itself shows, `[derived: q-1.2.l]` that
of another; `[shown: fig-x]` is what a reader sees there, `[shown]` in a caption what it stands under.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from reporting.cite.claims import Claim
from reporting.cite.paths import Unknown
from reporting.cite.values import PLACEHOLDER, Values, any_value
from reporting.compose.tree import WORD, Sentence

NAME = re.compile(r"[a-z][a-z0-9_]*")
STRONG = re.compile(r"\b(?:every|any|all|no|none|never|always|only|cannot|must|because|therefore)\b", re.IGNORECASE)
RESERVED = ("none", "derived", "shown", "defined")
ALLOWED = "[claim], [derived], [derived: q-1.2.l], [shown: fig-x] or [defined]"
FIRST = 8  # words of a sentence that name it
LONGEST = 60  # characters of a value that a sentence is said to rest on


class Ground(NamedTuple):
    """A claim by its name; or derived, shown or defined, with where."""

    kind: str
    target: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.target}" if self.target else self.kind


class Stated(NamedTuple):
    """A sentence with what it is in: an answer, the summary, or a caption by its target."""

    sentence: Sentence
    place: str


@dataclass
class Scope:
    """A question, or a section or the summary besides its questions: its sentences, and the claims that they name."""

    name: str
    path: Path
    sentences: list[Stated] = field(default_factory=list)
    claims: dict[str, list[Claim]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)  # where each claim stands
    reason: str = ""  # why there is none
    derives: bool = False  # whether the answer shows a formula


def grounds(sentence: Sentence) -> list[Ground]:
    """What stands in a sentence's brackets."""
    parts = [part.strip().partition(":") for part in (sentence.ground or "").split(",")]
    return [Ground(kind.strip(), target.strip()) for kind, _, target in parts if kind.strip()]


def sentence_name(sentence: Sentence) -> str:
    """The sentence by its first words."""
    said = " ".join(PLACEHOLDER.sub("…", sentence.words).split())
    ends = [word.end() for word in WORD.finditer(said)]
    return f"the sentence “{said[: ends[FIRST - 1]]}…”" if len(ends) > FIRST else f"the sentence “{said}”"


def faults(scope: Scope, labels: Mapping[str, str], scopes: Mapping[str, Scope]) -> Iterator[tuple[int, str]]:
    """What is wrong with the grounds of a scope's sentences, each with the line of the filled text."""
    used: set[str] = set()
    for sentence, place in scope.sentences:
        found = grounds(sentence)
        used |= {ground.kind for ground in found}
        for fault in ground_faults(sentence, found, place, scope, labels, scopes):
            yield sentence.line, f"{sentence_name(sentence)} {fault}"
    for name in scope.claims:
        if name not in used:
            yield scope.lines[name], f"no sentence rests on the claim [{name}]; name it behind one, or take it out"


def ground_faults(
    sentence: Sentence,
    found: list[Ground],
    place: str,
    scope: Scope,
    labels: Mapping[str, str],
    scopes: Mapping[str, Scope],
) -> Iterator[str]:
    if not found:
        yield f"has no ground; behind its full stop, or its colon, stands {ALLOWED}"
        return
    for ground in found:
        match ground:
            case Ground("defined", ""):
                if PLACEHOLDER.search(sentence.words):
                    yield "cites a value, so that it is more than [defined]"
            case Ground("derived", ""):
                if not scope.derives:
                    yield "is [derived], but no display formula is in the answer; name the answer: [derived: q-1.2.l]"
            case Ground("derived", target):
                if not target.startswith("q-") or target not in labels:
                    yield f"is derived in {target}, which is no question{suggestion(target, labels, 'q-')}"
                elif not scopes[target[2:]].derives:
                    yield f"is derived in {target}, whose answer has no display formula"
            case Ground("shown", ""):
                if "-" not in place:
                    yield "is [shown], which only a caption can say; elsewhere write where: [shown: fig-x]"
            case Ground("shown", target):
                if not target.startswith(("fig-", "tab-", "lst-")) or target not in labels:
                    near = suggestion(target, labels, "fig-", "tab-", "lst-")
                    yield f"is shown in {target}, which is not there{near}"
            case Ground(name, "") if NAME.fullmatch(name) and name not in RESERVED:
                if name not in scope.claims:
                    close = difflib.get_close_matches(name, scope.claims, 1)
                    there = f"did you mean {close[0]}?" if close else f"there are {', '.join(scope.claims) or 'none'}"
                    yield f"rests on [{name}], but no claim here has that name; {there}"
            case _:
                yield f"has the ground [{ground}], which is none; allowed are {ALLOWED}"
    if (strong := STRONG.search(sentence.words)) and not any(
        ground.kind == "derived" or ground.kind in scope.claims for ground in found
    ):
        yield f"says “{strong[0]}” and needs a claim or a derivation among its grounds"


def suggestion(target: str, labels: Mapping[str, str], *kinds: str) -> str:
    close = difflib.get_close_matches(target, [label for label in labels if label.startswith(kinds)], 1)
    return f"; did you mean {close[0]}?" if close else ""


def explained(said: Stated, scope: Scope, labels: Mapping[str, str], values: Values) -> list[str]:
    """What a sentence rests on, a line each, claims with their values."""
    lines: list[str] = []
    for ground in grounds(said.sentence):
        match ground:
            case Ground("defined"):
                lines.append("a definition, or what was done")
            case Ground("derived", target):
                lines.append(f"derived in {labels[target] if target else 'this answer'}")
            case Ground("shown", target):
                lines.append(f"shown in {labels[target or said.place]}")
            case Ground(name):
                lines += [claim_with_values(claim, values) for claim in scope.claims[name]]
    return lines


def claim_with_values(claim: Claim, values: Values) -> str:
    """A claim with the values at the paths that it cites, in their order."""
    found = [values.look_up(path) for path in claim.cited]
    shown = ["not known yet" if isinstance(value, Unknown) else any_value(value) for value in found]
    return f"{claim.expression}, with {', '.join(text[:LONGEST] for text in shown)}"
