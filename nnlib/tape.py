"""From a step of one net, a step of R nets at once.

The step runs as it is written, once, on stand-ins for arrays, and a tape notes what it
asks of NumPy. A replay asks the same of arrays with R in front, less what nothing
needs: bit for bit what R steps compute, with the calls of one.

A step may be written in any way. One that cannot be replayed runs R times.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from copy import deepcopy
from functools import partial
from itertools import combinations, repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from nnlib.functions import Array
from nnlib.net import Net


class Recorded(NDArrayOperatorsMixin):
    """Stands for an array, by NumPy's protocol for that, and holds a sample of it."""

    def __init__(self, tape: "Tape", name: str, sample: NDArray[Any]) -> None:
        self.tape, self.name, self.sample = tape, name, sample
        self.shape, self.ndim, self.dtype = sample.shape, sample.ndim, sample.dtype

    @property
    def whole(self) -> str:
        """The name of the array that this is, or whose transpose it is."""
        return self.name.removesuffix(".T")

    @property
    def T(self) -> "Recorded":
        if self.ndim != 2:
            raise TypeError("only a matrix is transposed")
        name = f"{self.name}.T" if self.name == self.whole else self.whole
        return Recorded(self.tape, name, self.sample.T)

    mT = T

    def sum(self, axis: Any = None, out: Any = None, keepdims: bool = False) -> Any:
        return np.add.reduce(self, axis=axis, out=out, keepdims=keepdims)

    def astype(self, dtype: Any) -> "Recorded":
        return self.tape.record(converted, (self,), dtype=dtype)

    def __len__(self) -> int:
        return len(self.sample)

    def __bool__(self) -> bool:
        raise TypeError("what is asked for may not depend on the numbers")

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("only ufuncs, sums and transposes are noted")

    def __array_ufunc__(
        self,
        ufunc: np.ufunc,
        method: str,
        *inputs: Any,
        out: tuple[Any] = (None,),
        **options: Any,
    ) -> Any:
        if method == "__call__" and ufunc.nout == 1:
            of_matrices = ufunc is np.matmul and [a.ndim for a in inputs] == [2, 2]
            if ufunc.signature is None or of_matrices:
                return self.tape.record(ufunc, inputs, *out, **options)
        if method == "reduce":
            # Counted from the last, an axis is the same with R in front.
            axes, axis = range(-inputs[0].ndim, 0), options.get("axis", 0)
            chosen = axes if axis is None else (axes[i] for i in np.atleast_1d(axis))
            options["axis"] = tuple(chosen)
            return self.tape.record(ufunc.reduce, inputs, *out, **options)
        return NotImplemented


def converted(a: NDArray[Any], *, dtype: Any, out: Any = None) -> NDArray[Any]:
    """a.astype(dtype), into `out` where it is given."""
    into: NDArray[Any] = np.empty_like(a, dtype) if out is None else out
    np.copyto(into, a, casting="unsafe")
    return into


class Call(NamedTuple):
    """out = function(*inputs, **options); inputs are Recorded or numbers."""

    function: Callable[..., Any]
    inputs: tuple[Any, ...]
    options: dict[str, Any]
    out: Recorded

    @property
    def reads(self) -> set[str]:
        return {a.whole for a in self.inputs if isinstance(a, Recorded)}


class Tape:
    """The calls in the order in which they were made."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.arrays = 0

    def array(self, sample: NDArray[Any]) -> Recorded:
        """A stand-in for a new array."""
        self.arrays += 1
        return Recorded(self, f"a{self.arrays}", sample)

    def record(
        self,
        function: Callable[..., Any],
        inputs: tuple[Any, ...],
        out: Recorded | None = None,
        **options: Any,
    ) -> Recorded:
        """What the call gives. If it writes into an array, the sample stays as it
        is."""
        if not all(isinstance(a, Recorded | int | float | np.generic) for a in inputs):
            raise TypeError("an array of unknown origin may be another the next time")
        samples = [a.sample if isinstance(a, Recorded) else a for a in inputs]
        if out is None:
            out = self.array(np.asarray(function(*samples, **options)))
        else:
            function(*samples, out=out.sample.copy(), **options)
        self.calls.append(Call(function, inputs, options, out))
        return out

    def needed(self, names: set[str]) -> list[Call]:
        """The calls that make the arrays of these names what they are."""
        names, calls = set(names), list[Call]()
        for call in reversed(self.calls):
            if call.out.whole in names:
                names |= call.reads
                calls.append(call)
        return calls[::-1]


class Replay:
    """step(net, *given) of R nets, where the arrays among `given` have R in front.

    The layers' arrays become parts of arrays with R in front. A number that comes from
    no array, such as a random one, is the same in every replay.
    """

    def __init__(
        self, step: Callable[..., Array], nets: Sequence[Net], *given: Any
    ) -> None:
        self.step, self.nets = step, nets
        self.places: dict[str, NDArray[Any]] = {}
        self.state: list[tuple[Any, str, NDArray[Any]]] = []
        self.calls: list[partial[Any]] | None = None
        with suppress(Exception):  # where a step is wrong, it says so as it runs
            self.calls = self.record(given)

    def __call__(self, *given: Any) -> Array:
        """What R steps give, for these arrays; what else is given is as it was."""
        return self.each([given])[0]

    def each(self, rows: Sequence[Sequence[Any]]) -> list[Array]:
        """The same for one row of what is given after the other."""
        if self.calls is None:
            return [self.one_by_one(given) for given in rows]
        for layer, name, place in self.state:
            if getattr(layer, name) is not place:  # another was put there since
                place[...] = getattr(layer, name)
                setattr(layer, name, place)
        outputs = []
        for given in rows:
            for taken, a in zip(self.taken, given, strict=True):
                if taken is not None:
                    np.copyto(taken, a)
            for call in self.calls:
                call()
            outputs.append(self.output.copy())
        return outputs

    def one_by_one(self, given: Sequence[Any]) -> Array:
        """What R steps give, where they cannot be replayed."""
        each = [a if is_array(a) else repeat(a) for a in given]
        return np.array(list(map(self.step, self.nets, *each)))

    def record(self, given: Sequence[Any]) -> list["partial[Any]"]:
        """The calls of a replay. Raises an error of any kind where there are none."""
        tape, twin = Tape(), deepcopy(self.nets[0])
        given = [tape.array(np.asarray(a[0])) if is_array(a) else a for a in given]
        before = {at: tape.array(a) for at, a in attributes(twin, np.ndarray)}
        for (k, name), a in before.items():
            setattr(twin.layers[k], name, a)
        with np.errstate(all="ignore"):
            output: Any = self.step(twin, *given)
        after = dict(attributes(twin, Recorded))

        new = {at: a for at, a in after.items() if a is not before.get(at)}
        roots = (output, *before.values(), *new.values())
        calls = tape.needed({a.whole for a in roots})
        used = set[str]().union(*(call.reads | {call.out.whole} for call in calls))
        state = {at: a for at, a in before.items() if a.name in used}
        self.refuse(twin, state, new)

        for (k, name), a in state.items():
            held = [getattr(net.layers[k], name) for net in self.nets]
            self.places[a.name] = np.stack(held)
        self.taken = [self.place(a) if isinstance(a, Recorded) else None for a in given]
        bound = list(map(self.bound, calls))
        self.output = self.place(output)
        for (k, name), a in (state | new).items():
            for net, own in zip(self.nets, self.place(a), strict=True):
                setattr(net.layers[k], name, own)
                if (k, name) in state:
                    self.state.append((net.layers[k], name, own))
        tape.calls.clear()  # they know the tape: in a circle, the samples would stay
        return bound

    def refuse(self, twin: Net, state: Any, new: Any) -> None:
        """Raise TypeError where a replay would not do what the steps do."""
        first = description(twin)
        arrays = [
            getattr(net.layers[k], name) for net in self.nets for k, name in state
        ]
        if any(description(net) != first for net in self.nets):
            raise TypeError("the nets are not alike, or the step changes a number")
        if state.keys() & new.keys():
            raise TypeError("an array that the step reads is replaced")
        if any(np.may_share_memory(a, b) for a, b in combinations(arrays, 2)):
            raise TypeError("what is written into an array changes another")
        if not all(a.flags.c_contiguous for a in arrays):
            raise TypeError("the order of sums depends on how an array is laid out")

    def place(self, a: Recorded) -> NDArray[Any]:
        """The array for which `a` stands, with R in front."""
        if a.whole not in self.places:
            by_rows = a.sample.flags.c_contiguous  # as the sample is laid out
            shape = a.shape if by_rows else a.shape[::-1]
            array = np.empty((len(self.nets), *shape), a.dtype)
            self.places[a.whole] = array if by_rows else array.mT
        whole = self.places[a.whole]
        return whole if a.name == a.whole else whole.mT

    def bound(self, call: Call) -> "partial[Any]":
        """The call, with the arrays of the replay."""
        function, inputs, options, out = call
        by_element = isinstance(function, np.ufunc) and function is not np.matmul

        def argument(a: Any) -> Any:
            if not isinstance(a, Recorded):
                return a
            # Broadcasting adds its axes behind R.
            added = (out.ndim - a.ndim) * (1,) if by_element else ()
            return self.place(a).reshape(len(self.nets), *added, *a.shape)

        arrays = [argument(a) for a in inputs]
        if function is np.matmul and is_outer(*arrays):
            function = Outer(*arrays)
        return partial(function, *arrays, out=argument(out), **options)


def is_outer(a: NDArray[Any], b: NDArray[Any]) -> bool:
    """Whether a @ b is a column by a row, of more than one number each."""
    (_, N, one), M = a.shape, b.shape[-1]
    return one == 1 and min(N, M) > 1 and a.dtype == b.dtype == np.float64


class Outer:
    """a @ b of a column a (R, N, 1) and a row b (R, 1, M): several times as fast with a
    second column and row, of zeros, as NumPy then asks BLAS."""

    def __init__(self, a: Array, b: Array) -> None:
        (R, N, _), M = a.shape, b.shape[-1]
        self.a, self.b = np.zeros((R, N, 2)), np.zeros((R, 2, M))

    def __call__(self, a: Array, b: Array, out: Array) -> None:
        self.a[:, :, :1], self.b[:, :1] = a, b
        np.matmul(self.a, self.b, out=out)


def is_array(a: Any) -> bool:
    return isinstance(a, np.ndarray)


def attributes(net: Net, kind: Any) -> Iterator[tuple[tuple[int, str], Any]]:
    """The layers' attributes of a kind, by the layer's number and the name."""
    for k, layer in enumerate(net.layers):
        for name, value in vars(layer).items():
            if isinstance(value, kind):
                yield (k, name), value


def description(net: Net) -> list[Any]:
    """The kinds of the layers, and what they hold but arrays and objects."""
    return [*map(type, net.layers), *attributes(net, int | float | str)]
