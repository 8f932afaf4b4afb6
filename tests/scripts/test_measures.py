"""Facts about measures: lost runs, dead units, plateaus, wrong answers."""

import numpy as np

from nnlib.functions import LOSSES
from nnlib.layers import Linear
from nnlib.net import Net, build
from nnlib.training import History, Samples
from scripts.measures import (
    GUESSING,
    PLATEAU,
    answers_alike,
    dead_units,
    diverged,
    hidden_units,
    lost,
    plateau_epochs,
    trained_on,
    wrong,
)

LAYERS = ["Linear 2x3", "ReLU", "Linear 3x2", "ReLU", "Linear 2x1", "Sigmoid"]
X = np.random.default_rng(0).uniform(size=(5, 2))
Y = np.array([[1.0], [0.0], [1.0], [1.0], [0.0]])
SAMPLES = Samples(X, Y)


def history(train_loss: list[float], test_loss: list[float] | None = None, test_accuracy: float = 0.5) -> History:
    """A history of these losses."""
    losses = np.array(train_loss)
    accuracy = np.full(losses.shape, test_accuracy)
    return History(losses, accuracy, losses if test_loss is None else np.array(test_loss), accuracy)


def with_dead(*dead: int) -> Net:
    """A network whose first layer has these units dead: their bias is below whatever they are given."""
    net = build(LAYERS, np.random.default_rng(1), "zeros")
    first = net.layers[0]
    assert isinstance(first, Linear)
    for layer in net.layers:
        if isinstance(layer, Linear):
            layer.W += 0.1
    first.b[list(dead)] = -100
    return net


def test_hidden_units_are_those_before_a_relu() -> None:
    assert hidden_units(with_dead()) == 5
    assert hidden_units(build(["Linear 2x3", "Linear 3x1", "Sigmoid"], np.random.default_rng(0))) == 0


def test_a_unit_is_dead_that_puts_out_zero_for_every_sample() -> None:
    assert dead_units(with_dead(), X) == 0
    assert dead_units(with_dead(1), X) == 1
    assert dead_units(with_dead(0, 1, 2), X) == hidden_units(with_dead())  # nothing reaches the second layer


def test_of_a_network_that_is_nan_nobody_knows_the_dead_units() -> None:
    assert np.isnan(dead_units(with_dead(1), X * np.nan))


def test_a_plateau_lasts_until_the_loss_leaves_ln_2() -> None:
    near, far = np.log(2) + PLATEAU / 2, np.log(2) - 2 * PLATEAU
    assert plateau_epochs(history([near, near, far, near])) == 2
    assert plateau_epochs(history([far])) == 0
    assert plateau_epochs(history([np.nan, near])) == 0


def test_a_network_that_answers_better_than_guesses_is_on_no_plateau() -> None:
    assert plateau_epochs(history(2 * [np.log(2)], test_accuracy=GUESSING)) == 0
    assert plateau_epochs(history(2 * [np.log(2)], test_accuracy=GUESSING - 0.01)) == 2


def test_a_run_diverged_whose_training_loss_was_not_finite_in_any_epoch() -> None:
    assert diverged(history([0.5, np.nan]))
    assert diverged(history([0.5, np.inf, 0.4]))
    assert not diverged(history([0.5, 0.4], test_loss=[0.5, np.nan]))  # its weights are still finite


def test_a_run_is_lost_that_diverged_or_that_answers_all_samples_alike() -> None:
    fine, bad = history([0.5]), history([np.nan])
    assert not lost(fine, with_dead(), SAMPLES)
    assert lost(bad, with_dead(), SAMPLES)
    assert not lost(fine, with_dead(0, 1), SAMPLES)  # a unit is left
    assert lost(fine, with_dead(0, 1, 2), SAMPLES)


def test_a_network_that_is_nan_diverged_and_does_not_answer_alike() -> None:
    net = with_dead()
    first = net.layers[0]
    assert isinstance(first, Linear)
    first.W[:] = np.nan
    assert not answers_alike(net, SAMPLES)


def test_wrong_answers_are_counted_over_all_samples_and_all_outputs() -> None:
    net = with_dead(0, 1, 2)
    last = net.layers[-2]
    assert isinstance(last, Linear)
    last.b[:] = 3  # every answer is 1
    assert wrong(net, SAMPLES, LOSSES["bce"]) == 2
    assert wrong(net, Samples(X[:1], Y[:1]), LOSSES["bce"]) == 0


def test_the_samples_that_are_trained_on_fill_minibatches() -> None:
    assert len(trained_on(SAMPLES, 2).x) == 4
    assert len(trained_on(SAMPLES, 5).y) == 5
    assert len(trained_on(SAMPLES, 3).x) == len(trained_on(SAMPLES, 3).y) == 3
