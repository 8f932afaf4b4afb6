"""The data set: pixels standardised, digits labelled, samples split once each."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnlib.digits import FEATURES, SAMPLES, label, split, standardize, train_size
from nnlib.functions import Array

seeds = st.integers(0, 2**32 - 1)


def test_there_are_1797_digits_of_8_by_8_pixels() -> None:
    assert SAMPLES == 1797
    assert FEATURES == 8 * 8


@given(fraction=st.floats(0, 1), seed=seeds)
def test_the_split_takes_every_sample_once(fraction: float, seed: int) -> None:
    train, test = split(fraction, np.random.default_rng(seed))
    assert sorted([*train, *test]) == list(range(SAMPLES))
    assert len(train) == train_size(fraction)


def test_half_of_the_digits_are_898_for_training_and_899_for_testing() -> None:
    train, test = split(0.5, np.random.default_rng(0))
    assert (len(train), len(test)) == (898, 899)


def test_the_share_for_training_is_rounded_down() -> None:
    assert [train_size(fraction) for fraction in (0, 0.5, 0.7, 1)] == [0, 898, 1257, 1797]


def test_the_split_is_the_published_one() -> None:
    train, test = split(0.5, np.random.default_rng(12345))
    order = np.random.default_rng(12345).permutation(1797)
    np.testing.assert_array_equal(train, order[:898])
    np.testing.assert_array_equal(test, order[898:])


@given(pixels=arrays(np.float64, (5, FEATURES), elements=st.integers(0, 16).map(float)))
def test_standardised_pixels_have_mean_0_and_standard_deviation_1(pixels: Array) -> None:
    assume(pixels.std() > 0)
    x = standardize(pixels)
    np.testing.assert_allclose([x.mean(), x.std()], [0, 1], rtol=0, atol=1e-14)


def test_standardising_takes_all_pixels_together_and_keeps_their_order() -> None:
    np.testing.assert_array_equal(standardize(np.array([[0.0, 4.0], [8.0, 4.0]])) * np.sqrt(8), [[-4, 0], [4, 0]])


def test_digits_0_to_4_have_label_1_and_5_to_9_label_0() -> None:
    np.testing.assert_array_equal(label(np.arange(10)), [[1]] * 5 + [[0]] * 5)
