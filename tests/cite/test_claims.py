"""Facts about cite/claims: a claim holds exactly when Python says so, or it is refused, quickly and by name."""

import ast
import operator
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.cite.claims import DEEPEST, FUNCTIONS, LONGEST, ClaimError, check
from reporting.cite.paths import CitationError, Unknown
from reporting.cite.values import Values
from reporting.compose.errors import ReportError

TREE: dict[str, Any] = {
    "descents/first": {"end": {"f": 0.98}, "steps": 10, "path": [3, 2.5, 1.25]},
    "descents/global": {"end": {"f": -2.42}},
    "networks/two_layer": {"diverged_at_epoch": None, "scheme": "assignment", "dead_units": [32, 32], "dead": True},
    "reproduction": {"questions": {"1.2.b": {"total": 15}}, "total": 664, "matched": 664, "none": [], "big": 10**300},
}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def refusal(expression: str, tree: dict[str, Any] = TREE) -> str:
    with pytest.raises(ClaimError) as caught:
        check(expression, Values(tree))
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("expression", "cited"),
    [
        (
            'descents["global"].end.f < descents.first.end.f - 3',
            ['descents["global"].end.f', "descents.first.end.f"],
        ),
        ("networks.two_layer.diverged_at_epoch == None", ["networks.two_layer.diverged_at_epoch"]),
        ('networks.two_layer.scheme != "zeros"', ["networks.two_layer.scheme"]),
        ("networks.two_layer.dead_units[0] == 32", ["networks.two_layer.dead_units[0]"]),
        ("descents.first.path[-1] == 1.25", ["descents.first.path[-1]"]),
        ('reproduction.questions["1.2.b"].total == 15', ['reproduction.questions["1.2.b"].total']),
        ("reproduction.matched == reproduction.total", ["reproduction.matched", "reproduction.total"]),
        ("networks.two_layer.dead", ["networks.two_layer.dead"]),
        ("not (descents.first.steps < 10)", ["descents.first.steps"]),
        ("0 < descents.first.steps <= 10 and 1 < 2 or 2 < 1", ["descents.first.steps"]),
        ("descents.first.steps * 2 / 4 + -1 == 4", ["descents.first.steps"]),
        ("abs(-descents.first.steps) == max(1, 10) == min(10, 11)", ["descents.first.steps"]),
        ("len(descents.first.path) == 3", ["descents.first.path"]),
        ("max(descents.first.path) - min(descents.first.path) == 1.75", ["descents.first.path"]),
        ("sum(descents.first.path) == 3 * mean(descents.first.path)", ["descents.first.path"]),
        ("descents.first.steps == descents.first.steps", ["descents.first.steps"]),
    ],
)
def test_a_claim_that_holds_names_what_it_cites(expression: str, cited: list[str]) -> None:
    claim = check(expression, Values(TREE))
    assert (claim.expression, claim.cited) == (expression, cited)


def test_a_false_claim_names_itself_and_the_values_that_it_saw() -> None:
    expression = 'descents["global"].end.f < descents.first.end.f - 4'
    assert refusal(expression) == (
        f'the claim {expression} does not hold; descents["global"].end.f is -2.42; descents.first.end.f is 0.98'
    )


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("networks.two_layer.diverged_at_epoch != None", "networks.two_layer.diverged_at_epoch is null"),
        ('networks.two_layer.scheme == "zeros"', "networks.two_layer.scheme is 'assignment'"),
        ("len(descents.first.path) == 4", "descents.first.path is [3, 2.5, 1.25]"),
        ("reproduction.big < 1", f"reproduction.big is 1{56 * '0'}..."),
        ("1 < descents.first.steps < 5", "descents.first.steps is 10"),
        ("descents.first.steps < 5 or descents.first.end.f < 0", "descents.first.steps is 10; descents.first.end.f is"),
        ("1 == 2", "does not hold"),
    ],
)
def test_the_values_of_a_false_claim_are_readable(expression: str, said: str) -> None:
    message = refusal(expression)
    assert message.startswith(f"the claim {expression} does not hold")
    assert said in message


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("descents.frist.end.f < 0", "cites descents: no 'frist' there; did you mean first?"),
        ("descents.first.end.z < 0", "cites descents.first.end: no 'z' there; there are f"),
        ("descents.first.path[3] < 0", "cites descents.first.path: has 3 items, no item 3"),
        ("descent.first < 0", "cites the artifacts: no 'descent' there; did you mean descents?"),
        (
            'reproduction.questions["1.2.c"].total == 1',
            "cites reproduction.questions: no '1.2.c' there; did you mean",
        ),
        ("descents.first.steps.real == 10", "cites descents.first.steps: 10 has no 'real'"),
        ("1 < 2 or x < 1", "cites the artifacts: no 'x' there"),
    ],
)
def test_a_claim_on_what_is_missing_names_itself_and_what_is_there(expression: str, said: str) -> None:
    assert refusal(expression).startswith(f"the claim {expression} {said}")


def test_a_claim_on_what_is_missing_names_the_values_that_it_saw() -> None:
    assert "descents.first.steps is 10" in refusal("descents.first.steps < descents.frist.steps")


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        (
            "networks.two_layer.diverged_at_epoch < 1",
            "cannot be evaluated: '<' not supported between instances of 'NoneType' and 'int'; "
            "networks.two_layer.diverged_at_epoch is null",
        ),
        ("descents.first.steps / 0 < 1", "cannot be evaluated: division by zero; descents.first.steps is 10"),
        (
            "networks.two_layer.scheme + 1 < 1",
            "cannot be evaluated: 'assignment' is no number; networks.two_layer.scheme is",
        ),
        ("abs(networks.two_layer.scheme) < 1", "cannot be evaluated: bad operand type for abs"),
        ("len(descents.first.steps) < 1", "cannot be evaluated: object of type 'int' has no len"),
        ("reproduction.big * reproduction.big / 3 < 1", "cannot be evaluated: integer division result too large"),
        ("descents.first.steps", "is a value; a claim compares values"),
        ("descents.first.steps - 1", "is a value; a claim compares values"),
        ("", "is not an expression"),
        ("descents.first.steps >", "is not an expression"),
        ("descents.first.steps = 10", "is not an expression"),
        ("a < 1; b < 1", "is not an expression"),
    ],
)
def test_a_claim_that_has_no_truth_says_why(expression: str, said: str) -> None:
    assert refusal(expression).startswith(f"the claim {expression} {said}")


@pytest.mark.parametrize("name", ["max", "min", "mean"])
def test_a_function_of_an_empty_list_is_an_expression_that_cannot_be_evaluated(name: str) -> None:
    assert "cannot be evaluated" in refusal(f"{name}(reproduction.none) < 1")


@pytest.mark.parametrize("expression", ["descents.first.steps or 1 > 2", "1 and descents.first.path"])
def test_values_joined_by_and_or_or_are_no_comparison(expression: str) -> None:
    assert "a claim compares values" in refusal(expression)


HOSTILE = {
    "an import": "__import__('os').system('true') == 0",
    "a call of a name": "exec('1') == None",
    "a call of a method": "descents.first.end.keys() == 1",
    "a call of a path": "descents.first(1) == 1",
    "a call with a keyword": "max(descents.first.path, key=abs) == 1",
    "a call with all of a list": "max(*descents.first.path) == 3",
    "a call of a call": "abs(1)(1) == 1",
    "a function as a value": "abs == abs",
    "a class": "descents.__class__.__mro__[1].__subclasses__ == 1",
    "globals": "descents.first.__init__.__globals__ == 1",
    "an attribute of a number": "(1).__class__ == 1",
    "an attribute of a text": "'{0.__class__}'.format == 1",
    "a builtin": "__builtins__ == 1",
    "a power": "9 ** 9 ** 9 > 1",
    "a shift": "1 << 99999999999 > 1",
    "a bit operation": "1 | 2 > 1",
    "a remainder that formats": "'%9999999999d' % 1 == 1",
    "a text times a number": "'a' * 10000000000 == 1",
    "a number times a text": "10000000000 * 'a' == 1",
    "a text of an artifact times a number": "networks.two_layer.scheme * 10000000000 == 1",
    "a list times a number": "[0] * 10000000000 == 1",
    "a list of an artifact times a number": "descents.first.path * 10000000000 == 1",
    "a truth times a number": "networks.two_layer.dead * 10000000000 == 1",
    "a list": "[1, 2] == [1, 2]",
    "a set": "{1} == {1}",
    "a dictionary": "{1: 2} == {1: 2}",
    "a tuple": "(1, 2) == (1, 2)",
    "a comprehension": "[x for x in descents.first.path] == 1",
    "a generator": "sum(x for x in descents.first.path) == 1",
    "a lambda": "(lambda: 1)() == 1",
    "a condition": "(1 if 1 < 2 else 0) == 1",
    "an assignment": "(x := 1) == 1",
    "a formatted text": "f'{descents}' == 1",
    "a slice": "descents.first.path[:] == 1",
    "a computed index": "descents.first.path[1 + 1] == 1",
    "an index that is a path": "descents.first.path[descents.first.steps] == 1",
    "an index of a call": "abs(1)[0] == 1",
    "membership": "1 in descents.first.path",
    "identity": "descents is descents",
    "inversion": "~1 == 1",
    "a plus sign": "+1 == 1",
    "bytes": "b'a' == b'a'",
    "a complex number": "1j == 1j",
    "an ellipsis": "... == ...",
    "a starred path": "*descents",
    "waiting": "await descents == 1",
    "yielding": "(yield 1) == 1",
    "a statement": "import os",
    "two lines": "1 < 2\n2 < 1\n",
    "a key with a quote": "descents['a\"]b'] == 1",
    "a long number": f"{LONGEST * '9'} > 1",
    "a long text": f"'{LONGEST * 'a'}' > 1",
    "too long by one": "1 < 2" + (LONGEST - 4) * " ",
    "brackets": 290 * "(",
    "signs": f"{LONGEST - 5 - 1} < {'-' * (DEEPEST + 1)}1",
    "nots": f"{(DEEPEST + 1) * 'not '}1 < 2",
    "additions": f"{(DEEPEST + 2) * '1+'}1 < 2",
    "tildes": f"{200 * '~'}1 < 2",
    "attributes": "a" + 149 * ".a" + " == 1",
    "calls in calls": f"{(DEEPEST + 1) * 'abs('}1{(DEEPEST + 1) * ')'} == 1",
    "a null byte": "1 < 2\0",
    "half a pair": "'\ud800' == 1",
    "an escape that is none": r"'\d' == 1",
    "a name without an end": "'abc == 1",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_claim_is_refused_at_once(name: str) -> None:
    started = time.perf_counter()
    with pytest.raises(ClaimError) as caught:
        check(HOSTILE[name], Values(TREE))
    assert time.perf_counter() - started < 0.5
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("name", ["a call of a name", "a power", "a comprehension", "a lambda", "membership", "a list"])
def test_what_no_claim_may_have_is_named_with_what_it_may(name: str) -> None:
    message = refusal(HOSTILE[name])
    assert message.startswith(f"the claim {HOSTILE[name]} has ")
    assert message.endswith(f"a claim has comparisons, arithmetic, and, or, not, paths, and {', '.join(FUNCTIONS)}")


def test_a_claim_may_be_as_long_and_as_deep_as_the_limits_say() -> None:
    check("1 < 2" + (LONGEST - 5) * " ", Values(TREE))
    check(f"{(DEEPEST - 1) * 'not '}1 < 2" if DEEPEST % 2 else f"{(DEEPEST - 2) * 'not '}1 < 2", Values(TREE))
    assert "longer than" in refusal(HOSTILE["too long by one"])
    assert "nested deeper than" in refusal(HOSTILE["nots"])


def test_a_claim_on_what_is_not_made_yet_is_neither_true_nor_false() -> None:
    tree = {**TREE, "descents/first": Unknown()}
    for expression in (
        "descents.first.end.f < 0",
        "descents.first.end.f >= 0",
        "not descents.first.a[3] == 1",
        "mean(descents.first.x) / 0 < 1",
        "1 < 2 and descents.first.x < 1",
        "abs(descents.first.x - 1) < 1e-9",
        "-descents.first.x < max(1, descents.first.y)",
    ):
        check(expression, Values(tree))
    assert "cites descents: no 'frist' there" in refusal("descents.frist.end.f < 0", tree)
    assert "does not hold" in refusal('descents["global"].end.f > 0', tree)


numbers = st.integers(-(10**6), 10**6) | st.floats(allow_nan=False, allow_infinity=False)
anything = st.none() | st.booleans() | numbers | st.text(max_size=5) | st.lists(numbers, max_size=3)


@given(a=anything, b=anything, symbol=st.sampled_from(sorted(COMPARISONS)))
def test_a_comparison_of_two_values_holds_exactly_when_python_says_so(a: Any, b: Any, symbol: str) -> None:
    values = Values({"a": a, "b": b})
    try:
        holds = COMPARISONS[symbol](a, b)
    except TypeError:
        with pytest.raises(ClaimError, match="cannot be evaluated"):
            check(f"a {symbol} b", values)
        return
    if holds:
        check(f"a {symbol} b", values)
    else:
        with pytest.raises(ClaimError, match=r"does not hold; a is .*; b is "):
            check(f"a {symbol} b", values)


terms = st.recursive(
    st.sampled_from(["a", "b", "c.d", "c.e[0]", "c.e[-1]", "1", "2.5", "0", "1e9"]),
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})")
        | inner.map(lambda term: f"(-{term})")
        | inner.map(lambda term: f"abs({term})")
        | st.tuples(inner, inner).map(lambda parts: f"max({parts[0]}, {parts[1]})")
    ),
    max_leaves=6,
)
compared = st.tuples(terms, st.sampled_from(sorted(COMPARISONS)), terms).map(" ".join)
claims = st.recursive(
    compared,
    lambda inner: (
        st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map(lambda parts: f"({''.join(parts)})")
        | inner.map(lambda claim: f"(not {claim})")
    ),
    max_leaves=4,
).filter(lambda claim: len(claim) <= LONGEST)


class Item(dict[str, Any]):
    """Fields as attributes, for Python itself."""

    __getattr__ = dict.__getitem__


@given(claim=claims, a=numbers, b=numbers, d=numbers, e=st.lists(numbers, min_size=1, max_size=3))
def test_a_claim_of_any_form_holds_exactly_when_python_says_so(
    claim: str, a: float, b: float, d: float, e: list[float]
) -> None:
    names: dict[str, Any] = {"a": a, "b": b, "c": Item(d=d, e=e)}
    comparisons = [node for node in ast.walk(ast.parse(claim)) if isinstance(node, ast.Compare)]
    try:
        # All of it must have a value: a claim has no part that is skipped.
        for node in comparisons:
            eval(ast.unparse(node), dict(names))
        expected = eval(claim, dict(names))
    except ArithmeticError:
        with pytest.raises(ClaimError, match="cannot be evaluated: "):
            check(claim, Values(names))
        return
    if expected:
        check(claim, Values(names))
    else:
        with pytest.raises(ClaimError, match="does not hold"):
            check(claim, Values(names))


def held_or_refused(text: str, tree: dict[str, Any]) -> None:
    try:
        claim = check(text, Values(tree))
    except ClaimError:
        return
    assert claim.expression == text


@given(st.text(max_size=60) | st.text("abc.[]()\"'0123456789<>=+-*/ ,:\\\n", max_size=60))
def test_any_text_is_a_claim_or_refused(text: str) -> None:
    held_or_refused(text, {"a": 1, "b": [1, 2], "c": {"a": "b"}})


WORDS = """
a b c.a [0] [-1] ['a'] ( ) ** * / + - < <= == != > not and or in is if else lambda : for x 1 2.5 'a' None True
abs( len( max( mean( min( sum( __class__ . , [ ] { } := await yield f'{a}' b'a' 1j ... ~ @ % << | & ^ \\ # ;
"""


@given(st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join))
def test_any_row_of_words_of_python_is_a_claim_or_refused(text: str) -> None:
    tree = {"a": 1, "b": [1, 2], "c": {"a": "b"}, "x": {}}
    held_or_refused(text, tree)


@given(st.recursive(anything, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner)))
def test_whatever_an_artifact_holds_a_claim_on_it_holds_or_is_refused(value: Any) -> None:
    for expression in ("a < 1", "a.b == 1", "a[0] == a[-1]", "sum(a) < mean(a)", "max(a) > len(a)", "-a < abs(a)"):
        held_or_refused(expression, {"a": value})


# The claims of a report: each message names the question.

WritePage = Callable[..., str]
SECTION = """# Descent

:::: question 1.1.a The first
Ask.

::: answer
Yes. [{}]

{}
:::
::::

:::: question 1.1.b The second
Ask.

::: answer
Yes. [defined]

```claims
none: a test
```
:::
::::
"""


def section(*claims: str) -> str:
    """A section whose first answer rests on claims."""
    lines = [f"claim{number}: {claim}" for number, claim in enumerate(claims)]
    names = ", ".join(line.partition(":")[0] for line in lines) or "defined"
    return SECTION.format(names, "\n".join(["```claims", *lines, "```"]))


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        (["run.steps < 3"], "question 1.1.a: the claim run.steps < 3 does not hold; run.steps is 3"),
        (
            ["run.steps == 3", "run.loss[1] > run.steps"],
            "question 1.1.a: the claim run.loss[1] > run.steps does not hold; run.loss[1] is 0.25; run.steps is 3",
        ),
        (
            ["run.lost[0] > 0"],
            "question 1.1.a: the claim run.lost[0] > 0 cites run: no 'lost' there; did you mean loss?",
        ),
        (
            ["walk.steps > 0"],
            "question 1.1.a: the claim walk.steps > 0 cites the artifacts: no 'walk' there; there are title, run",
        ),
        (["run.steps"], "question 1.1.a: the claim run.steps is a value; a claim compares values"),
        (["1 < 2"], "question 1.1.a: the claim 1 < 2 cites nothing; a claim is about the results"),
        (
            ["none of it"],
            "question 1.1.a: the claim none of it is not an expression",
        ),
        (
            ["run.name * 1000000000 == 1"],
            "question 1.1.a: the claim run.name * 1000000000 == 1 cannot be evaluated: 'first' is no number; "
            "run.name is 'first'",
        ),
        (
            ["run.steps < 3", "run.steps > 3"],
            "question 1.1.a: the claim run.steps < 3 does not hold; run.steps is 3\n"
            "question 1.1.a: the claim run.steps > 3 does not hold; run.steps is 3",
        ),
    ],
)
@pytest.mark.parametrize("rehearsal", [True, False])
def test_claims_that_fail_in_a_report_are_a_message_each_that_names_the_question(
    write_page: WritePage, claims: list[str], message: str, rehearsal: bool
) -> None:
    with pytest.raises(ReportError) as caught:
        write_page(section(*claims), rehearsal=rehearsal)
    assert str(caught.value) == message


def test_an_answer_without_claims_is_refused(write_page: WritePage) -> None:
    with pytest.raises(ReportError, match=r"^question 1.1.a: has no ```claims; declare"):
        write_page(SECTION.format("defined", "More. [defined]"))


def test_the_claims_of_another_question_do_not_count(write_page: WritePage) -> None:
    with pytest.raises(ReportError, match=r"^question 1.1.b: has no ```claims; declare"):
        write_page(section("run.steps == 3").replace("```claims\nnone: a test\n```\n", ""))


NAMELESS = "has no name that a sentence can give; write NAME: EXPRESSION"


@pytest.mark.parametrize(
    ("fence", "message"),
    [
        ("none:", "`none:` needs a reason"),
        ("none: a test\nx: run.steps == 3", "`none:` says that nothing is claimed, but there are claims"),
        ("run.steps == 3", f"the claim run.steps == 3 {NAMELESS}"),
        ("Steps: run.steps == 3", f"the claim Steps: run.steps == 3 {NAMELESS}"),
        ("shown: run.steps == 3", f"the claim shown: run.steps == 3 {NAMELESS}"),
        ("x:", f"the claim x: {NAMELESS}"),
        ("# steps", f"the claim # steps {NAMELESS}"),
        ("x: run.steps == 3 # three", "the claim run.steps == 3 # three has a comment; a claim is an expression alone"),
        ("x: run.steps == \uff13", "the claim run.steps == \uff13 has '\uff13'; a claim is written in plain ASCII"),
        ("x: run.\uff53teps == 3", "the claim run.\uff53teps == 3 has '\uff53'; a claim is written in plain ASCII"),
    ],
)
def test_what_is_no_claim_is_refused(write_page: WritePage, fence: str, message: str) -> None:
    with pytest.raises(ReportError) as caught:
        write_page(SECTION.format("defined", f"```claims\n{fence}\n```"))
    assert str(caught.value).split("\n")[0] == f"question 1.1.a: {message}"


def test_a_number_sign_in_a_text_is_no_comment() -> None:
    check("networks.two_layer.scheme != '#'", Values(TREE))


def test_claims_outside_of_a_question_are_for_the_captions_there(write_page: WritePage) -> None:
    fence = "```claims\nsteps: run.steps == {}\n```\n"
    figure = "::: figure one\nOf some steps. [steps]\n:::\n\nSee [](#fig-one).\n"
    text = section("run.loss[0] == 0.5").replace("# Descent\n", f"# Descent\n\n{fence}\n{figure}")
    write_page(text.replace("{}", "3"))
    with pytest.raises(ReportError, match=r"^templates/sections/1\.1\.md: the claim run\.steps == 4 does not hold"):
        write_page(text.replace("{}", "4"))


def test_a_citation_error_never_leaves_a_claim() -> None:
    with pytest.raises(CitationError):
        Values(TREE).look_up("descents.frist")
    with pytest.raises(ClaimError):
        check("descents.frist < 1", Values(TREE))
