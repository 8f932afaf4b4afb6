"""Facts about scripts/measures.py: dead units, of one network and of a stack, and how long a plateau lasts."""

import numpy as np

from nnlib.layers import Linear
from nnlib.net import Net, build, stack
from scripts.measures import PLATEAU, dead_units, hidden_units, plateau_epochs

LAYERS = ["Linear 2x3", "ReLU", "Linear 3x2", "ReLU", "Linear 2x1", "Sigmoid"]
X = np.random.default_rng(0).uniform(size=(5, 2))


def with_dead(*dead: int) -> Net:
    """A network whose first layer has these units dead: their bias is below whatever they are given."""
    net = build(LAYERS, np.random.default_rng(1), "constant")
    first = net.layers[0]
    assert isinstance(first, Linear)
    first.b[list(dead)] = -100
    return net


def test_hidden_units_are_those_before_a_relu() -> None:
    assert hidden_units(with_dead()) == 5
    assert hidden_units(stack([with_dead(), with_dead()])) == 5
    assert hidden_units(build(["Linear 2x3", "Linear 3x1", "Sigmoid"], np.random.default_rng(0))) == 0


def test_a_unit_is_dead_that_puts_out_zero_for_every_sample() -> None:
    assert dead_units(with_dead(), X) == 0
    assert dead_units(with_dead(1), X) == 1
    assert dead_units(with_dead(0, 1, 2), X) == hidden_units(with_dead())  # nothing reaches the second layer


def test_a_unit_that_is_nan_is_not_dead() -> None:
    assert dead_units(with_dead(1), X * np.nan) == 0


def test_each_network_of_a_stack_has_its_own_dead_units() -> None:
    many = stack([with_dead(0), with_dead(), with_dead(0, 2)])
    assert dead_units(many, np.stack([X, X, X])).tolist() == [1, 0, 2]


def test_a_plateau_lasts_until_the_loss_leaves_ln_2() -> None:
    near, far = np.log(2) + PLATEAU / 2, np.log(2) - 2 * PLATEAU
    assert plateau_epochs(np.array([near, near, far, near])) == 2
    assert plateau_epochs(np.array([far])) == 0
    assert plateau_epochs(np.array([[near, np.nan], [near, near]])).tolist() == [2, 0]
