"""Numbers that somebody typed: what is left of a sentence or a formula when every value is blank."""

import re
import unicodedata

from reporting.cite.values import PLACEHOLDER

UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
TENS = "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million"
PARTS = "half halves twice thrice dozen dozens hundreds thousands millions billion twofold threefold tenfold"
WORDS = "|".join(f"{UNITS} {TENS} {PARTS}".split())
NUMBER = re.compile(rf"\d+|\b(?:{WORDS})\b", re.IGNORECASE)
# Code with a name in it computes; in a formula, words are letters that no command has.
NAME = re.compile(r"[^\W\d]")
STATED_IN_CODE = re.compile(r"([=<>~≈]\s*-?)(?![01]\b(?!\.))(\d+)")
IN_FORMULA = re.compile(rf"(?<![\\A-Za-z])(?:{WORDS})(?![A-Za-z])", re.IGNORECASE)
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
    found = NUMBER.search(as_read(PLACEHOLDER.sub(" ", text)))
    return found[0] if found else None


def typed_in_code(code: str) -> str | None:
    """The first number that code has in words or states as a result, or that is there without any name."""
    text = as_read(PLACEHOLDER.sub(" ", code))
    if word := re.search(rf"\b(?:{WORDS})\b", text, re.IGNORECASE):
        return word[0]
    found = STATED_IN_CODE.search(text) if NAME.search(text) else re.search(r"()(\d+)", text)
    return found[2] if found else None


def as_read(text: str) -> str:
    """What a reader sees: without characters that do not show, such as a soft hyphen, each in its usual form."""
    return unicodedata.normalize("NFKC", "".join(sign for sign in text if unicodedata.category(sign) != "Cf"))


def stated_result(tex: str) -> str | None:
    """The first number that a formula states as a result, or has in words."""
    tex = as_read(tex)
    if word := IN_FORMULA.search(tex):
        return word[0]
    if re.fullmatch(r"[-\d.,\s]*\d[\d.,\s]*", tex) and tex.strip() not in ("0", "1"):
        return tex.strip()
    plain = EXPONENTS.sub("", tex)
    numbers = (number for pattern in STATED for match in pattern.finditer(plain) for number in match.groups() if number)
    return next((number for number in numbers if number.rstrip(".,") not in ("0", "1")), None)
