"""Bloom filters, many of one size at once, and what is expected of them.

Keys are integers below 2^64. A hash function is a mixing function after a salt is added; a filter has salts of its own.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
# A bit for each key, by the salts (hashes, filters), which of the filters, which hash function, and the filter's bits.
Scheme = Callable[[Array, Array, Array, int, int], Array]


def mixed(x: Array) -> Array:
    """SplitMix64's mixing function: each bit of x (uint64) changes about half of the result's."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    found: Array = x ^ (x >> np.uint64(31))
    return found


def hashed(keys: Array, salts: Array, bits: int) -> Array:
    """A bit of a filter for each key: the upper half of the mixed key, scaled to less than `bits`."""
    return ((mixed(keys + salts) >> np.uint64(32)) * np.uint64(bits) >> np.uint64(32)).astype(np.int64)


def independent(keys: Array, salts: Array, which: Array, number: int, bits: int) -> Array:
    """Each hash function has a salt of its own."""
    return hashed(keys, salts[number, which], bits)


def double(keys: Array, salts: Array, which: Array, number: int, bits: int) -> Array:
    """From a start on, each hash function is a step from the one before."""
    start, step = (hashed(keys, salts[index, which], bits) for index in (0, 1))
    place: Array = (start + number * step) % bits
    return place


def enhanced(keys: Array, salts: Array, which: Array, number: int, bits: int) -> Array:
    """Double hashing with a step that grows, by one more each time."""
    return (double(keys, salts, which, number, bits) + math.comb(number + 1, 3)) % bits


SCHEMES: dict[str, Scheme] = {"independent": independent, "double": double, "enhanced": enhanced}


class Found(NamedTuple):
    """What was counted of some filters: the share of strangers that they let in, the share of bits that are set, and
    the keys of their own that they deny."""

    rate: float
    set_share: float
    missed: int


def measure(scheme: Scheme, bits: int, keys: int, queries: int, salts: Array) -> Found:
    """Put the keys 0, 1, 2, ... into a filter for each column of salts (hashes, filters); then look up each of them,
    and so many that follow."""
    hashes, filters = salts.shape
    table = np.zeros(filters * bits, bool)  # one filter after the other
    each = np.arange(filters)
    own, strangers = np.split(np.arange(keys + queries, dtype=np.uint64), [keys])

    def places(asked: Array, which: Array, number: int) -> Array:
        return which * bits + scheme(asked, salts, which, number, bits)

    def let_in(asked: Array) -> int:
        """How often a filter says that a key is in it."""
        left, which = np.tile(asked, filters), np.repeat(each, len(asked))
        for number in range(hashes):
            is_set = table[places(left, which, number)]
            left, which = left[is_set], which[is_set]
        return len(left)

    for number in range(hashes):
        table[places(own, each[:, None], number)] = True
    return Found(let_in(strangers) / (filters * queries), float(table.mean()), filters * keys - let_in(own))


def salts(rng: np.random.Generator, hashes: int, filters: int) -> Array:
    """Random salts (hashes, filters)."""
    return rng.integers(2**64, size=(hashes, filters), dtype=np.uint64)


def formula(bits: int, keys: int, hashes: int) -> float:
    """The false positive rate by the common formula."""
    return float((1 - math.exp(-hashes * keys / bits)) ** hashes)


def exact(bits: int, keys: int, hashes: int) -> float:
    """The false positive rate of independent hash functions: that the bits of a stranger, of which some may be the
    same, are all set, by inclusion and exclusion."""
    unlike = [1.0]  # the probability that so many of the stranger's bits are unlike
    for _ in range(hashes):
        unlike = [
            (unlike[count] * count / bits if count < len(unlike) else 0)
            + (unlike[count - 1] * (bits - count + 1) / bits if count else 0)
            for count in range(len(unlike) + 1)
        ]

    def all_set(count: int) -> float:
        """The probability that so many bits are set."""
        terms = (
            (-1) ** unset * math.comb(count, unset) * (1 - unset / bits) ** (hashes * keys)
            for unset in range(count + 1)
        )
        return math.fsum(terms)

    return math.fsum(probability * all_set(count) for count, probability in enumerate(unlike))
