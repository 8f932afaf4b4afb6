"""Facts about what an edit reruns: exactly what it can change, and `snakemake -n` says so beforehand."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import NEW_RUN, Project

DOCUMENTS = {"document", "pdf"}
# Prints the jobs that would run before it says why.
ASK = """
import sys
sys.path.insert(0, ".")
from scripts import console, plan
console.plan = lambda *given: [*(f"job {plan.title(job)}" for job in given[1]), *plan.plan(*given)]
from snakemake.cli import main
main(["-n"])
"""


@dataclass
class Edit:
    """What is done to a built copy, the jobs that must run, and what the plan must say."""

    make: Callable[[Path], None]
    runs: Callable[[Path], set[str]]
    says: str = ""


def replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        path = root / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old} is not in {name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def append(name: str, text: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        with (root / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return edit


def touch(root: Path) -> None:
    for path in root.rglob("*"):
        if ".snakemake" not in path.parts:
            path.touch()


def remove_run(root: Path) -> None:
    path = root / "config" / "config.yaml"
    text, found = re.subn(r"^  brand_new:\n(?:    .*\n)+", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert found == 1
    path.write_text(text, encoding="utf-8")


def reformat(root: Path) -> None:
    for path in (root / "nnlib").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        path.write_text("# A comment.\n\n" + text.replace("\n\n\n", "\n\n\n\n"), encoding="utf-8")
    for path in (root / "scripts").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r'\A"""', '"""Now: ', text) + "\n\n# The end.\n", encoding="utf-8")


def only(*names: str) -> Callable[[Path], set[str]]:
    return lambda root: set(names)


def nothing(root: Path) -> set[str]:
    return set()


def documents(root: Path) -> set[str]:
    return DOCUMENTS


def starting(*beginnings: str) -> Callable[[Path], set[str]]:
    """The jobs whose names begin so, and the documents."""
    return lambda root: {job for job in every(root) if job.startswith(beginnings)} | DOCUMENTS


EDITS = {
    "nothing": Edit(lambda root: None, nothing, "report/report.pdf and report/report.html are up to date"),
    "a touch on every file": Edit(touch, nothing),
    "comments, docstrings and blank lines in all modules": Edit(
        reformat, documents, "the listing of nnlib/layers.py: changed"
    ),
    "an author's name": Edit(
        replace("config/config.yaml", "Maximilian Pohl", "Max Pohl"), documents, "report: authors"
    ),
    "a section's text": Edit(
        replace("templates/sections/1.7.md", "It scales every step", "It sets every step"),
        documents,
        "templates/sections/1.7.md: changed",
    ),
    "the style sheet": Edit(append("templates/style.css", "p { orphans: 2 }\n"), documents, "style.css: changed"),
    "a module of reporting": Edit(
        append("reporting/typed.py", "\nUNUSED = 1\n"), documents, "reporting/typed.py: changed"
    ),
    "a module that only the printing imports": Edit(append("reporting/proof.py", "\nUNUSED = 1\n"), only("pdf")),
    "one network's learning rate": Edit(
        replace(
            "config/config.yaml",
            "  two_layer_fast:\n    layers: [Linear 64x32, ReLU, Linear 32x1, Sigmoid]\n    scheme: assignment\n"
            "    loss: bce\n    epochs: 20\n    learning_rate: 0.03",
            "  two_layer_fast:\n    layers: [Linear 64x32, ReLU, Linear 32x1, Sigmoid]\n    scheme: assignment\n"
            "    loss: bce\n    epochs: 20\n    learning_rate: 0.02",
        ),
        only(
            "networks.two_layer_fast",
            "seeds.two_layer_fast",
            "figure_networks.two_layer_fast",
            "figure_dead_units",
            "comparisons",
            "reproduction",
            *DOCUMENTS,
        ),
        "networks.two_layer_fast: learning_rate 0.03 → 0.02",
    ),
    "a descent's number of steps": Edit(
        replace("config/config.yaml", "step_size: 0.4, steps: 40", "step_size: 0.4, steps: 41"),
        only("descents.too_large", "figure_descents.too_large", *DOCUMENTS),
        "descents.too_large: steps 40 → 41",
    ),
    "a statement in gradcheck": Edit(
        append("nnlib/gradcheck.py", "\nUNUSED = 1\n"),
        only("components", "layers", "one_layer_model", "reproduction", "figure_components", *DOCUMENTS),
        "nnlib/gradcheck.py: changed",
    ),
    "a statement in descent": Edit(
        append("nnlib/descent.py", "\nUNUSED = 1\n"),
        starting(
            "landscape",
            "descents",
            "step_size_scan",
            "basins",
            "decay_map",
            "figure_landscape",
            "figure_descents",
            "figure_step_size_scan",
            "figure_basins",
            "figure_decay_map",
        ),
        "nnlib/descent.py: changed",
    ),
    "a new run": Edit(
        append("config/config.yaml", NEW_RUN),
        only("networks.brand_new", "seeds.brand_new", "figure_networks.brand_new", *DOCUMENTS),
        "networks.brand_new: new",
    ),
    "a renamed run": Edit(
        replace("config/config.yaml", "  brand_new:", "  newer:"),
        only("networks.newer", "seeds.newer", "figure_networks.newer", *DOCUMENTS),
        "networks.brand_new: taken out",
    ),
    "the name of before": Edit(
        replace("config/config.yaml", "  newer:", "  brand_new:"),
        documents,
        "ignored, since no rule makes them: results/figures/networks/newer.png",
    ),
    "a removed run": Edit(remove_run, documents, "networks.brand_new: taken out"),
    "the style of one figure": Edit(
        append("scripts/figure_basins.py", "\nUNUSED = 1\n"), only("figure_basins", *DOCUMENTS)
    ),
    "the style of all figures": Edit(append("scripts/plotting.py", "\nUNUSED = 1\n"), starting("figure_")),
    "an artifact deleted": Edit(
        lambda root: (root / "results" / "basins.json").unlink(),
        only("basins", "figure_basins", *DOCUMENTS),
        "results/basins.json: missing",
    ),
    "an artifact that is no JSON any more": Edit(
        replace("results/basins.json", "{", ""),
        only("basins", "figure_basins", *DOCUMENTS),
        "results/basins.json: changed after it was made",
    ),
    "a number in an artifact": Edit(
        replace("results/basins.json", '"largest_distance": ', '"largest_distance": 1'),
        only("basins", "figure_basins", *DOCUMENTS),
    ),
    "a picture painted over": Edit(
        replace("results/figures/basins.svg", "</svg>", "<text>!</text></svg>"),
        only("figure_basins", *DOCUMENTS),
    ),
    "the PDF changed by hand": Edit(append("report/report.pdf", "%"), only("pdf")),
    "a new WeasyPrint": Edit(replace("requirements.lock", "weasyprint==", "weasyprint==1"), only("pdf"), "weasyprint"),
    "a new NumPy": Edit(replace("requirements.lock", "\nnumpy==", "\nnumpy==1"), lambda root: every(root), "numpy"),
}


def ask(root: Path, program: str = ASK) -> tuple[set[str], str]:
    """The jobs that would run, and all that the plan says."""
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    said = done.stdout + done.stderr
    return set(re.findall(r"^job (\S+)$", said, re.MULTILINE)), said


def every(root: Path) -> set[str]:
    """All jobs that there are."""
    return ask(root, ASK.replace('"-n"', '"-n", "--forceall"'))[0]


def check(project: Project, edit: Edit) -> None:
    edit.make(project.root)
    expected = edit.runs(project.root)
    jobs, said = ask(project.root)
    assert jobs == expected
    assert edit.says in said
    assert project.ran(project.build()) == expected


def test_an_edit_runs_what_it_can_change_and_the_plan_says_so(copy: Project) -> None:
    check(copy, EDITS["a descent's number of steps"])
    assert ask(copy.root)[0] == set()


def test_the_plan_of_a_build_from_nothing_names_every_job_and_no_cause_that_is_none(copy: Project) -> None:
    for folder in ("results", "report", ".snakemake"):
        shutil.rmtree(copy.root / folder)
    said = copy.snakemake("-n").stdout
    assert said.startswith("never made before\n")
    assert len(said.splitlines()) == 3
    count = len(every(copy.root))
    assert f"{count} jobs to run, {count} of them for the first time" in said
    assert not (copy.root / "results").exists()


@pytest.mark.soak
def test_every_edit_runs_what_it_can_change_and_in_the_end_all_is_as_if_built_from_nothing(project: Project) -> None:
    for name, edit in EDITS.items():
        try:
            check(project, edit)
        except AssertionError as error:
            raise AssertionError(f"after {name}: {error}") from error
    before = project.made()
    for path in (project.root / "results").rglob("*newer*"):
        path.unlink()
    for path in (project.root / "results").rglob("*brand_new*"):
        path.unlink()
    kept = {name: content for name, (_, content) in before.items() if not re.search("newer|brand_new", name)}
    for folder in ("results", "report", ".snakemake"):
        shutil.rmtree(project.root / folder)
    project.build()
    assert {name: content for name, (_, content) in project.made().items()} == kept


@pytest.mark.soak
def test_a_moved_copy_has_nothing_to_do(project: Project) -> None:
    moved = Project(project.root.rename(project.root.with_name("moved")))
    assert ask(moved.root)[0] == set()
