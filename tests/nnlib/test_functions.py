"""The scalar functions: no finite input overflows, and each gradient is the derivative."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnlib.functions import (
    LOSSES,
    Array,
    Loss,
    bce_loss,
    bce_loss_grad,
    bce_with_logits,
    bce_with_logits_grad,
    relu,
    relu_grad,
    sigmoid,
    sigmoid_grad,
)
from nnlib.gradcheck import central_difference

Function = Callable[[Array], Array]

ULP = np.finfo(float).eps  # of 1
LARGEST = float(np.finfo(float).max)
SMALLEST = float(np.finfo(float).smallest_subnormal)
# Ends of the range, the points past which exp(x) and exp(2 x) overflow, those past which exp(-x) underflows, and zeros.
EXTREMES = np.array([LARGEST, SMALLEST, 0.0, 354.9, 355, 709.7, 709.8, 744.5, 745.2, 1e19])
EXTREMES = np.concatenate([EXTREMES, -EXTREMES])

finite = arrays(np.float64, st.integers(1, 20), elements=st.floats(allow_nan=False, allow_infinity=False))
labels = st.sampled_from([0.0, 1.0])


def within(bound: float) -> st.SearchStrategy[Array]:
    return arrays(np.float64, st.integers(1, 20), elements=st.floats(-bound, bound))


@pytest.mark.parametrize("function", [sigmoid, sigmoid_grad, relu, relu_grad])
@given(x=finite)
@example(x=EXTREMES)
def test_every_finite_input_gives_a_finite_output_and_no_warning(function: Function, x: Array) -> None:
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        assert np.isfinite(function(x)).all()


@pytest.mark.parametrize("function", [bce_with_logits, bce_with_logits_grad])
@given(y=labels, z=finite)
@example(y=0.0, z=EXTREMES)
@example(y=1.0, z=EXTREMES)
def test_every_finite_logit_gives_a_finite_loss_and_gradient_and_no_warning(
    function: Callable[[Array, Array], Array], y: float, z: Array
) -> None:
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        assert np.isfinite(function(np.array(y), z)).all()


@given(x=finite)
@example(x=EXTREMES)
def test_sigmoid_lies_between_0_and_1_and_its_gradient_between_0_and_a_quarter(x: Array) -> None:
    y, gradient = sigmoid(x), sigmoid_grad(x)
    assert ((y >= 0) & (y <= 1)).all()
    assert ((gradient >= 0) & (gradient <= 0.25 + ULP / 4)).all()


@given(x=finite)
@example(x=EXTREMES)
def test_sigmoid_of_minus_x_is_1_less_sigmoid_of_x(x: Array) -> None:
    np.testing.assert_allclose(sigmoid(-x), 1 - sigmoid(x), rtol=0, atol=ULP)


def test_sigmoid_has_its_known_values() -> None:
    assert sigmoid(np.array([0.0])) == 0.5
    np.testing.assert_allclose(sigmoid(np.log([3.0, 1 / 3, 1e300, 1e-300])), [0.75, 0.25, 1, 1e-300], rtol=1e-13)


@pytest.mark.parametrize("x", [710.0, 745.2, LARGEST])
def test_sigmoid_far_out_is_1_and_0_where_its_value_is_below_any_normal_number(x: float) -> None:
    assert sigmoid(np.array([-x, x])).tolist() == [0, 1]
    assert np.exp(-x) < np.finfo(float).smallest_normal


@given(x=within(700))
@example(x=np.array([-500.0, 500.0, 37.0, 0.0]))
def test_sigmoid_gradient_is_right_to_a_few_roundings_on_both_sides(x: Array) -> None:
    e = np.exp(-abs(x))  # the gradient is even, and this cannot overflow
    np.testing.assert_allclose(sigmoid_grad(x), e / (1 + e) ** 2, rtol=4 * ULP, atol=0)
    np.testing.assert_array_equal(sigmoid_grad(-x), sigmoid_grad(x))


def test_sigmoid_gradient_at_500_is_exp_of_minus_500_on_both_sides_where_1_less_the_sigmoid_is_0() -> None:
    x = np.array([-500.0, 500.0])
    np.testing.assert_allclose(sigmoid_grad(x), np.exp(-500.0), rtol=2 * ULP, atol=0)
    assert 7.1e-218 < sigmoid_grad(x)[0] < 7.2e-218
    assert sigmoid(x[1]) * (1 - sigmoid(x[1])) == 0


def test_sigmoid_times_1_less_the_sigmoid_is_0_from_37_on_and_the_gradient_is_not() -> None:
    x = np.array([36.0, 37.0, 700.0])
    assert (1 - sigmoid(x) > 0).tolist() == [True, False, False]
    assert (sigmoid_grad(x) > 0).all()


@given(x=within(30))
def test_sigmoid_gradient_is_its_derivative(x: Array) -> None:
    np.testing.assert_allclose(sigmoid_grad(x), central_difference(sigmoid, x, 1e-5), rtol=0, atol=3e-11)


@given(x=finite)
@example(x=EXTREMES)
def test_relu_is_x_where_positive_and_0_elsewhere(x: Array) -> None:
    np.testing.assert_array_equal(relu(x), np.where(x > 0, x, 0))
    np.testing.assert_array_equal(relu_grad(x), np.where(x > 0, 1.0, 0.0))


@pytest.mark.parametrize("function", [sigmoid, sigmoid_grad, relu, relu_grad])
def test_integers_give_what_the_same_numbers_as_floats_give(function: Function) -> None:
    x = np.arange(-3, 4)
    np.testing.assert_array_equal(function(x), function(x.astype(float)))  # type: ignore[arg-type]


def test_relu_gradient_is_a_number_and_no_truth_value() -> None:
    assert relu_grad(np.array([-1.0, 2.0])).dtype == float


def test_relu_passes_no_gradient_at_zero() -> None:
    np.testing.assert_array_equal(relu_grad(np.array([0.0, -0.0])), [0, 0])


@given(x=within(1e3).filter(lambda x: bool((abs(x) > 1e-3).all())))
def test_relu_gradient_is_its_derivative_away_from_zero(x: Array) -> None:
    eps = 2.0**-10
    np.testing.assert_allclose(relu_grad(x), central_difference(relu, x, eps), rtol=0, atol=1e3 * ULP / eps)


@given(y=labels, y_hat=arrays(np.float64, 5, elements=st.floats(0.01, 0.99)))
def test_bce_gradient_is_its_derivative(y: float, y_hat: Array) -> None:
    label = np.array(y)
    numerical = central_difference(lambda p: bce_loss(label, p), y_hat, 1e-6)
    np.testing.assert_allclose(bce_loss_grad(label, y_hat), numerical, rtol=1e-8, atol=1e-9)


@given(y=labels, z=within(1e3))
def test_gradient_of_bce_on_logits_is_its_derivative(y: float, z: Array) -> None:
    label = np.array(y)
    numerical = central_difference(lambda z: bce_with_logits(label, z), z, 1e-4)
    np.testing.assert_allclose(bce_with_logits_grad(label, z), numerical, rtol=0, atol=5e-9)


@given(y_hat=st.floats(0.01, 0.99))
def test_bce_is_minus_the_logarithm_of_the_probability_of_the_label(y_hat: float) -> None:
    p = np.array([y_hat])
    assert bce_loss(np.array(1.0), p) == -np.log(p)
    assert bce_loss(np.array(0.0), p) == -np.log(1 - p)


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_bce_and_its_gradient_are_nan_where_the_probability_is_exactly_the_label(y: float) -> None:
    with pytest.warns(RuntimeWarning, match=r"divide by zero .* log|invalid value .* multiply"):
        assert np.isnan(bce_loss(np.array([y]), np.array([y])))
    with pytest.warns(RuntimeWarning, match="invalid value encountered in divide"):
        assert np.isnan(bce_loss_grad(np.array([y]), np.array([y])))


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_bce_is_infinite_where_the_probability_of_the_label_is_0(y: float) -> None:
    with pytest.warns(RuntimeWarning, match="divide by zero encountered in log"):
        assert bce_loss(np.array([y]), np.array([1 - y])) == np.inf


@given(y=labels, z=within(30))
def test_bce_on_logits_is_bce_of_the_sigmoid(y: float, z: Array) -> None:
    label = np.array(y)
    # 1 - sigmoid(z) loses exp(z) roundings on paper.
    lost = 2 * ULP * np.exp(abs(z))
    difference = bce_with_logits(label, z) - bce_loss(label, sigmoid(z))
    assert (abs(difference) <= lost + 4 * ULP).all()
    difference = bce_with_logits_grad(label, z) - bce_loss_grad(label, sigmoid(z)) * sigmoid_grad(z)
    assert (abs(difference) <= lost + 4 * ULP).all()


def test_bce_on_logits_is_right_far_out() -> None:
    z = np.array([-LARGEST, -1e3, 1e3, LARGEST])
    np.testing.assert_array_equal(bce_with_logits(np.array(0.0), z), [0, 0, 1e3, LARGEST])
    np.testing.assert_array_equal(bce_with_logits(np.array(1.0), z), [LARGEST, 1e3, 0, 0])
    np.testing.assert_allclose(bce_with_logits_grad(np.array(0.0), z), [0, 0, 1, 1], rtol=0, atol=1e-300)
    np.testing.assert_allclose(bce_with_logits_grad(np.array(1.0), z), [-1, -1, 0, 0], rtol=0, atol=1e-300)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_one_label_a_sample_is_compared_with_every_output_of_the_sample(loss: Loss) -> None:
    y = np.array([[0.0], [1.0]])
    outputs = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
    for function in (loss.value, loss.gradient):
        columns = [function(y, outputs[:, [k]]) for k in range(3)]
        np.testing.assert_array_equal(function(y, outputs), np.hstack(columns))


def test_each_loss_has_its_threshold_where_both_labels_cost_the_same() -> None:
    for loss in LOSSES.values():
        threshold = np.array([loss.threshold])
        assert loss.value(np.array([0.0]), threshold) == loss.value(np.array([1.0]), threshold)
