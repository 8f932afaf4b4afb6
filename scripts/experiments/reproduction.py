"""Compare every number that the hand-in printed with the measured one, at the printed precision."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from reporting.pipeline.artifacts import read_json, write_json
from reporting.pipeline.job import run

if TYPE_CHECKING:
    from scripts.experiments.networks import NamedRun

# Where the numbers of a question are in the artifacts, under the names that they have in the published data.
QUESTIONS = {
    "1.2.b": ("components", "sigmoid"),
    "1.2.c": ("components", "sigmoid_check"),
    "1.2.f": ("components", "relu"),
    "1.2.k": ("components", "bce"),
    "1.3.a": ("one_layer_model",),
    "1.3.b": ("one_layer_model", "check"),
    "1.4.a": ("layers", "linear"),
    "1.4.b": ("layers", "sigmoid"),
    "1.4.c": ("layers", "relu"),
    "1.4.d": ("layers", "check_grad"),
    "1.6.data": ("digits",),
}
MISSING = "missing"
SETTINGS = {"note", "setup", "input", "id", "question", "layers", "epochs", "learning_rate", "minibatch_size"}


class Pair(TypedDict):
    """A printed number beside the measured one; with the formula of this where it is not the report's own."""

    where: str
    printed: str
    measured: float | str | None
    matches: bool
    formula: NotRequired[str]


class Question(TypedDict):
    question: str
    total: int
    matched: int
    numbers: list[Pair]


class Reproduction(TypedDict):
    """The artifact."""

    total: int
    matched: int
    mismatched: list[Pair]
    questions: dict[str, Question]


def main(
    published: str,
    digits: str,
    components: str,
    one_layer_model: str,
    layers: str,
    networks: list[str],
    reproduction: str,
) -> None:
    measured = {
        "digits": read_json(digits),
        "components": read_json(components),
        "one_layer_model": read_json(one_layer_model),
        "layers": read_json(layers),
    }
    runs: list[NamedRun] = [read_json(path) for path in networks]
    trained = {run["name"]: run for run in runs}
    questions: dict[str, list[Pair]] = {}
    for question, numbers in read_json(published).items():
        if question in QUESTIONS:
            target: Any = measured
            for key in QUESTIONS[question]:
                target = target[key]
            if question == "1.4.d":
                target = {**target, **measured["layers"]["as_first_handed_in"]}
            questions.setdefault(question.replace("data", "a"), []).extend(compare(numbers, target, question))
        elif question == "1.6.runs":
            for run_ in numbers:
                history: object = trained[run_["id"]]["history"] if run_["id"] in trained else MISSING
                questions.setdefault(run_["question"], []).extend(
                    compare(run_["first_20_epochs"], history, f"networks.{run_['id']}")
                )
    pairs = [pair for question in questions.values() for pair in question]
    found: Reproduction = {
        "total": len(pairs),
        "matched": sum(pair["matches"] for pair in pairs),
        "mismatched": [pair for pair in pairs if not pair["matches"]],
        "questions": {
            question: {
                "question": question,
                "total": len(own),
                "matched": sum(pair["matches"] for pair in own),
                "numbers": own,
            }
            for question, own in questions.items()
        },
    }
    write_json(reproduction, found)


def compare(printed: Any, measured: Any, where: str) -> Iterator[Pair]:
    """Each printed number beside the measured one."""
    if isinstance(printed, dict):
        for name in (name for name in printed if name not in SETTINGS):
            if name == "y_rows_2_and_3":  # the scan lost the first row
                yield from compare(printed[name], measured["y"][1:], f"{where}.y[1:]")
            else:
                found = measured if measured == MISSING else measured[name]
                yield from compare(printed[name], found, f"{where}.{name}")
    elif isinstance(printed, list):
        for index, item in enumerate(printed):
            found = measured[index] if measured != MISSING and index < len(measured) else MISSING
            yield from compare(item, found, f"{where}[{index}]")
    elif isinstance(measured, dict):
        (pair,) = compare(printed, measured["value"], where)
        yield {**pair, "formula": measured["formula"]}
    else:
        yield {"where": where, "printed": str(printed), "measured": measured, "matches": same(str(printed), measured)}


def same(printed: str, measured: float | str | None) -> bool:
    """Whether the measured number, rounded to the digits that are printed, is the printed one; null is NaN."""
    expected = Decimal(printed)
    if expected.is_nan() or measured is None:
        return expected.is_nan() and measured is None
    if measured == MISSING:
        return False
    try:
        return Decimal(measured).quantize(expected) == expected
    except InvalidOperation:  # it has more digits before the point than can be compared
        return False


if __name__ == "__main__":
    run(main, snakemake)
