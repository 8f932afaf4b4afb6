"""Facts about scripts/: each experiment's main writes what the design promises, each figure is drawn from that."""

import importlib
import json
import re
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnlib.digits import FEATURES
from nnlib.layers import Linear
from reporting.compose.printed import PrintedError
from reporting.jobs import pdf
from reporting.pipeline.artifacts import ArtifactError, read_json, write_json
from reporting.press.proof import ProofError
from scripts.experiments import components, decay_map, descents, digits, landscape, layers, networks, one_layer_model
from scripts.experiments import step_size_scan as scan
from tests.conftest import ROOT

SPEC: Any = {
    "title": "a tiny network",
    "layers": [f"Linear {FEATURES}x4", "ReLU", "Linear 4x1", "Sigmoid"],
    "scheme": "assignment",
    "loss": "bce",
    "epochs": 3,
    "learning_rate": 0.01,
    "minibatch_size": 5,
}
LOGITS: Any = SPEC | {"layers": SPEC["layers"][:-1], "loss": "bce_with_logits"}
DESCENT: Any = {"start": [3, 2], "step_size": 0.1, "steps": 10, "decay": 1}
KINDS = ("svg", "png", "pdf")  # of a figure's files
METRICS = {"train_loss", "train_accuracy", "test_loss", "test_accuracy"}
Train = Callable[..., dict[str, Any]]


@pytest.fixture
def train(tmp_path: Path) -> Train:
    """The artifact of a network, trained on a few samples that a line can tell apart."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(40, FEATURES))
    y = (x[:, :1] > 0).astype(float)
    np.savez(tmp_path / "digits.npz", train_x=x[:20], train_y=y[:20], test_x=x[20:], test_y=y[20:])

    def run(spec: Any = SPEC, **changed: Any) -> dict[str, Any]:
        networks.main(
            str(tmp_path / "digits.npz"), str(tmp_path / "tiny.json"), name="tiny", spec=spec | changed, seed=1
        )
        return artifact(tmp_path / "tiny.json")

    return run


@pytest.fixture(scope="module")
def minima(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("landscape") / "landscape.json"
    landscape.main(str(path))
    return str(path)


def artifact(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    content = json.loads(text)
    assert text.endswith("}\n")
    assert list(content) == sorted(content)
    assert isinstance(content, dict)
    return content


def test_a_network_has_its_name_its_settings_and_its_history(train: Train) -> None:
    facts = train()
    assert facts["name"] == "tiny"
    assert {key: facts[key] for key in SPEC} == SPEC
    assert set(facts["history"]) == METRICS | {"epoch"}
    assert facts["history"]["epoch"] == [0, 1, 2]
    assert facts["samples"] == {"train": 20, "test": 20, "train_in_minibatches": 20, "test_in_minibatches": 20}
    assert not facts["lost"]
    assert facts["test_loss_not_finite_at_epoch"] is None
    assert all(len(values) == 3 for values in facts["history"].values())
    assert facts["diverged_at_epoch"] is None
    assert facts["poisoned_by"] is None


def test_the_summary_is_that_of_the_history(train: Train) -> None:
    facts = train(epochs=30)
    history, summary = facts["history"], facts["summary"]
    assert summary["final"] == {name: history[name][-1] for name in METRICS}
    assert set(summary["trained"]) == METRICS
    for part, count in (("train", 20), ("test", 20)):
        assert summary["wrong"][part] == pytest.approx(count * (1 - summary["trained"][f"{part}_accuracy"]))
    assert summary["lowest_test_loss"]["loss"] == min(history["test_loss"])
    assert history["test_loss"][summary["lowest_test_loss"]["epoch"]] == min(history["test_loss"])
    assert summary["highest_test_accuracy"]["accuracy"] == max(history["test_accuracy"])
    assert summary["highest_train_accuracy"] == max(history["train_accuracy"])
    assert len(facts["dead_units"]) == 30
    assert facts["hidden_units"] == 4
    assert facts["outputs"] == 1


def test_what_fills_no_minibatch_counts_for_the_trained_network_alone(train: Train) -> None:
    facts = train(minibatch_size=15)
    assert facts["samples"] == {"train": 20, "test": 20, "train_in_minibatches": 15, "test_in_minibatches": 15}
    share = facts["summary"]["final"]["test_accuracy"] * 15
    assert share == pytest.approx(round(share))
    share = facts["summary"]["trained"]["test_accuracy"] * 20
    assert share == pytest.approx(round(share))


def test_zero_weights_of_the_first_layer_do_not_change(train: Train) -> None:
    first, _ = train(scheme="zeros")["changed"]
    assert (first["layer"], first["W"], first["b"]) == (f"Linear {FEATURES}x4", 0, 0)


def test_a_network_that_diverges_is_recorded_as_such(train: Train) -> None:
    facts = train(learning_rate=100)
    epoch = facts["diverged_at_epoch"]
    assert epoch == 0
    assert facts["history"]["train_loss"][epoch] is None
    assert all(len(values) == 3 for values in facts["history"].values())
    poison = facts["poisoned_by"]
    assert poison["epoch"] == 0
    assert 0 <= poison["minibatch"] < 4
    assert poison["label"] in (0, 1)
    assert poison["output"] in (0, 1)
    assert facts["lost"]
    assert facts["summary"]["dead_units"] is None
    assert facts["dead_units"] == [None, None, None]


def test_of_many_outputs_the_one_without_a_gradient_is_the_poison(train: Train) -> None:
    poison = train(layers=[f"Linear {FEATURES}x32", "Sigmoid"], learning_rate=0.5, epochs=5)["poisoned_by"]
    assert poison["output"] in (0, 1)  # elsewhere the gradient is finite


def test_on_logits_the_logit_without_a_gradient_is_the_poison(train: Train) -> None:
    facts = train(LOGITS, learning_rate=1e150)
    assert facts["diverged_at_epoch"] is not None
    assert facts["poisoned_by"] is None or facts["poisoned_by"]["logit"] is None


def test_a_descent_has_its_settings_and_its_whole_path(tmp_path: Path, minima: str) -> None:
    descents.main(minima, str(tmp_path / "a.json"), "first", DESCENT)
    facts = artifact(tmp_path / "a.json")
    assert facts["name"] == "first"
    assert {key: facts[key] for key in DESCENT} == DESCENT
    assert {name: len(values) for name, values in facts["path"].items()} == {"x": 11, "y": 11, "f": 11}
    assert [facts["path"][name][0] for name in "xy"] == DESCENT["start"]
    assert facts["end"] == {name: facts["path"][name][-1] for name in "xyf"}
    assert facts["lowest"]["f"] == min(facts["path"]["f"])


def test_a_descent_that_leaves_every_bound_is_written_with_null_and_drawn(tmp_path: Path, minima: str) -> None:
    descents.main(minima, str(tmp_path / "a.json"), "wild", DESCENT | {"step_size": 10, "steps": 400})
    assert artifact(tmp_path / "a.json")["end"] == {"x": None, "y": None, "f": None}
    draw("figures.descents", tmp_path, landscape=minima, descent=str(tmp_path / "a.json"))


def test_a_descent_that_leaves_every_bound_says_so(tmp_path: Path, minima: str) -> None:
    descents.main(minima, str(tmp_path / "a.json"), "wild", DESCENT | {"step_size": 10, "steps": 400})
    assert any("diverged" in key for key in artifact(tmp_path / "a.json"))


def test_the_landscapes_minima_are_minima_with_the_global_one_first(minima: str) -> None:
    facts = read_json(minima)
    assert facts["global"] == facts["minima"][0]
    assert [minimum["f"] for minimum in facts["minima"]] == sorted(minimum["f"] for minimum in facts["minima"])
    for minimum in facts["minima"]:
        x, y = minimum["x"], minimum["y"]
        assert abs(2 * x - 3 * np.sin(3 * x) + y + 2) < 1e-6
        assert abs(x + 2 * y) < 1e-6
        assert min(minimum["eigenvalues"]) > 0
    assert all(min(saddle["eigenvalues"]) < 0 for saddle in facts["saddles"])


def test_a_scan_has_an_end_for_every_step_size_and_those_that_reach_the_global_minimum(
    tmp_path: Path, minima: str
) -> None:
    spec: Any = {"start": [3, 2], "smallest": 0.01, "largest": 0.4, "count": 40, "steps": 300}
    scan.main(minima, str(tmp_path / "a.json"), spec)
    facts = artifact(tmp_path / "a.json")
    assert len(facts["step_size"]) == len(facts["final_f"]) == 40
    lowest = read_json(minima)["global"]["f"]
    reaches = [s for s, f in zip(facts["step_size"], facts["final_f"], strict=True) if abs(f - lowest) < 1e-6]
    assert facts["reaches_global"]["count"] == len(reaches) > 0
    assert (facts["reaches_global"]["smallest"], facts["reaches_global"]["largest"]) == (reaches[0], reaches[-1])
    assert sum(row["count"] for row in facts["reaches_global"]["crosses_at"]) == len(reaches)


@pytest.mark.parametrize("largest", [0.02, 1000])
def test_a_scan_that_never_reaches_the_global_minimum_is_written_and_drawn(
    tmp_path: Path, minima: str, largest: float
) -> None:
    spec: Any = {"start": [3, 2], "smallest": largest / 2, "largest": largest, "count": 3, "steps": 300}
    scan.main(minima, str(tmp_path / "a.json"), spec)
    assert artifact(tmp_path / "a.json")["reaches_global"]["count"] == 0
    draw("figures.step_size_scan", tmp_path, landscape=minima, scan=str(tmp_path / "a.json"))


def test_a_decay_map_has_its_lowest_end_as_its_best(tmp_path: Path, minima: str) -> None:
    spec: Any = {"start": [3, 2], "largest_step_size": 0.5, "smallest_decay": 0.5, "count": 11, "steps": 10}
    decay_map.main(minima, str(tmp_path / "a.json"), spec)
    facts = artifact(tmp_path / "a.json")
    assert np.shape(facts["final_f"]) == (11, 11)
    assert facts["best"]["f"] == pytest.approx(min(map(min, facts["final_f"])), abs=1e-6)
    assert facts["best"]["step_size"] in facts["step_size"]
    assert facts["best"]["decay"] in facts["decay"]


def test_the_components_gradients_agree_with_finite_differences(tmp_path: Path) -> None:
    components.main(str(tmp_path / "a.json"), {"smallest": 1e-16, "largest": 1, "per_decade": 2, "points": 20}, 12345)
    facts = artifact(tmp_path / "a.json")
    for check in (facts["sigmoid_check"], facts["relu"], facts["bce"]):
        assert (
            check["largest_absolute_error"] == np.abs(np.subtract(check["symbolic"], check["numerical"])).max() < 1e-6
        )
    errors = facts["finite_differences"]
    assert len(errors["eps"]) == 33
    for name in ("forward", "central"):
        assert errors[name]["best"]["error"] == min(errors[name]["error"])
    assert errors["central"]["best"]["error"] < errors["forward"]["best"]["error"]


def test_the_one_layer_models_gradient_is_checked_and_simplifies(tmp_path: Path) -> None:
    one_layer_model.main(str(tmp_path / "a.json"), 7)
    facts = artifact(tmp_path / "a.json")
    assert facts["gradient"] == pytest.approx(facts["simplified"])
    assert facts["check"]["largest_absolute_error"] < 1e-6
    assert facts["check"]["symbolic"] == pytest.approx(facts["check"]["numerical"], abs=1e-6)


def test_the_layers_gradients_are_checked_up_to_the_whole_net(tmp_path: Path) -> None:
    layers.main(str(tmp_path / "a.json"), 7)
    facts = artifact(tmp_path / "a.json")
    assert np.shape(facts["linear"]["y"]) == (3, 7)
    assert np.shape(facts["linear"]["dx"]) == np.shape(facts["linear"]["x"]) == (3, 5)
    assert max(facts["check_grad"].values()) < 1e-4
    handed_in = facts["as_first_handed_in"]["sigmoid_dx"]
    assert handed_in["formula"] == "exp(-x) / (1 + exp(-x))**2"
    assert 0 < abs(handed_in["value"] / facts["check_grad"]["sigmoid_dx"] - 1) < 1e-8
    assert facts["net_largest_absolute_error"] < 1e-6
    assert all(len(found) == len(facts["net_names"]) for found in facts["net"].values())
    assert facts["hidden_layer_net"]["parameters"] == 64 * 32 + 32 + 32 + 1
    assert facts["hidden_layer_net"]["largest_absolute_error"] < 1e-6


def test_a_wrong_gradient_shows_in_the_layers_artifact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Linear.backward
    monkeypatch.setattr(Linear, "backward", lambda layer, x, dy: 1.001 * right(layer, x, dy))
    layers.main(str(tmp_path / "a.json"), 7)
    facts = artifact(tmp_path / "a.json")
    assert facts["net_largest_absolute_error"] > 1e-5
    assert facts["hidden_layer_net"]["largest_relative_error"] > 1e-5
    assert facts["check_grad"]["linear_dx"] > 1e-4


def test_the_digits_are_split_and_described(tmp_path: Path) -> None:
    digits.main(str(tmp_path / "a.npz"), str(tmp_path / "a.json"), 0.25, 3)
    facts = artifact(tmp_path / "a.json")
    with np.load(tmp_path / "a.npz") as samples:
        assert samples["train_x"].shape == (facts["train_samples"], FEATURES) == (449, FEATURES)
        assert samples["test_y"].shape == (facts["test_samples"], 1)
        x = np.concatenate([samples["train_x"], samples["test_x"]])
        assert abs(x.mean()) < 1e-9
        assert x.std() == pytest.approx(1)
    assert facts["digits_labelled_one"] == [0, 4]
    draw_twice("figures.digits", tmp_path, digits=str(tmp_path / "a.json"))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(train: Train, tmp_path: Path) -> None:
    train()
    first = (tmp_path / "tiny.json").read_bytes()
    train()
    assert (tmp_path / "tiny.json").read_bytes() == first
    networks.main(str(tmp_path / "digits.npz"), str(tmp_path / "tiny.json"), name="tiny", spec=SPEC, seed=2)
    assert (tmp_path / "tiny.json").read_bytes() != first


def draw(script: str, folder: Path, **inputs: Any) -> str:
    """The SVG of a figure, which is drawn in each kind."""
    paths = [folder / f"{script}.{kind}" for kind in KINDS]
    main = importlib.import_module(f"scripts.{script}").main
    main(**inputs, **{kind: str(path) for kind, path in zip(KINDS, paths, strict=True)})
    svg, png, pdf = (path.read_bytes() for path in paths)
    text = svg.decode()
    assert re.search(r"<svg [^>]*width=", text)
    assert "<text" not in text
    assert not re.search(r"<dc:date>|\d{4}-\d\d-\d\dT", text)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert min(struct.unpack(">2I", png[16:24])) > 100
    assert pdf.startswith(b"%PDF-")
    assert b"Date" not in pdf
    return text


def draw_twice(script: str, folder: Path, **inputs: Any) -> str:
    """The same, drawn twice to the same bytes."""
    drawn = [
        (draw(script, folder, **inputs), [(folder / f"{script}.{kind}").read_bytes() for kind in KINDS]) for _ in "12"
    ]
    assert drawn[0] == drawn[1]
    return drawn[0][0]


def learning_curves(tmp_path: Path, facts: dict[str, Any]) -> set[str]:
    """The words in the figure of a network whose many seeds did as it did."""
    curves = {name: dict.fromkeys(("low", "median", "high"), values) for name, values in facts["history"].items()}
    (tmp_path / "seeds.json").write_text(json.dumps({"curves": curves, "count": 20, "band": 0.8}))
    paths = {"network": str(tmp_path / "tiny.json"), "seeds": str(tmp_path / "seeds.json")}
    return words((draw_twice if len(facts["history"]["epoch"]) == 1 else draw)("figures.networks", tmp_path, **paths))


@pytest.mark.parametrize("changed", [{}, {"learning_rate": 100}, {"learning_rate": 0.5, "epochs": 60}, {"epochs": 1}])
def test_the_figure_of_a_network_says_whether_it_diverged(
    train: Train, tmp_path: Path, changed: dict[str, Any]
) -> None:
    facts = train(**changed)
    said = any(text.startswith("NaN from epoch") for text in learning_curves(tmp_path, facts))
    assert said == (facts["diverged_at_epoch"] is not None)


def words(svg: str) -> set[str]:
    """The texts of a figure, which Matplotlib leaves in comments beside their outlines."""
    return {text.strip() for text in re.findall(r"<!--(.*?)-->", svg, re.DOTALL)}


def test_the_other_figures_are_drawn_and_the_same_twice(tmp_path: Path, minima: str) -> None:
    draw_twice("figures.landscape", tmp_path, landscape=minima)
    descents.main(minima, str(tmp_path / "a.json"), "first", DESCENT)
    draw_twice("figures.descents", tmp_path, landscape=minima, descent=str(tmp_path / "a.json"))
    spec: Any = {"start": [3, 2], "smallest": 0.1, "largest": 0.2, "count": 5, "steps": 100}
    scan.main(minima, str(tmp_path / "scan.json"), spec)
    draw_twice("figures.step_size_scan", tmp_path, landscape=minima, scan=str(tmp_path / "scan.json"))
    ends: Any = {"start": [3, 2], "largest_step_size": 0.5, "smallest_decay": 0.5, "count": 11, "steps": 10}
    decay_map.main(minima, str(tmp_path / "map.json"), ends)
    draw_twice(
        "figures.decay_map",
        tmp_path,
        landscape=minima,
        decay_map=str(tmp_path / "map.json"),
        descent=str(tmp_path / "a.json"),
    )


def test_the_components_figures_are_drawn_and_the_same_twice(tmp_path: Path) -> None:
    from scripts.figures import components as figure_components

    components.main(str(tmp_path / "a.json"), {"smallest": 1e-16, "largest": 1, "per_decade": 2, "points": 20}, 1)
    drawn = []
    for number in "12":
        paths = [tmp_path / f"{number}{name}" for name in ("a.svg", "a.png", "a.pdf", "b.svg", "b.png", "b.pdf")]
        figure_components.main(str(tmp_path / "a.json"), *map(str, paths))
        drawn.append([path.read_bytes() for path in paths])
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize(
    "name",
    [
        "basins",
        "decay_map",
        "descents",
        "digits",
        "equal_weights",
        "gradient_flow",
        "landscape",
        "networks",
        "rate_scan",
        "step_size_scan",
        "sweep",
    ],
)
def test_a_figure_of_a_broken_artifact_is_a_message_that_names_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"a": ')
    main = importlib.import_module(f"scripts.figures.{name}").main
    inputs = [key for key in main.__annotations__ if key not in (*KINDS, "return")]
    with pytest.raises(ArtifactError, match=re.escape(f"{path}: not valid JSON")):
        main(**dict.fromkeys(inputs, str(path)), **{kind: str(tmp_path / f"a.{kind}") for kind in KINDS})
    assert list(tmp_path.iterdir()) == [path]


class Named(list[str]):
    """Files as Snakemake gives them: in order, and by name."""

    def __init__(self, **files: str) -> None:
        super().__init__(files.values())
        self.files = files

    def keys(self) -> Any:
        return self.files.keys()

    def __getitem__(self, key: Any) -> Any:
        return self.files[key]


def test_no_script_runs_anything_when_it_is_imported() -> None:
    rooms = [
        "scripts",
        "benchmarks",
        *(f"reporting/{path.parent.name}" for path in ROOT.glob("reporting/*/__init__.py")),
    ]
    paths = [path for room in rooms for path in sorted((ROOT / room).rglob("[!_]*.py"))]
    assert len(paths) > 80
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths]
    program = f"import importlib\nfor name in {names}: importlib.import_module(name)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_pdf_that_is_not_proven_leaves_the_last_one(tmp_path: Path) -> None:
    rubric = {"longest_body": 1, "points": {"1.1.a": 1}}
    source, target = tmp_path / "report.html", tmp_path / "report.pdf"
    style = '@page { margin: 25mm } body { font-family: "Source Serif 4" }'
    head = f'<html lang="en"><head><title>A</title><style>{style}</style></head>'
    source.write_text(f"{head}<body><h3>1.1.a It is 1 point</h3></body></html>", encoding="utf-8")
    citations = tmp_path / "citations.json"
    run = {"name": "1.1.a", "runs": ["1.1.a It is 1 point"]}
    cited: dict[str, Any] = {
        "values": [],
        "claims": [],
        "sentences": [],
        "passages": [run],
        "heads": [],
        "pictures": [],
    }
    write_json(citations, {**cited, "made": {"on": {}}})
    write_json(fonts := tmp_path / "fonts.json", {"style_sheet": "<style>", "unpacked": "<style>", "characters": ""})
    pdf.main(str(source), str(fonts), str(citations), [], [], str(target), rubric)
    before = target.read_bytes()
    write_json(tmp_path / "more.json", {**cited, "pictures": ["one"], "made": {"on": {}}})
    with pytest.raises(PrintedError, match=r"^the PDF shows 0 pictures where the text has 1$"):
        pdf.main(str(source), str(fonts), str(tmp_path / "more.json"), [], [], str(target), rubric)
    for name in ("more.json", ".more.json.seal"):
        (tmp_path / name).unlink()
    for rubric, message in (
        ({"longest_body": 1, "points": {"1.1.a": 1, "1.1.b": 2}}, r"^question 1\.1\.b, with 2 points, is in the PDF 0"),
        ({"longest_body": 0, "points": {"1.1.a": 1}}, "^the body has 1 pages, at most 0 are allowed"),
    ):
        with pytest.raises(ProofError, match=message):
            pdf.main(str(source), str(fonts), str(citations), [], [], str(target), rubric)
        assert target.read_bytes() == before
        names = ["citations.json", "fonts.json", "report.html", "report.pdf"]
        seals = [f".{name}.seal" for name in names if name != "report.html"]
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names, *seals])
