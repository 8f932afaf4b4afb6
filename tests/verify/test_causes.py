"""Facts about verify/causes: which code results follow from, as far as text says it that is never run."""

import pytest

from reporting.verify.causes import behind, changed_code

RULES = b'''"""Experiments."""


rule walks:
    output:
        walk="results/walks/{name}.json",
    params:
        spec=lookup(within=settings, dpath="walks/{name}"),
    script:
        "../scripts/experiments/walks.py"


# Those that are the longest.
rule longest:
    input:
        walks=expand("results/walks/{name}.json", name=settings["walks"]),
    output:
        "results/longest.json",
    script:
        "../scripts/experiments/longest.py"


rule census:
    output:
        "results/census.json",
    script:
        "../scripts/experiments/census.py"
'''
FILES = {
    "rules/experiments.smk": RULES,
    "scripts/__init__.py": b"",
    "scripts/steps.py": b"import math\n",
    "scripts/experiments/walks.py": b"from scripts.steps import step\n",
    "scripts/experiments/longest.py": b"import json\n",
    "scripts/experiments/census.py": b"import json\n",
}
WALKS = {"scripts/experiments/walks.py", "scripts/steps.py", "scripts/__init__.py"}


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("walks", WALKS),
        ("longest", {"scripts/experiments/longest.py", *WALKS}),
        ("census", {"scripts/experiments/census.py"}),
        ("none", set()),
    ],
)
def test_results_follow_from_their_script_from_what_it_imports_and_from_the_scripts_of_what_it_reads(
    kind: str, found: set[str]
) -> None:
    assert behind(kind, FILES)[1] == found


def test_results_follow_from_results_of_the_kinds_that_their_rule_reads() -> None:
    assert behind("longest", FILES)[0] == {"longest", "walks"}


def test_rules_that_read_what_they_make_come_to_an_end() -> None:
    rules = RULES.replace(b"rule census:\n", b'rule census:\n    input:\n        "results/census.json",\n')
    assert behind("census", FILES | {"rules/experiments.smk": rules})[1] == {"scripts/experiments/census.py"}


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        (b"x = 1\n", b"x = 2\n", True),
        (b"x = 1\n", b"x = 1  # one\n", False),
        (b"x = 1\n", None, True),
        (None, b"x = 1\n", True),
        (b"x = (\n", b"x = [\n", True),
        (b"\xff", b"x = 1\n", True),
        (b"x\0", b"x = 1\n", True),
        (b"x = " + b"-" * 100_000 + b"1\n", b"x = 1\n", True),
    ],
    ids=["a statement", "a comment", "gone", "new", "no Python", "no text", "a null", "too deep"],
)
def test_code_changed_where_it_computes_otherwise(old: bytes | None, new: bytes | None, changed: bool) -> None:
    sides = [{"a.py": side} if side is not None else {} for side in (old, new)]
    assert changed_code(*sides) == ({"a.py"} if changed else set())
