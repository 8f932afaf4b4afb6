"""Record what NumPy is asked to compute, and make it a function that asks for nothing
else.

A step on a minibatch is some thirty short calls of NumPy, between which Python takes as
long again. A `Tape` lists the calls while layers and loss run as they are, leaves out
what nothing needs and what was computed before, and gives the rest back as straight
code with all its arrays in place: the layers still say, alone, what is computed.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from nnlib.functions import Array


class Call(NamedTuple):
    """out = ufunc(*inputs); `writes` where out was there before."""

    ufunc: np.ufunc
    inputs: tuple[Array, ...]
    out: Array
    writes: bool


class Tape:
    """Records the calls of ufuncs on its arrays and on what comes of them; `function`
    makes the calls a function."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def array(self, value: Array | float) -> Array:
        """A copy whose use is recorded."""
        return cast(Array, Recorded(np.array(value, dtype=float), self))

    def record(
        self, ufunc: np.ufunc, inputs: tuple[Array, ...], out: Array | None
    ) -> Array:
        """What the call gives: what it gave, if it was made before. A call that writes
        into an array is only noted."""
        if out is not None:
            self.calls.append(Call(ufunc, inputs, out, writes=True))
            return out
        for call in reversed(self.calls):
            if call.writes and any(np.may_share_memory(call.out, a) for a in inputs):
                break
            if call.ufunc is ufunc and all(map(same, call.inputs, inputs)):
                return call.out
        self.calls.append(Call(ufunc, inputs, ufunc(*inputs), writes=False))
        return self.calls[-1].out

    def place(self, recorded: Array, place: Array) -> None:
        """From now on, the call that gave the recorded array writes into `place`."""
        out = cast(Recorded, recorded).array
        i = next(i for i, call in enumerate(self.calls) if call.out is out)
        self.calls[i] = self.calls[i]._replace(out=place, writes=True)

    def function(self, **arguments: Array) -> Callable[..., None]:
        """The calls, less those that nothing needs, as a function of some of the
        recorded arrays.

        Its lines are such as `maximum(a2, a3, out=a4)`: all arrays but the arguments
        are those of the recording.
        """
        named = {id(cast(Recorded, a).array): name for name, a in arguments.items()}
        known: dict[str, Any] = {}

        def name(a: Array) -> str:
            if id(a.base) in named:
                return f"{named[id(a.base)]}.mT"
            if id(a) not in named:
                known[f"a{id(a)}"] = a
            return named.get(id(a), f"a{id(a)}")

        needed = set(named)
        lines: list[str] = []
        for ufunc, inputs, out, writes in reversed(self.calls):
            if not writes and id(out) not in needed:
                continue
            needed.update(id(a if a.base is None else a.base) for a in inputs)
            ndim, size = max(a.ndim for a in inputs), min(a.size for a in inputs)
            if ufunc is np.matmul and ndim == 2 and size > 1:
                # The same call of BLAS, reached faster; but to `dot` 1 x 1 is a number.
                a, b = map(name, inputs)
                line = f"{a}.dot({b}, {name(out)})"
            else:
                if ufunc is np.matmul and inputs[0].ndim > 1 == inputs[0].shape[-1]:
                    ufunc = np.multiply  # sums of one product
                if ufunc.signature is None:
                    # Element by element: a number without axes is broadcast faster.
                    inputs = tuple(
                        a.reshape(()) if a.size == 1 and id(a) not in named else a
                        for a in inputs
                    )
                known[ufunc.__name__] = ufunc
                # These two insist on the keyword.
                keyword = "out=" if ufunc in (np.maximum, np.minimum) else ""
                listed = ", ".join(map(name, inputs))
                line = f"{ufunc.__name__}({listed}, {keyword}{name(out)})"
            lines.append(line)
        exec(
            f"def function({', '.join(arguments)}):\n    "
            + "\n    ".join(reversed(lines)),
            known,
        )
        return cast(Callable[..., None], known["function"])


class Recorded(NDArrayOperatorsMixin):
    """Stands for an array, by NumPy's protocol for that, while a tape records what is
    computed from it."""

    def __init__(self, array: Array, tape: Tape) -> None:
        self.array, self.tape, self.shape = array, tape, array.shape

    @property
    def mT(self) -> "Recorded":
        return Recorded(self.array.mT, self.tape)

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError(
            "a layer or a loss may only call ufuncs, or it cannot be recorded"
        )

    def __array_ufunc__(
        self,
        ufunc: np.ufunc,
        method: str,
        *inputs: Any,
        out: tuple[Array | None] = (None,),
    ) -> Any:
        if method != "__call__":
            return NotImplemented
        arrays = tuple(
            a.array if isinstance(a, Recorded) else np.asarray(a, dtype=float)
            for a in inputs
        )
        result = self.tape.record(ufunc, arrays, *out)
        return result if result is out[0] else Recorded(result, self.tape)


def same(a: Array, b: Array) -> bool:
    """The same array, or the same number."""
    return a is b or (a.ndim == b.ndim == 0 and bool(a == b))
