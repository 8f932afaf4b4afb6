"""Facts about experiments/reproduction: a measured number is the printed one, or the report says where it is not."""

import copy
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.experiments import reproduction
from scripts.experiments.reproduction import same
from tests.conftest import ROOT

PUBLISHED = ROOT / "config" / "published.json"
RUN = {
    "id": "tiny",
    "question": "1.6.b",
    "layers": ["Linear 64x1"],
    "epochs": 2,
    "first_20_epochs": {"train_loss": ["0.69", "nan"], "train_accuracy": ["0.5", "0.5"]},
}
PRINTED: dict[str, Any] = {
    "note": "not a number: 5",
    "setup": {"text": "1 2 3"},
    "1.2.b": {"input": "rng(1)", "x": ["-5.45", "3."], "sigmoid": ["0.004264", "1."]},
    "1.4.a": {"x": [["0.1", "0.2"]], "y_rows_2_and_3": [["1.5"], ["2.5"]]},
    "1.4.d": {"linear_dx": "2.1e-07", "sigmoid_dx": "4.824e-08"},
    "1.6.data": {"train_samples": 898, "mean": "0.00"},
    "1.6.runs": [RUN],
}
MEASURED: dict[str, dict[str, Any]] = {
    "digits": {"train_samples": 898, "mean": -1e-17},
    "components": {"sigmoid": {"x": [-5.45328, 2.9999], "sigmoid": [0.00426401, 0.99999]}},
    "one_layer_model": {},
    "layers": {
        "linear": {"x": [[0.1, 0.2]], "y": [[0.5], [1.49999], [2.5]]},
        "check_grad": {"linear_dx": 2.1234e-7, "sigmoid_dx": 4.831e-8},
        "as_first_handed_in": {"sigmoid_dx": {"value": 4.8238e-8, "formula": "e / (1 + e)"}},
    },
    "tiny": {"name": "tiny", "history": {"train_loss": [0.6931, None], "train_accuracy": [0.5, 0.5]}},
}
Reproduce = Callable[[Any, dict[str, Any]], dict[str, Any]]


@pytest.fixture
def reproduce(tmp_path: Path) -> Reproduce:
    """What the script writes for printed and measured numbers."""

    def run(printed: Any, measured: dict[str, Any]) -> dict[str, Any]:
        for name, content in {**measured, "published": printed}.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(content))
        paths = {name: str(tmp_path / f"{name}.json") for name in ("digits", "components", "one_layer_model", "layers")}
        reproduction.main(
            str(tmp_path / "published.json"),
            **paths,
            networks=[str(tmp_path / "tiny.json")],
            reproduction=str(tmp_path / "out.json"),
        )
        result = json.loads((tmp_path / "out.json").read_text())
        assert isinstance(result, dict)
        return result

    return run


@pytest.mark.parametrize(
    ("printed", "measured"),
    [
        ("0.004264", 0.00426449),
        ("0.5", 0.5),
        ("1.", 0.5001),
        ("0.", 0.4999),
        ("0.", 0.0),
        ("-0.", -0.3),
        ("0.00", -1e-17),
        ("898", 898),
        ("-5.45", -5.4512),
        ("2.1e-07", 2.149e-7),
        ("1.0e+02", 102.0),
        ("nan", None),
        ("NaN", None),
    ],
)
def test_a_number_is_the_same_where_it_rounds_to_the_printed_digits(printed: str, measured: float | None) -> None:
    assert same(printed, measured)


@pytest.mark.parametrize(
    ("printed", "measured"),
    [
        ("0.004264", 0.0042646),
        ("0.500", 0.5006),
        ("1.", 0.4999),
        ("0.", 0.51),
        ("898", 899),
        ("5.45", -5.45),
        ("2.1e-07", 2.1e-8),
        ("2.1e-07", 2.16e-7),
        ("2.1e-07", 0),
        ("nan", 0.5),
        ("nan", 0),
        ("0.5", None),
        ("0.", None),
    ],
)
def test_a_number_is_another_where_a_printed_digit_differs(printed: str, measured: float | None) -> None:
    assert not same(printed, measured)


@given(st.floats(-1e6, 1e6), st.integers(0, 6))
def test_what_python_prints_is_the_same_and_one_digit_more_or_less_is_not(x: float, digits: int) -> None:
    printed = f"{x:.{digits}f}"
    assert same(printed, x)
    assert not same(printed, x + 1.01 * 10**-digits)
    assert not same(printed, x - 1.01 * 10**-digits)


def test_a_measured_number_beyond_all_bounds_is_another() -> None:
    assert not same("0.004264", 1e30)


def test_every_printed_number_is_counted_once_in_its_question(reproduce: Reproduce) -> None:
    result = reproduce(PRINTED, MEASURED)
    assert (result["total"], result["matched"], result["mismatched"]) == (16, 16, [])
    counts = {name: (found["matched"], found["total"]) for name, found in result["questions"].items()}
    assert counts == {"1.2.b": (4, 4), "1.4.a": (4, 4), "1.4.d": (2, 2), "1.6.a": (2, 2), "1.6.b": (4, 4)}


@pytest.mark.parametrize(
    ("way", "value", "question", "where"),
    [
        (["components", "sigmoid", "sigmoid", 0], 0.005, "1.2.b", ("sigmoid", "[0]")),
        (["layers", "linear", "y", 2, 0], 2.6, "1.4.a", ("y[1:]", "[1][0]")),
        (["layers", "check_grad", "linear_dx"], None, "1.4.d", ("linear_dx",)),
        (["layers", "as_first_handed_in", "sigmoid_dx", "value"], 4.831e-8, "1.4.d", ("sigmoid_dx",)),
        (["digits", "train_samples"], 899, "1.6.a", ("train_samples",)),
        (["tiny", "history", "train_loss", 1], 0.5, "1.6.b", ("networks.tiny", "train_loss[1]")),
        (["tiny", "history", "train_loss", 0], math.pi, "1.6.b", ("networks.tiny", "train_loss[0]")),
    ],
)
def test_a_wrong_number_is_reported_with_where_it_is(
    reproduce: Reproduce, way: list[Any], value: Any, question: str, where: tuple[str, ...]
) -> None:
    measured = copy.deepcopy(MEASURED)
    *keys, last = way
    target: Any = measured
    for key in keys:
        target = target[key]
    target[last] = value
    result = reproduce(PRINTED, measured)
    assert result["matched"] == result["total"] - 1
    assert result["questions"][question]["matched"] == result["questions"][question]["total"] - 1
    (wrong,) = result["mismatched"]
    assert wrong["measured"] == value
    assert all(part in wrong["where"] for part in where)


def test_a_number_of_the_formula_that_was_first_handed_in_says_so(reproduce: Reproduce) -> None:
    own, handed_in = reproduce(PRINTED, MEASURED)["questions"]["1.4.d"]["numbers"]
    assert "formula" not in own
    assert (handed_in["measured"], handed_in["formula"], handed_in["matches"]) == (4.8238e-8, "e / (1 + e)", True)


def test_a_run_that_is_shorter_than_the_printed_one_is_reported(reproduce: Reproduce) -> None:
    short = {"name": "tiny", "history": {"train_loss": [0.6931], "train_accuracy": [0.5]}}
    assert reproduce(PRINTED, {**MEASURED, "tiny": short})["matched"] == 14


def test_the_numbers_that_the_assignment_prints_are_664() -> None:
    settings = {"note", "setup", "input", "id", "question", "layers", "epochs", "learning_rate", "minibatch_size"}

    def count(printed: Any) -> int:
        if isinstance(printed, dict):
            return sum(count(value) for key, value in printed.items() if key not in settings)
        return sum(map(count, printed)) if isinstance(printed, list) else 1

    assert count(json.loads(PUBLISHED.read_text(encoding="utf-8"))) == 664
