"""Training: `fit` gives what the loop of the textbook gives, and goes on where the textbook's loss is NaN."""

from collections.abc import Sequence
from dataclasses import fields
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib.functions import LOSSES, Array
from nnlib.layers import Linear
from nnlib.net import Net, build
from nnlib.training import History, Samples, fit, in_minibatches, train_step, whole_minibatches

METRICS = [field.name for field in fields(History)]
BCE = LOSSES["bce"]


def linear(net: Net) -> list[Linear]:
    return [layer for layer in net.layers if isinstance(layer, Linear)]


def parameters(net: Net) -> list[tuple[Array, Array]]:
    return [(layer.W.copy(), layer.b.copy()) for layer in linear(net)]


def problem(rng: np.random.Generator, n: int, features: int = 4) -> Samples:
    """Samples of two classes, which a plane divides, though not without errors."""
    x = rng.normal(size=(n, features))
    return Samples(x, (x[:, [0]] + 0.5 * rng.normal(size=(n, 1)) > 0).astype(float))


def assert_equal(one: History, other: History) -> None:
    for name in METRICS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


class Trained(NamedTuple):
    history: dict[str, list[float]]
    parameters: list[tuple[Array, Array]]


def textbook(
    net: Net, train: Samples, test: Samples, *, logits: bool, epochs: int, learning_rate: float, minibatch_size: int
) -> Trained:
    """The loop of the textbook, all of it by hand, from the parameters of `net`, which is left alone."""
    names, weights = [str(layer) for layer in net.layers], parameters(net)
    history: dict[str, list[float]] = {name: [] for name in METRICS}
    for _ in range(epochs):
        for phase, (xs, ys) in (("train", train), ("test", test)):
            losses, accuracies = [], []
            for i in range(0, len(xs) - minibatch_size + 1, minibatch_size):
                x, y = xs[i : i + minibatch_size], ys[i : i + minibatch_size]
                inputs, following = [], iter(weights)
                for name in names:
                    inputs.append(x)
                    if name.startswith("Linear"):
                        W, b = next(following)
                        x = x @ W + b
                    else:
                        x = np.maximum(x, 0) if name == "ReLU" else 1 / (1 + np.exp(-x))
                p = 1 / (1 + np.exp(-x)) if logits else x
                losses.append(np.mean(-(y * np.log(p) + (1 - y) * np.log(1 - p))))
                accuracies.append(np.mean((y > 0.5) == (p > 0.5)))
                if phase == "test":
                    continue
                dy = p - y if logits else (p - y) / (p - p**2)
                k = len(weights)
                for name, x in zip(reversed(names), reversed(inputs), strict=True):
                    if name.startswith("Linear"):
                        k -= 1
                        W, b = weights[k]
                        weights[k] = W - learning_rate * (x.T @ dy), b - learning_rate * dy.sum(axis=0)
                        dy = dy @ W.T
                    else:
                        dy = dy * ((x > 0) if name == "ReLU" else np.exp(-x) / (1 + np.exp(-x)) ** 2)
            history[phase + "_loss"].append(float(np.mean(losses)))
            history[phase + "_accuracy"].append(float(np.mean(accuracies)))
    return Trained(history, weights)


def assert_fit_equals_textbook(names: Sequence[str], loss: str, minibatch_size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    train, test, net = problem(rng, 23), problem(rng, 19), build(names, rng)
    logits = loss == "bce_with_logits"
    B = minibatch_size
    expected = textbook(net, train, test, logits=logits, epochs=4, learning_rate=0.05, minibatch_size=B)
    history = fit(net, train, test, loss=LOSSES[loss], epochs=4, learning_rate=0.05, minibatch_size=B)
    for name in METRICS:
        np.testing.assert_allclose(getattr(history, name), expected.history[name], rtol=0, atol=1e-9, err_msg=name)
    for (W, b), (W_expected, b_expected) in zip(parameters(net), expected.parameters, strict=True):
        np.testing.assert_allclose(W, W_expected, rtol=0, atol=1e-9)
        np.testing.assert_allclose(b, b_expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("names", "loss"),
    [
        (["Linear 4x6", "ReLU", "Linear 6x1", "Sigmoid"], "bce"),
        (["Linear 4x6", "ReLU", "Linear 6x1"], "bce_with_logits"),
        (["Linear 4x1", "Sigmoid"], "bce"),
        (["Linear 4x3", "Linear 3x2", "Sigmoid", "Linear 2x1"], "bce_with_logits"),
    ],
)
@given(minibatch_size=st.integers(1, 19), seed=st.integers(0, 2**32 - 1))
def test_fit_equals_the_loop_of_the_textbook(names: list[str], loss: str, minibatch_size: int, seed: int) -> None:
    assert_fit_equals_textbook(names, loss, minibatch_size, seed)


@given(minibatch_size=st.integers(1, 19), seed=st.integers(0, 2**32 - 1))
def test_32_outputs_are_compared_with_one_label_as_the_printed_run_did(minibatch_size: int, seed: int) -> None:
    assert_fit_equals_textbook(["Linear 4x32", "Sigmoid"], "bce", minibatch_size, seed)


@given(n=st.integers(1, 50), minibatch_size=st.integers(1, 50))
def test_only_whole_minibatches_remain_and_a_minibatch_larger_than_the_set_is_refused(
    n: int, minibatch_size: int
) -> None:
    samples = Samples(np.arange(2.0 * n).reshape(n, 2), np.arange(1.0 * n).reshape(n, 1))
    if minibatch_size > n:
        with pytest.raises(ValueError, match=f"minibatch of {minibatch_size} is larger than the {n} samples"):
            whole_minibatches(samples, minibatch_size)
        return
    x, y = whole_minibatches(samples, minibatch_size)
    assert len(x) % minibatch_size == 0
    assert 0 <= n - len(x) < minibatch_size
    np.testing.assert_array_equal(x, samples.x[: len(x)])
    np.testing.assert_array_equal(y, samples.y[: len(x)])


@pytest.mark.parametrize(("n_train", "n_test", "named"), [(9, 20, 9), (20, 9, 9)])
def test_fit_refuses_a_minibatch_larger_than_either_set(n_train: int, n_test: int, named: int) -> None:
    rng = np.random.default_rng(0)
    train, test, net = problem(rng, n_train), problem(rng, n_test), build(["Linear 4x1", "Sigmoid"], rng)
    with pytest.raises(ValueError, match=f"minibatch of 10 is larger than the {named} samples"):
        fit(net, train, test, loss=BCE, epochs=1, learning_rate=0.1, minibatch_size=10)


def test_an_incomplete_last_minibatch_changes_nothing() -> None:
    histories, weights = [], []
    for n in (20, 24):
        rng = np.random.default_rng(0)
        train, test, net = problem(rng, 24), problem(rng, 24), build(["Linear 4x3", "ReLU", "Linear 3x1"], rng)
        cut = (Samples(samples.x[:n], samples.y[:n]) for samples in (train, test))
        loss = LOSSES["bce_with_logits"]
        histories.append(fit(net, *cut, loss=loss, epochs=3, learning_rate=0.1, minibatch_size=5))
        weights.append(parameters(net))
    assert_equal(*histories)
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one[0], other[0])
        np.testing.assert_array_equal(one[1], other[1])


@given(first=st.integers(0, 4), then=st.integers(0, 4))
@settings(max_examples=25)
def test_training_can_be_taken_up_where_it_ended_and_the_history_has_one_value_an_epoch(first: int, then: int) -> None:
    def train(*epochs: int) -> list[History]:
        rng = np.random.default_rng(0)
        sets = problem(rng, 20), problem(rng, 20)
        net = build(["Linear 4x3", "ReLU", "Linear 3x1", "Sigmoid"], rng)
        return [fit(net, *sets, loss=BCE, epochs=n, learning_rate=0.1, minibatch_size=5) for n in epochs]

    begun, ended = train(first, then)
    (whole,) = train(first + then)
    for name in METRICS:
        parts = getattr(begun, name), getattr(ended, name)
        np.testing.assert_array_equal(getattr(whole, name), np.concatenate(parts))
        assert getattr(whole, name).shape == (first + then,)


def test_after_epoch_is_called_once_an_epoch_with_the_net_as_the_epoch_left_it() -> None:
    rng = np.random.default_rng(0)
    train, test, net = problem(rng, 20), problem(rng, 20), build(["Linear 4x1", "Sigmoid"], rng)
    seen: list[Array] = []

    def look(at: Net) -> None:
        assert at is net
        seen.append(parameters(at)[0][0])

    fit(net, train, test, loss=BCE, epochs=3, learning_rate=0.1, minibatch_size=5, after_epoch=look)
    assert len(seen) == 3
    assert (seen[0] != seen[1]).all()
    assert (seen[1] != seen[2]).all()
    np.testing.assert_array_equal(seen[2], linear(net)[0].W)


def test_fit_leaves_the_samples_as_they_were() -> None:
    rng = np.random.default_rng(0)
    train, test, net = problem(rng, 20), problem(rng, 20), build(["Linear 4x1", "Sigmoid"], rng)
    before = [array.copy() for array in (*train, *test)]
    fit(net, train, test, loss=BCE, epochs=2, learning_rate=0.1, minibatch_size=5)
    for now, then in zip((*train, *test), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_fit_learns_what_can_be_learnt() -> None:
    rng = np.random.default_rng(0)
    train, test, net = problem(rng, 200), problem(rng, 200), build(["Linear 4x8", "ReLU", "Linear 8x1"], rng)
    loss = LOSSES["bce_with_logits"]
    history = fit(net, train, test, loss=loss, epochs=20, learning_rate=0.02, minibatch_size=10)
    assert history.train_loss[-1] < history.train_loss[0] / 2
    assert min(history.train_accuracy[-1], history.test_accuracy[-1]) > 0.8


@pytest.fixture
def steep() -> tuple[Net, Samples]:
    """A net of one weight, with w = 0, and two samples that have label 1, one of them far out, at x = 40.

    With steps of 1 the first sample moves w to 0.50, 0.77, 0.95: in epoch 2 the other's probability is exactly 1.
    """
    samples = Samples(np.array([[1.0], [40.0]]), np.ones((2, 1)))
    return build(["Linear 1x1", "Sigmoid"], np.random.default_rng(0), "zeros"), samples


def test_a_run_that_diverges_goes_on_and_records_it_without_a_warning(steep: tuple[Net, Samples]) -> None:
    net, samples = steep
    with np.errstate(all="raise"):
        history = fit(net, samples, samples, loss=BCE, epochs=5, learning_rate=1, minibatch_size=1)
    assert history.diverged_at_epoch == 2
    assert np.isfinite(history.train_loss[:2]).all()
    assert np.isnan(history.train_loss[2:]).all()
    assert np.isnan(history.test_loss[2:]).all()
    assert history.test_accuracy.tolist() == [1, 1, 0, 0, 0]  # NaN counts as label 0


def test_the_same_run_with_the_loss_on_logits_does_not_diverge(steep: tuple[Net, Samples]) -> None:
    net, samples = steep
    logits = Net(net.layers[:-1])
    loss = LOSSES["bce_with_logits"]
    history = fit(logits, samples, samples, loss=loss, epochs=5, learning_rate=1, minibatch_size=1)
    assert history.diverged_at_epoch is None
    assert (np.diff(history.train_loss) < 0).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_run_diverged_at_the_first_epoch_whose_training_or_test_loss_is_not_finite(bad: float) -> None:
    def diverged(train_loss: list[float], test_loss: list[float]) -> int | None:
        accuracy = np.ones(len(train_loss))
        return History(np.array(train_loss), accuracy, np.array(test_loss), accuracy).diverged_at_epoch

    assert diverged([1, 1, bad], [1, 1, 1]) == 2
    assert diverged([1, 1, bad], [1, bad, 1]) == 1
    assert diverged([bad, 1], [1, bad]) == 0
    assert diverged([1, 1], [1, 1]) is None
    assert diverged([], []) is None


def test_from_zero_weights_only_the_last_bias_moves_and_the_output_becomes_the_share_of_ones() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 4))
    samples = Samples(x, np.array([[1.0, 1, 0, 1, 1, 0, 1, 1]]).T)
    net = build(["Linear 4x3", "ReLU", "Linear 3x1", "Sigmoid"], rng, "zeros")
    fit(net, samples, samples, loss=BCE, epochs=200, learning_rate=0.1, minibatch_size=8)
    (W, b), (W_last, _) = parameters(net)
    for parameter in (W, b, W_last):
        assert not parameter.any()
    np.testing.assert_allclose(net.forward(x)[0], np.full((8, 1), 0.75), rtol=1e-9)


@pytest.mark.parametrize("labels", [(20,), (19, 1), (20, 2), (1, 20, 1)])
def test_fit_refuses_labels_that_do_not_fit_the_inputs_and_names_both_shapes(labels: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    samples, net = Samples(rng.normal(size=(20, 4)), np.ones(labels)), build(["Linear 4x1", "Sigmoid"], rng)
    with pytest.raises(ValueError, match="does not fit") as refused:
        fit(net, samples, samples, loss=LOSSES["bce"], epochs=1, learning_rate=0.1, minibatch_size=1)
    assert str(labels) in str(refused.value)
    assert str((20, 4)) in str(refused.value)


def test_fit_moves_the_parameters_by_the_layers_own_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    samples, net = problem(rng, 20), build(["Linear 4x3", "ReLU", "Linear 3x1", "Sigmoid"], rng)
    before, sizes = parameters(net), list[float]()
    monkeypatch.setattr(Linear, "step", lambda layer, step_size: sizes.append(step_size))
    fit(net, samples, samples, loss=BCE, epochs=2, learning_rate=0.1, minibatch_size=5)
    assert sizes == 2 * 4 * 2 * [0.1]  # epochs, minibatches, layers
    for (W, b), (W_before, b_before) in zip(parameters(net), before, strict=True):
        np.testing.assert_array_equal(W, W_before)
        np.testing.assert_array_equal(b, b_before)


def test_a_step_of_training_gives_the_output_from_before_it() -> None:
    rng = np.random.default_rng(0)
    (x, y), net = problem(rng, 5), build(["Linear 4x1", "Sigmoid"], rng)
    before, _ = net.forward(x)
    np.testing.assert_array_equal(train_step(net, BCE, 0.5, x, y), before)
    assert (net.forward(x)[0] != before).all()


@given(n=st.integers(1, 20), minibatch_size=st.integers(1, 20))
def test_minibatches_are_the_samples_in_order(n: int, minibatch_size: int) -> None:
    samples = Samples(np.arange(2.0 * n).reshape(n, 2), np.arange(1.0 * n).reshape(n, 1))
    minibatches = in_minibatches(samples, minibatch_size)
    assert all(len(x) == len(y) == minibatch_size for x, y in minibatches[:-1])
    np.testing.assert_array_equal(np.concatenate([x for x, _ in minibatches]), samples.x)
    np.testing.assert_array_equal(np.concatenate([y for _, y in minibatches]), samples.y)


def test_how_samples_lie_in_memory_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    samples = problem(rng, 40, 24)
    histories = []
    for x in (samples.x, np.asfortranarray(samples.x), np.repeat(samples.x, 2, axis=1)[:, ::2]):
        net = build(["Linear 24x8", "ReLU", "Linear 8x1", "Sigmoid"], np.random.default_rng(1))
        same = Samples(x, samples.y)
        histories.append(fit(net, same, same, loss=BCE, epochs=3, learning_rate=0.1, minibatch_size=7))
    assert_equal(histories[0], histories[1])
    assert_equal(histories[0], histories[2])
