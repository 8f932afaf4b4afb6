"""Finite differences have the errors that theory gives them, and a wrong gradient is found where it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from nnlib.functions import Array
from nnlib.gradcheck import central_difference, check_gradient, forward_difference, numerical_gradient

# All that follows differentiates sin, whose derivative is cos, or exp, which is its own.
points = arrays(np.float64, array_shapes(max_dims=3, max_side=4), elements=st.floats(-3, 3))


def total_sine(x: Array) -> float:
    return float(np.sin(x).sum())


@given(x=st.floats(-3, 3))
def test_halving_eps_halves_the_error_of_forward_differences(x: float) -> None:
    at = np.array([x])
    coarse, fine = (abs(forward_difference(np.exp, at, eps) - np.exp(at)) for eps in (2.0**-8, 2.0**-9))
    assert coarse / fine == pytest.approx(2, rel=1e-3)


@given(x=st.floats(-3, 3))
def test_halving_eps_quarters_the_error_of_central_differences(x: float) -> None:
    at = np.array([x])
    coarse, fine = (abs(central_difference(np.exp, at, eps) - np.exp(at)) for eps in (2.0**-8, 2.0**-9))
    assert coarse / fine == pytest.approx(4, rel=1e-5)


def test_differences_of_a_parabola_are_2_x_plus_eps_forward_and_2_x_central() -> None:
    x, eps = np.array([-1.0, 0.0, 3.0]), 0.25  # all exact in binary
    np.testing.assert_array_equal(forward_difference(np.square, x, eps), 2 * x + eps)
    np.testing.assert_array_equal(central_difference(np.square, x, eps), 2 * x)


@given(x=points)
def test_numerical_gradient_is_the_gradient_and_leaves_x_as_it_was(x: Array) -> None:
    before = x.copy()
    np.testing.assert_allclose(numerical_gradient(total_sine, x, 1e-4), np.cos(x), rtol=0, atol=1e-8)
    np.testing.assert_array_equal(x, before)


def test_numerical_gradient_takes_each_entry_by_itself() -> None:
    x = np.array([[1.0, 2.0], [3.0, 5.0]])
    gradient = numerical_gradient(lambda x: float(x.prod()), x, 0.5)
    np.testing.assert_array_equal(gradient, [[30, 15], [10, 6]])


@given(x=points)
def test_a_right_gradient_passes(x: Array) -> None:
    assert check_gradient(total_sine, np.cos(x), x).error < 1e-8


@given(x=points, data=st.data(), wrong=st.floats(1e-4, 1e6), sign=st.sampled_from([-1, 1]))
def test_a_gradient_wrong_in_one_entry_is_found_at_that_entry(
    x: Array, data: st.DataObject, wrong: float, sign: int
) -> None:
    entry = data.draw(st.sampled_from(list(np.ndindex(x.shape))))
    gradient = np.cos(x)
    gradient[entry] += sign * wrong
    check = check_gradient(total_sine, gradient, x)
    assert check.entry == entry
    assert check.error == pytest.approx(wrong, rel=1e-3)


@given(x=points, data=st.data())
def test_a_gradient_with_nan_in_one_entry_is_found_at_that_entry(x: Array, data: st.DataObject) -> None:
    entry = data.draw(st.sampled_from(list(np.ndindex(x.shape))))
    gradient = np.cos(x)
    gradient[entry] = np.nan
    check = check_gradient(total_sine, gradient, x)
    assert check.entry == entry
    assert np.isnan(check.error)


def test_the_error_is_relative_to_a_gradient_above_1_and_absolute_below() -> None:
    x = np.array([1.0])
    assert check_gradient(lambda x: float(1000 * x.sum()), np.array([1010.0]), x).error == pytest.approx(0.01)
    assert check_gradient(lambda x: float(0.5 * x.sum()), np.array([0.6]), x).error == pytest.approx(0.1)


@pytest.mark.parametrize("wrong_shape", [(3, 2), (6,), (1, 3), (2, 3, 1), ()])
def test_a_gradient_of_another_shape_than_x_is_refused_and_both_shapes_named(wrong_shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shape") as refused:
        check_gradient(total_sine, np.ones(wrong_shape), np.ones((2, 3)))
    assert str(wrong_shape) in str(refused.value)
    assert "(2, 3)" in str(refused.value)
