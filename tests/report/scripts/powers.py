"""Powers of a year's length."""


def power(days: int, exponent: float) -> float:
    """The number of days, raised to an exponent."""
    return float(days**exponent)
