"""What an answer asserts, as an expression over the artifacts that is checked when the report is built.

    walks.first.summary.climb > 0.1
    walks["global"].end.height < walks.first.end.height - 3

An expression is parsed, never run: comparisons, arithmetic, `and`, `or`, `not`, paths into the artifacts and the
functions below, within limits of size. So it may come from a file that somebody else wrote.
"""

import ast
import operator
import re
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from reporting.cite import paths
from reporting.cite.paths import CitationError, Unknown
from reporting.cite.values import Values

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "len": len,
    "max": max,
    "mean": statistics.fmean,
    "min": min,
    "sum": sum,
}
OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
LONGEST, DEEPEST = 300, 30


class ClaimError(Exception):
    """A claim that does not hold, or that is none."""


@dataclass
class Claim:
    """An expression that held, and the paths that it cites."""

    expression: str
    cited: list[str] = field(default_factory=list)
    node: ast.expr = field(default_factory=lambda: ast.Constant(True), repr=False)


def check(expression: str, values: Values) -> Claim:
    """Evaluate a claim; raises ClaimError, with the values that it saw, where it does not hold."""
    claim = Claim(expression)
    if len(expression) > LONGEST:
        raise ClaimError(f"the claim {expression[:40]}... is longer than {LONGEST} characters")
    if odd := re.search(r"[^\x20-\x7e]", expression):
        raise ClaimError(f"the claim {expression} has {odd[0]!r}; a claim is written in plain ASCII")
    if "#" in re.sub(r"'[^']*'|\"[^\"]*\"", "", expression):
        raise ClaimError(f"the claim {expression} has a comment; a claim is an expression alone")
    try:
        node = claim.node = ast.parse(expression, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ClaimError(f"the claim {expression} is not an expression") from None
    try:
        holds = evaluate(node, values, claim, 0)
    except CitationError as error:
        claim.cited.pop()
        raise ClaimError(f"the claim {expression} cites {error}{claim_values(claim, values)}") from None
    except (TypeError, ValueError, ArithmeticError) as error:
        raise ClaimError(f"the claim {expression} cannot be evaluated: {error}{claim_values(claim, values)}") from None
    if not isinstance(holds, bool | Unknown):
        raise ClaimError(f"the claim {expression} is a value; a claim compares values")
    if holds is False:
        raise ClaimError(f"the claim {expression} does not hold{claim_values(claim, values)}")
    return claim


def claim_values(claim: Claim, values: Values) -> str:
    """The values at the paths that the claim cites."""
    return "".join(f"; {path} is {shorten(values.look_up(path))}" for path in claim.cited)


def shorten(value: Any) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


class Source(Protocol):
    """What has values by their paths."""

    def look_up(self, path: str) -> Any: ...


def evaluate(node: ast.expr, values: Source, claim: Claim, depth: int) -> Any:
    """The value of an expression's node; Unknown where an artifact that is not made yet has a part in it."""
    if depth > DEEPEST:
        raise ClaimError(f"the claim {claim.expression} is nested deeper than {DEEPEST}")

    def inner(node: ast.expr) -> Any:
        return evaluate(node, values, claim, depth + 1)

    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None as value):
            return value
        case ast.Name() | ast.Attribute() | ast.Subscript():
            try:
                path = path_of(node)
            except CitationError:
                raise ClaimError(
                    f"the claim {claim.expression} has {ast.unparse(node)[:40]!r}, which is no path"
                ) from None
            if path not in claim.cited:
                claim.cited.append(path)
            return values.look_up(path)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return call(operator.neg, inner(operand))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return call(operator.not_, inner(operand))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return call(OPERATORS[type(op)], *map(numeric, (inner(left), inner(right))))
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in OPERATORS for op in ops):
            terms = [inner(term) for term in (left, *others)]
            pairs = zip(ops, terms, terms[1:], strict=False)
            return short_circuit(all, [call(OPERATORS[type(op)], a, b) for op, a, b in pairs])
        case ast.BoolOp(op=op, values=parts):
            found = [inner(part) for part in parts]
            if not all(isinstance(part, bool | Unknown) for part in found):
                raise ClaimError(f"the claim {claim.expression} joins values; a claim compares values")
            return short_circuit(all if isinstance(op, ast.And) else any, found)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            return call(FUNCTIONS[name], *map(inner, arguments))
    raise ClaimError(
        f"the claim {claim.expression} has {ast.unparse(node)[:40]!r}; a claim has comparisons, arithmetic, "
        f"and, or, not, paths, and {', '.join(FUNCTIONS)}"
    )


def numeric(value: Any) -> Any:
    """The value, for arithmetic; raises TypeError for what is no number, which could grow without limit."""
    if not paths.is_number(value) and not isinstance(value, Unknown):
        raise TypeError(f"{shorten(value)} is no number")
    return value


def call(function: Callable[..., Any], *arguments: Any) -> Any:
    return Unknown() if any(isinstance(argument, Unknown) for argument in arguments) else function(*arguments)


def short_circuit(join: Callable[[list[bool]], bool], parts: list[Any]) -> Any:
    return Unknown() if any(isinstance(part, Unknown) for part in parts) else join(parts)


@lru_cache(10_000)
def path_of(node: ast.expr) -> str:
    """The path that names, attributes and constant subscripts spell; raises CitationError for what is none."""
    path = ast.unparse(node).replace("'", '"')
    paths.parse(path)
    return path
