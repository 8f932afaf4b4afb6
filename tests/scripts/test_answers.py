"""Facts about the experiments that single answers rest on: separability, equal weights, rates, tuning, signals."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnlib.digits import FEATURES
from nnlib.functions import LOSSES
from nnlib.net import build
from nnlib.training import Samples
from scripts.experiments import digits as digits_script
from scripts.experiments import (
    equal_weights,
    first_signals,
    gradient_noise,
    overview,
    rate_scan,
    rate_scan_chunks,
    separability,
    tuned,
    tuned_chunks,
)
from scripts.experiments.separability import common_point, divided, hyperplane
from scripts.poison import parameters, poison, put
from scripts.repeats import repeated, samples

LINEAR, HIDDEN = [f"Linear {FEATURES}x1"], [f"Linear {FEATURES}x4", "ReLU", "Linear 4x1"]
SETTINGS: Any = {"scheme": "assignment", "loss": "bce_with_logits", "minibatch_size": 60, "seeds": 3}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("digits")
    digits_script.main(str(folder / "digits.npz"), str(folder / "digits.json"), 0.5, 12345)
    return str(folder / "digits.npz")


def artifact(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)


# A hyperplane between the classes.

POINTS = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]])


def test_a_hyperplane_is_found_where_there_is_one() -> None:
    both = Samples(POINTS, np.array([[0.0], [1.0], [1.0], [1.0]]))
    found = hyperplane(both)
    assert found is not None
    assert ((POINTS @ found[:2] + found[2]) * (2 * both.y[:, 0] - 1) >= 1 - 1e-9).all()
    assert common_point(both) is None
    assert divided(both)["separable"]
    assert not divided(both)["common_point"]


def test_the_exclusive_or_has_no_hyperplane_but_mixtures_that_are_one_point() -> None:
    crossed = Samples(POINTS, np.array([[0.0], [0.0], [1.0], [1.0]]))
    assert hyperplane(crossed) is None
    found = common_point(crossed)
    assert found is not None
    ones, zeros = found
    assert ones.sum() == pytest.approx(1)
    assert zeros.sum() == pytest.approx(1)
    np.testing.assert_allclose(ones @ POINTS[2:], zeros @ POINTS[:2], atol=1e-12)
    facts = divided(crossed)
    assert (facts["separable"], facts["mixed_ones"], facts["mixed_zeros"]) == (False, 2, 2)
    assert facts["largest_gap"] is not None
    assert facts["largest_gap"] < 1e-12


def test_the_digits_are_not_separable_and_the_control_is(data: str, tmp_path: Path) -> None:
    separability.main(data, str(tmp_path / "a.json"), 7, 2, 0.5)
    facts = artifact(tmp_path / "a.json")
    for part, count in (("train", 898), ("test", 899), ("all", 1797)):
        assert (facts[part]["samples"], facts[part]["separable"], facts[part]["common_point"]) == (count, False, True)
        assert facts[part]["largest_gap"] < 1e-9
    assert facts["seeds"] == {"count": 2, "separable": 0}
    assert facts["control"]["separable"]
    assert not facts["control"]["common_point"]


# Equal weights.

EQUAL: Any = {
    "layers": HIDDEN,
    "linear_layers": LINEAR,
    "loss": "bce_with_logits",
    "weights": [0.01],
    "epochs": 60,
    "window": 5,
    "fall": 0.01,
    "after": [2, 4],
    "learning_rate": 0.001,
    "minibatch_size": 60,
    "seeds": 3,
}


def test_units_that_start_equal_stay_equal_and_learn_what_a_linear_model_learns(data: str, tmp_path: Path) -> None:
    equal_weights.main(data, str(tmp_path / "a.json"), EQUAL, 7, 0.5)
    facts = artifact(tmp_path / "a.json")
    one = facts["starts"]["0.01"]
    assert one["largest_difference"] < 1e-12
    assert facts["linear"]["largest_difference"] is None  # it has no units
    assert set(one["after"]) == {"2", "4"}
    assert one["end"]["test_accuracy"]["median"] < 0.95
    assert one["above_linear"]["count"] == EQUAL["seeds"]
    assert len(one["curves"]["train_loss"]["median"]) <= EQUAL["epochs"]


def test_units_that_start_unequal_are_seen_to_differ(data: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unequal(everything: Samples, spec: Any, *rest: Any) -> Any:
        return repeated(everything, spec | {"scheme": "glorot"}, *rest)

    monkeypatch.setattr(equal_weights, "repeated", unequal)
    facts = equal_weights.start(samples(data), EQUAL, 7, 0.5, 0.01)
    assert facts["largest_difference"] is not None
    assert facts["largest_difference"] > 0.1


def test_a_run_stops_in_the_first_epoch_whose_loss_fell_too_little_in_the_window() -> None:
    falling, still = 0.9 ** np.arange(8), np.full(8, 0.5)
    late = np.array([1.0, 0.9, 0.8, 0.7, 0.7, 0.699, 0.698, 0.697])
    found = equal_weights.stopped(np.stack([falling, still, late], axis=1), 2, 0.01)
    assert found.tolist() == [-1, 2, 5]
    assert equal_weights.stopped(np.ones((2, 3)), 2, 0.01).tolist() == [-1, -1, -1]  # too short to tell


# The largest learning rate.


def test_a_scan_of_rates_says_up_to_which_all_train_and_from_which_none_does(data: str, tmp_path: Path) -> None:
    spec: Any = {
        **{key: SETTINGS[key] for key in ("scheme", "minibatch_size", "seeds")},
        "networks": {"linear": {"layers": [*LINEAR, "Sigmoid"], "loss": "bce"}},
        "epochs": 3,
        "learning_rates": [0.001, 0.002, 1000],
    }
    rate_scan_chunks.main(data, str(tmp_path / "a.npz"), spec, 7, 0.5, "0-2", "0-2")
    rate_scan.main([str(tmp_path / "a.npz")], str(tmp_path / "a.json"), spec)
    facts = artifact(tmp_path / "a.json")
    found = facts["networks"]["linear"]
    assert (found["largest_all_train"], found["smallest_none_trains"]) == (0.002, 1000)
    assert (found["cells"]["1000"]["failed"], found["cells"]["1000"]["diverged"]) == (3, 3)
    assert found["cells"]["0.001"]["share_failed"] == 0
    assert facts["runs"] == 9


@pytest.mark.parametrize(
    ("failed", "train", "fail"),
    [([0, 0, 3], 2, 3), ([0, 1, 3], 1, 3), ([0, 1, 0], 1, None), ([1, 0, 0], None, None), ([3, 0, 3], None, 3)],
)
def test_the_limits_are_of_unbroken_rows_of_rates(failed: list[int], train: int | None, fail: int | None) -> None:
    cells: Any = [{"learning_rate": rate, "failed": number} for rate, number in enumerate(failed, 1)]
    assert rate_scan.limits(cells, 3) == {"largest_all_train": train, "smallest_none_trains": fail}


# Tuning.


def test_two_networks_are_tuned_alike_and_compared_at_their_best(data: str, tmp_path: Path) -> None:
    spec: Any = {
        **{key: SETTINGS[key] for key in ("loss", "minibatch_size", "seeds")},
        "shallow": LINEAR,
        "deep": HIDDEN,
        "schemes": ["zeros", "glorot"],
        "epochs": 5,
        "learning_rates": [0.001, 0.01],
        "validation_fraction": 0.25,
    }
    tuned_chunks.main(data, str(tmp_path / "a.npz"), spec, 7, 0.5, "0-7", "0-2")
    tuned.main(data, [str(tmp_path / "a.npz")], str(tmp_path / "a.json"), spec, 7, 0.5)
    facts = artifact(tmp_path / "a.json")
    for name in ("shallow", "deep"):
        cells = [cell for row in facts[name]["cells"].values() for cell in row.values()]
        assert len(cells) == 4
        highest = max(cell["validation_accuracy"]["mean"] for cell in cells)
        assert facts[name]["best"]["validation_accuracy"]["mean"] == highest
        assert facts[name]["best_on_edge"]
    deep, shallow = (np.array(facts[name]["trained"]["test_accuracy"]["values"]) for name in ("deep", "shallow"))
    assert facts["deep"]["best"]["scheme"] == "glorot"  # from zeros it learns nothing
    assert facts["difference"]["mean"] == pytest.approx((deep - shallow).mean())


# Before training, and a minibatch at a time.


def test_a_signal_is_as_large_as_the_samples_first_and_dies_with_small_weights(data: str, tmp_path: Path) -> None:
    spec: Any = {"layers": [f"Linear {FEATURES}x64", "ReLU", *HIDDEN, "Sigmoid"], "loss": "bce"}
    first_signals.main(data, str(tmp_path / "a.json"), spec | {"schemes": ["assignment", "glorot"]}, 7, 3, 0.5)
    facts = artifact(tmp_path / "a.json")
    for scheme in ("assignment", "glorot"):
        assert facts[scheme]["signals"]["single"][0] == pytest.approx(1, abs=0.05)
        assert [len(facts[scheme][name]["median"]) for name in ("signals", "gradients")] == [4, 3]
    small, glorot = (facts[scheme]["signals"]["single"] for scheme in ("assignment", "glorot"))
    assert all(a < b for a, b in zip(small[1:3], glorot[1:3], strict=True))


def test_larger_minibatches_agree_more_with_the_whole_training_set(data: str, tmp_path: Path) -> None:
    spec: Any = {
        **SETTINGS,
        "layers": HIDDEN,
        "learning_rate": 0.001,
        "after": [0, 1],
        "minibatch_sizes": [1, 100, 898],
        "minibatches": 20,
    }
    gradient_noise.main(data, str(tmp_path / "a.json"), spec, 7, 0.5)
    facts = artifact(tmp_path / "a.json")
    for sizes in facts["after_epochs"].values():
        assert sizes["1"]["cosine"] < sizes["100"]["cosine"] < sizes["898"]["cosine"]
        assert sizes["898"]["cosine"] == pytest.approx(1)
    assert facts["steps_an_epoch"] == {"1": 898, "100": 8, "898": 1}


# What made a NaN.


def test_the_cause_of_a_nan_is_the_first_sample_whose_loss_has_no_finite_gradient() -> None:
    rng = np.random.default_rng(3)
    train = Samples(rng.uniform(size=(6, 2)), np.ones((6, 1)))
    net = build(["Linear 2x1", "Sigmoid"], rng, "zeros")
    kept = parameters(net)
    assert poison(net, train, LOSSES["bce"], 0.01, 2) is None
    put(net, kept)
    train.x[3] = 1e6  # all weights are positive after the first step, so that its sigmoid is exactly 1
    cause = poison(net, train, LOSSES["bce"], 0.01, 2)
    assert cause is not None
    assert (cause["minibatch"], cause["label"]) == (1, 1)
    assert (cause["output"], cause["logit"] > 36) == (1, True)


# Over all runs.


def test_an_overview_has_the_highest_accuracy_of_any_run() -> None:
    single: Any = {"a": {"summary": {"highest_test_accuracy": {"accuracy": 0.8}}}}
    many: Any = {"a": {"highest_test_accuracy": 0.7, "count": 20}, "b": {"highest_test_accuracy": 0.9, "count": 20}}
    facts = overview.overall(single, many)
    assert facts == {"networks": 1, "runs": 41, "highest_test_accuracy": {"accuracy": 0.9, "network": "b"}}
