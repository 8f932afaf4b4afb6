"""Facts about pipeline/settings: what is wrong with a configuration is said in a line that names the key."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reporting.pipeline import settings as module
from reporting.pipeline.settings import SCHEMA, ConfigurationError, load, read, read_rubric, schema_faults
from tests.conftest import ROOT

REAL = ROOT / "config" / "config.yaml"
TEXT = REAL.read_text(encoding="utf-8")
RUBRIC = REAL.with_name("rubric.yaml").read_text(encoding="utf-8")
RATE, STEP, TITLE = "learning_rate: 0.01", "step_size: 0.1,", "title: Gradient descent and neural networks from scratch"
LAYERS = "layers: [Linear 64x32, ReLU, Linear 32x1, Sigmoid]"
TWICE = "{title: first run, start: [3, 2], step_size: 0.1, steps: 10, decay: 1}"
OTHER = "{title: another, start: [3, 2], step_size: 0.11, steps: 10, decay: 1}\n  first: {"
SWEPT = "sweep:\n  layers: [Linear 64x32, ReLU, Linear 32x1]"
NETWORK_KEYS = "title, layers, scheme, loss, epochs, learning_rate, minibatch_size"
NAME = "a name must be a-z, 0-9 and _, and start with a letter"
ONE_LINE = "must be one line of text, of 1 to 200 characters, none of them invisible"

# What is replaced in the real configuration, by what, and the line that follows.
FAULTS = [
    (
        RATE,
        f"{RATE}\n    lerning_rate: 1",
        f"networks.two_layer.lerning_rate: unknown key; did you mean learning_rate? (allowed: {NETWORK_KEYS})",
    ),
    (RATE, f"{RATE}\n    zzz: 1", f"networks.two_layer.zzz: unknown key (allowed: {NETWORK_KEYS})"),
    (
        "seed: 12345",
        "seed: 12345\nsead: 1",
        "sead: unknown key; did you mean seed? (allowed: …",
    ),
    ("    scheme: assignment\n", "", "networks.two_layer.scheme: missing"),
    ("seed: 12345\n", "", "seed: missing"),
    (f"  {TITLE}\n", "", "report.title: missing"),
    (RATE, "learning_rate: .nan", "networks.two_layer.learning_rate: is nan, must be a number that is finite"),
    (RATE, "learning_rate: .inf", "networks.two_layer.learning_rate: is inf, must be a number that is finite"),
    (RATE, "learning_rate: -.Inf", "networks.two_layer.learning_rate: is -inf, must be a number that is finite"),
    (RATE, "learning_rate: 1e999", "networks.two_layer.learning_rate: is inf, must be a number that is finite"),
    (RATE, "learning_rate: 0", "networks.two_layer.learning_rate: is 0, must be greater than 0"),
    (RATE, "learning_rate: -0.01", "networks.two_layer.learning_rate: is -0.01, must be greater than 0"),
    (RATE, "learning_rate: no", "networks.two_layer.learning_rate: is 'no', must be a number that is finite"),
    (RATE, "learning_rate: true", "networks.two_layer.learning_rate: is True, must be a number that is finite"),
    (RATE, "learning_rate: [0.01]", "networks.two_layer.learning_rate: is [0.01], must be a number that is finite"),
    (RATE, "learning_rate:", "networks.two_layer.learning_rate: is None, must be a number that is finite"),
    ("epochs: 20", "epochs: 2.0", "networks.two_layer.epochs: is 2.0, must be an integer"),
    ("epochs: 20", "epochs: 1e3", "networks.two_layer.epochs: is 1000.0, must be an integer"),
    ("epochs: 20", "epochs: 0", "networks.two_layer.epochs: is 0, must be at least 1"),
    ("epochs: 20", "epochs: -1", "networks.two_layer.epochs: is -1, must be at least 1"),
    ("epochs: 20", 'epochs: "20"', "networks.two_layer.epochs: is '20', must be an integer"),
    ("epochs: 20", "epochs: yes", "networks.two_layer.epochs: is 'yes', must be an integer"),
    ("epochs: 20", "epochs: false", "networks.two_layer.epochs: is False, must be an integer"),
    ("minibatch_size: 15", "minibatch_size: 0", "networks.two_layer.minibatch_size: is 0, must be at least 1"),
    ("minibatch_size: 15", "minibatch_size: -15", "networks.two_layer.minibatch_size: is -15, must be at least 1"),
    ("minibatch_size: 15", "minibatch_size: 15.0", "networks.two_layer.minibatch_size: is 15.0, must be an integer"),
    (
        "minibatch_size: 15",
        "minibatch_size: 899",
        "networks.two_layer.minibatch_size: is 899, must be at most 898…",
    ),
    (
        LAYERS,
        "layers: [Linear 64x32, ReLU, Linear 31x1, Sigmoid]",
        "networks.two_layer.layers: Linear 64x32 gives 32 features, Linear 31x1 takes 31",
    ),
    (
        LAYERS,
        "layers: [Linear 63x32, ReLU, Linear 32x1, Sigmoid]",
        "networks.two_layer.layers: the first is Linear 63x32, must be Linear 64xO: a digit has 64 features",
    ),
    (
        LAYERS,
        "layers: [ReLU, Linear 64x1, Sigmoid]",
        "networks.two_layer.layers: the first is ReLU, must be Linear 64xO: a digit has 64 features",
    ),
    (
        LAYERS,
        "layers: [Linear 64x32, Tanh, Linear 32x1, Sigmoid]",
        "networks.two_layer.layers.1: is 'Tanh', must be one of Linear IxO (as in Linear 64x32), ReLU, Sigmoid",
    ),
    (
        LAYERS,
        "layers: [Linear 64x0, ReLU, Linear 32x1, Sigmoid]",
        "networks.two_layer.layers.0: is 'Linear 64x0', must be one of Linear IxO (as in Linear 64x32), ReLU, Sigmoid",
    ),
    (
        LAYERS,
        "layers: [Linear 64x32, relu, Linear 32x1, Sigmoid]",
        "networks.two_layer.layers.1: is 'relu', must be one of Linear IxO (as in Linear 64x32), ReLU, Sigmoid",
    ),
    (LAYERS, "layers: Linear 64x1", "networks.two_layer.layers: is 'Linear 64x1', must be an array"),
    (LAYERS, "layers: []", "networks.two_layer.layers: has 0 items, must have at least 1"),
    (
        "scheme: assignment",
        "scheme: he",
        "networks.two_layer.scheme: is 'he', must be one of assignment, glorot, zeros…",
    ),
    ("loss: bce", "loss: mse", "networks.two_layer.loss: is 'mse', must be one of bce, bce_with_logits"),
    (
        "loss: bce",
        "loss: bce_with_logits",
        "networks.two_layer.loss: bce_with_logits takes logits, but the last layer is Sigmoid; end with a Linear",
    ),
    (
        LAYERS,
        "layers: [Linear 64x1]",
        "networks.two_layer.loss: bce takes probabilities, but the last layer is Linear 64x1; end with Sigmoid",
    ),
    (STEP, "step_size: 0,", "descents.first.step_size: is 0, must be greater than 0"),
    (STEP, "step_size: -0.1,", "descents.first.step_size: is -0.1, must be greater than 0"),
    (STEP, "step_size: .nan,", "descents.first.step_size: is nan, must be a number that is finite"),
    ("steps: 10", "steps: 0", "descents.first.steps: is 0, must be at least 1"),
    ("decay: 1}", "decay: 1.5}", "descents.first.decay: is 1.5, must be at most 1"),
    ("decay: 1}", "decay: 0}", "descents.first.decay: is 0, must be greater than 0"),
    ("start: [3, 2]", "start: [3]", "descents.first.start: has 1 items, must have at least 2"),
    ("start: [3, 2]", "start: [3, 2, 1]", "descents.first.start: has 3 items, must have at most 2"),
    ("start: [3, 2]", "start: [3, .inf]", "descents.first.start.1: is inf, must be a number that is finite"),
    (
        "  tuned:",
        f"  first_again: {TWICE}\n  tuned:",
        "descents.first_again: has the settings of descents.first; a run is given once",
    ),
    ("  first: {", f"  First: {OTHER}", f"descents.First: {NAME}"),
    ("  first: {", f"  a-b: {OTHER}", f"descents.a-b: {NAME}"),
    ("  first: {", f"  ../a: {OTHER}", f"descents.../a: {NAME}"),
    ("  first: {", f"  1: {OTHER}", f"descents.1: {NAME}"),
    ("train_fraction: 0.5", "train_fraction: 1", "digits.train_fraction: is 1, must be less than 1"),
    ("train_fraction: 0.5", "train_fraction: 0", "digits.train_fraction: is 0, must be greater than 0"),
    ("smallest: 0.001", "smallest: 0.5", "step_size_scan.smallest: is 0.5, must be less than largest, which is 0.45"),
    ("smallest: 1.0e-16", "smallest: 1", "finite_differences.smallest: is 1, must be less than largest, which is 1"),
    ("count: 450", "count: 1", "step_size_scan.count: is 1, must be at least 2"),
    ("seed: 12345", "seed: -1", "seed: is -1, must be at least 0"),
    ("seed: 12345", "seed: 12345.5", "seed: is 12345.5, must be an integer"),
    ('group: "31"', "group: 31", "report.group: is 31, must be a string"),
    ('group: "31"', 'group: ""', f"report.group: is '', {ONE_LINE}"),
    (TITLE, 'title: "two\\nlines"', f"report.title: is 'two\\nlines', {ONE_LINE}"),
    (TITLE, f"title: {201 * 'x'}", f"report.title: is '{57 * 'x'}...', {ONE_LINE}"),
    (
        "authors: [Daan Brugmans, Maximilian Pohl]",
        "authors: Daan Brugmans",
        "report.authors: is 'Daan Brugmans', must be an array",
    ),
    ("authors: [Daan Brugmans, Maximilian Pohl]", "authors: []", "report.authors: has 0 items, must have at least 1"),
    ("date: 2023-09-24", "date: 2023-02-30", "report.date: is '2023-02-30', must be a date"),
    ("date: 2023-09-24", "date: today", "report.date: is 'today', must be a date"),
    (
        LAYERS,
        "layers: [Linear 64x1000, Sigmoid]",
        "networks.two_layer.layers.0: is 'Linear 64x1000', must be one of Linear IxO (as in Linear 64x32)…",
    ),
    (LAYERS, f"layers: [{', '.join(21 * ['ReLU'])}]", "networks.two_layer.layers: has 21 items, must have at most 20"),
    ("\nseeds: 20", "\nseeds: 19", "seeds: is 19, must be at least 20"),
    ("\nseeds: 20", "\nseeds: 20.0", "seeds: is 20.0, must be an integer"),
    ("depth: 10, seeds: 20", "depth: 1, seeds: 20", "gradient_flow.depth: is 1, must be at least 2"),
    ("depth: 10, seeds: 20", "depth: 10, seeds: 2", "gradient_flow.seeds: is 2, must be at least 20"),
    ("  seeds: 20", "  seeds: 1", "sweep.seeds: is 1, must be at least 20"),
    (
        SWEPT,
        "sweep:\n  layers: [Linear 64x32, ReLU, Linear 31x1]",
        "sweep.layers: Linear 64x32 gives 32 features, Linear 31x1 takes 31",
    ),
    (
        SWEPT,
        f"sweep:\n  {LAYERS}",
        "sweep.loss: bce_with_logits takes logits, but the last layer is Sigmoid; end with a Linear",
    ),
    ("learning_rates: [0.001,", "learning_rates: [0,", "sweep.learning_rates.0: is 0, must be greater than 0"),
    (
        "learning_rates: [0.001, 0.003, 0.01, 0.03, 0.05, 0.1, 0.3]",
        "learning_rates: []",
        "sweep.learning_rates: has 0…",
    ),
    ("[0.001, 0.003, 0.01,", "[0.003, 0.001, 0.01,", "sweep.learning_rates: must rise, each given once"),
    ("minibatch_sizes: [1,", "minibatch_sizes: [0,", "sweep.minibatch_sizes.0: is 0, must be at least 1"),
    ("15, 40, 100]\n", "15, 40, 180]\n", "sweep.minibatch_sizes.5: is 180, must be at most 179…"),
    (
        "reference: {learning_rates: [0.01, 0.03], minibatch_size: 15}",
        "reference: {learning_rates: [0.01, 0.03], minibatch_size: 0}",
        "sweep.reference.minibatch_size: is 0, must be at least 1",
    ),
    (
        "reference: {learning_rates: [0.01, 0.03], minibatch_size: 15}",
        "reference: {learning_rates: [0.01, 0.02], minibatch_size: 15}",
        "sweep.reference.learning_rates.1: is 0.02, must be one of sweep.learning_rates",
    ),
    (
        "reference: {learning_rates: [0.01, 0.03], minibatch_size: 15}",
        "reference: {learning_rates: [0.01, 0.03], minibatch_size: 16}",
        "sweep.reference.minibatch_size: is 16, must be one of sweep.minibatch_sizes",
    ),
    (
        "deep: [Linear 64x64,",
        "deep: [Linear 64x63,",
        "tuned.deep: Linear 64x63 gives 63 features, Linear 64x64 takes 64",
    ),
    (
        "one_output: {layers: [Linear 64x1, Sigmoid], loss: bce}",
        "one_output: {layers: [Linear 64x1], loss: bce}",
        "rate_scan.networks.one_output.loss: bce takes probabilities, but the last layer is Linear 64x1…",
    ),
    ("window: 50", "window: 600", "equal_weights.window: is 600, must be less than epochs, which is 600"),
    ("after: [20, 200]", "after: [20, 700]", "equal_weights.after: is 700, must be less than epochs, which is 600"),
    ("after: [0, 2, 10]", "after: [2, 0, 10]", "gradient_noise.after: must rise"),
    ("fall: 0.01", "fall: 1", "equal_weights.fall: is 1, must be less than 1"),
    ("validation_fraction: 0.2", "validation_fraction: 1", "sweep.validation_fraction: is 1, must be less than 1"),
    (
        "{first: one_layer, second: one_layer_single",
        "{first: one_layers, second: one_layer_single",
        "comparisons.outputs.first: there is no network one_layers; did you mean one_layer?",
    ),
    (
        "{first: two_layer_minibatch_20, second: one_layer_single",
        "{first: two_layer, second: one_layer_single",
        "comparisons.hidden_layer: the two differ in layers, minibatch_size, must differ in one setting",
    ),
    (
        "{first: two_layer_logits, second: two_layer_fast_logits",
        "{first: two_layer_logits, second: two_layer_logits",
        "comparisons.faster: the two differ in nothing, must differ in one setting",
    ),
    (
        "second: one_layer_single, metric: test_accuracy}",
        "second: x, metric: test_accuracy}",
        "comparisons.hidden_layer.second: there is no network x",
    ),
    (
        "second: one_layer_single, metric: test_accuracy}",
        "second: one_layer_single, metric: speed}",
        "comparisons.hidden_layer.metric: is 'speed', must be one of train_loss, train_accuracy, test_loss, …",
    ),
]

# Text for the whole file, and what the line says after the path.
NOT_SETTINGS = [
    ("", ": the file: is None, must be an object"),
    ("# nothing\n", ": the file: is None, must be an object"),
    ("- a\n- b\n", r": the file: is \['a', 'b'\], must be an object"),
    ("words", ": the file: is 'words', must be an object"),
    (TEXT.replace("seed: 12345", "seed: 12345\nseed: 12345"), ", line 13: the key seed is given twice"),
    (TEXT + "  two_layer: {}\n", r", line \d+: the key two_layer is given twice"),
    (TEXT.replace("  course", "\tcourse"), r", line \d+: not valid YAML: .+"),
    (TEXT.replace("seed:", "seed"), r", line \d+: not valid YAML: .+"),
    (TEXT.replace("[3, 2]", "[3, 2", 1), r", line \d+: not valid YAML: .+"),
    ("seed: &a [*a]", ": not valid YAML: .+"),
    ("a: &a {b: *a}", ": not valid YAML: .+"),
    ("a: *b", ", line 1: not valid YAML: .+"),
    ("a: !!python/object:os.system {}", ", line 1: not valid YAML: .+"),
    ("a: !thing {}", ", line 1: not valid YAML: .+"),
    ("a: !!set {b, c}", ": not valid YAML: .+"),
    ("? [a, b]\n: c", ": not valid YAML: .+"),
    ("a: 1\n---\nb: 2\n", r", line \d: not valid YAML: .+"),
    ("a: \0", ": not valid YAML: .+"),
    ("[" * 5000, ": not valid YAML: .+"),
    ("a: " + "9" * 5000, ": not valid YAML: .+"),
]


@pytest.fixture(autouse=True, scope="module")
def schema_once() -> Iterator[None]:
    """Read the schema, which is not what is edited here, once for all."""
    with pytest.MonkeyPatch.context() as patch:
        schema = load(SCHEMA)
        patch.setattr(module, "load", lambda path: schema if path == SCHEMA else load(path))
        yield


def lines_about(path: Path) -> list[str]:
    """The lines that refuse the configuration at a path."""
    with pytest.raises(ConfigurationError) as caught:
        read(path)
    return str(caught.value).split("\n")


def edited(tmp_path: Path, old: str, new: str) -> Path:
    """The real configuration with one thing replaced: the first of the networks, or else of the whole."""
    before, mark, networks = TEXT.partition("\nnetworks:\n")
    if old in networks:
        networks = networks.replace(old, new, 1)
    else:
        assert old in before
        before = before.replace(old, new, 1)
    path = tmp_path / "config.yaml"
    path.write_text(before + mark + networks, encoding="utf-8")
    return path


def test_the_real_configuration_is_valid_and_plain_data() -> None:
    configuration = read(REAL)
    assert configuration["report"]["date"] == "2023-09-24"
    assert configuration["networks"]["two_layer"]["learning_rate"] == 0.01


@pytest.mark.parametrize(("old", "new", "line"), FAULTS, ids=[line for *_, line in FAULTS])
def test_a_fault_is_one_line_that_names_the_key_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, line: str
) -> None:
    path = edited(tmp_path, old, new)
    (said,) = lines_about(path)
    expected = f"{path}: {line}"
    assert said.startswith(expected[:-1]) if line.endswith("…") else said == expected


@pytest.mark.parametrize(("text", "line"), NOT_SETTINGS, ids=[text[:20] for text, _ in NOT_SETTINGS])
def test_what_is_not_a_mapping_in_yaml_is_one_line(tmp_path: Path, text: str, line: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    (said,) = lines_about(path)
    assert re.fullmatch(re.escape(str(path)) + line, said), said


@pytest.mark.parametrize(
    "content", [b"title: \xff\xfe", TEXT.encode("utf-16"), "título: 1".encode("latin-1")], ids=["ff", "utf16", "latin1"]
)
def test_text_that_is_not_utf8_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    assert lines_about(path) == [f"{path}: not UTF-8 text"]


def test_a_missing_file_and_a_folder_are_one_line(tmp_path: Path) -> None:
    assert lines_about(tmp_path / "none.yaml") == [f"{tmp_path}/none.yaml: No such file or directory"]
    assert lines_about(tmp_path) == [f"{tmp_path}: Is a directory"]


def test_faults_are_lines_in_the_order_of_their_keys(tmp_path: Path) -> None:
    path = edited(tmp_path, "steps: 10", "steps: 0")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("seed: 12345", "seed: x").replace("count: 121", "count: 1"), encoding="utf-8")
    assert [line.removeprefix(f"{path}: ").split(":")[0] for line in lines_about(path)] == [
        "seed",
        "descents.first.steps",
        "basins.count",
    ]


def test_a_misspelt_key_is_one_fault_and_another_that_is_missing_another(tmp_path: Path) -> None:
    (line,) = lines_about(edited(tmp_path, "seed: 12345", "sead: 12345"))
    assert "sead: unknown key; did you mean seed?" in line
    first, second = lines_about(edited(tmp_path, "seed: 12345", "zzz: 12345"))
    assert "zzz: unknown key (allowed: " in first
    assert second.endswith(": seed: missing")


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [(RATE, "learning_rate: 1e-3", 0.001), (RATE, "learning_rate: 1.E-3", 0.001), (RATE, "learning_rate: 1", 1)],
)
def test_a_number_in_any_notation_is_a_number(tmp_path: Path, old: str, new: str, value: float) -> None:
    assert read(edited(tmp_path, old, new))["networks"]["two_layer"]["learning_rate"] == value


@pytest.mark.parametrize("word", ["no", "on", "off", "yes", "2023-01-01", "12:30", "~x"])
def test_a_word_stays_the_text_that_it_is(tmp_path: Path, word: str) -> None:
    assert read(edited(tmp_path, TITLE, f"title: {word}"))["report"]["title"] == word


def test_the_largest_possible_minibatch_is_allowed(tmp_path: Path) -> None:
    read(edited(tmp_path, "minibatch_size: 15", "minibatch_size: 898"))


def test_another_name_is_no_fault_of_a_run_and_its_settings_decide_whether_it_is_another(tmp_path: Path) -> None:
    read(
        edited(
            tmp_path,
            "  tuned:",
            "  first_again: {title: again, start: [3, 2], step_size: 0.1, steps: 11, decay: 1}\n  tuned:",
        )
    )


def test_an_anchor_gives_its_settings_to_another_run(tmp_path: Path) -> None:
    path = edited(tmp_path, "  two_layer:\n", "  two_layer: &a\n")
    path.write_text(path.read_text() + "  longer: {<<: *a, title: longer, epochs: 21}\n")
    networks = read(path)["networks"]
    assert networks["longer"] == {**networks["two_layer"], "title": "longer", "epochs": 21}


@pytest.mark.parametrize("old", [RATE, "epochs: 20", "seed: 12345"])
def test_an_integer_past_all_bounds_is_refused(tmp_path: Path, old: str) -> None:
    lines_about(edited(tmp_path, old, f"{old.split(':')[0]}: {400 * '9'}"))


@pytest.mark.parametrize("value", ["!!bool maybe", "!!int ''"])
def test_a_value_that_does_not_fit_its_tag_is_explained(tmp_path: Path, value: str) -> None:
    valid_or_explained(edited(tmp_path, "seed: 12345", f"seed: {value}"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (TITLE, 'title: "a\\n"'),
        ("  tuned:", '  "a\\n": {title: again, start: [3, 2], step_size: 0.1, steps: 11, decay: 1}\n  tuned:'),
    ],
)
def test_a_line_break_at_the_end_of_a_name_or_a_text_is_refused(tmp_path: Path, old: str, new: str) -> None:
    lines_about(edited(tmp_path, old, new))


def test_a_key_with_a_line_break_is_one_line(tmp_path: Path) -> None:
    (_,) = lines_about(edited(tmp_path, "seed: 12345", 'seed: 12345\n"a\\nb": 1'))


def test_a_run_is_a_duplicate_however_its_numbers_are_written(tmp_path: Path) -> None:
    again = "  first_again: {title: again, start: [3.0, 2], step_size: 0.1, steps: 10, decay: 1.0}\n  tuned:"
    (_,) = lines_about(edited(tmp_path, "  tuned:", again))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", ": must have longest_answer (int), longer_answers (dict), longest_body (int), derivations (list)"),
        ("- a", ": must have longest_answer (int), longer_answers (dict), longest_body (int), derivations (list)"),
        (RUBRIC.replace("longest_body: 24", ""), ": must have longest_answer (int), longer_answers (dict)"),
        (RUBRIC.replace("longest_answer: 80", "longest_answer: 80.0"), ": must have longest_answer (int)"),
        (f"{RUBRIC}\nmore: 1", ": must have longest_answer (int)"),
        (RUBRIC.replace("1.1.a: 1", "1.1.a: one"), ": points.1.1.a: is 'one', must be an integer, at least 0"),
        (RUBRIC.replace("1.1.a: 1", "1.1.a: -1"), ": points.1.1.a: is -1, must be an integer, at least 0"),
        (RUBRIC.replace("1.1.a: 1", "1.1.a: true"), ": points.1.1.a: is True, must be an integer, at least 0"),
        (RUBRIC.replace("1.1.a: 1", "1.1.a: 0.5"), ": points.1.1.a: is 0.5, must be an integer, at least 0"),
        (RUBRIC.replace("1.7.c: 140", "1.7.c: -1"), ": longer_answers.1.7.c: is -1, must be an integer, at least 0"),
        (RUBRIC.replace("1.7.c: 140", "1.7.d: 140"), ": longer_answers: '1.7.d' is no question of points"),
        (RUBRIC.replace("[1.2.a,", "[[1.2.a],"), ": derivations: ['1.2.a'] is no question of points"),
        (RUBRIC.replace("1.1.b: 0", "1.1.a: 0"), ", line 9: the key 1.1.a is given twice"),
    ],
)
def test_a_broken_rubric_is_one_line(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "rubric.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_rubric(path)
    assert str(caught.value).startswith(f"{path}{said}")
    assert "\n" not in str(caught.value)


def test_the_real_rubric_has_40_questions_with_45_points() -> None:
    points = read_rubric(REAL.with_name("rubric.yaml"))["points"]
    assert (len(points), sum(points.values())) == (40, 45)


@pytest.mark.parametrize(
    ("schema", "value", "line"),
    [
        ({"propertyNames": {"pattern": "^a"}}, {"b": 1}, "b: a name must match ^a"),
        ({"properties": {"a": {"pattern": "^a"}}}, {"a": "b"}, "a: is 'b', must match ^a"),
        ({"properties": {"a": {"enum": [1, 2]}}}, {"a": 3}, "a: is 3, must be one of 1, 2"),
        ({"additionalProperties": False}, {"a": 1}, "a: unknown key (allowed: none)"),
        ({"required": ["a"]}, {}, "a: missing"),
    ],
)
def test_a_schema_of_ones_own_is_explained_too(schema: dict[str, Any], value: Any, line: str) -> None:
    assert list(schema_faults(value, schema)) == [line]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to everything inside a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


VALID = load(REAL)
PLACES = list(places(VALID))
LETTERS = st.characters(exclude_categories=("C", "Z"))
WORDS = st.text(LETTERS, max_size=8) | st.sampled_from(
    ["", "no", "ReLU", "Sigmoid", "Linear 64x1", "Linear 1x64", "a", "0.5"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)


@st.composite
def mutations(draw: st.DrawFn) -> dict[str, Any]:
    """The valid configuration with one thing replaced, removed, added or renamed."""
    result = copy.deepcopy(VALID)
    *way, last = draw(st.sampled_from(PLACES))
    parent: Any = result
    for key in way:
        parent = parent[key]
    match draw(st.sampled_from(["replace", "remove", "add", "rename"])):
        case "replace":
            parent[last] = draw(JSON)
        case "remove":
            del parent[last]
        case "add" if isinstance(parent, list):
            parent.append(draw(JSON))
        case "add":
            parent[draw(WORDS)] = draw(JSON)
        case "rename" if isinstance(parent, dict):
            parent[draw(WORDS)] = parent.pop(last)
    return result  # type: ignore[no-any-return]


def valid_or_explained(path: Path) -> bool:
    """Whether it is valid."""
    try:
        read(path)
    except ConfigurationError as error:
        for line in str(error).split("\n"):
            assert line.startswith((f"{path}: ", f"{path}, line ")), line
            assert len(line) < 1000
        return False
    return True


def explain_mutation(folder: Path, mutation: dict[str, Any]) -> bool:
    path = folder / "config.yaml"
    path.write_text(json.dumps(mutation, ensure_ascii=False), encoding="utf-8")  # JSON is YAML
    return valid_or_explained(path)


anywhere = HealthCheck.function_scoped_fixture, HealthCheck.too_slow


@settings(max_examples=20, suppress_health_check=anywhere)
@given(mutations())
def test_a_configuration_changed_at_random_is_valid_or_explained(tmp_path: Path, mutation: dict[str, Any]) -> None:
    explain_mutation(tmp_path, mutation)


@pytest.mark.soak
@settings(max_examples=500, suppress_health_check=anywhere)
@given(mutations())
def test_each_of_500_configurations_broken_at_random_is_explained(tmp_path: Path, mutation: dict[str, Any]) -> None:
    assume(not explain_mutation(tmp_path, mutation))  # what is still valid does not count


@settings(max_examples=200, suppress_health_check=anywhere)
@given(st.text(alphabet="ab:-?!&*#|>%@`\"'[]{}, \n\t01.~<=", max_size=30))
def test_any_text_is_explained(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    lines_about(path)
