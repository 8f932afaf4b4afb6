"""Facts about birthdays."""

import numpy as np
from scripts.experiments.birthdays import shared_birthdays


def test_one_person_shares_with_nobody_and_more_people_than_days_always_share() -> None:
    found = shared_birthdays({"days": 5, "groups": 100, "largest": 6}, np.random.default_rng(0))
    assert (found["drawn"][0], found["expected"][0]) == (0, 0)
    assert (found["drawn"][5], found["expected"][5]) == (1, 1)
