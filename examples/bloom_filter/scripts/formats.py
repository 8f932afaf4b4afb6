"""What the values of this report may be, and how they are printed, beside what every report has."""

from collections.abc import Callable
from typing import Any

from reporting.cite.domains import COUNT, SHARE, SIZE, Domain, out_of
from reporting.cite.values import number

FORMATS: dict[str, Callable[[Any], str]] = {
    "three digits": number(3),
    "fine percent": lambda value: f"{100 * value:.3g}\u00a0%",
    "thousands": lambda value: f"{value:,d}".replace(",", "\u202f"),
}
DOMAINS: dict[str, Domain] = {
    "rate": SHARE,
    "used": SHARE,
    "keys": COUNT,
    "hashes": COUNT,
    "missed": out_of("lookups"),
    "ratio": SIZE,
    "errors_off": SIZE,
}
