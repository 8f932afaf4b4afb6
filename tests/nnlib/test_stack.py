"""Nets trained at once: each is bit for bit what `fit` makes of it, however its layers are written."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib.functions import LOSSES, Array, Loss
from nnlib.layers import Linear, ReLU, Sigmoid
from nnlib.net import Net, build
from nnlib.stack import fit_stack
from nnlib.tape import Replay
from nnlib.training import History, Samples, fit, train_step

METRICS = [field.name for field in fields(History)]
LOGITS = LOSSES["bce_with_logits"]
OWN = [["Linear 4x6", "ReLU", "Linear 6x1", "Sigmoid"], ["Linear 4x6", "Sigmoid", "Linear 6x2", "ReLU", "Linear 2x1"]]


def problem(rng: np.random.Generator, n: int, features: int = 4) -> Samples:
    x = rng.normal(size=(n, features))
    return Samples(x, (x[:, [0]] + 0.5 * rng.normal(size=(n, 1)) > 0).astype(float))


def arrays(net: Net) -> list[Array]:
    """All arrays of a net's layers, what its last step has left there included."""
    found = (value for layer in net.layers for _, value in sorted(vars(layer).items()))
    return [value.copy() for value in found if isinstance(value, np.ndarray)]


def assert_alike(
    make: Callable[[np.random.Generator], Net],
    count: int,
    train: Sequence[Samples],
    test: Sequence[Samples],
    *,
    loss: Loss,
    rates: Array | float,
    minibatch_size: int,
    epochs: int = 3,
    after_epoch: Callable[[Net], None] = lambda net: None,
) -> list[History]:
    """Make nets twice, train them at once and alone; compare histories and arrays."""
    nets, alone = ([make(np.random.default_rng(r)) for r in range(count)] for _ in range(2))
    size = minibatch_size

    def after_each(nets: Sequence[Net]) -> None:
        for net in nets:
            after_epoch(net)

    histories = fit_stack(
        nets,
        train,
        test,
        loss=loss,
        epochs=epochs,
        learning_rate=rates,
        minibatch_size=size,
        after_epoch=after_each,
    )
    each = np.broadcast_to(rates, len(nets)).tolist()
    for net, other, a, b, rate, history in zip(nets, alone, train, test, each, histories, strict=True):
        settings: dict[str, Any] = {"loss": loss, "epochs": epochs, "minibatch_size": size}
        expected = fit(other, a, b, learning_rate=rate, **settings, after_epoch=after_epoch)
        for name in METRICS:
            np.testing.assert_array_equal(getattr(history, name), getattr(expected, name), err_msg=name)
        assert len(arrays(net)) == len(arrays(other))
        for value, other_value in zip(arrays(net), arrays(other), strict=True):
            np.testing.assert_array_equal(value, other_value)
    return histories


@st.composite
def chains(draw: st.DrawFn) -> list[str]:
    """Names of layers that chain and take four features, activations anywhere among them."""
    names, n_in = list[str](), 4
    activations = st.lists(st.sampled_from(["ReLU", "Sigmoid"]), max_size=2)
    for n_out in draw(st.lists(st.integers(1, 20), max_size=3)):
        names += [*draw(activations), f"Linear {n_in}x{n_out}"]
        n_in = n_out
    return names + draw(activations)


@given(
    names=chains(),
    loss=st.sampled_from(sorted(LOSSES)),
    count=st.integers(1, 4),
    minibatch_size=st.integers(1, 20),
    rates=st.floats(0, 2) | st.just(1e4) | st.sampled_from([[0.1, 1e4, 0.01, 1e300]]),
    shared=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=150)
def test_nets_trained_at_once_are_bit_for_bit_those_trained_alone(
    names: list[str], loss: str, count: int, minibatch_size: int, rates: Any, shared: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    train, test = ([problem(rng, n) for _ in range(count)] for n in (41, 23))
    if shared:
        train, test = [train[0]] * count, [test[0]] * count
    if isinstance(rates, list):
        rates = np.array(rates[:count])

    def make(rng: np.random.Generator) -> Net:
        return build(names, rng, "glorot")

    assert_alike(make, count, train, test, loss=LOSSES[loss], rates=rates, minibatch_size=minibatch_size)


@pytest.mark.parametrize("names", OWN, ids=str)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("minibatch_size", [1, 15, 40])
def test_nets_of_the_reports_size_are_alike_too_and_those_that_diverge(
    names: list[str], loss: str, minibatch_size: int
) -> None:
    wide = [name.replace("4x6", "64x32").replace("6x", "32x") for name in names]
    rng, rates = np.random.default_rng(0), np.array([1e-3, 2e-3, 1e4, 5e-4, 1e-4])
    train, test = ([problem(rng, n, 64) for _ in rates] for n in (300, 290))
    size = minibatch_size
    histories = assert_alike(
        lambda rng: build(wide, rng), 5, train, test, loss=LOSSES[loss], rates=rates, minibatch_size=size
    )
    assert {history.train_loss.shape for history in histories} == {(3,)}
    if loss == "bce_with_logits":  # the other is NaN where an output is no probability
        assert all(np.isfinite(histories[r].train_loss).all() for r in (0, 1, 3, 4))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("names", OWN, ids=str)
def test_the_reports_own_layers_are_replayed_and_do_not_run(
    names: list[str], loss: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    nets = [build(names, rng) for _ in range(3)]
    x, y = (np.stack(parts) for parts in zip(*(problem(rng, 5) for _ in nets), strict=True))
    replay = Replay(train_step, nets, LOSSES[loss], 0.1, x, y)
    assert replay.calls is not None
    monkeypatch.setattr(Linear, "forward", pytest.fail)
    replay(LOSSES[loss], 0.1, x, y)


class Custom(Linear):
    """A layer as somebody else writes it, which may not name its own initial weights."""

    def __init__(self, rng: np.random.Generator) -> None:
        super().__init__(4, 4, rng, "glorot")


class KeepsItsInput(Custom):
    def forward(self, x: Array) -> Array:
        self.x = x
        return super().forward(x)


class PutsOtherArraysInPlace(Custom):
    def step(self, step_size: float) -> None:
        self.W = self.W - step_size * self.dW
        self.b = self.b - step_size * self.db


class HasMomentum(Custom):
    def __init__(self, rng: np.random.Generator) -> None:
        super().__init__(rng)
        self.v = np.zeros((4, 4))

    def step(self, step_size: float) -> None:
        self.v *= 0.9
        self.v -= step_size * self.dW
        self.W += self.v


class AddsInPlace(Custom):
    def forward(self, x: Array) -> Array:
        y = x @ self.W
        y += self.b
        y *= 2
        return y


class CountsItsSteps(Custom):
    steps = 0

    def step(self, step_size: float) -> None:
        self.steps += 1
        super().step(step_size / self.steps)


class DropsOut(Custom):
    def __init__(self, rng: np.random.Generator) -> None:
        super().__init__(rng)
        self.rng = np.random.default_rng(int(rng.integers(1000)))

    def forward(self, x: Array) -> Array:
        return super().forward(x) * (self.rng.random(len(x)) < 0.5)[:, None]


class Branches(Custom):
    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy) if dy.sum() > 0 else super().backward(x, 2 * dy)


class Clips(Custom):
    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, np.where(abs(dy) > 0.01, 0.01, dy))


class Normalizes(Custom):
    def forward(self, x: Array) -> Array:
        scale = np.sqrt((x * x).sum(axis=1, keepdims=True)) + np.sum(x, axis=0) + x.sum() / len(x)
        return super().forward(x / (1 + scale**2))


class Squares(Custom):
    def forward(self, x: Array) -> Array:
        return super().forward(np.minimum(x, 3) ** 3 * (x >= 0.1).astype(int))


class WritesTwice(Custom):
    def step(self, step_size: float) -> None:
        self.W -= step_size * self.dW
        self.W.T[...] -= step_size * self.dW.T


class WritesIntoItsTranspose(Custom):
    def step(self, step_size: float) -> None:
        transposed = self.W.T
        transposed -= step_size * self.dW.T
        self.b -= self.W.sum(axis=1)


class MultipliesTransposes(Custom):
    def forward(self, x: Array) -> Array:
        return ((self.W.T + 1) @ (x.T * 2)).T.T.T + self.b

    def backward(self, x: Array, dy: Array) -> Array:
        self.dW = ((2 * dy.T) @ x).T
        self.db = dy.sum(0)
        return 2 * dy @ (self.W + 1).mT


class Reshapes(Custom):
    def forward(self, x: Array) -> Array:
        return super().forward(x.reshape(-1, 2, 2)[:, ::-1].reshape(-1, 4))


class HasItsWeightsInAList(Custom):
    def __init__(self, rng: np.random.Generator) -> None:
        super().__init__(rng)
        self.weights = [rng.normal(size=4)]

    def forward(self, x: Array) -> Array:
        return super().forward(x * self.weights[0])


class IsLaidOutByColumns(Custom):
    def __init__(self, rng: np.random.Generator) -> None:
        super().__init__(rng)
        self.W = np.asfortranarray(self.W)


class TiesTwoArrays(Custom):
    def __init__(self, rng: np.random.Generator) -> None:
        super().__init__(rng)
        self.first_row = self.W[0]

    def forward(self, x: Array) -> Array:
        return super().forward(x + self.first_row)


CUSTOM = Custom.__subclasses__()
REPLAYED = {KeepsItsInput, HasMomentum, AddsInPlace, Normalizes, Squares, WritesIntoItsTranspose, MultipliesTransposes}


@pytest.mark.parametrize("kind", CUSTOM)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 3), minibatch_size=st.integers(1, 20))
@settings(max_examples=15)
def test_layers_may_be_written_in_any_way(kind: Any, seed: int, count: int, minibatch_size: int) -> None:
    def make(rng: np.random.Generator) -> Net:
        return Net([kind(rng), ReLU(), kind(rng), Linear(4, 1, rng), Sigmoid()])

    rng = np.random.default_rng(seed)
    train, test = ([problem(rng, n) for _ in range(count)] for n in (41, 23))
    assert_alike(make, count, train, test, loss=LOSSES["bce"], rates=0.05, minibatch_size=minibatch_size)


@pytest.mark.parametrize("kind", CUSTOM)
def test_those_are_replayed_that_ask_for_the_same_every_time(kind: Any) -> None:
    rng = np.random.default_rng(0)
    nets = [Net([kind(rng), Linear(4, 1, rng)]) for _ in range(2)]
    x, y = (np.stack(parts) for parts in zip(*(problem(rng, 5) for _ in nets), strict=True))
    assert (Replay(train_step, nets, LOGITS, 0.1, x, y).calls is not None) == (kind in REPLAYED)


def test_nets_that_differ_in_a_number_only_are_alike_too() -> None:
    class Scales(Sigmoid):
        def __init__(self, by: float) -> None:
            self.by = by

        def forward(self, x: Array) -> Array:
            return super().forward(self.by * x)

    rng = np.random.default_rng(0)
    scales = iter([1.0, 2.0, 1.0, 2.0])
    samples = [problem(rng, 20) for _ in range(2)]
    assert_alike(
        lambda rng: Net([Linear(4, 1, rng), Scales(next(scales))]),
        2,
        samples,
        samples,
        loss=LOSSES["bce"],
        rates=0.1,
        minibatch_size=5,
    )


def test_nets_that_share_a_weight_go_on_sharing_it() -> None:
    rng = np.random.default_rng(0)
    nets, samples = [Net([Linear(4, 1, rng)]) for _ in range(2)], [problem(rng, 20)] * 2
    vars(nets[0].layers[0])["W"] = vars(nets[1].layers[0])["W"]
    fit_stack(nets, samples, samples, loss=LOGITS, epochs=1, learning_rate=0.1, minibatch_size=5)
    assert vars(nets[0].layers[0])["W"] is vars(nets[1].layers[0])["W"]


def test_an_array_that_is_put_in_another_place_after_an_epoch_is_trained_on() -> None:
    def halve(net: Net) -> None:
        for layer in net.layers:
            if isinstance(layer, Linear):
                layer.W = layer.W / 2

    rng = np.random.default_rng(0)
    samples = [problem(rng, 20) for _ in range(3)]
    assert_alike(
        lambda rng: build(OWN[0], rng),
        3,
        samples,
        samples,
        loss=LOSSES["bce"],
        rates=0.1,
        minibatch_size=5,
        after_epoch=halve,
    )


@pytest.mark.parametrize("names", OWN, ids=str)
def test_training_can_be_taken_up_where_it_ended_with_other_settings(names: list[str]) -> None:
    rng = np.random.default_rng(0)
    samples = [problem(rng, 20) for _ in range(3)]
    nets, alone = ([build(names, np.random.default_rng(r)) for r in range(3)] for _ in range(2))
    for size, rate in ((5, 0.1), (10, 0.05)):
        settings: dict[str, Any] = {"loss": LOGITS, "epochs": 2, "learning_rate": rate, "minibatch_size": size}
        histories = fit_stack(nets, samples, samples, **settings)
        for net, own, history in zip(alone, samples, histories, strict=True):
            np.testing.assert_array_equal(fit(net, own, own, **settings).train_loss, history.train_loss)


def test_after_epoch_sees_all_nets_as_the_epoch_left_them() -> None:
    rng = np.random.default_rng(0)
    nets, seen = [build(["Linear 4x1", "Sigmoid"], rng) for _ in range(3)], list[list[Array]]()
    samples = [problem(rng, 20) for _ in nets]

    def look(given: Sequence[Net]) -> None:
        assert list(given) == nets
        seen.append([arrays(net)[0] for net in given])

    settings: dict[str, Any] = {"loss": LOSSES["bce"], "learning_rate": 0.1, "minibatch_size": 5}
    fit_stack(nets, samples, samples, epochs=2, **settings, after_epoch=look)
    assert len(seen) == 2
    assert (np.array(seen[0]) != np.array(seen[1])).all()
    np.testing.assert_array_equal(seen[1], [arrays(net)[0] for net in nets])


def test_without_epochs_the_histories_are_empty_and_nothing_moves() -> None:
    rng = np.random.default_rng(0)
    nets = [build(["Linear 4x1"], rng) for _ in range(2)]
    samples, before = [problem(rng, 20) for _ in nets], [arrays(net)[0] for net in nets]
    histories = fit_stack(nets, samples, samples, loss=LOGITS, epochs=0, learning_rate=0.1, minibatch_size=5)
    assert [history.train_loss.shape for history in histories] == [(0,), (0,)]
    np.testing.assert_array_equal([vars(net.layers[0])["W"] for net in nets], before)


@pytest.mark.parametrize(
    ("counts", "rates", "said"),
    [
        ((0, 0, 0), 0.1, "do not fit 0 nets"),
        ((2, 3, 2), 0.1, "3 training sets, 2 test sets and learning rates of shape .* do not fit 2 nets"),
        ((2, 2, 1), 0.1, "1 test sets"),
        ((2, 2, 2), np.ones(3), r"shape \(3,\) do not fit 2 nets"),
        ((1, 1, 1), np.ones((1, 1)), r"shape \(1, 1\)"),
    ],
)
def test_what_does_not_belong_together_is_refused(counts: tuple[int, int, int], rates: Any, said: str) -> None:
    rng = np.random.default_rng(0)
    nets, train, test = counts
    many, samples = [build(["Linear 4x1"], rng) for _ in range(nets)], [problem(rng, 20)]
    settings: dict[str, Any] = {"loss": LOGITS, "epochs": 1, "learning_rate": rates, "minibatch_size": 5}
    with pytest.raises(ValueError, match=said):
        fit_stack(many, samples * train, samples * test, **settings)


def test_nets_that_differ_are_refused_and_both_named_and_one_that_is_there_twice() -> None:
    rng = np.random.default_rng(0)
    nets = [build(names, rng) for names in (["Linear 4x1"], ["Linear 4x1"], ["Linear 4x1", "Sigmoid"])]
    samples = [problem(rng, 20)] * 3
    settings: dict[str, Any] = {"loss": LOGITS, "epochs": 1, "learning_rate": 0.1, "minibatch_size": 5}
    with pytest.raises(ValueError, match="net 0 is Linear 4x1; net 2 is Linear 4x1, Sigmoid"):
        fit_stack(nets, samples, samples, **settings)
    with pytest.raises(ValueError, match="net 2 is there twice"):
        fit_stack([nets[0], nets[1], nets[0]], samples, samples, **settings)


def test_training_sets_of_different_sizes_are_refused() -> None:
    rng = np.random.default_rng(0)
    nets = [build(["Linear 4x1"], rng) for _ in range(2)]
    samples = [problem(rng, 20), problem(rng, 30)]
    with pytest.raises(ValueError, match="shape"):
        fit_stack(nets, samples, samples, loss=LOGITS, epochs=1, learning_rate=0.1, minibatch_size=5)


def test_what_is_wrong_with_a_step_is_said_by_the_step_itself() -> None:
    rng = np.random.default_rng(0)
    nets = [build(["Linear 3x1"], rng) for _ in range(2)]
    samples = [problem(rng, 20)] * 2
    with pytest.raises(ValueError, match=r"x \(5, 4\) does not fit W \(3, 1\)"):
        fit_stack(nets, samples, samples, loss=LOGITS, epochs=1, learning_rate=0.1, minibatch_size=5)


def test_a_run_that_diverges_is_recorded_without_a_warning() -> None:
    rng = np.random.default_rng(0)
    nets = [build(OWN[0], rng) for _ in range(2)]
    samples = [problem(rng, 20) for _ in nets]
    with np.errstate(all="raise"):
        settings: dict[str, Any] = {"loss": LOSSES["bce"], "epochs": 3, "minibatch_size": 5}
        one, other = fit_stack(nets, samples, samples, learning_rate=np.array([0.01, 1e6]), **settings)
    assert one.diverged_at_epoch is None
    assert other.diverged_at_epoch == 0
