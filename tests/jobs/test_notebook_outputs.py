"""Facts about jobs/notebook_outputs: cells are executed in a fresh kernel, and what they compute is compared."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from reporting.cite.values import Values
from reporting.jobs import notebook_outputs
from reporting.jobs.notebook_outputs import NotebookError, compare, execute
from tests.conftest import Project

FACTS = {"run": {"loss": [0.5, None], "n": 3, "name": "a", "done": True}, "runs/b": {"x": 1.0}}
START = ("start", "import numpy as np\nresults = {}")


def executed(*cells: tuple[str, str]) -> Any:
    return asyncio.run(execute(dict([START, *cells]), Values(FACTS)))


def test_outputs_are_those_of_a_fresh_kernel_and_results_are_compared_exactly() -> None:
    cells = [
        ("one", 'print("a"); results["run"] = {"loss": np.array([0.5, np.nan]), "n": np.int64(3)}\nprint("b")'),
        ("two", 'results["runs.b.x"] = 1\n2 + 2'),
        (
            "three",
            "import os\nprint('PYTHONPATH' in os.environ, os.listdir('.') == os.listdir(os.environ['IPYTHONDIR']))",
        ),
    ]
    found, computed = executed(*cells)
    assert found["start"] == []
    assert found["one"] == [{"output_type": "stream", "name": "stdout", "text": "a\nb\n"}]
    assert found["two"][0]["data"] == {"text/plain": "4"}
    assert found["three"][0]["text"] == "False True\n"
    assert computed == {"run": {"cell": "one", "numbers": 3}, "runs.b.x": {"cell": "two", "numbers": 1}}


def test_a_mismatch_names_the_cell_the_path_and_both_values() -> None:
    with pytest.raises(NotebookError) as caught:
        executed(("fine", 'results["run.n"] = 3'), ("second", 'results["run.loss"] = [0.5000000000000001, None]'))
    assert str(caught.value) == "cell 'second': run.loss[0] is 0.5000000000000001, in the artifact 0.5"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("1 / 0", "^cell 'bad': ZeroDivisionError: division by zero$"),
        ("import warnings; warnings.warn('look')", "^cell 'bad': warns: .*look"),
        ("x = = 1", "^cell 'bad': SyntaxError"),
        ("import os; os._exit(1)", "^cell 'bad': the kernel died"),
        ("results['walk.x'] = 1", r"^cell 'bad': results\['walk.x'\] is not in the artifacts: .*no 'walk' there"),
        ("import scripts", "^cell 'bad': ModuleNotFoundError: No module named 'scripts'"),
    ],
)
def test_a_cell_that_fails_is_named(code: str, message: str) -> None:
    with pytest.raises(NotebookError, match=message):
        executed(("bad", code))


@pytest.mark.parametrize(
    ("computed", "place"),
    [
        ({"loss": [0.5]}, "run.loss"),
        ({"loss": [0.5, 0.0]}, "run.loss[1]"),
        ({"n": True}, "run.n"),
        ({"done": 1}, "run.done"),
        ({"name": "b"}, "run.name"),
        ({"n": {"x": 1}}, "run.n"),
        ({"more": 1}, "run.more"),
    ],
)
def test_whatever_differs_is_found(computed: Any, place: str) -> None:
    with pytest.raises(NotebookError, match=rf"^cell 'c': {re.escape(place)} is "):
        compare("c", {"run": computed}, Values(FACTS))


@pytest.mark.parametrize("computed", [FACTS["run"], {}, {"n": 3.0}, {"loss": [0.5, None]}])
def test_what_is_the_same_is_not_a_difference(computed: Any) -> None:
    compare("c", {"run": computed}, Values(FACTS))


def test_every_artifact_is_computed_by_a_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    paths = [f"results/{name}.json" for name in FACTS]
    for path, content in zip(paths, FACTS.values(), strict=True):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(NotebookError, match=r"^no cell of the notebook computes results/runs/b.json"):
        notebook_outputs.main(paths, "results/o.json", dict([START, ("one", 'results["run.n"] = 3')]))
    assert not Path("results/o.json").exists()
    both = ("both", 'results["run.n"] = 3\nresults["runs.b"] = {}\nprint(1)')
    notebook_outputs.main(paths, "results/o.json", dict([START, both]))
    first = Path("results/o.json").read_bytes()
    notebook_outputs.main(paths, "results/o.json", dict([START, both]))
    assert Path("results/o.json").read_bytes() == first
    cell = json.loads(first)["cells"]["both"]
    assert cell == {"source": both[1], "outputs": [{"name": "stdout", "output_type": "stream", "text": "1\n"}]}


@pytest.mark.soak
def test_an_edit_of_the_text_executes_no_cell_and_one_of_the_code_does(copy: Project) -> None:
    copy.edit("templates/sections/1.1.md", "Say it for", "Now say it for")
    assert copy.ran(copy.build("report/report.ipynb")) == {"notebook"}
    copy.edit("templates/cells.md", '["half"]\n', '["half"]["people"]\n')
    assert copy.ran(copy.build("report/report.ipynb")) == {"notebook_outputs", "notebook"}
