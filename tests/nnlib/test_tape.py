"""The tape: what a step asks of NumPy is asked again, for other arrays and many nets at once, and nothing else is."""

import gc
import weakref
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib.functions import LOSSES, Array, relu, relu_grad, sigmoid, sigmoid_grad
from nnlib.layers import Linear
from nnlib.net import Net
from nnlib.tape import Outer, Replay, Tape

A, B = 3, 4
Function = Callable[[Array, Array], Array]


def in_place(x: Array, y: Array) -> Array:
    z = x * y
    before = z + 1
    z -= x
    return before * z


FUNCTIONS: dict[str, Function] = {
    "sum": lambda x, y: x + y,
    "numbers": lambda x, y: 2 * x - y / 4 + np.float64(0.1),
    "powers": lambda x, y: x**2 + y**3,
    "sigmoid": lambda x, y: sigmoid(x) * sigmoid_grad(x) * y,
    "relu": lambda x, y: relu(x) + relu_grad(x) * y,
    "comparison": lambda x, y: (x > y) * y,
    "conversion": lambda x, y: x * (y >= 0).astype(int) + (3 * y).astype(int),
    "product": lambda x, y: (x * y) @ y.T,
    "transposes": lambda x, y: x.T @ y + y.mT @ x.T.T,
    "transposed twice": lambda x, y: x.T.T + y,
    "a matrix laid out by columns": lambda x, y: (2 * x.T) @ y,
    "a row": lambda x, y: x - y.sum(axis=0),
    "a column": lambda x, y: x - y.sum(axis=1, keepdims=True),
    "a number": lambda x, y: x - y.sum() + np.sum(x, axis=-1).sum(axis=0),
    "sums over both axes": lambda x, y: x * y.sum(axis=(0, 1)) + y.sum(axis=-2),
    "extremes": lambda x, y: x - np.maximum.reduce(y, axis=0) + np.minimum.reduce(y, axis=None),
    "a row into rows": lambda x, y: x.sum(axis=0) * y + y.sum(axis=0),
    "length and shape": lambda x, y: x / len(y) + y / x.shape[-1] + x.ndim,
    "in place": in_place,
    "logits": lambda x, y: LOSSES["bce_with_logits"].value(y, x) * LOSSES["bce_with_logits"].gradient(y, x),
}
REFUSED: dict[str, Function] = {
    "a choice": lambda x, y: np.where(x > 0, x, y),
    "a branch": lambda x, y: x if (x > 0).sum() > 1 else y,
    "a norm": lambda x, y: x / np.linalg.norm(y),
    "an index": lambda x, y: x[:1] + y,
    "a new array": lambda x, y: x + np.ones(y.shape),
    "a random array": lambda x, y: x + np.random.default_rng(0).normal(size=y.shape),
    "two results": lambda x, y: np.modf(x)[0] + y,
    "a vector in a product": lambda x, y: x @ y.sum(axis=0) + y.sum(axis=1),
    "a running sum": lambda x, y: np.add.accumulate(x) + y,
    "a mask": lambda x, y: np.add(x, y, where=cast(Any, x > 0), out=2 * y),
    "no array": lambda x, y: np.ones((A, B)),
}


def replay(function: Function, count: int, *shape: int) -> Replay:
    nets = [Net([]) for _ in range(count)]
    return Replay(lambda net, x, y: function(x, y), nets, np.ones((count, *shape)), np.ones((count, *shape)))


@pytest.mark.parametrize("name", FUNCTIONS)
@given(count=st.integers(1, 4), shape=st.tuples(st.integers(1, 20), st.integers(1, 20)), seed=st.integers(0, 2**32 - 1))
def test_a_replay_gives_bit_for_bit_what_the_function_gives_for_each_net(
    name: str, count: int, shape: tuple[int, int], seed: int
) -> None:
    function, rng = FUNCTIONS[name], np.random.default_rng(seed)
    if name in ("product", "transposes", "a matrix laid out by columns"):
        shape = (shape[0], shape[0])
    at_once = replay(function, count, *shape)
    assert at_once.calls is not None
    for _ in range(2):  # the second time, the first has left its traces in the arrays between
        x, y = rng.normal(size=(2, count, *shape))
        before = x.copy(), y.copy()
        np.testing.assert_array_equal(at_once(x, y), [function(x[r], y[r]) for r in range(count)])
        np.testing.assert_array_equal((x, y), before)


SPECIAL = (0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, -5e-324, 1e308)


@given(shape=st.tuples(st.integers(1, 4), st.integers(2, 40), st.integers(2, 40)), seed=st.integers(0, 2**32 - 1))
def test_a_column_by_a_row_is_bit_for_bit_the_product(shape: tuple[int, int, int], seed: int) -> None:
    (R, N, M), rng = shape, np.random.default_rng(seed)
    outer = Outer(np.ones((R, N, 1)), np.ones((R, 1, M)))
    for _ in range(2):
        a, b = (rng.normal(size=of) * 10.0 ** rng.integers(-160, 160, size=of) for of in ((R, N, 1), (R, 1, M)))
        for part in (a, b):
            part[rng.random(part.shape) < 0.3] = rng.choice(SPECIAL)
        out = np.empty((R, N, M))
        with np.errstate(all="ignore"):
            outer(a, b, out)
            assert out.tobytes() == (a @ b).tobytes()


def test_a_column_by_a_row_is_replayed_as_such() -> None:
    (call,) = replay(lambda x, y: x.T @ y, 3, 1, B).calls or []
    assert isinstance(call.func, Outer)
    (call,) = replay(lambda x, y: x.T @ y, 3, 2, B).calls or []
    assert call.func is np.matmul


def test_rows_of_what_is_given_are_replayed_one_after_the_other() -> None:
    at_once, rows = replay(lambda x, y: x + y, 2, A, B), np.random.default_rng(0).normal(size=(3, 2, 2, A, B))
    np.testing.assert_array_equal(at_once.each(list(rows)), [x + y for x, y in rows])


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_replayed_is_computed_net_by_net(name: str) -> None:
    function, rng = REFUSED[name], np.random.default_rng(0)
    one_by_one = replay(function, 3, A, B)
    assert one_by_one.calls is None
    x, y = rng.normal(size=(2, 3, A, B))
    np.testing.assert_array_equal(one_by_one(x, y), [function(x[r], y[r]) for r in range(3)])


def test_a_result_stays_when_the_next_is_computed() -> None:
    at_once = replay(lambda x, y: x + y, 2, A, B)
    first = at_once(np.ones((2, A, B)), np.ones((2, A, B)))
    at_once(np.zeros((2, A, B)), np.zeros((2, A, B)))
    np.testing.assert_array_equal(first, np.full((2, A, B), 2))


def test_calls_that_nothing_needs_are_left_out() -> None:
    def function(x: Array, y: Array) -> Array:
        _ = np.exp(x) * y  # two calls for nothing
        unused = x - y
        unused *= 2
        return x + y

    assert len(replay(function, 2, A, B).calls or []) == 1


def test_each_net_has_its_own_number_where_numbers_are_given_one_for_each() -> None:
    nets, x = [Net([]) for _ in range(3)], np.ones((3, A, B))
    step = Replay(lambda net, rate, x: rate * x, nets, np.arange(3.0), x)
    assert step.calls is not None
    np.testing.assert_array_equal(step(np.array([5.0, 6, 7]), x)[:, 0, 0], [5, 6, 7])


def test_what_is_no_array_is_given_to_each_net_as_it_is() -> None:
    nets, x = [Net([]) for _ in range(2)], np.ones((2, A, B))
    for function in (LOSSES["bce"], "text", 3):
        seen: list[Any] = []
        Replay(lambda net, given, x, seen=seen: seen.append(given) or x, nets, function, x)
        assert seen == [function]


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (np.linalg.norm, "only ufuncs, sums and transposes"),
        (np.asarray, "only ufuncs, sums and transposes"),
        (bool, "may not depend on the numbers"),
        (lambda x: x + np.ones(B), "unknown origin"),
        (lambda x: x.sum(axis=0).T, "only a matrix"),
        (list, "not iterable"),
        (float, "real number"),
    ],
)
def test_a_stand_in_refuses_what_cannot_be_noted(function: Callable[[Any], Any], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        function(Tape().array(np.ones((A, B))))


def test_recording_writes_nothing() -> None:
    tape, sample = Tape(), np.zeros((A, B))
    x: Any = tape.array(sample)
    x += 1
    assert not sample.any()
    assert [call.out.name for call in tape.calls] == [x.name]


def test_a_wrong_call_is_refused_where_it_is_made_also_if_it_writes() -> None:
    x: Any = Tape().array(np.ones((A, B)))
    with pytest.raises(ValueError, match="broadcast"):
        x += Tape().array(np.ones((B, A)))
    with pytest.raises(TypeError, match="Cannot cast"):
        (x > 0).__iadd__(0.5)


def test_what_a_replay_holds_is_freed_with_it() -> None:
    net = Net([Linear(A, B, np.random.default_rng(1))])
    x = np.ones((1, 2, A))
    replay = Replay(lambda net, x: net.forward(x)[0], [net], x)
    assert replay.calls
    freed = weakref.ref(x)
    gc.disable()
    try:
        del x, replay
        assert freed() is None
    finally:
        gc.enable()
