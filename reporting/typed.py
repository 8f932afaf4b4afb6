"""Numbers that somebody typed: what is left of a sentence or a formula when every value is blank."""

import re

from reporting.values import PLACEHOLDER

UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
TENS = "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million"
PARTS = "half twice thrice dozen"
NUMBER = re.compile(rf"\d+|\b(?:{'|'.join(f'{UNITS} {TENS} {PARTS}'.split())})\b", re.IGNORECASE)
# In a formula, a number that is all of it or of one side of a relation, or that has a decimal point, states a result;
# 0 and 1 are constants of mathematics.
EXPONENTS = re.compile(r"[\^_](?:\{[^{}]*\}|\S)")
STATED = re.compile(r"(?:=|\\approx|\\sim|\\equiv)\s*-?\s*(\d[\d.,]*)\s*(?:$|[,;.&\\]|\\qquad)|(\d+\.\d+)")


def typed_number(text: str) -> str | None:
    """The first number, in digits or in words, that is in a text but not in a value."""
    found = NUMBER.search(PLACEHOLDER.sub(" ", text))
    return found[0] if found else None


def stated_result(tex: str) -> str | None:
    """The first number that a formula states as a result."""
    if re.fullmatch(r"[-\d.,\s]+", tex) and tex.strip() not in ("0", "1"):
        return tex.strip()
    found = STATED.search(EXPONENTS.sub("", tex))
    return (found[1] or found[2]) if found and found[1] not in ("0", "1") else None
