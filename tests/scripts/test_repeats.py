"""Facts about what rests on many seeds: scripts/repeats.py, seeds.py, comparisons.py, sweep.py, and their figures."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from nnlib.digits import FEATURES, SAMPLES, split
from nnlib.functions import LOSSES
from nnlib.layers import Linear
from nnlib.net import build
from nnlib.stack import fit_stack
from nnlib.training import Samples, fit
from scripts import repeats
from scripts.experiments import basins, comparisons, gradient_flow, landscape, seed_chunks, sweep, sweep_chunks
from scripts.experiments import digits as digits_script
from scripts.experiments import seeds as seeds_script
from scripts.repeats import band, repeated, spread
from scripts.settings import differences, sweep_settings
from tests.scripts.test_scripts import draw, draw_twice

SPEC: Any = {
    "layers": [f"Linear {FEATURES}x4", "ReLU", "Linear 4x1", "Sigmoid"],
    "scheme": "assignment",
    "loss": "bce",
    "epochs": 2,
    "learning_rate": 0.01,
    "minibatch_size": 40,
}
SWEEP: Any = {
    "layers": SPEC["layers"],
    "scheme": "assignment",
    "loss": "bce",
    "epochs": 2,
    "learning_rates": [0.003, 0.01],
    "minibatch_sizes": [20, 60],
    "reference": {"learning_rates": [0.01], "minibatch_size": 20},
    "seeds": 3,
    "validation_fraction": 0.25,
}
METRICS = {"train_loss", "train_accuracy", "test_loss", "test_accuracy"}
REPEATS = 4
MakeSeeds = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digits' samples."""
    folder = tmp_path_factory.mktemp("digits")
    digits_script.main(str(folder / "digits.npz"), str(folder / "digits.json"), 0.5, 12345)
    return str(folder / "digits.npz")


@pytest.fixture
def make_seeds(data: str, tmp_path: Path) -> MakeSeeds:
    """The artifact of a network from many seeds."""

    def run(name: str = "tiny", seed: int = 7, **changed: Any) -> dict[str, Any]:
        path, chunk = tmp_path / f"{name}.json", str(tmp_path / f"{name}.npz")
        seed_chunks.main(data, chunk, SPEC | changed, seed, 0.5, f"0-{REPEATS - 1}")
        seeds_script.main([chunk], str(path), name, SPEC | changed, REPEATS)
        return artifact(path)

    return run


@pytest.fixture(scope="module")
def swept(data: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sweep_with(data, tmp_path_factory.mktemp("sweep"), SWEEP)


def sweep_with(data: str, folder: Path, spec: Any) -> Path:
    """The artifact of a sweep that is one chunk."""
    path, chunk = folder / "sweep.json", str(folder / "sweep.npz")
    sweep_chunks.main(data, chunk, spec, 7, 0.5, f"0-{len(sweep_settings(spec)) - 1}", f"0-{spec['seeds'] - 1}")
    sweep.main(data, [chunk], str(path), spec, 7, 0.5)
    return path


def artifact(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert isinstance(content, dict)
    return content


# One setting from many seeds.


def test_the_repeats_of_two_networks_have_the_same_splits_and_orders(data: str) -> None:
    everything = repeats.samples(data)
    assert everything.x.shape == (SAMPLES, FEATURES)
    _, train, test = repeated(everything, SPEC, 7, range(REPEATS), 0.5)
    _, other_train, other_test = repeated(
        everything, SPEC | {"layers": ["Linear 64x1", "Sigmoid"]}, 7, range(REPEATS), 0.5
    )
    for mine, others in zip(train + test, other_train + other_test, strict=True):
        np.testing.assert_array_equal(mine.x, others.x)
        np.testing.assert_array_equal(mine.y, others.y)
    assert [own.x.shape for own in train] == REPEATS * [(898, FEATURES)]
    assert [own.y.shape for own in test] == REPEATS * [(899, 1)]


def test_repeats_differ_in_their_split_their_order_and_their_weights(data: str) -> None:
    nets, train, test = repeated(repeats.samples(data), SPEC, 7, range(REPEATS), 0.5)
    weights = [layer.W for net in nets for layer in net.layers[:1] if isinstance(layer, Linear)]
    for values in ([own.x for own in train], [own.x for own in test], weights):
        assert not any(np.array_equal(values[0], values[r]) for r in range(1, REPEATS))
    rows = [{row.tobytes() for row in np.concatenate([train[r].x, test[r].x])} for r in range(REPEATS)]
    assert all(found == rows[0] for found in rows)
    _, other, _ = repeated(repeats.samples(data), SPEC, 8, range(REPEATS), 0.5)
    assert not np.array_equal(train[0].x, other[0].x)


def test_every_repeat_is_bit_for_bit_the_network_that_is_trained_alone(data: str, make_seeds: MakeSeeds) -> None:
    facts, everything = make_seeds(), repeats.samples(data)
    for repeat in range(REPEATS):
        order, rest = split(0.5, np.random.default_rng([7, repeat, 0]))
        history = fit(
            build(SPEC["layers"], np.random.default_rng([7, repeat, 1]), SPEC["scheme"]),
            Samples(everything.x[order], everything.y[order]),
            Samples(everything.x[rest], everything.y[rest]),
            loss=LOSSES["bce"],
            epochs=SPEC["epochs"],
            learning_rate=SPEC["learning_rate"],
            minibatch_size=SPEC["minibatch_size"],
        )
        for metric, values in vars(history).items():
            assert facts["final"][metric]["values"][repeat] == values[-1]


def test_the_artifact_of_many_seeds_has_its_settings_its_spreads_and_its_bands(make_seeds: MakeSeeds) -> None:
    facts = make_seeds(epochs=3)
    assert {key: facts[key] for key in SPEC} == SPEC | {"epochs": 3}
    assert (facts["name"], facts["count"], facts["diverged"], facts["hidden_units"]) == ("tiny", REPEATS, 0, 4)
    assert set(facts["final"]) == set(facts["curves"]) == METRICS
    for final in facts["final"].values():
        assert len(final["values"]) == final["count"] == REPEATS
        assert final["mean"] == pytest.approx(np.mean(final["values"]))
        assert final["deviation"] == pytest.approx(np.std(final["values"], ddof=1))
    for metric, curve in facts["curves"].items():
        assert {len(curve[name]) for name in ("low", "median", "high")} == {3}
        assert all(a <= b <= c for a, b, c in zip(curve["low"], curve["median"], curve["high"], strict=True))
        assert curve["median"][-1] == pytest.approx(np.median(facts["final"][metric]["values"]))
    assert len(facts["dead_units"]["median"]) == 3


def test_the_same_seeds_give_the_same_bytes(make_seeds: MakeSeeds, tmp_path: Path) -> None:
    make_seeds()
    first = (tmp_path / "tiny.json").read_bytes()
    make_seeds()
    assert (tmp_path / "tiny.json").read_bytes() == first
    make_seeds(seed=8)
    assert (tmp_path / "tiny.json").read_bytes() != first


def test_seeds_that_all_diverge_are_written(make_seeds: MakeSeeds) -> None:
    facts = make_seeds(learning_rate=1000.0, layers=["Linear 64x1", "Sigmoid"])
    assert facts["diverged"] == facts["lost"] == facts["nan_causes"]["count"] == REPEATS
    assert facts["diverged_runs"] == REPEATS * [True]
    assert facts["final"]["train_loss"]["values"] == REPEATS * [None]
    assert facts["final"]["train_loss"]["count"] == facts["trained"]["test_accuracy"]["kept"]["count"] == 0
    assert facts["trained"]["test_accuracy"]["count"] == REPEATS  # NaN answers 0
    assert facts["curves"]["test_loss"] == {name: 2 * [None] for name in ("low", "median", "high")}
    assert facts["hidden_units"] == 0


def test_seeds_without_weights_have_all_hidden_units_dead(make_seeds: MakeSeeds) -> None:
    facts = make_seeds(scheme="zeros")
    assert facts["hidden_units"] == 4
    assert facts["final_dead_units"]["values"] == REPEATS * [4]
    assert facts["plateau_epochs"]["mean"] == SPEC["epochs"]
    assert (facts["lost"], facts["answers_alike"], facts["diverged"]) == (REPEATS, REPEATS, 0)


def test_metrics_of_the_trained_networks_are_of_all_samples(make_seeds: MakeSeeds) -> None:
    facts = make_seeds(minibatch_size=400)
    for name, samples in (("train_accuracy", 898), ("test_accuracy", 899)):
        shares = np.array(facts["trained"][name]["values"]) * samples
        np.testing.assert_allclose(shares, shares.round(), atol=1e-6)
    assert facts["after"]["1"]["test_accuracy"]["count"] == REPEATS
    assert set(facts["after"]) == {"1"}  # of 1, 5, 20, ... the one that two epochs reach


def test_a_single_run_that_comes_to_nan_has_the_cause_that_the_same_seed_alone_has(
    data: str, make_seeds: MakeSeeds
) -> None:
    facts = make_seeds(learning_rate=0.2, epochs=4, minibatch_size=15)
    causes = facts["nan_causes"]
    assert causes["count"] == facts["diverged"] > 0
    assert causes["count"] == causes["right"] + causes["wrong"] + causes["not_finite"]


@given(st.lists(st.floats(-1e6, 1e6) | st.sampled_from([np.nan, np.inf]), min_size=1, max_size=30))
def test_a_spread_is_that_of_what_is_finite(values: list[float]) -> None:
    found, finite = spread(np.array(values)), [value for value in values if np.isfinite(value)]
    assert found["count"] == len(finite)
    assert (found["mean"] is None) == (len(finite) == 0)
    assert (found["deviation"] is None) == (len(finite) < 2)
    if finite:
        assert found["mean"] == pytest.approx(np.mean(finite), abs=1e-6)
    if len(finite) > 1:
        assert found["deviation"] == pytest.approx(np.std(finite, ddof=1), abs=1e-6)


@given(st.lists(st.floats(-1e6, 1e6) | st.just(np.nan), min_size=1, max_size=40))
def test_a_band_holds_the_middle_of_what_is_finite(values: list[float]) -> None:
    found, finite = band(np.array([values])), np.array([value for value in values if np.isfinite(value)])
    if not len(finite):
        assert found == {"low": [None], "median": [None], "high": [None]}
        return
    low, median, high = found["low"][0], found["median"][0], found["high"][0]
    slack = 1e-9 * max(1, np.abs(finite).max())
    assert low - slack <= median <= high + slack
    assert ((finite >= low - slack) & (finite <= high + slack)).mean() >= repeats.BAND - 2 / len(finite)


# Pairs of settings.


SETTINGS: Any = {key: SPEC[key] for key in ("layers", "scheme", "loss", "epochs", "minibatch_size")}


def compared(tmp_path: Path, first: list[float | None], second: list[float | None], *diverged: int) -> dict[str, Any]:
    """What the script writes for two networks with these test accuracies, of which the first diverged at some seeds."""
    for name, values, rate, gone in (("a", first, 0.1, diverged), ("b", second, 0.2, ())):
        content = {
            **SETTINGS,
            "name": name,
            "learning_rate": rate,
            "trained": {"test_accuracy": {"values": values}},
            "diverged_runs": [number in gone for number in range(len(values))],
            "lost": len(gone) + 1,  # one whose units are all dead
        }
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    pair: Any = {"first": "a", "second": "b", "metric": "test_accuracy"}
    paths = [str(tmp_path / f"{name}.json") for name in "ab"]
    comparisons.main(paths, str(tmp_path / "out.json"), {"pair": pair})
    found = artifact(tmp_path / "out.json")["pair"]
    assert {key: found[key] for key in pair} == pair
    assert found["differs_in"] == ["learning_rate"]
    assert found["count"] + found["dropped"] == found["pairs"] == len(first)
    return dict(found)


def test_a_comparison_is_the_paired_difference_with_its_t_interval(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    first, second = rng.normal(0.97, 0.01, size=20), rng.normal(0.96, 0.02, size=20)
    found = compared(tmp_path, first.tolist(), second.tolist())
    expected = scipy.stats.ttest_rel(first, second).confidence_interval(0.95)
    assert (found["count"], found["confidence"]) == (20, 0.95)
    assert found["mean"] == pytest.approx((first - second).mean())
    assert (found["low"], found["high"]) == pytest.approx((expected.low, expected.high))


def test_a_comparison_by_hand(tmp_path: Path) -> None:
    # Differences 1, 2, 3: mean 2, deviation 1; t(0.975, 2) = 4.302653.
    found = compared(tmp_path, [2, 4, 6], [1, 2, 3])
    assert (found["mean"], found["count"]) == (2, 3)
    assert found["high"] - found["mean"] == pytest.approx(4.302653 / np.sqrt(3), rel=1e-6)


def test_a_comparison_the_other_way_round_is_its_negative(tmp_path: Path) -> None:
    first, second = [0.9, 0.8, 0.95, 0.85], [0.7, 0.75, 0.9, 0.6]
    there, back = compared(tmp_path, list(first), list(second)), compared(tmp_path, list(second), list(first))
    assert (there["low"], there["high"]) == pytest.approx((-back["high"], -back["low"]))


def test_pairs_of_which_one_diverged_are_left_out_and_counted(tmp_path: Path) -> None:
    found, kept = compared(tmp_path, [2, 0.5, 4, 6], [1, 7, 2, 3], 1), compared(tmp_path, [2, 4, 6], [1, 2, 3])
    assert (found["count"], found["dropped"], found["diverged_first"], found["diverged_second"]) == (3, 1, 1, 0)
    assert (found["lost_first"], found["lost_second"]) == (2, 1)  # the dead ones are in the comparison
    assert {key: found[key] for key in ("mean", "low", "high")} == {key: kept[key] for key in ("mean", "low", "high")}


def test_pairs_of_which_one_has_no_finite_value_are_dropped_though_none_diverged(tmp_path: Path) -> None:
    found = compared(tmp_path, [2, None, 4, 6], [1, 7, 2, 3])
    assert (found["count"], found["dropped"], found["diverged_first"]) == (3, 1, 0)


@pytest.mark.parametrize("first", [[None, None, None], [1, None, None]])
def test_a_comparison_of_fewer_than_two_pairs_has_no_interval(tmp_path: Path, first: list[float | None]) -> None:
    found = compared(tmp_path, first, [1, 2, 3])
    assert (found["mean"], found["low"], found["high"]) == (None, None, None)
    assert found["count"] < 2


def test_equal_networks_differ_by_nothing(tmp_path: Path) -> None:
    found = compared(tmp_path, [0.9, 0.8], [0.9, 0.8])
    assert (found["mean"], found["low"], found["high"]) == (0, 0, 0)


def test_two_networks_differ_in_the_settings_that_are_not_the_same() -> None:
    logits: Any = SPEC | {"layers": SPEC["layers"][:-1], "loss": "bce_with_logits"}
    assert differences(SPEC, SPEC) == []
    assert differences(SPEC, logits) == ["loss"]  # which takes the sigmoid with it
    assert differences(SPEC, logits | {"layers": ["Linear 64x1"]}) == ["layers", "loss"]
    assert differences(SPEC, SPEC | {"epochs": 3, "learning_rate": 1}) == ["epochs", "learning_rate"]
    assert differences(SPEC, SPEC | {"layers": [*SPEC["layers"][:2], "Linear 4x4", *SPEC["layers"][1:]]}) == ["layers"]


# Many settings.


def grid(facts: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for row in facts["cells"].values() for cell in row.values()]


def test_a_sweep_has_a_cell_for_every_setting_by_size_and_rate(swept: Path) -> None:
    facts = artifact(swept)
    assert {size: set(row) for size, row in facts["cells"].items()} == {
        "20": {"0.003", "0.01"},
        "60": {"0.003", "0.01"},
    }
    assert facts["networks"] == 7 * SWEEP["seeds"]
    assert {key: facts[key] for key in SWEEP} == SWEEP
    for cell in grid(facts):
        assert facts["cells"][str(cell["minibatch_size"])][f"{cell['learning_rate']:g}"] == cell
        assert cell["validation_accuracy"]["count"] == cell["test_accuracy"]["count"] == SWEEP["seeds"]
        assert cell["diverged"] + cell["answers_alike"] == cell["lost"]
        assert cell["all_dead"] <= cell["answers_alike"]
        assert cell["share_lost"] == pytest.approx(cell["lost"] / SWEEP["seeds"])


def test_every_minibatch_size_is_judged_on_the_whole_validation_set(swept: Path) -> None:
    for cell in grid(artifact(swept)):
        shares = np.array(cell["validation_accuracy"]["values"]) * int(0.25 * 898)
        np.testing.assert_allclose(shares, shares.round(), atol=1e-6)


def test_a_scaled_rate_is_that_of_the_reference_where_the_size_is_that_of_the_reference(swept: Path) -> None:
    facts = artifact(swept)
    assert facts["scaled"]["0.01"]["20"] == facts["cells"]["20"]["0.01"]
    assert facts["scaled"]["0.01"]["60"]["learning_rate"] == pytest.approx(0.01 / 3)


def test_the_best_setting_is_chosen_by_the_validation_set_and_trained_anew(swept: Path) -> None:
    facts = artifact(swept)
    best = facts["best"]
    assert best in grid(facts)
    assert best["validation_accuracy"]["mean"] == max(cell["validation_accuracy"]["mean"] for cell in grid(facts))
    assert best["behind_best"]["test_accuracy"]["mean"] == 0
    assert facts["best_on_edge"] == {"learning_rate": True, "minibatch_size": True}  # there is nothing but edges
    assert facts["retrained"]["trained"]["test_accuracy"]["count"] == SWEEP["seeds"]


def test_the_test_set_has_no_part_in_the_choice(
    data: str, swept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def upside_down(*given: Any) -> Any:
        nets, train, test = repeated(*given)
        return nets, train, [Samples(x, 1 - y) for x, y in test]

    monkeypatch.setattr(sweep_chunks, "repeated", upside_down)
    before, after = artifact(swept), artifact(sweep_with(data, tmp_path, SWEEP))
    for cell, other in zip(grid(before), grid(after), strict=True):
        assert cell["validation_accuracy"] == other["validation_accuracy"]
        assert cell["test_accuracy"]["mean"] == pytest.approx(1 - other["test_accuracy"]["mean"])
    assert before["best"]["learning_rate"] == after["best"]["learning_rate"]


def test_the_validation_set_is_no_part_of_what_is_trained_on(data: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[list[Samples], list[Samples]]] = []

    def noted(nets: Any, train: list[Samples], test: list[Samples], **settings: Any) -> Any:
        seen.append((train, test))
        return fit_stack(nets, train, test, **settings)

    monkeypatch.setattr(sweep_chunks, "fit_stack", noted)
    sweep_chunks.judged(repeats.samples(data), 7, 0.5, 0.25, sweep_settings(SWEEP)[0], range(SWEEP["seeds"]))
    ((fitted, validation),) = seen
    _, train, _ = repeated(repeats.samples(data), SWEEP, 7, range(SWEEP["seeds"]), 0.5)
    for left, held_out, whole in zip(fitted, validation, train, strict=True):
        assert (len(left.x), len(held_out.x)) == (674, 224)
        assert np.array_equal(np.sort(np.concatenate([held_out.x, left.x]), axis=0), np.sort(whole.x, axis=0))


@pytest.mark.parametrize("rate", [1e3, 1e200])
def test_a_sweep_whose_every_network_diverged_is_written_and_drawn(data: str, tmp_path: Path, rate: float) -> None:
    spec: Any = SWEEP | {"layers": ["Linear 64x1", "Sigmoid"], "learning_rates": [rate], "minibatch_sizes": [20]}
    spec["reference"] = {"learning_rates": [rate], "minibatch_size": 20}
    path = sweep_with(data, tmp_path, spec)
    facts = artifact(path)
    assert [(cell["diverged"], cell["share_lost"]) for cell in grid(facts)] == [(SWEEP["seeds"], 1)]
    assert f"lost {SWEEP['seeds']}" in draw("figures.sweep", tmp_path, sweep=str(path))


def test_a_sweep_says_nothing_where_nobody_watches(
    swept: Path, data: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spec: Any = SWEEP | {"learning_rates": [0.01], "minibatch_sizes": [60]}
    path = sweep_with(data, tmp_path, spec)
    assert capfd.readouterr() == ("", "")
    (cell,) = grid(artifact(path))
    assert cell["test_accuracy"] == artifact(swept)["cells"]["60"]["0.01"]["test_accuracy"]


# Figures.


def test_a_sweeps_figure_is_drawn_and_the_same_twice(swept: Path, tmp_path: Path) -> None:
    assert "test accuracy" in draw_twice("figures.sweep", tmp_path, sweep=str(swept))


def test_dead_units_are_drawn_although_all_diverged(make_seeds: MakeSeeds, tmp_path: Path) -> None:
    make_seeds("good", epochs=20)
    make_seeds("bad", epochs=20, learning_rate=1000.0)
    paths = [str(tmp_path / f"{name}.json") for name in ("good", "bad", "good", "bad")]
    draw_twice("figures.dead_units", tmp_path, networks=4 * [dead(tmp_path, [0, 3, None])], seeds=paths)


def test_dead_units_of_shorter_runs_are_drawn(make_seeds: MakeSeeds, tmp_path: Path) -> None:
    make_seeds("short", epochs=3)
    draw(
        "figures.dead_units",
        tmp_path,
        networks=4 * [dead(tmp_path, [0, 1, 2])],
        seeds=4 * [str(tmp_path / "short.json")],
    )


def dead(folder: Path, units: list[int | None]) -> str:
    """The artifact of a run, as far as a figure of dead units reads it."""
    (folder / "run.json").write_text(json.dumps({"dead_units": units}))
    return str(folder / "run.json")


@pytest.fixture
def minima(tmp_path: Path) -> str:
    landscape.main(str(tmp_path / "landscape.json"))
    return str(tmp_path / "landscape.json")


def test_basins_say_which_minimum_every_start_reaches(tmp_path: Path, minima: str) -> None:
    spec: Any = {"start": [3, 2], "extent": 5, "count": 15, "step_size": 0.02, "steps": 800}
    basins.main(minima, str(tmp_path / "a.json"), spec)
    facts, found = artifact(tmp_path / "a.json"), artifact(Path(minima))["minima"]
    reached = np.array(facts["reached"])
    assert reached.shape == (15, 15)
    assert sum(facts["shares"]) == pytest.approx(1)
    assert facts["shares"] == [pytest.approx((reached == number).mean()) for number in range(len(found))]
    assert facts["largest_distance"] < 1e-3
    for number, minimum in enumerate(found):  # the start that is nearest to a minimum
        row, column = (int(np.argmin(np.abs(np.array(facts["side"]) - minimum[axis]))) for axis in "yx")
        assert reached[row, column] == number
    draw_twice("figures.basins", tmp_path, landscape=minima, basins=str(tmp_path / "a.json"))


def test_a_gradient_shrinks_through_sigmoids_and_hardly_through_relus(tmp_path: Path) -> None:
    gradient_flow.main(str(tmp_path / "a.json"), {"width": 16, "depth": 4, "seeds": 20}, 7)
    facts = artifact(tmp_path / "a.json")
    assert facts["depths"] == [1, 2, 3, 4]
    for left in facts["left"].values():
        assert all(a <= b <= c for a, b, c in zip(left["low"], left["median"], left["high"], strict=True))
    sigmoid = facts["left"]["sigmoid"]["median"]
    assert sigmoid == sorted(sigmoid, reverse=True)
    own = facts["activations"]
    assert 0.2 < own["sigmoid"]["root_mean_square"] < own["sigmoid"]["largest"] <= 0.25
    assert own["relu"]["root_mean_square"] == pytest.approx(np.sqrt(own["relu"]["active_share"]))
    assert len(own["relu"]["by_layer"]["active_share"]) == 4
    assert facts["factor_per_layer"]["sigmoid"] < 0.3 < facts["factor_per_layer"]["relu"] <= 1.2
    assert facts["factor_per_layer"]["sigmoid"] == pytest.approx((sigmoid[-1] / sigmoid[0]) ** (1 / 3))
    draw_twice("figures.gradient_flow", tmp_path, gradient_flow=str(tmp_path / "a.json"))
