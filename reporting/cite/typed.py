"""Numbers that somebody typed: what is left of a sentence or a formula when every value is blank."""

import re
import unicodedata

from reporting.cite.values import PLACEHOLDER

UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
TENS = "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million"
PARTS = "half halves twice thrice quarter quarters dozen dozens hundreds thousands millions billion billions trillion"
MANY = "trillions twofold threefold fourfold fivefold sixfold sevenfold eightfold ninefold tenfold hundredfold"
DECADES = "twenties thirties forties fifties sixties seventies eighties nineties nought naught"
WORDS = f"{UNITS} {TENS} {PARTS} {MANY} {DECADES}".split()
WORD = re.compile(rf"(?<![^\W\d_])(?:{'|'.join(WORDS)})+(?![^\W\d_])", re.IGNORECASE)
# Each Latin letter, and what a reader takes for it: of other alphabets, or with a stroke. I, l and | are all alike.
ALIKE = (
    "aАаΑαɑ bВвΒЬь cСс dԁđ eЕеΕεєЄ fƒϜ gԌɡґ hНнΗһћħ iІіΙιıӀӏlLI|łŁ jЈјϳ kКкΚκĸ mМмΜ nПпΝηղ oОоΟοσøØ pРрΡρ "
    "qԚԛ rГгяЯ sЅѕ tТтΤτŧ uυцЦ vѴѵν wԜԝωшШ xХхΧχ yУуүҮΥγ zΖζЗз"
)
LOOKALIKES = {ord(other): letters[0] for letters in ALIKE.split() for other in letters[1:]}
# Code with a name in it computes; in text, a number stands by itself.
NAME = re.compile(r"[^\W\d]")
STATED_IN_CODE = re.compile(r"([=<>~≈]\s*-?)(?![01]\b(?!\.))(\d+)")
ALONE_IN_CODE = re.compile(r"(?:^|(?<=[\w:,;]\s))()(\d[\d.,]*)(?=\s*(?:$|[^\W\d]|%))")
# A formula states a result where a number is all of it or of one side of a relation, bounds an interval, is a
# percentage, is in words, or has a decimal point or several digits, but as the base or in the exponent of a power of a
# number; 0 and 1 are constants of mathematics.
RELATION = r"[=<>≤≥⩽⩾≠≈∼≃≅≡≍≐≜≪≫≲≳∝∈→⟶↦⇒⟹⇔]"
POWER = re.compile(r"(?<![\d.])10(?=\^\{)|_\{10\}|(?<=\d)\^\{[-−+]?\d+\}")
SCRIPT = re.compile(r"[\^_]\{[^{}]*\}")
SEVERAL = re.compile(r"\d[\d.]*(?:(?<=[\d.])\d| +\d)[\d.]*")
STATED = [
    re.compile(rf"{RELATION}[\s(]*[-−+±]?\s*(\d[\d./]*)\s*(?:$|[,;.&)\]])"),
    re.compile(rf"(?:^|[,;&])\s*[-−+±]?\s*(\d[\d./]*)\s*{RELATION}"),
    re.compile(r"[(\[]\s*[-−]?(\d[\d.]*)\s*,|,\s*[-−]?(\d[\d.]*)\s*[)\]]"),
    re.compile(r"(\d[\d.]*)\s*[·×∗]\s*10"),
    re.compile(r"\"[^\"\d]*(\d*)[^\"]*\""),
]
CONSTANT = re.compile(r"[(\[{\s]*[01]\.?(?:[,/;]\s*[01]\.?)*[)\]}\s]*")
PERCENT = re.compile(r"(\d[\d.]*)\s*[%‰]")
NUMBER_ALONE = re.compile(r"[-−+±|()\[\]{}\d.,;\s]*\d[|()\[\]{}\d.,;\s]*")


def typed_number(text: str) -> str | None:
    """The first number, in digits or in words, that is in a text but not in a value."""
    read = as_read(PLACEHOLDER.sub(" ", text))
    if digits := re.search(r"\d+", read):
        word = WORD.search(read, 0, digits.start())
        return word[0] if word else digits[0]
    sign = next((sign for sign in text if unicodedata.category(sign) in ("Nl", "No")), None)
    return typed_word(text) or sign


def typed_word(text: str) -> str | None:
    """The first number in words: as it is read, whatever its letters are, and with no value within a word."""
    for blank in dict.fromkeys([PLACEHOLDER.sub(" ", text), PLACEHOLDER.sub("", text)]):
        if word := WORD.search(as_read(blank)):
            return word[0]
        if word := SKELETON.search(skeleton(blank)):
            return "".join(SKELETONS[part] for part in re.findall(LONGEST_FIRST, word[0]))
    return None


def typed_constants(text: str) -> str | None:
    """The first number that formulas of one digit make together, or with a percent sign, in a text that has no other
    digit."""
    found = re.search(r"\d[.,]?\d[\d.,]*|\d\s*[%‰]", as_read(PLACEHOLDER.sub(" ", text)))
    return found[0] if found else None


def typed_in_code(code: str) -> str | None:
    """The first number that code has in words, states as a result or has by itself, or is there without any name."""
    text = as_read(PLACEHOLDER.sub(" ", code))
    if word := typed_word(code.replace("_", "x")):  # a part of a name is none
        return word
    if not NAME.search(text):
        found = re.search(r"()(\d+)", text)
    else:
        found = STATED_IN_CODE.search(text) or ALONE_IN_CODE.search(text)
    return found[2] if found else None


def stated_result(signs: str) -> str | None:
    """The first number that a formula, as the signs that it draws, states as a result, or has in words."""
    signs = re.sub(r"[\^_]\{\s*\}", "", as_read(signs))
    if word := typed_word(letters(signs)) or typed_word(letters(signs.replace("_{", " ").replace("^{", " "))):
        return word
    if percent := PERCENT.search(signs):
        return percent[1]
    if NUMBER_ALONE.fullmatch(signs) and not CONSTANT.fullmatch(signs):
        return signs.strip()
    plain = signs
    while SCRIPT.search(plain):
        plain = SCRIPT.sub("", plain)
    numbers = (number for pattern in STATED for match in pattern.finditer(plain) for number in match.groups() if number)
    if stated := next((number for number in numbers if not CONSTANT.fullmatch(number)), ""):
        return stated.rstrip(".")
    several = SEVERAL.search(POWER.sub("", signs))
    return several[0] if several else None


def letters(signs: str) -> str:
    """The signs of a formula in a row, as words are read."""
    return re.sub(r'["{}^_]', "", signs)


def as_read(text: str) -> str:
    """What a reader sees: without characters that do not show, such as a soft hyphen, each in its usual form."""
    if text.isascii():  # of which all shows, and has one form
        return text
    shown = (sign for sign in text if unicodedata.category(sign) not in ("Cf", "Me") and not is_selector(sign))
    return unicodedata.normalize("NFKC", "".join(shown))


def is_selector(sign: str) -> bool:
    """Whether a mark has no ink: it chooses a form, or joins."""
    return unicodedata.category(sign) == "Mn" and not unicodedata.combining(sign)


def skeleton(text: str) -> str:
    """The text with one sign for all letters that look alike, without accents."""
    if not text.isascii():
        signs = unicodedata.normalize("NFKD", text)
        text = "".join(sign for sign in signs if unicodedata.category(sign) not in ("Mn", "Me", "Cf"))
    return text.translate(LOOKALIKES).casefold()


SKELETONS = {skeleton(word): word for word in WORDS}
LONGEST_FIRST = "|".join(sorted(SKELETONS, key=len, reverse=True))
SKELETON = re.compile(rf"(?<![^\W\d_])(?:{'|'.join(SKELETONS)})+(?![^\W\d_])")
