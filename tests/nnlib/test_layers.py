"""The layers: their shapes, their gradients against finite differences, and wrong gradients, which are caught."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nnlib.functions import Array, sigmoid
from nnlib.gradcheck import GradientCheck, check_gradient
from nnlib.layers import Layer, Linear, ReLU, Sigmoid

sides = st.integers(1, 5)
seeds = st.integers(0, 2**32 - 1)
kinds = pytest.mark.parametrize("kind", [Linear, Sigmoid, ReLU])


def make(kind: type[Layer], n_in: int, n_out: int, rng: np.random.Generator) -> Layer:
    """A layer of the kind, a linear one with a bias that is not zero."""
    if not issubclass(kind, Linear):
        return kind()
    layer = kind(n_in, n_out, rng)
    layer.b = rng.normal(size=n_out)
    return layer


def away_from_zero(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Numbers of either sign where ReLU has a derivative."""
    x: Array = rng.uniform(0.1, 3, size=shape) * rng.choice([-1, 1], size=shape)
    return x


def check_dx(layer: Layer, x: Array, dy: Array) -> GradientCheck:
    """The gradient of sum(y * dy), which is a scalar whose gradient by y is dy."""
    return check_gradient(lambda x: float((layer.forward(x) * dy).sum()), layer.backward(x, dy), x)


def check_parameter(layer: Linear, name: str, x: Array, dy: Array) -> GradientCheck:
    """The same by W or by b."""

    def total(parameter: Array) -> float:
        setattr(layer, name, parameter)
        return float((layer.forward(x) * dy).sum())

    layer.backward(x, dy)
    return check_gradient(total, getattr(layer, "d" + name), getattr(layer, name))


@given(n=sides, n_in=sides, n_out=sides, seed=seeds)
@kinds
def test_forward_gives_the_shape_of_y_and_backward_the_shape_of_x(
    kind: type[Layer], n: int, n_in: int, n_out: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    layer, x = make(kind, n_in, n_out, rng), rng.normal(size=(n, n_in))
    y = layer.forward(x)
    assert y.shape == (n, n_out if kind is Linear else n_in)
    assert layer.backward(x, np.ones_like(y)).shape == x.shape


@given(n=sides, n_in=sides, n_out=sides, seed=seeds)
@kinds
def test_dx_is_the_gradient_by_x(kind: type[Layer], n: int, n_in: int, n_out: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    layer, x = make(kind, n_in, n_out, rng), away_from_zero((n, n_in), rng)
    assert check_dx(layer, x, rng.normal(size=layer.forward(x).shape)).error < 1e-8


@given(n=sides, n_in=sides, n_out=sides, seed=seeds)
@pytest.mark.parametrize("name", ["W", "b"])
def test_dW_and_db_are_the_gradients_by_W_and_b(name: str, n: int, n_in: int, n_out: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    layer, x, dy = Linear(n_in, n_out, rng), rng.normal(size=(n, n_in)), rng.normal(size=(n, n_out))
    assert check_parameter(layer, name, x, dy).error < 1e-8


class LinearForgetsToTranspose(Linear):
    def backward(self, x: Array, dy: Array) -> Array:
        super().backward(x, dy)
        return dy @ self.W


class LinearForgetsDy(Linear):
    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, np.ones_like(dy))


class LinearTransposesTheOuterProduct(Linear):
    def backward(self, x: Array, dy: Array) -> Array:
        dx = super().backward(x, dy)
        self.dW = dy.T @ x
        return dx


class LinearAveragesTheMinibatch(Linear):
    def backward(self, x: Array, dy: Array) -> Array:
        dx = super().backward(x, dy)
        self.dW = x.T @ dy / len(x)
        self.db = dy.mean(axis=0)
        return dx


class LinearTakesTheFirstSample(Linear):
    def backward(self, x: Array, dy: Array) -> Array:
        dx = super().backward(x, dy)
        self.dW = x[:1].T @ dy[:1]
        self.db = dy[0]
        return dx


class SigmoidForgetsDy(Sigmoid):
    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, np.ones_like(dy))


class SigmoidForgetsAFactor(Sigmoid):
    def backward(self, x: Array, dy: Array) -> Array:
        return sigmoid(x) * dy


class SigmoidTakesXForItsOutput(Sigmoid):
    def backward(self, x: Array, dy: Array) -> Array:
        return x * (1 - x) * dy


class ReLUForgetsDy(ReLU):
    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, np.ones_like(dy))


class ReLUPassesGradientAtNegativeX(ReLU):
    def backward(self, x: Array, dy: Array) -> Array:
        return dy


@pytest.mark.parametrize(
    "wrong",
    [
        LinearForgetsToTranspose,
        LinearForgetsDy,
        SigmoidForgetsDy,
        SigmoidForgetsAFactor,
        SigmoidTakesXForItsOutput,
        ReLUForgetsDy,
        ReLUPassesGradientAtNegativeX,
    ],
)
def test_a_wrong_dx_is_caught_at_an_entry_that_is_wrong(wrong: type[Layer]) -> None:
    rng = np.random.default_rng(12345)
    layer, x, dy = make(wrong, 4, 4, rng), away_from_zero((3, 4), rng), rng.normal(size=(3, 4))
    check = check_dx(layer, x, dy)
    assert check.error > 0.1
    right = make(wrong.__bases__[0], 4, 4, rng)
    if isinstance(layer, Linear) and isinstance(right, Linear):
        right.W = layer.W
    assert abs(layer.backward(x, dy) - right.backward(x, dy))[check.entry] > 0.1


def test_gradient_passed_at_negative_x_is_caught_at_a_negative_x() -> None:
    x = np.array([[1.0, 2.0, -3.0], [4.0, 5.0, 6.0]])
    assert check_dx(ReLUPassesGradientAtNegativeX(), x, np.ones_like(x)).entry == (0, 2)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        (LinearForgetsDy, "W"),
        (LinearForgetsDy, "b"),
        (LinearTransposesTheOuterProduct, "W"),
        (LinearAveragesTheMinibatch, "W"),
        (LinearAveragesTheMinibatch, "b"),
        (LinearTakesTheFirstSample, "W"),
        (LinearTakesTheFirstSample, "b"),
    ],
)
def test_a_wrong_dW_or_db_is_caught(wrong: type[Linear], name: str) -> None:
    rng = np.random.default_rng(12345)
    layer, x, dy = wrong(4, 4, rng), rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    assert check_parameter(layer, name, x, dy).error > 0.1


def test_with_W_doubled_and_b_doubled_plus_1_forward_gives_2_y_plus_1_and_dx_doubles() -> None:
    rng = np.random.default_rng(12345)
    x = rng.uniform(size=(3, 5))
    layer = Linear(5, 7, rng)
    y = layer.forward(x)
    dx = layer.backward(x, np.ones_like(y))
    layer.W *= 2
    layer.b = layer.b * 2 + 1
    np.testing.assert_array_equal(layer.forward(x), 2 * y + 1)
    np.testing.assert_array_equal(layer.backward(x, np.ones_like(y)), 2 * dx)


@kinds
def test_no_result_is_overwritten_by_the_next(kind: type[Layer]) -> None:
    rng = np.random.default_rng(0)
    layer, x, other = make(kind, 4, 4, rng), *rng.normal(size=(2, 3, 4))
    y, dx = layer.forward(x), layer.backward(x, x)
    y_before, dx_before = y.copy(), dx.copy()
    assert (layer.forward(other) != y_before).any()
    assert (layer.backward(other, other) != dx_before).any()
    np.testing.assert_array_equal(y, y_before)
    np.testing.assert_array_equal(dx, dx_before)


@kinds
def test_x_and_dy_stay_as_they_were(kind: type[Layer]) -> None:
    rng = np.random.default_rng(0)
    layer, x, dy = make(kind, 4, 4, rng), *rng.normal(size=(2, 3, 4))
    x_before, dy_before = x.copy(), dy.copy()
    layer.forward(x)
    layer.backward(x, dy)
    layer.step(0.1)
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(dy, dy_before)


@given(n=sides, n_in=sides, n_out=sides, seed=seeds, step_size=st.floats(-10, 10))
def test_a_step_moves_W_and_b_against_their_gradients(
    n: int, n_in: int, n_out: int, seed: int, step_size: float
) -> None:
    rng = np.random.default_rng(seed)
    layer, x, dy = Linear(n_in, n_out, rng), rng.normal(size=(n, n_in)), rng.normal(size=(n, n_out))
    W, b = layer.W.copy(), layer.b.copy()
    layer.backward(x, dy)
    layer.step(step_size)
    np.testing.assert_array_equal(layer.W, W - step_size * layer.dW)
    np.testing.assert_array_equal(layer.b, b - step_size * layer.db)


def test_two_layers_with_the_same_weights_move_apart() -> None:
    one, two = Linear(3, 2, np.random.default_rng(0)), Linear(3, 2, np.random.default_rng(0))
    np.testing.assert_array_equal(one.W, two.W)
    one.backward(np.ones((1, 3)), np.ones((1, 2)))
    one.step(0.5)
    np.testing.assert_array_equal(one.W, two.W - 0.5)
    np.testing.assert_array_equal(one.b, two.b - 0.5)


def test_relu_passes_no_gradient_at_zero() -> None:
    np.testing.assert_array_equal(ReLU().backward(np.zeros((1, 2)), np.ones((1, 2))), [[0, 0]])


@given(n=sides, n_in=sides, n_out=sides, n_wrong=sides)
def test_linear_refuses_an_x_that_does_not_fit_W_and_names_both_shapes(
    n: int, n_in: int, n_out: int, n_wrong: int
) -> None:
    assume(n_wrong != n_in)
    layer = Linear(n_in, n_out, np.random.default_rng(0))
    with pytest.raises(ValueError, match="does not fit") as refused:
        layer.forward(np.ones((n, n_wrong)))
    assert str((n, n_wrong)) in str(refused.value)
    assert str((n_in, n_out)) in str(refused.value)
    with pytest.raises(ValueError, match="does not fit"):
        layer.backward(np.ones((n, n_wrong)), np.ones((n, n_out)))


@pytest.mark.parametrize("layer", [Sigmoid(), ReLU()], ids=str)
@pytest.mark.parametrize("wrong", [(3, 1), (4,), (4, 3)])
def test_an_activation_refuses_a_dy_of_another_shape_even_one_that_broadcasts(
    layer: Sigmoid | ReLU, wrong: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match="does not fit") as refused:
        layer.backward(np.ones((3, 4)), np.ones(wrong))
    assert str(wrong) in str(refused.value)
    assert str((3, 4)) in str(refused.value)


@given(n=sides, n_in=sides, n_out=sides, wrong=st.tuples(sides, sides))
def test_linear_refuses_a_dy_that_does_not_fit_y_and_names_all_shapes(
    n: int, n_in: int, n_out: int, wrong: tuple[int, int]
) -> None:
    assume(wrong != (n, n_out))
    layer = Linear(n_in, n_out, np.random.default_rng(0))
    with pytest.raises(ValueError, match="does not fit") as refused:
        layer.backward(np.ones((n, n_in)), np.ones(wrong))
    for shape in (wrong, (n, n_in), (n_in, n_out)):
        assert str(shape) in str(refused.value)


@given(n_in=sides, n_out=sides, seed=seeds)
@pytest.mark.parametrize(
    ("scheme", "a"),
    [
        ("assignment", lambda n_in, n_out: np.sqrt(6 / (n_in * n_out))),
        ("glorot", lambda n_in, n_out: np.sqrt(6 / (n_in + n_out))),
        ("zeros", lambda n_in, n_out: 0),
    ],
)
def test_weights_are_uniform_in_the_bounds_of_their_scheme_and_biases_zero(
    scheme: str, a: Callable[[int, int], float], n_in: int, n_out: int, seed: int
) -> None:
    layer = Linear(n_in, n_out, np.random.default_rng(seed), scheme)
    uniform = np.random.default_rng(seed).uniform(-1, 1, size=(n_in, n_out))
    np.testing.assert_allclose(layer.W, uniform * a(n_in, n_out), rtol=1e-14, atol=1e-15)
    np.testing.assert_array_equal(layer.b, np.zeros(n_out))


def test_the_scheme_is_the_assignments_unless_another_is_named() -> None:
    default, named = (Linear(3, 2, np.random.default_rng(0), *scheme) for scheme in ([], ["assignment"]))
    np.testing.assert_array_equal(default.W, named.W)


def test_an_unknown_scheme_is_refused_and_the_known_ones_named() -> None:
    with pytest.raises(ValueError, match=r"'xavier'.*assignment, glorot, zeros"):
        Linear(3, 2, np.random.default_rng(0), "xavier")


@given(seed=seeds)
def test_the_same_seed_gives_the_same_weights(seed: int) -> None:
    one, two = (Linear(3, 2, np.random.default_rng(seed)) for _ in range(2))
    np.testing.assert_array_equal(one.W, two.W)


def test_layers_from_one_rng_are_drawn_one_after_the_other() -> None:
    rng = np.random.default_rng(0)
    first, second = Linear(3, 2, rng), Linear(3, 2, rng)
    drawn = np.random.default_rng(0).uniform(-1, 1, size=(2, 3, 2))
    np.testing.assert_allclose([first.W, second.W], drawn, rtol=1e-14)


def test_layers_say_what_they_are() -> None:
    layers = [Linear(64, 32, np.random.default_rng(0)), Sigmoid(), ReLU()]
    assert [str(layer) for layer in layers] == ["Linear 64x32", "Sigmoid", "ReLU"]
