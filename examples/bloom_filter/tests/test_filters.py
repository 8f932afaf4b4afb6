"""Facts about Bloom filters: what must hold of each, and of what is expected of them."""

import itertools

import numpy as np
import pytest
from scripts.experiments.rates import measured_rates, used
from scripts.experiments.sizes import measured_sizes
from scripts.filters import SCHEMES, double, enhanced, exact, formula, hashed, independent, measure, mixed, salts

from scripts.repeats import TooFewError, spread

FEW = np.arange(1000, dtype=np.uint64)


def test_mixing_loses_no_key_and_spreads_neighbours() -> None:
    found = mixed(FEW)
    assert len(set(found.tolist())) == len(FEW)
    changed = [int(one ^ other).bit_count() for one, other in itertools.pairwise(found.tolist())]
    assert 30 < np.mean(changed) < 34  # of 64 bits


def test_each_bit_of_a_filter_is_named_about_as_often_as_another() -> None:
    places = hashed(np.arange(70_000, dtype=np.uint64), np.array(5, np.uint64), 7)
    assert set(places.tolist()) == set(range(7))
    assert np.abs(np.bincount(places) - 10_000).max() < 400


@pytest.mark.parametrize("name", SCHEMES)
def test_a_filter_denies_no_key_of_its_own(name: str) -> None:
    found = measure(SCHEMES[name], 64, 20, 100, salts(np.random.default_rng(0), 3, 50))
    assert found.missed == 0
    assert 0 < found.rate < 1
    assert 0 < found.set_share < 1


def test_a_filter_whose_bits_are_all_set_lets_all_in() -> None:
    found = measure(independent, 2, 100, 50, salts(np.random.default_rng(0), 4, 3))
    assert (found.rate, found.set_share, found.missed) == (1, 1, 0)


def test_double_hashing_goes_on_by_equal_steps_and_enhanced_by_growing_ones() -> None:
    own, which = salts(np.random.default_rng(1), 5, 1), np.zeros(len(FEW), int)
    plain, grown = ([scheme(FEW, own, which, number, 101) for number in range(5)] for scheme in (double, enhanced))
    steps = [(after - before) % 101 for before, after in itertools.pairwise(plain)]
    assert all((step == steps[0]).all() for step in steps)
    more = [
        ((after - before) - step) % 101 for (before, after), step in zip(itertools.pairwise(grown), steps, strict=True)
    ]
    assert [set(each.tolist()) for each in more] == [{0}, {1}, {3}, {6}]


@pytest.mark.parametrize(("bits", "keys", "hashes"), [(2, 1, 2), (3, 1, 2), (3, 2, 1), (2, 2, 2)])
def test_the_exact_rate_is_that_of_all_cases_counted(bits: int, keys: int, hashes: int) -> None:
    cases = list(itertools.product(range(bits), repeat=hashes * (keys + 1)))
    let_in = sum(set(case[:hashes]) <= set(case[hashes:]) for case in cases)
    assert exact(bits, keys, hashes) == pytest.approx(let_in / len(cases), rel=1e-12)


def test_the_formula_is_the_limit_of_the_exact_rate_and_below_it() -> None:
    ratios = [exact(10 * keys, keys, 7) / formula(10 * keys, keys, 7) for keys in (10, 100, 10_000)]
    assert ratios == sorted(ratios, reverse=True)
    assert 1 < ratios[-1] < 1 + 1e-4


def test_the_best_filter_uses_all_its_bits_and_another_fewer() -> None:
    assert used(1) == 1
    assert used(0.5) < 1
    assert used(2) < used(0.5)


def test_few_repeats_give_an_experiment_of_the_same_shape() -> None:
    spec = {"keys": 50, "bits_per_key": [4, 8], "most_times_best": 1, "queries": 2000, "repeats": 3}
    found = measured_rates(spec, seed=1)
    assert [len(one["cells"]) for one in found["filters"]] == [2, 5]
    assert found == measured_rates(spec, seed=1)
    sizes = measured_sizes({"keys": [4, 8], "bits_per_key": 8, "hashes": 3, "queries": 2000, "repeats": 3}, seed=1)
    assert [size["bits"] for size in sizes["sizes"]] == [32, 64]
    assert set(sizes["extra"]) == set(SCHEMES)


def test_repeats_without_a_spread_are_refused() -> None:
    with pytest.raises(TooFewError, match="raise queries or repeats"):
        spread([0, 0, 0])
