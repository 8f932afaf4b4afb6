"""Facts about benchmarks/end_to_end, and the processes of its cells: all train the same networks."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import cell, end_to_end
from benchmarks.cell import Given, Row
from reporting.pipeline.settings import read
from scripts.settings import Setting
from tests.conftest import ROOT

SETTINGS: list[Setting] = [
    {
        "layers": ["Linear 64x32", "ReLU", "Linear 32x1", *last],
        "scheme": "assignment",
        "loss": loss,
        "epochs": 2,
        "learning_rate": rate,
        "minibatch_size": size,
    }
    for last, loss in ((["Sigmoid"], "bce"), ([], "bce_with_logits"))
    for size in (15, 40)
    for rate in (0.001, 0.003)
]


@pytest.fixture
def digits(tmp_path: Path) -> str:
    """Samples in place of the digits, as many and as large."""
    rng, path = np.random.default_rng(0), tmp_path / "digits.npz"
    x = rng.normal(size=(1797, 64))
    y = (x[:, :1] > 0).astype(float)
    np.savez(path, train_x=x[:900], train_y=y[:900], test_x=x[900:], test_y=y[900:])
    return str(path)


def given(prepare: str, digits: str, settings: list[Setting], seeds: int) -> Given:
    row = Row("a row", settings, seeds, 0.2)
    return {"prepare": prepare, "row": row, "digits": digits, "seed": 1, "train_fraction": 0.5}


@pytest.mark.parametrize("settings", [SETTINGS[:4], SETTINGS[4:]], ids=["probabilities", "logits"])
@pytest.mark.parametrize("name", end_to_end.COMPETITORS)
def test_all_train_the_same_networks(name: str, settings: list[Setting], digits: str) -> None:
    if not end_to_end.installed(name):
        pytest.skip(f"{name} is not installed")
    competitor = end_to_end.COMPETITORS[name]
    nnlib = end_to_end.COMPETITORS["nnlib"]
    for prepare, other, own, seeds in (
        (competitor.one, nnlib.one, settings[:1], 1),
        (competitor.several, nnlib.several, settings, 2),
    ):
        losses, expected = (cell.train(given(each, digits, own, seeds))["losses"] for each in (prepare, other))
        assert len(losses) == len(own) * seeds
        assert end_to_end.same(losses, expected) == (not competitor.own_weights)


def test_the_rows_are_the_reports_own_work() -> None:
    rows = end_to_end.rows(read(ROOT / "config/config.yaml"))
    assert [row.what for row in rows] == [
        "one run of 20 epochs",
        "one run of 400 epochs",
        "one network from 20 seeds",
        "the sweep of 1080 networks",
    ]
    assert [row.networks for row in rows] == [1, 1, 20, 1080]


def test_losses_are_the_same_but_for_how_they_are_rounded_and_cut_off() -> None:
    assert end_to_end.same([0.5, 0.25], [0.5, 0.25000001])
    assert end_to_end.same([0.5, 100.0], [0.5, float("nan")])
    assert not end_to_end.same([0.5, 0.25], [0.5, 0.26])
    assert not end_to_end.same([0.5], [0.5, 0.25])


def test_a_process_says_what_it_trained_and_how_long(digits: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    seconds, trained = end_to_end.process(given("benchmarks.tasks:prepare", digits, SETTINGS[:1], 1))
    assert len(trained["losses"]) == 1
    assert 0 < trained["seconds"] < seconds
    with pytest.raises(SystemExit, match=r"benchmarks\.tasks:nothing failed:"):
        end_to_end.process(given("benchmarks.tasks:nothing", digits, SETTINGS[:1], 1))


def test_a_part_is_scaled_by_its_training_alone(digits: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(end_to_end, "process", lambda given: (3.0, {"seconds": 2.0, "losses": [0.5]}))
    settings = {"seed": 1, "digits": {"train_fraction": 0.5}}
    row = Row("a sweep", SETTINGS, 20)
    assert end_to_end.measured(row, end_to_end.COMPETITORS["the loop"], digits, settings) == (41.0, [0.5], 1)
    assert end_to_end.measured(row, end_to_end.COMPETITORS["nnlib"], digits, settings) == (3.0, [0.5], 20)


def test_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(end_to_end, "find_spec", lambda name: None)
    assert end_to_end.installed("nnlib")
    assert not end_to_end.installed("JAX")
    assert end_to_end.named("JAX") == "JAX"
