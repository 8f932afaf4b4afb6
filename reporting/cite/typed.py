"""Numbers that somebody typed: what is left of a sentence or a formula when every value is blank."""

import re

from reporting.cite.values import PLACEHOLDER

UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
TENS = "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million"
PARTS = "half halves twice thrice dozen dozens hundreds thousands millions billion twofold threefold tenfold"
NUMBER = re.compile(rf"\d+|[½⅓⅔¼¾]|\b(?:{'|'.join(f'{UNITS} {TENS} {PARTS}'.split())})\b", re.IGNORECASE)
# A formula states a result where a number is all of it or of one side of a relation, bounds an interval, is a
# percentage or has a decimal point; 0 and 1 are constants of mathematics.
EXPONENTS = re.compile(r"[\^_](?:\{[^{}]*\}|\S)")
RELATION = r"(?:=|<|>|\\(?:leq?|geq?|lt|gt|neq?|approx|sim|equiv))"
STATED = [
    re.compile(rf"{RELATION}\s*-?\s*\{{?(\d[\d.,]*)\}}?\s*(?:$|[,;.&)\]]|\\)"),
    re.compile(rf"(?:^|[,;&])\s*-?\s*(\d[\d.]*)\s*{RELATION}"),
    re.compile(r"[(\[]\s*-?(\d[\d.]*)\s*,|,\s*-?(\d[\d.]*)\s*[)\]]"),
    re.compile(r"(\d+)\s*\\%|(\d+\.\d+)"),
]


def typed_number(text: str) -> str | None:
    """The first number, in digits or in words, that is in a text but not in a value."""
    found = NUMBER.search(PLACEHOLDER.sub(" ", text))
    return found[0] if found else None


def stated_result(tex: str) -> str | None:
    """The first number that a formula states as a result."""
    if re.fullmatch(r"[-\d.,\s]*\d[\d.,\s]*", tex) and tex.strip() not in ("0", "1"):
        return tex.strip()
    plain = EXPONENTS.sub("", tex)
    numbers = (number for pattern in STATED for match in pattern.finditer(plain) for number in match.groups() if number)
    return next((number for number in numbers if number.rstrip(".,") not in ("0", "1")), None)
