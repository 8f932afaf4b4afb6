"""A formula as a line of plain Unicode text, as somebody would type it: `∂f/∂x = 2x − 3 sin 3x + y + 2`.

It is made from mathra's tree of the formula. Rows of aligned equations are lines of their own.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

Node = Mapping[str, Any]

SPACED = ("bin", "rel")  # operators with a space on both sides
OPERAND = ("ord", "word", "ratio", "close")
SUPERSCRIPTS = str.maketrans("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
LETTERS = {"calligraphic": "SCRIPT", "script": "SCRIPT", "double-struck": "DOUBLE-STRUCK"}
ROOTS = {"3": "∛", "4": "∜"}
WORD_SPACE, WIDE_SPACE = 0.25, 1.0  # em
BRACKETS = {"cases": "{", "p-matrix": "()", "b-matrix": "[]", "v-matrix": "||"}  # by the shape of a table


class LinearError(Exception):
    """A part of a formula for which there is no plain text."""


class Piece(NamedTuple):
    """A part of the line. Its kind asks for spaces: ord, word, ratio, slash, bin, rel, open, close, punct or space."""

    kind: str
    text: str


def linear(tree: Node) -> str:
    """The text of a formula; raises LinearError."""
    return joined(list(pieces(tree)))


def pieces(node: Node) -> Iterator[Piece]:
    if node["type"] == "row":
        for child in node["children"]:
            yield from pieces(child)
    elif node["type"] in PARTS:
        yield PARTS[node["type"]](node)
    else:
        raise LinearError(f"no plain text for a {node['type']}")


def joined(parts: list[Piece]) -> str:
    """The pieces with the spaces that their kinds ask for."""
    line, before = "", Piece("open", "")
    for part in parts:
        # A sign that has nothing on its left is no operator between two things.
        kind = "sign" if part.kind == "bin" and before.kind not in OPERAND else part.kind
        if part.kind == "space" or (line and spaced(before, Piece(kind, part.text))):
            line = line.rstrip(" ") + " "
        line += part.text
        before = before if part.kind == "space" else Piece(kind, part.text)
    return line.strip()


def spaced(before: Piece, part: Piece) -> bool:
    """Whether a space parts the two."""
    if part.kind in SPACED or before.kind in (*SPACED, "punct"):
        return True
    if before.kind == "word":
        return part.kind in ("ord", "word", "ratio", "sign")
    if part.kind in ("word", "ratio"):
        return before.kind in OPERAND
    ambiguous = before.kind == "ratio" or "_" in before.text or "^" in before.text
    return part.kind in ("ord", "open") and ambiguous


def text_of(node: Node) -> str:
    return joined(list(pieces(node)))


def signs(node: Node) -> str:
    """What a formula draws, sign by sign and without operators' spaces: scripts in ^{} and _{}, what is text in it in
    quotation marks, ; for what is wider than a word's space."""
    match node["type"]:
        case "text":
            parts = (part["value"] if part["type"] == "text" else signs(part) for part in node["parts"])
            return '"' + "".join(parts).replace('"', "”") + '"'
        case "space":
            return ";" if node["em"] >= WIDE_SPACE else " " if node["em"] >= WORD_SPACE else ""
        case "scripts":
            scripts = (f"{mark}{{{signs(node[key])}}}" for key, mark in (("sub", "_"), ("sup", "^")) if key in node)
            return signs(node["base"]) + "".join(scripts)
        case "fraction":
            return f" {signs(node['num'])}/{signs(node['den'])} "
        case "table":
            return ";".join(signs(cell) for row in node["rows"] for cell in row)
        case "root":
            return f"{signs(node['index']) if 'index' in node else ''}√{signs(node['radicand'])}"
    own = "".join(str(node[key]) for key in ("name", "value", "symbol", "open") if key in node)
    inner = [*([node["base"]] if "base" in node else ()), *node.get("children", ()), *node.get("parts", ())]
    return own + "".join(map(signs, inner)) + str(node.get("close", ""))


def letter(node: Node) -> Piece:
    """A letter; the bold and the sans-serif ones, which nobody types, as a plain one."""
    name, style = str(node["name"]), LETTERS.get(node.get("variant", ""))
    try:
        return Piece("ord", unicodedata.lookup(f"{style} CAPITAL {name}"))
    except KeyError:
        return Piece("ord", name)


def operator(node: Node) -> Piece:
    kind = str({"/": "slash", ".": "punct"}.get(node["symbol"], node["class"]))
    return Piece("ord" if kind == "inner" else kind, node["symbol"])


def fraction(node: Node) -> Piece:
    top, bottom = (list(pieces(node[part])) for part in ("num", "den"))
    if node.get("rule") is False:
        return Piece("ratio", f"{joined(top)} choose {joined(bottom)}")
    over, under = joined(top), joined(bottom)
    if any(part.kind in (*SPACED, "ratio", "slash", "space") for part in top):
        over = f"({over})"
    differential = len(bottom) == 2 and bottom[0].text in ("∂", "d")
    if len(bottom) > 1 and not differential:
        under = f"({under})"
    return Piece("ratio", f"{over}/{under}")


def scripts(node: Node) -> Piece:
    base = list(pieces(node["base"]))
    kind, line = base[-1].kind if base else "ord", joined(base)
    if "sub" in node:
        low = text_of(node["sub"])
        line += low.translate(SUBSCRIPTS) if low.isdecimal() else f"_{grouped(low)}"
    if "sup" in node:
        high = text_of(node["sup"])
        if high == "T":
            line += "ᵀ"
        elif set(high) <= set("′"):
            line += high
        else:
            raised = set(high) <= set("−0123456789")
            line += high.translate(SUPERSCRIPTS) if raised else f"^{grouped(high)}"
    return Piece(kind, line)


def grouped(script: str) -> str:
    """A script in parentheses where it is more than letters: W_ij, but e^(−x)."""
    return script if script.isalnum() or len(script) == 1 else f"({script})"


def accent(node: Node) -> Piece:
    return Piece("ord", unicodedata.normalize("NFC", text_of(node["base"]) + node.get("accent", "\u0304")))


def root(node: Node) -> Piece:
    index, radicand = text_of(node["index"]) if "index" in node else "", text_of(node["radicand"])
    sign = ROOTS.get(index) or f"{index.translate(SUPERSCRIPTS)}√"
    return Piece("ord", sign + (radicand if len(radicand) == 1 else f"({radicand})"))


def table(node: Node) -> Piece:
    """Aligned equations are lines; cases and matrices are rows in a line."""
    rows = [" ".join(filter(None, map(text_of, row))) for row in node["rows"]]
    if node["shape"] == "aligned":
        return Piece("ord", "\n".join(rows))
    line = " ".join([*(row if row.endswith(",") else f"{row};" for row in rows[:-1]), rows[-1]])
    brackets = BRACKETS.get(node["shape"], "")
    return Piece("ord", brackets[:1] + line + brackets[1:])


def delimited(node: Node) -> Piece:
    return Piece("ord", node["open"] + " ".join(map(text_of, node["parts"])) + node["close"])


def words(node: Node) -> Piece:
    """Text in a formula, which has its own spaces."""
    parts = "".join(part["value"] if part["type"] == "text" else text_of(part) for part in node["parts"])
    return Piece("word", parts.strip())


PARTS: dict[str, Callable[[Node], Piece]] = {
    "identifier": letter,
    "number": lambda node: Piece("ord", node["value"]),
    "operator": operator,
    "fixed-delimiter": operator,
    "large-operator": lambda node: Piece("word", node["symbol"]),
    "function": lambda node: Piece("word", node["name"]),
    "space": lambda node: Piece("space", ""),
    "fraction": fraction,
    "scripts": scripts,
    "accent": accent,
    "bar": accent,
    "root": root,
    "table": table,
    "delimited": delimited,
    "text": words,
}
