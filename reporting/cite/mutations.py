"""Whether a claim can be false: it is tried with other values, and with other runs in place of those that it cites.

Each value is changed within its domain, alone and with others; a run is exchanged for another of its kind, or for its
neighbour in a list. What nothing makes false is no claim. What only an impossible change makes false says nothing of a
result, and may stand beside a claim that does: the configuration compared with itself, a copy with its source, an
extreme with what it is the extreme of, a count with its limit.
"""

import ast
import itertools
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reporting.cite import paths
from reporting.cite.claims import Claim, evaluate
from reporting.cite.domains import CHOSEN, RANKS, Domain, domain_of
from reporting.cite.paths import CitationError, Keys, Unknown, is_number
from reporting.cite.values import Values

MOST = 2500  # combinations of two changes, and of more, that are tried: of two numbers mostly all
ERRORS = (CitationError, TypeError, ValueError, ArithmeticError)


@dataclass
class Cited:
    """A value that a claim cites and that no other value that it cites contains."""

    keys: Keys
    written: Keys  # with places in lists as the claim has them, from the end too
    artifact: str
    value: Any
    setting: bool

    @property
    def names(self) -> list[str]:
        return [key for key in self.keys if isinstance(key, str)]

    @property
    def domain(self) -> Domain:
        return domain_of(self.names)


class Mutated:
    """The values with some of them changed."""

    def __init__(self, values: Values, ways: Mapping[str, Keys], changes: Mapping[Keys, Any]) -> None:
        self.values = values
        self.ways = ways  # by path
        self.changes = changes

    def look_up(self, path: str) -> Any:
        keys = self.ways[path]
        for length in range(len(keys), 0, -1):
            if keys[:length] in self.changes:
                return paths.look_up(self.changes[keys[:length]], keys[length:])
        return self.values.look_up(path)


def faults(name: str, claims: Sequence[Claim], values: Values) -> Iterator[str]:
    """What is wrong with the claims of one name, which all must hold."""
    empty = [(claim, vacuity(claim, values)) for claim in claims]
    for claim, why in empty:
        if why == NOTHING:
            yield f"nothing makes the claim {claim.expression} false"
    if empty and all(why and why != NOTHING for _, why in empty):
        claim, why = empty[0]
        yield f"the claim [{name}] says nothing of a result: {claim.expression} compares {why}"


NOTHING = "nothing"


def vacuity(claim: Claim, values: Values) -> str:
    """Why a claim that holds says nothing of a result; empty where it does, or where that is not known yet."""
    if any(isinstance(values.look_up(path), Unknown) for path in claim.cited):
        return ""
    cited = cited_values(claim, values)
    trial = Trial(claim, values, cited)
    if trial.possible() or (not all(item.setting for item in cited) and trial.exchanges()):
        return ""
    if not trial.is_falsifiable():
        return NOTHING
    if trial.orders:
        return "an extreme with what it is the extreme of"
    if trial.copies and not all(item.setting for item in cited):
        return "a copy with its source"
    if any(item.domain.limit for item in cited):
        return "a count with its limit"
    return "the configuration with itself"


def cited_values(claim: Claim, values: Values) -> list[Cited]:
    """The values that a claim cites, without those that are part of another."""
    keys = {values.keys(path): path for path in claim.cited}
    return [
        Cited(
            own,
            paths.parse(path),
            values.artifact(path),
            values.look_up(path),
            is_setting(own, values.look_up(path), values),
        )
        for own, path in keys.items()
        if not any(own[:length] in keys for length in range(1, len(own)))
    ]


def is_setting(keys: Keys, value: Any, values: Values) -> bool:
    """Whether a value is of the configuration, or is what an artifact copies from its block there."""
    if keys[0] == "config":
        return True
    settings = values.artifacts.get("config")
    names = [key for key in keys if isinstance(key, str)]
    if not isinstance(settings, Mapping) or CHOSEN & set(names[:-1]):
        return False
    kind, run = names[0], names[1] if len(names) > 1 else ""
    blocks = [settings.get(kind), *(block.get(run) for block in settings.values() if isinstance(block, Mapping))]
    for block in blocks:
        if isinstance(block, Mapping):
            many = block.get(f"{names[-1]}s")
            if block.get(names[-1], NOTHING) == value or (isinstance(many, list) and value in many):
                return True
    is_run = any(isinstance(block, Mapping) for block in blocks[1:])
    return is_run and len(names) == 3 and names[-1] == "count" and value in settings.values()


class Trial:
    """The changes of what a claim cites, tried one after the other."""

    def __init__(self, claim: Claim, values: Values, cited: list[Cited]) -> None:
        self.claim, self.values, self.cited = claim, values, cited
        self.ways = {path: values.keys(path) for path in claim.cited}
        pairs = list(itertools.combinations(cited, 2))
        self.copies = [pair for pair in pairs if copied(*pair)]
        # Of each pair the first is at most the second.
        self.orders = [pair for one, other in pairs for pair in ((one, other), (other, one)) if ordered(*pair)]
        self.marks = list(thresholds(claim.node, values, claim))

    def fails(self, changes: Mapping[Keys, Any]) -> bool:
        """Whether the claim is false with these changes."""
        scratch = Claim(self.claim.expression, list(self.claim.cited))
        try:
            return evaluate(self.claim.node, Mutated(self.values, self.ways, changes), scratch, 0) is False
        except ERRORS:
            return False

    def is_falsifiable(self) -> bool:
        """Whether any change within the domains makes the claim false."""
        return any(self.fails(changes) for changes in self.changes([[item] for item in self.cited]))

    def possible(self) -> bool:
        """Whether a change of results makes it false that leaves copies, extremes and limits what they are."""
        groups: list[list[Cited]] = []
        for item in self.cited:
            if item.setting:
                continue
            tied = [group for group in groups if any(pair in self.copies for pair in self.pairs(group, item))]
            for group in tied:
                groups.remove(group)
            groups.append([item, *itertools.chain(*tied)])
        return any(self.is_possible(changes) and self.fails(changes) for changes in self.changes(groups))

    def pairs(self, group: list[Cited], item: Cited) -> Iterator[tuple[Cited, Cited]]:
        for other in group:
            yield item, other
            yield other, item

    def is_possible(self, changes: Mapping[Keys, Any]) -> bool:
        def now(item: Cited) -> Any:
            return changes.get(item.keys, item.value)

        return all(within(bound(now(a), max), bound(now(b), min)) for a, b in self.orders) and all(
            within(now(item), self.limit(item, changes)) for item in self.cited
        )

    def limit(self, item: Cited, changes: Mapping[Keys, Any]) -> Any:
        """The largest number that a count may be."""
        if not item.domain.limit:
            return None
        beside = (*item.keys[:-1], item.domain.limit)
        try:
            return changes[beside] if beside in changes else self.values.at(beside)
        except CitationError:
            return None

    def changes(self, groups: Sequence[Sequence[Cited]]) -> Iterator[dict[Keys, Any]]:
        """Changes of one group of values, all of a group in the same way, and then of several at once."""
        ways = [
            [
                {item.keys: value for item in group}
                for value in other_values(group[0].value, group[0].domain, self.marks)
            ]
            for group in groups
        ]
        for way in ways:
            yield from way
        draw = random.Random(0)
        for one, other in itertools.combinations(ways, 2):
            pairs = list(itertools.product(one, other))
            for first, second in pairs if len(pairs) <= MOST else draw.sample(pairs, MOST):
                yield first | second
        if len(ways) > 2:
            for number in (0, 1, -1):  # for all alike
                same = (way for of in ways for way in of if all(value == number for value in way.values()))
                yield dict(itertools.chain(*(way.items() for way in same)))
            for _ in range(MOST):
                yield dict(itertools.chain(*(draw.choice([{}, *way]).items() for way in ways)))

    def exchanges(self) -> bool:
        """Whether the claim is false of another run, or of a neighbour in a list."""
        for prefix, key in dict.fromkeys(
            (item.keys[:length], item.keys[length]) for item in self.cited for length in range(1, len(item.keys))
        ):
            for other in self.neighbours(prefix, key):
                moved: dict[Keys, Any] = {}
                try:
                    for item in self.cited:
                        if item.keys[: len(prefix) + 1] == (*prefix, key):
                            moved[item.keys] = self.values.at((*prefix, other, *item.written[len(prefix) + 1 :]))
                except CitationError:
                    continue
                known = not any(isinstance(value, Unknown) for value in moved.values())
                chosen = isinstance(
                    self.values.at((*prefix, key)), Mapping
                )  # one of several, to which an artifact refers
                parted = any(
                    (one.keys in moved) != (other.keys in moved) and not (chosen and one.artifact != other.artifact)
                    for one, other in self.copies
                )
                if known and not parted and self.is_possible(moved) and self.fails(moved):
                    return True
        return False

    def neighbours(self, prefix: Keys, key: str | int) -> list[str | int]:
        around = self.values.at(prefix)
        if isinstance(key, int):
            return [index for index in (key - 1, key + 1) if 0 <= index < len(around)]
        is_run = len(prefix) == 1 and f"{prefix[0]}/{key}" in self.values.artifacts
        return [other for other in around if other != key] if is_run else []


def copied(one: Cited, other: Cited) -> bool:
    """Whether one value is a copy of the other: of one name at unlike places of one artifact, or in two kinds."""
    if quantity(one) != quantity(other) or one.value != other.value:
        return False
    if one.artifact == other.artifact:
        return list(map(type, one.keys)) != list(map(type, other.keys))
    return one.names[0] != other.names[0] and isinstance(one.value, float) and not one.value.is_integer()


def quantity(item: Cited) -> list[str]:
    """The end of a path that says what the value is: test_accuracy.mean."""
    names = item.names
    while names and names[-1] in RANKS:
        names = names[:-1]
    return item.names[max(0, len(names) - 1) :]


def ordered(one: Cited, other: Cited) -> bool:
    """Whether the first is at most the second by what they are: a minimum, a mean and a maximum of the same, or one of
    them and what it is taken of."""
    if one.artifact != other.artifact or not all(is_number(bound(item.value, max)) for item in (one, other)):
        return False
    ranks = RANKS.get(one.names[-1]), RANKS.get(other.names[-1])
    if ranks[0] is not None and ranks[1] is not None:
        return one.keys[:-1] == other.keys[:-1] and ranks[0] < ranks[1]
    return extreme_of(one, other) == 0 or extreme_of(other, one) == 2


def extreme_of(one: Cited, other: Cited) -> int | None:
    """The rank of the first among what the second is one of: `lowest.f` of `path.f`, `highest_loss` of `loss`,
    `largest_error` of a list."""
    last = one.names[-1]
    if not any(name in RANKS for name in other.names):
        found = [RANKS[name] for name in one.names[:-1] if name in RANKS and last == other.names[-1]]
        found += [
            RANKS[word]
            for word in last.split("_")
            if word in RANKS and (last == f"{word}_{other.names[-1]}" or isinstance(other.value, list))
        ]
        return found[0] if found else None
    return None


def bound(value: Any, choose: Callable[[list[Any]], Any]) -> Any:
    """A number, or that of the numbers of a list which is chosen."""
    return choose(value) if isinstance(value, list) and value and all(map(is_number, value)) else value


def within(value: Any, limit: Any) -> bool:
    """Whether a number is at most another; what is no number is not asked."""
    return not is_number(value) or not is_number(limit) or value <= limit


def thresholds(node: ast.expr, values: Values, claim: Claim) -> Iterator[float]:
    """The numbers that decide the comparisons of a claim: their sides, and how far these are apart."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Compare):
            try:
                sides = [
                    evaluate(side, values, Claim(claim.expression, list(claim.cited)), 0)
                    for side in (inner.left, *inner.comparators)
                ]
            except ERRORS:
                continue
            numbers = [side for side in sides if is_number(side)]
            yield from numbers
            yield from (b - a for a, b in itertools.pairwise(numbers))


def other_values(value: Any, domain: Domain, marks: Sequence[float]) -> list[Any]:
    """Other values of the kind that one is."""
    if isinstance(value, bool):
        return [not value]
    if is_number(value):
        return [*numbers(value, domain, marks), None]
    if isinstance(value, str):
        return [f"{value}x", "", None]
    if isinstance(value, list):
        return list(lists(value, domain, marks))
    return [0, 1] if value is None else [{}]


def numbers(value: float, domain: Domain, marks: Sequence[float]) -> list[float]:
    """Other numbers of the domain: its ends, the other sign, more and less, just beyond each comparison, far away."""
    near = [0, 1, -1, -value, 2 * value, value / 2, value + 1, value - 1]
    for mark in marks:
        near += [mark, value + mark, value - mark]
    found: list[float] = []
    for one in [*near, domain.low, domain.high, *(sign * 1e9 * (1 + abs(value)) for sign in (1, -1))]:
        if math.isfinite(one):
            nudge = 1e-9 * max(1, abs(one))
            found += [math.floor(one), math.ceil(one) + 1, math.floor(one) - 1] if domain.whole else []
            found += [] if domain.whole else [one, one + nudge, one - nudge]
    return [one for one in dict.fromkeys(found) if one != value and domain.contains(one)]


def lists(value: list[Any], domain: Domain, marks: Sequence[float]) -> Iterator[list[Any]]:
    """Other lists: shorter, longer, with another item, with all items others."""
    yield from ([], value[:-1], [*value, *value[-1:]])
    if value and all(map(is_number, value)):
        places = {0, len(value) - 1, value.index(max(value)), value.index(min(value))}
        for place in sorted(places):
            for one in numbers(value[place], domain, marks):
                yield [*value[:place], one, *value[place + 1 :]]
        for one in numbers(value[0], domain, marks):
            yield [one] * len(value)
    elif value:
        yield [None] * len(value)
