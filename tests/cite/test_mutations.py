"""Facts about cite/mutations: a claim that can be false is one, and what cannot be is refused."""

import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from reporting.cite.claims import ClaimError, check, evaluate
from reporting.cite.domains import ANY, COUNT, SHARE, SIZE, Domain, domain_of, domains
from reporting.cite.mutations import NOTHING, Mutated, faults, numbers, vacuity
from reporting.cite.paths import Unknown
from reporting.cite.values import Values
from tests.cite.test_claims import compared

TREE: dict[str, Any] = {
    "config": {
        "networks": {"small": {"epochs": 20, "rate": 0.01}, "large": {"epochs": 20, "rate": 0.02}},
        "sweep": {"rates": [0.01, 0.1], "seeds": 7},
        "seeds": 7,
    },
    "networks/small": {
        "epochs": 20,
        "rate": 0.01,
        "history": {"test_loss": [0.7, 0.45, 0.5], "accuracy": [0.5, 0.75, 0.875]},
        "summary": {"final": {"test_loss": 0.5}, "lowest": {"test_loss": 0.45}, "highest_accuracy": 0.875},
        "probability": {"min": 0.25, "max": 0.75, "mean": 0.5},
        "diverged_at_epoch": None,
        "scheme": "zeros",
        "dead": False,
        "dead_units": [3, 3],
        "hidden_units": 32,
        "changed": [{"W": 0, "b": 0.25}],
    },
    "networks/large": {
        "epochs": 20,
        "rate": 0.02,
        "summary": {"final": {"test_loss": 0.25}},
        "diverged_at_epoch": 3,
        "scheme": "ones",
    },
    "seeds/small": {"count": 7, "diverged": 2, "accuracy": {"mean": 0.9, "deviation": 0.02}},
    "sweep": {
        "cells": [{"rate": 0.01, "lost": 0, "count": 7}, {"rate": 0.1, "lost": 5, "count": 7}],
        "best": {"rate": 0.01},
        "largest_error": 0.5,
        "errors": [0.25, 0.5, 0.125],
    },
    "reproduction": {"total": 9, "matched": 9},
    "minima": {"all": [{"f": -1.25}, {"f": 0.5}], "global": {"f": -1.25}},
    "descents/first": {"nearest": {"f": 0.5}, "end": {"f": 0.75}, "lowest": {"f": 0.75}},
}


def verdict(expression: str, tree: Mapping[str, Any] = TREE) -> str:
    values = Values(tree)
    return vacuity(check(expression, values), values)


@pytest.mark.parametrize(
    "expression",
    [
        "networks.small.summary.final.test_loss > 0",
        "networks.small.summary.final.test_loss > networks.large.summary.final.test_loss",
        "networks.small.history.test_loss[-1] > networks.small.history.test_loss[1]",
        "max(networks.small.history.test_loss) > 2 * networks.small.summary.lowest.test_loss - 0.9",
        "networks.small.diverged_at_epoch == None",
        "networks.large.diverged_at_epoch != None",
        'networks.small.scheme == "zeros"',
        "not networks.small.dead",
        "networks.small.dead_units[0] == networks.small.dead_units[1]",
        "networks.small.changed[0].W == 0",
        "networks.small.probability.min < networks.small.probability.max",
        "networks.small.summary.lowest.test_loss < networks.small.summary.final.test_loss",
        "seeds.small.diverged < seeds.small.count / 2",
        "seeds.small.accuracy.mean > 0.85",
        "seeds.small.accuracy.mean - seeds.small.accuracy.deviation > 0.85 or seeds.small.diverged > 3",
        "sweep.best.rate < sweep.cells[1].rate",
        "sweep.cells[0].lost < sweep.cells[1].lost",
        "len(sweep.cells) == 2",
        "reproduction.matched == reproduction.total",
        "abs(networks.small.summary.final.test_loss - 0.5) < 1e-9",
        "1 / 3 < networks.small.summary.final.test_loss < 2 / 3",
        "descents.first.nearest.f == minima.all[1].f",
        "descents.first.end.f == descents.first.lowest.f",
    ],
)
def test_a_claim_about_a_result_can_be_false(expression: str) -> None:
    assert verdict(expression) == ""


@pytest.mark.parametrize(
    "expression",
    [
        "networks.small.summary.final.test_loss >= 0",
        "networks.small.history.accuracy[0] <= 1",
        "0 <= networks.small.probability.mean <= 1",
        "seeds.small.diverged >= 0",
        "seeds.small.diverged > -1",
        "networks.small.epochs == networks.small.epochs",
        "minima.all[0].f - minima.all[0].f == 0",
        "minima.all[0].f < 3 or minima.all[0].f >= 3",
        "minima.all[0].f < minima.all[1].f or minima.all[0].f >= minima.all[1].f",
        "max(networks.small.history.test_loss) >= networks.small.history.test_loss[1]",
        "min(sweep.errors) <= max(sweep.errors)",
        "abs(minima.all[0].f) >= 0",
        "len(sweep.cells) >= 0",
        "not (networks.small.dead and not networks.small.dead)",
    ],
)
def test_what_nothing_makes_false_is_no_claim(expression: str) -> None:
    assert verdict(expression) == NOTHING


COPY, EXTREME = "a copy with its source", "an extreme with what it is the extreme of"
LIMIT, CONFIGURATION = "a count with its limit", "the configuration with itself"
GUARDS = {
    "networks.small.summary.final.test_loss == networks.small.history.test_loss[-1]": COPY,
    "abs(networks.small.summary.final.test_loss - networks.small.history.test_loss[2]) < 0.001": COPY,
    'minima["global"].f == minima.all[0].f': COPY,
    "networks.small.summary.lowest.test_loss <= networks.small.history.test_loss[0]": EXTREME,
    "networks.small.summary.highest_accuracy >= networks.small.history.accuracy[0]": EXTREME,
    "networks.small.summary.highest_accuracy >= max(networks.small.history.accuracy)": EXTREME,
    "sweep.largest_error >= max(sweep.errors)": EXTREME,
    "networks.small.probability.min <= networks.small.probability.max": EXTREME,
    "networks.small.probability.min <= networks.small.probability.mean <= networks.small.probability.max": EXTREME,
    "seeds.small.diverged <= seeds.small.count": LIMIT,
    "seeds.small.diverged <= 7": LIMIT,
    "reproduction.matched <= reproduction.total": LIMIT,
    "sweep.cells[1].lost <= sweep.cells[1].count": LIMIT,
    "networks.small.epochs == 20": CONFIGURATION,
    "networks.small.rate == config.networks.small.rate": CONFIGURATION,
    "networks.small.epochs == networks.large.epochs": CONFIGURATION,
    "networks.small.rate < networks.large.rate": CONFIGURATION,
    "sweep.cells[0].rate < sweep.cells[1].rate": CONFIGURATION,
    "seeds.small.count > 5": CONFIGURATION,
    "config.seeds == 7": CONFIGURATION,
}


@pytest.mark.parametrize("expression", GUARDS)
def test_what_says_nothing_of_a_result_is_known_by_its_kind(expression: str) -> None:
    assert verdict(expression) == GUARDS[expression]


def said(*expressions: str) -> list[str]:
    values = Values(TREE)
    return list(faults("name", [check(expression, values) for expression in expressions], values))


def test_a_guard_may_stand_beside_a_claim_about_a_result_but_not_alone() -> None:
    guard, other = "networks.small.epochs == 20", "seeds.small.diverged <= seeds.small.count"
    assert said(guard, other, "seeds.small.diverged > 1") == []
    assert said(guard, other) == [f"the claim [name] says nothing of a result: {guard} compares {CONFIGURATION}"]


def test_what_nothing_makes_false_may_not_stand_beside_one_either() -> None:
    empty = "seeds.small.diverged >= 0"
    assert said(empty, "seeds.small.diverged > 1") == [f"nothing makes the claim {empty} false"]
    assert said(empty) == [f"nothing makes the claim {empty} false"]


def test_what_is_not_made_yet_is_not_tried() -> None:
    assert verdict("seeds.small.diverged <= seeds.small.count", {**TREE, "seeds/small": Unknown()}) == ""


@pytest.mark.parametrize(
    ("names", "domain"),
    [
        (["networks", "small", "test_loss"], SIZE),
        (["networks", "small", "test_accuracy"], SHARE),
        (["networks", "small", "test_accuracy", "mean"], SHARE),
        (["networks", "small", "test_accuracy", "deviation"], SIZE),
        (["networks", "small", "test_loss_rise"], ANY),
        (["sweep", "share_lost"], SHARE),
        (["networks", "small", "diverged_at_epoch"], COUNT),
        (["seeds", "small", "diverged"], COUNT._replace(limit="count")),
        (["minima", "x"], ANY),
        (["mean"], ANY),
    ],
)
def test_the_domain_of_a_value_is_that_of_its_name(names: list[str], domain: Domain) -> None:
    assert domain_of(names) == domain


reals = st.floats(-1e6, 1e6) | st.integers(-(10**6), 10**6)


@given(value=reals, mark=reals, domain=st.sampled_from([ANY, *domains().values()]))
def test_other_numbers_are_others_of_the_domain(value: float, mark: float, domain: Domain) -> None:
    found = numbers(value, domain, [mark])
    assert all(domain.contains(other) and other != value for other in found)
    assert found


# Random claims over random artifacts.


def artifact(draw: st.DrawFn) -> dict[str, Any]:
    losses = draw(st.lists(st.floats(0.01, 10), min_size=3, max_size=6, unique=True))
    total = draw(st.integers(2, 50))
    return {
        "history": {"loss": losses, "accuracy": draw(st.lists(st.floats(0.01, 0.99), min_size=2, max_size=4))},
        "final": {"loss": losses[-1]},
        "lowest": {"loss": min(losses)},
        "highest_loss": max(losses),
        "matched": draw(st.integers(0, total)),
        "total": total,
        "width": draw(st.integers(1, 9)),
        "x": draw(reals),
    }


@st.composite
def trees(draw: st.DrawFn) -> dict[str, Any]:
    runs = {f"runs/{name}": artifact(draw) for name in ("a", "b")}
    widths = {name: {"width": runs[f"runs/{name}"]["width"]} for name in ("a", "b")}
    return {**runs, "config": {"runs": widths}}


RESULTS = ["final.loss", "history.loss[0]", "history.accuracy[1]", "matched", "total", "x", "lowest.loss"]


@given(tree=trees(), path=st.sampled_from(RESULTS), margin=st.floats(0.001, 0.009), above=st.booleans())
def test_any_result_compared_with_a_number_inside_its_domain_can_be_false(
    tree: dict[str, Any], path: str, margin: float, above: bool
) -> None:
    value = Values(tree).look_up(f"runs.a.{path}")
    assume(path != "matched" or 0 < value < tree["runs/a"]["total"])
    expression = f"runs.a.{path} {'<' if above else '>'} {value + margin if above else value - margin}"
    assert verdict(expression, tree) == ""


@given(tree=trees(), path=st.sampled_from(RESULTS))
def test_any_result_of_two_runs_compared_can_be_false(tree: dict[str, Any], path: str) -> None:
    values = Values(tree)
    pair = [f"runs.{name}.{path}" for name in "ab"]
    low, high = sorted(pair, key=values.look_up)
    assume(values.look_up(low) != values.look_up(high))
    assert verdict(f"{low} < {high}", tree) == ""
    assert verdict(f"{low} != {high}", tree) == ""
    assert verdict(f"{high} - {low} > 0", tree) == ""


TAUTOLOGIES = {
    "{0}.final.loss == {0}.history.loss[-1]": COPY,
    "{0}.final.loss + 1 >= {0}.history.loss[-1]": COPY,
    "{0}.lowest.loss <= {0}.final.loss": EXTREME,
    "{0}.lowest.loss <= min({0}.history.loss)": EXTREME,
    "{0}.highest_loss >= {0}.history.loss[1]": EXTREME,
    "{0}.highest_loss - {0}.lowest.loss >= 0 or {0}.highest_loss >= {0}.history.loss[0]": EXTREME,
    "{0}.matched <= {0}.total": LIMIT,
    "{0}.total - {0}.matched >= 0": LIMIT,
    "{0}.width == config.{0}.width": CONFIGURATION,
    "{0}.width > 0": CONFIGURATION,
    "max({0}.history.loss) >= {0}.history.loss[0]": NOTHING,
    "{0}.history.accuracy[0] <= 1": NOTHING,
    "{0}.final.loss >= 0": NOTHING,
    "{0}.x == {0}.x": NOTHING,
    "{0}.x * {0}.x >= 0": NOTHING,
    "{0}.x <= {0}.total or {0}.x > {0}.total": NOTHING,
}


@pytest.mark.parametrize("form", TAUTOLOGIES)
@settings(max_examples=25)
@given(tree=trees(), run=st.sampled_from(["runs.a", "runs.b"]))
def test_a_tautology_over_any_artifact_is_refused(form: str, tree: dict[str, Any], run: str) -> None:
    assert verdict(form.format(run), tree) == TAUTOLOGIES[form]


@example(claim="c.d != 1 or c.e[0] != (-a)", seed=0, a=0.0, b=0.0, d=4.0, e=[1.0])
@settings(max_examples=40)
@given(
    claim=compared | st.tuples(compared, compared).map(" or ".join),
    seed=st.integers(0, 2**32),
    a=reals,
    b=reals,
    d=reals,
    e=st.lists(reals, min_size=1, max_size=3),
)
def test_what_is_refused_is_false_of_no_values_that_are_drawn(
    claim: str, seed: int, a: float, b: float, d: float, e: list[float]
) -> None:
    values = Values({"a": a, "b": b, "c": {"d": d, "e": e}})
    try:
        checked = check(claim, values)
    except ClaimError:
        return
    if checked.cited and vacuity(checked, values):
        draw = random.Random(seed)
        ways = {path: values.keys(path) for path in checked.cited}
        for _ in range(30):
            changes = {keys: draw.choice([0, 1, -1, draw.uniform(-9, 9), draw.gauss(0, 1e6)]) for keys in ways.values()}
            try:
                assert evaluate(checked.node, Mutated(values, ways, changes), checked, 0) is not False, changes
            except ArithmeticError:
                continue
