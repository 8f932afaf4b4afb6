"""The tape: what NumPy was asked to compute is computed again, for other arguments, and nothing else is."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib.functions import LOSSES, Array, relu, relu_grad, sigmoid, sigmoid_grad
from nnlib.tape import Tape

A, B = 3, 4
W = np.random.default_rng(0).normal(size=(B, 2))

FUNCTIONS: dict[str, Callable[[Array, Array], Array]] = {
    "sum": lambda x, y: x + y,
    "numbers": lambda x, y: 2 * x - y / 4,
    "sigmoid": lambda x, y: sigmoid(x) * sigmoid_grad(x) * y,
    "relu": lambda x, y: relu(x) + relu_grad(x) * y,
    "product": lambda x, y: (x * y) @ W,
    "transposed": lambda x, y: x.mT @ y,
    "product with one column": lambda x, y: (x @ W[:, :1]) @ W[:, :1].mT + y,
    "product with one number": lambda x, y: (x @ W[:, :1]) @ W[:1, :1] + y,
    "product with a vector": lambda x, y: np.ones(x.shape[-2]) @ (x * y),
    "logits": lambda x, y: LOSSES["bce_with_logits"].value(y, x) * LOSSES["bce_with_logits"].gradient(y, x),
}


def recorded(function: Callable[[Array, Array], Array], *shape: int) -> tuple[Callable[..., None], int]:
    """The function, replayed from a recording with ones, and how many calls were noted."""
    tape = Tape()
    x, y = tape.array(np.ones(shape)), tape.array(np.ones(shape))
    out = function(x, y)
    return tape.function(x=x, y=y, out=out), len(tape.calls)


def lines(function: Callable[..., None]) -> int:
    """How many lines the replay has: each is at an address of its own in the compiled code."""
    return len({line for _, _, line in function.__code__.co_lines() if line and line > 1})


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("shape", [(A, B), (5, A, B), (1, B), (1, 1, B)], ids=str)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_replay_gives_for_other_arguments_what_the_function_gives(
    name: str, shape: tuple[int, ...], seed: int
) -> None:
    function = FUNCTIONS[name]
    replay, _ = recorded(function, *shape)
    rng = np.random.default_rng(seed)
    for _ in range(2):  # the second time, the first has left its traces in the arrays between
        x, y = rng.normal(size=(2, *shape))
        expected = function(x, y)
        before, out = (x.copy(), y.copy()), np.full(expected.shape, np.nan)
        replay(x, y, out)
        np.testing.assert_array_equal(out, expected)
        np.testing.assert_array_equal((x, y), before)


def test_calls_that_nothing_needs_are_left_out() -> None:
    def function(x: Array, y: Array) -> Array:
        _ = np.exp(x) * y  # two calls for nothing
        return x + y

    replay, calls = recorded(function, A, B)
    assert (calls, lines(replay)) == (3, 1)


def test_what_was_computed_before_is_not_computed_again() -> None:
    replay, calls = recorded(lambda x, y: np.exp(x) * y + np.exp(x), A, B)
    assert (calls, lines(replay)) == (3, 3)


def test_the_same_number_is_the_same_input_and_another_is_not() -> None:
    _, calls = recorded(lambda x, y: (x + 1) * (x + 1) * (x + 2) * y, A, B)
    assert calls == 5  # x + 1, x + 2 and three products


def test_what_was_computed_before_its_input_was_written_is_computed_again() -> None:
    tape, state = Tape(), np.array([1.0, 2.0])
    x = tape.array(np.zeros(2))
    before = x + state
    tape.record(np.add, (state, np.ones(2)), state)
    after = x + state
    replay = tape.function(x=x, before=before, after=after)
    first, then = np.empty(2), np.empty(2)
    replay(np.array([10.0, 20.0]), first, then)
    np.testing.assert_array_equal(first, [11, 22])
    np.testing.assert_array_equal(then, [12, 23])
    np.testing.assert_array_equal(state, [2, 3])


def test_a_part_of_what_was_written_counts_as_written_and_another_array_does_not() -> None:
    tape, state, other = Tape(), np.zeros((2, 3)), np.zeros(3)
    x = tape.array(np.ones(3))
    _ = x + state[0], x + other
    tape.record(np.add, (state, np.ones((2, 3))), state)
    _ = x + other
    assert len(tape.calls) == 3
    _ = x + state[0]
    assert len(tape.calls) == 4


def test_recording_writes_nothing() -> None:
    tape, state = Tape(), np.zeros(2)
    tape.array(np.ones(2))
    tape.record(np.add, (state, np.ones(2)), state)
    assert not state.any()


def test_a_result_is_written_where_it_was_placed() -> None:
    tape, place = Tape(), np.zeros(3)
    x = tape.array(np.ones(3))
    tape.place(2 * x, place)
    replay = tape.function(x=x)
    replay(np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(place, [2, 4, 6])


@pytest.mark.parametrize(
    "function",
    [np.concatenate, np.linalg.norm, lambda x: np.where(x > 0, x, 0), lambda x: np.add.reduce(x), np.sum, list],
    ids=["concatenate", "norm", "where", "reduce", "sum", "list"],
)
def test_a_function_that_is_no_ufunc_is_refused(function: Callable[[Any], Any]) -> None:
    x = Tape().array(np.ones((A, B)))
    with pytest.raises(TypeError):
        function(x)


@pytest.mark.parametrize("function", [np.linalg.norm, np.asarray, lambda x: np.where(x > 0, x, 0)])
def test_the_refusal_says_what_a_layer_may_do(function: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="may only call ufuncs"):
        function(Tape().array(np.ones((A, B))))
