"""Gradient descent on the test function: the assignment's own checks, and what holds for every descent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnlib.descent import f, f_grad, f_hessian, gradient_descent
from nnlib.functions import Array
from nnlib.gradcheck import central_difference, check_gradient

coordinates = st.floats(-5, 5)
finite = st.floats(allow_nan=False, allow_infinity=False)


def test_f_has_its_known_values() -> None:
    assert f(0.0, 0.0) == 1
    assert f(np.pi, 1.0) == pytest.approx(np.pi**2 + 1 + 3 * np.pi - 1)


@given(x=coordinates, y=coordinates)
def test_the_gradient_of_f_is_its_derivative(x: float, y: float) -> None:
    point = np.array([x, y])
    assert check_gradient(lambda p: float(f(p[0], p[1])), np.array(f_grad(x, y)), point, eps=2e-5).error < 2e-9


@given(x=coordinates, y=coordinates)
def test_the_hessian_of_f_is_the_derivative_of_its_gradient(x: float, y: float) -> None:
    by_x = central_difference(lambda x: np.array(f_grad(x, y)), np.array(x), 2e-5)
    by_y = central_difference(lambda y: np.array(f_grad(x, y)), np.array(y), 2e-5)
    np.testing.assert_allclose(f_hessian(x, y), np.column_stack([by_x, by_y]), rtol=0, atol=5e-9)


def test_one_step_from_3_2_changes_x_by_less_than_1_and_lowers_f() -> None:
    path = gradient_descent(3, 2, 0.1, 1)
    assert path.x[1] != 3
    assert abs(path.x[1] - 3) < 1
    assert path.f[1] < f(3, 2)


def test_with_decay_a_tenth_the_first_move_is_over_5_times_the_second() -> None:
    x = gradient_descent(0.123, 0.456, 0.01, 2, 0.1).x
    assert abs(x[1] - x[0]) > 5 * abs(x[2] - x[1])


@pytest.mark.parametrize(
    ("step_size", "steps", "decay", "published"),
    [(0.1, 10, 1, "1.296762"), (0.305, 13, 1, "0.100657"), (0.2, 10, 0.8, "-2.164153")],
)
def test_the_published_descents_from_3_2_end_where_they_ended(
    step_size: float, steps: int, decay: float, published: str
) -> None:
    assert f"{gradient_descent(3, 2, step_size, steps, decay).f[-1]:.6f}" == published


@given(x=coordinates, y=coordinates, step_size=st.floats(0, 1), steps=st.integers(0, 20), decay=st.floats(0, 1.1))
def test_move_t_is_the_step_size_times_decay_to_the_t_times_the_gradient(
    x: float, y: float, step_size: float, steps: int, decay: float
) -> None:
    path = gradient_descent(x, y, step_size, steps, decay)
    assert path.x.shape == path.y.shape == path.f.shape == (steps + 1,)
    assert (path.x[0], path.y[0]) == (x, y)
    np.testing.assert_array_equal(path.f, f(path.x, path.y))
    sizes = step_size * np.array([decay**t for t in range(steps)])
    dx, dy = f_grad(path.x[:-1], path.y[:-1])
    np.testing.assert_allclose(path.x[1:], path.x[:-1] - sizes * dx, rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(path.y[1:], path.y[:-1] - sizes * dy, rtol=1e-13, atol=1e-13)


@given(x=coordinates, y=coordinates, step_size=st.floats(0, 1), first=st.integers(0, 9), then=st.integers(0, 9))
def test_with_decay_1_the_step_size_is_constant_so_a_descent_can_be_taken_up_where_it_ended(
    x: float, y: float, step_size: float, first: int, then: int
) -> None:
    whole = gradient_descent(x, y, step_size, first + then, decay=1)
    begun = gradient_descent(x, y, step_size, first)
    ended = gradient_descent(begun.x[-1], begun.y[-1], step_size, then)
    np.testing.assert_array_equal(whole.x, [*begun.x, *ended.x[1:]])
    np.testing.assert_array_equal(whole.y, [*begun.y, *ended.y[1:]])


@given(x=coordinates, y=coordinates, step_size=st.floats(0, 0.18), decay=st.floats(0, 1))
def test_f_never_rises_while_the_step_is_below_2_over_its_largest_curvature_anywhere(
    x: float, y: float, step_size: float, decay: float
) -> None:
    assert step_size < 2 / np.linalg.eigvalsh([[11, 1], [1, 2]]).max()
    assert (np.diff(gradient_descent(x, y, step_size, 20, decay).f) <= 1e-13).all()


@given(starts=arrays(np.float64, (2, 7), elements=coordinates), sizes=arrays(np.float64, 7, elements=st.floats(0, 2)))
def test_points_descend_side_by_side_bit_for_bit_as_each_alone(starts: Array, sizes: Array) -> None:
    x, y = starts
    decays = np.linspace(0.5, 1.1, 7)
    together = gradient_descent(x, y, sizes, 12, decays)
    for i in range(7):
        alone = gradient_descent(x[i], y[i], sizes[i], 12, decays[i])
        for all_of_them, one in zip(together, alone, strict=True):
            np.testing.assert_array_equal(all_of_them[:, i], one)


def test_one_start_descends_with_a_grid_of_step_sizes_and_decays() -> None:
    sizes, decays = np.array([[0.1], [0.2]]), np.array([0.7, 0.8, 1.0])
    path = gradient_descent(3, 2, sizes, 10, decays)
    assert path.x.shape == path.y.shape == path.f.shape == (11, 2, 3)
    np.testing.assert_array_equal(path.f[:, 1, 1], gradient_descent(3, 2, 0.2, 10, 0.8).f)


@pytest.mark.parametrize("step_size", [1e3, 1e300])
def test_a_huge_step_size_leaves_every_bound_without_a_warning(step_size: float) -> None:
    with np.errstate(all="raise", under="ignore"):
        assert not np.isfinite(gradient_descent(3, 2, step_size, 200).f[-1])


@given(x=finite, y=finite, step_size=finite, decay=finite)
def test_no_descent_warns_wherever_it_starts_and_however_it_steps(
    x: float, y: float, step_size: float, decay: float
) -> None:
    with np.errstate(all="raise", under="ignore"):
        gradient_descent(x, y, step_size, 3, decay)
