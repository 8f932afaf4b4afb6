"""Nets: layers that chain, built from their names, with right gradients from end to end."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nnlib.functions import LOSSES, Array
from nnlib.gradcheck import check_gradient
from nnlib.layers import Layer, Linear, ReLU, Sigmoid
from nnlib.net import Net, build

seeds = st.integers(0, 2**32 - 1)


@st.composite
def chains(draw: st.DrawFn) -> list[str]:
    """Names of layers that chain, activations anywhere among them."""
    sizes = draw(st.lists(st.integers(1, 20), min_size=1, max_size=5))
    names: list[str] = []
    for n_in, n_out in pairwise(sizes):
        names += draw(st.lists(st.sampled_from(["ReLU", "Sigmoid"]), max_size=2))
        names.append(f"Linear {n_in}x{n_out}")
    return names + draw(st.lists(st.sampled_from(["ReLU", "Sigmoid"]), max_size=2))


def linear(net: Net) -> list[Linear]:
    return [layer for layer in net.layers if isinstance(layer, Linear)]


@given(names=chains())
def test_a_net_built_from_names_prints_as_these_names(names: list[str]) -> None:
    assert str(build(names, np.random.default_rng(0))).splitlines() == names


@given(names=chains(), seed=seeds)
def test_a_net_draws_its_layers_in_order_from_one_rng(names: list[str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    for layer in linear(build(names, np.random.default_rng(seed), "glorot")):
        n_in, n_out = layer.W.shape
        np.testing.assert_array_equal(layer.W, Linear(n_in, n_out, rng, "glorot").W)


@pytest.mark.parametrize("between", [[], ["ReLU"], ["Sigmoid", "ReLU"]])
def test_layers_that_do_not_chain_are_refused_and_both_named(between: list[str]) -> None:
    with pytest.raises(ValueError, match=r"Linear 64x32 gives 32 features, Linear 16x1 takes 16"):
        build(["Linear 64x32", *between, "Linear 16x1"], np.random.default_rng(0))


@pytest.mark.parametrize(
    "name", ["Tanh", "relu", "Linear", "Linear 64", "Linear 64x", "Linear 0x1", "Linear 64 x 32", "Linear 64x32 ", ""]
)
def test_an_unknown_layer_is_refused_and_itself_and_the_known_ones_named(name: str) -> None:
    with pytest.raises(ValueError, match="unknown layer") as refused:
        build(["ReLU", name], np.random.default_rng(0))
    for word in (repr(name), "Linear", "ReLU", "Sigmoid"):
        assert word in str(refused.value)


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match="'xavier'"):
        build(["Linear 2x1"], np.random.default_rng(0), "xavier")


def test_forward_gives_the_output_and_each_layer_with_its_input() -> None:
    rng = np.random.default_rng(0)
    layers: list[Layer] = [Linear(3, 2, rng), ReLU(), Linear(2, 1, rng), Sigmoid()]
    x = rng.normal(size=(4, 3))
    output, trace = Net(layers).forward(x)
    assert [layer for layer, _ in trace] == layers
    for layer, given_to_it in trace:
        np.testing.assert_array_equal(given_to_it, x)
        x = layer.forward(x)
    np.testing.assert_array_equal(output, x)


@given(names=chains(), seed=seeds)
def test_an_earlier_trace_is_not_overwritten_by_the_next_forward(names: list[str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    net = build(names, rng)
    n_in = linear(net)[0].W.shape[0] if linear(net) else 3
    x, other = rng.normal(size=(2, 4, n_in))
    output, trace = net.forward(x)
    before = [output.copy(), *(x.copy() for _, x in trace)]
    net.forward(other)
    for now, then in zip([output, *(x for _, x in trace)], before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize(
    ("names", "loss"),
    [
        (["Linear 4x3", "ReLU", "Linear 3x1", "Sigmoid"], "bce"),
        (["Linear 4x3", "ReLU", "Linear 3x1"], "bce_with_logits"),
        (["Linear 4x3", "Sigmoid", "Linear 3x2", "ReLU", "Linear 2x1"], "bce_with_logits"),
        (["Linear 4x3", "Linear 3x2", "Sigmoid"], "bce"),
    ],
)
@given(seed=seeds)
def test_backward_gives_the_gradient_of_the_loss_by_the_input_and_every_parameter(
    names: list[str], loss: str, seed: int
) -> None:
    value, gradient, _ = LOSSES[loss]
    rng = np.random.default_rng(seed)
    net, x, y = build(names, rng, "glorot"), rng.uniform(-1, 1, size=(5, 4)), rng.integers(2, size=(5, 1)).astype(float)
    for layer in linear(net):
        layer.b = rng.uniform(-1, 1, size=layer.b.shape)
    output, trace = net.forward(x)
    # Finite differences must not straddle the corner of a ReLU.
    assume(all((abs(at) > 1e-3).all() for layer, at in trace if isinstance(layer, ReLU)))

    def total(x: Array) -> float:
        return float(value(y, net.forward(x)[0]).sum())

    dx = net.backward(trace, gradient(y, output))
    assert check_gradient(total, dx, x).error < 1e-8
    for layer in linear(net):
        for name in ("W", "b"):

            def total_by_parameter(parameter: Array, layer: Linear = layer, name: str = name) -> float:
                setattr(layer, name, parameter)
                return total(x)

            at = getattr(layer, name)
            assert check_gradient(total_by_parameter, getattr(layer, "d" + name), at).error < 1e-8
            setattr(layer, name, at)


def test_a_step_moves_every_layer() -> None:
    rng = np.random.default_rng(0)
    net = build(["Linear 3x2", "Sigmoid", "Linear 2x1"], rng)
    before = [layer.W.copy() for layer in linear(net)]
    output, trace = net.forward(rng.normal(size=(4, 3)))
    net.backward(trace, np.ones_like(output))
    net.step(0.5)
    for layer, W in zip(linear(net), before, strict=True):
        np.testing.assert_array_equal(layer.W, W - 0.5 * layer.dW)
        assert layer.dW.any()


@given(seed=seeds)
def test_with_zero_weights_and_relu_every_weight_has_gradient_zero_and_only_the_last_bias_has_not(seed: int) -> None:
    rng = np.random.default_rng(seed)
    net = build(["Linear 4x3", "ReLU", "Linear 3x1", "Sigmoid"], rng, "zeros")
    output, trace = net.forward(rng.normal(size=(5, 4)))
    net.backward(trace, LOSSES["bce"].gradient(np.ones((5, 1)), output))
    first, last = linear(net)
    for gradient in (first.dW, first.db, last.dW):
        assert not gradient.any()
    assert last.db == pytest.approx(-2.5)  # sigmoid(0) - 1 from each of 5 samples
