"""Facts about what an edit reruns: exactly what it can change, and `snakemake -n` says so beforehand."""

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import NEW_RUN, STYLE, Project, ask

soak = pytest.mark.soak
DOCUMENTS = {"document", "pdf", "report"}
PRINTED = {"pdf", "report"}
TEXT = "templates/sections/1.1.md"
STATEMENT = "\nUNUSED = 1\n"
UP_TO_DATE = "report/report.pdf and report/report.html are up to date."


@dataclass
class Edit:
    """What is done to a built copy, the jobs that must run, and the causes that the plan must name, and no others."""

    make: Callable[[Path], object]
    runs: set[str] | Callable[[Path], set[str]]
    causes: set[str] | Callable[[Path], set[str]] = field(default_factory=set)


def edited(name: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda root: Project(root).edit(name, old, new)


def appended(name: str, text: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        with (root / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return edit


def written(name: str, text: str) -> Callable[[Path], object]:
    return lambda root: (root / name).write_text(text, encoding="utf-8")


def replaced(name: str, pattern: str, new: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        path = root / name
        text, found = re.subn(pattern, new, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert found == 1, f"{pattern} is {found} times in {name}"
        path.write_text(text, encoding="utf-8")

    return edit


def setting(run: str, key: str, value: float) -> Callable[[Path], None]:
    """A key of a run in the configuration, in a line or in a block."""
    before = rf"^(  {run}:(?: \{{.*?\b|\n(?:    .*\n)*?    ){key}: )[^,}}\n]+"
    return replaced("config/config.yaml", before, rf"\g<1>{value}")


def both(*edits: Callable[[Path], object]) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        for one in edits:
            one(root)

    return edit


def deleted(*names: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        for name in names:
            (root / name).unlink()

    return edit


def anew(run: str, other: str) -> Callable[[Path], object]:
    """The text with the cells of another run."""
    return lambda root: Project(root).rewrite(TEXT, lambda text: text.replace(f'"{run}"', f'"{other}"'))


def gone(run: str) -> Callable[[Path], object]:
    """The text without the cells of a run."""
    return lambda root: Project(root).rewrite(
        TEXT, lambda text: text.replace(f'<%= planet("{run}") %>\n', "").replace(f', "{run}")', ")")
    )


def touch(root: Path) -> None:
    for path in root.rglob("*"):
        if ".snakemake" not in path.parts:
            path.touch()


def editors_files(root: Path) -> None:
    """What editors leave beside the files that they open."""
    for name in (
        "templates/sections/1.1.md",
        "reporting/templates/style.css",
        "config/config.yaml",
        "scripts/powers.py",
        "Snakefile",
    ):
        path = root / name
        for beside in (f".{path.name}.swp", f"{path.name}~", f"{path.name}.bak", f"#{path.name}#", f".{path.name}"):
            path.with_name(beside).write_text("Half a sen", encoding="utf-8")
        path.with_name(f".#{path.name}").symlink_to("somebody@somewhere.1234")


def reformat(root: Path) -> None:
    """Comments, docstrings and blank lines."""
    for path in modules(root):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r'\A"""', '"""Now: ', text).replace("\n\n\n", "\n\n\n\n")
        path.write_text(f"# A comment.\n\n{text}\n\n# The end.\n", encoding="utf-8")


def reformatted(root: Path) -> set[str]:
    return {f"{path.relative_to(root)}: changed" for path in modules(root)}


def modules(root: Path) -> list[Path]:
    return sorted((root / "scripts").rglob("[!_]*.py"))


def starting(*beginnings: str) -> Callable[[Path], set[str]]:
    """The jobs whose names begin so, and the documents."""
    return lambda root: {job for job in every(root) if job.startswith(beginnings)} | DOCUMENTS


EXPERIMENTS = starting("birthdays", "law", "figure_")


EDITS = {
    "nothing": Edit(lambda root: None, set()),
    "a touch on every file": Edit(touch, set()),
    "editors' files beside the sources": Edit(editors_files, set()),
    "keys of a run in another order": Edit(
        # The PDF has the file attached.
        edited("config/config.yaml", "{title: Mars, days: 669", "{days: 669, title: Mars"),
        DOCUMENTS,
        {"config/config.yaml: changed"},
    ),
    "runs in another order": Edit(
        replaced("config/config.yaml", r"(  mars: .*\n)(  venus: .*\n)", r"\2\1"),
        {"law", "figure_birthdays", "figure_law", *DOCUMENTS},
        {"birthdays: in another order", "results/birthdays/earth.json and others: read in another order"},
    ),
    "comments, docstrings and blank lines in all modules": Edit(reformat, PRINTED, reformatted),
    "an author's name": Edit(
        edited("config/config.yaml", "Your Name", "My Name"),
        DOCUMENTS,
        {"report: authors[1] Your Name → My Name"},
    ),
    "an author more": Edit(
        edited("config/config.yaml", "Your Name", "Your Name, Max"), DOCUMENTS, {"report.authors: changed"}
    ),
    "the points of a question": Edit(
        edited("config/rubric.yaml", "1.1.a: 2", "1.1.a: 3"), DOCUMENTS, {"rubric.points: 1.1.a 2 → 3"}
    ),
    "a section's text": Edit(
        edited(TEXT, "The shares. [", "Shares. ["),
        DOCUMENTS,
        {"templates/sections/1.1.md: changed"},
    ),
    "a text more": Edit(written("templates/more.md", "More.\n"), DOCUMENTS, {"templates/more.md: read now"}),
    "the style sheet": Edit(edited(*STYLE), DOCUMENTS, {"reporting/templates/style.css: changed"}),
    "a cell that only the notebook has": Edit(
        # The PDF has the file attached.
        edited("templates/cells.md", '["half"]\n', '["half"]["people"]\n'),
        PRINTED,
        {"templates/cells.md: changed"},
    ),
    "a cell's macro that a page shows": Edit(
        edited("templates/cells.md", "<% macro planet(name) %>\n", "<% macro planet(name) %>\n\nA planet.\n\n"),
        DOCUMENTS,
        {"templates/cells.md: changed"},
    ),
    "the notebook's beginning": Edit(
        edited("templates/notebook.md", "This notebook has", "It has"), PRINTED, {"templates/notebook.md: changed"}
    ),
    "a module of the engine": Edit(
        appended("reporting/cite/typed.py", STATEMENT), DOCUMENTS, {"reporting/cite/typed.py: changed"}
    ),
    "a module that only the printing imports": Edit(
        appended("reporting/press/proof.py", STATEMENT), PRINTED, {"reporting/press/proof.py: changed"}
    ),
    "the pipeline": Edit(appended("rules/figures.smk", "\n"), PRINTED, {"rules/figures.smk: changed"}),
    "a module more, that nothing imports": Edit(written("scripts/new.py", STATEMENT), set()),
    "a run's setting": Edit(
        setting("earth", "days", 366),
        {"birthdays.earth", "law", "figure_birthdays", "figure_law", "figure_planets.earth", *DOCUMENTS},
        {"birthdays.earth: days 365 → 366"},
    ),
    "two settings of a run": Edit(
        both(setting("venus", "days", 224), setting("venus", "groups", 100)),
        {"birthdays.venus", "law", "figure_birthdays", "figure_law", *DOCUMENTS},
        {"birthdays.venus: days 225 → 224", "birthdays.venus: groups 200 → 100"},
    ),
    "the seed": Edit(edited("config/config.yaml", "seed: 1", "seed: 2"), EXPERIMENTS, {"seed 1 → 2"}),
    "a statement in a module that an experiment imports": Edit(
        appended("scripts/powers.py", STATEMENT),
        {"law", "figure_law", *DOCUMENTS},
        {"scripts/powers.py: changed"},
    ),
    "a statement in an experiment, which figures come after": Edit(
        appended("scripts/experiments/birthdays.py", STATEMENT),
        EXPERIMENTS,
        {"scripts/experiments/birthdays.py: changed"},
    ),
    "a script that imports one module more": Edit(
        edited("scripts/figures/law.py", "\nfrom typing", "\nimport scripts.powers\nfrom typing"),
        {"figure_law", *DOCUMENTS},
        {"scripts/figures/law.py: changed"},
    ),
    "a new run": Edit(
        replaced("config/config.yaml", r"(  venus: .*\n)", rf"\1{NEW_RUN}"),
        {"birthdays.pluto", "law", "figure_birthdays", "figure_law", *DOCUMENTS},
        {"birthdays.pluto: new"},
    ),
    "a renamed run": Edit(
        both(edited("config/config.yaml", "  venus:", "  hesperus:"), anew("venus", "hesperus")),
        {"birthdays.hesperus", "law", "figure_birthdays", "figure_law", *DOCUMENTS},
        {"birthdays.hesperus: new", "birthdays.venus: taken out", "templates/sections/1.1.md: changed"},
    ),
    "a removed run": Edit(
        both(replaced("config/config.yaml", r"^  venus: .*\n", ""), gone("venus")),
        {"law", "figure_birthdays", "figure_law", *DOCUMENTS},
        {"birthdays.venus: taken out", "templates/sections/1.1.md: changed"},
    ),
    "the style of one figure": Edit(
        appended("scripts/figures/law.py", STATEMENT),
        {"figure_law", *DOCUMENTS},
        {"scripts/figures/law.py: changed"},
    ),
    "the style of all figures": Edit(
        appended("reporting/drawing/plotting.py", STATEMENT),
        starting("figure_"),
        {"reporting/drawing/plotting.py: changed"},
    ),
    "an artifact deleted": Edit(deleted("results/law.json"), {"law"}, {"results/law.json: missing"}),
    "an artifact on which others rest deleted": Edit(
        deleted("results/birthdays/earth.json"), {"birthdays.earth"}, {"results/birthdays/earth.json: missing"}
    ),
    "an artifact deleted with its seal": Edit(
        deleted("results/law.json", "results/.law.json.seal"),
        {"law", "figure_law", *DOCUMENTS},
        {"never made before"},
    ),
    "a seal deleted": Edit(
        deleted("results/.law.json.seal"),
        {"law", "figure_law", *DOCUMENTS},
        {"results/law.json: nobody knows what made it"},
    ),
    "a seal damaged": Edit(
        written("results/.law.json.seal", "{"),
        {"law", "figure_law", *DOCUMENTS},
        {"results/law.json: nobody knows what made it"},
    ),
    "an artifact that is no JSON any more": Edit(
        written("results/law.json", '"people":'), {"law"}, {"results/law.json: changed after it was made"}
    ),
    "a number in an artifact": Edit(
        edited("results/law.json", '"power": ', '"power": 1'),
        {"law"},
        {"results/law.json: changed after it was made"},
    ),
    "a picture painted over": Edit(
        appended("results/figures/planets/earth.svg", "<!-- -->"),
        {"figure_planets.earth"},
        {"results/figures/planets/earth.svg: changed after it was made"},
    ),
    "the page of the build changed by hand": Edit(
        appended("results/report.html", "!"), {"document"}, {"results/report.html: changed after it was made"}
    ),
    "the PDF changed by hand": Edit(
        appended("report/report.pdf", "%"), {"report"}, {"report/report.pdf: changed after it was made"}
    ),
    "the metadata changed by hand": Edit(
        appended("report/ro-crate-metadata.json", " "),
        {"report"},
        {"report/ro-crate-metadata.json: changed after it was made"},
    ),
    "a licence": Edit(written("LICENSE", "As you like.\n"), {"report"}, {"LICENSE: read now"}),
    "a new WeasyPrint": Edit(
        edited("requirements.lock", "\nweasyprint==70", "\nweasyprint==71"), PRINTED, {"weasyprint 70.0 → 71.0"}
    ),
    "a new NumPy": Edit(
        edited("requirements.lock", "\nnumpy==2.4.6 ", "\nnumpy==2.4.9 "),
        lambda root: every(root),
        {"numpy 2.4.6 → 2.4.9"},
    ),
    "a new package of the notebook": Edit(
        edited("requirements.lock", "\nnbclient==0", "\nnbclient==1"), PRINTED, {"requirements.lock: changed"}
    ),
}


# One of each kind; the others take long together.
QUICK = {
    "a touch on every file",
    "a cell's macro that a page shows",
    "a run's setting",
    "a renamed run",
    "an artifact deleted",
    "a seal damaged",
    "a new NumPy",
}


def every(root: Path) -> set[str]:
    """All jobs that there are."""
    return ask(root, "--forceall")[0]


def check(project: Project, edit: Edit) -> None:
    edit.make(project.root)
    expected = edit.runs if isinstance(edit.runs, set) else edit.runs(project.root)
    jobs, causes, said = ask(project.root)
    assert jobs == expected, said
    assert causes == (edit.causes if isinstance(edit.causes, set) else edit.causes(project.root)), said
    assert (UP_TO_DATE in said) == (not jobs), said


@pytest.mark.parametrize("name", [pytest.param(name, marks=[] if name in QUICK else soak) for name in EDITS])
def test_an_edit_reruns_what_it_can_change_and_the_plan_says_why(copy: Project, name: str) -> None:
    check(copy, EDITS[name])


def test_the_build_runs_what_the_plan_says_and_then_all_is_up_to_date(copy: Project) -> None:
    edit = EDITS["a run's setting"]
    edit.make(copy.root)
    assert copy.ran(copy.build()) == edit.runs
    assert ask(copy.root)[0] == set()


def test_the_plan_of_a_build_from_nothing_names_every_job_and_no_cause_that_is_none(copy: Project) -> None:
    for folder in ("results", "report", ".snakemake"):
        shutil.rmtree(copy.root / folder)
    said = copy.snakemake("-n").stdout
    assert said.startswith("never made before\n")
    assert len(said.splitlines()) == 3
    count = len(every(copy.root))
    assert f"{count} jobs to run, {count} of them never timed" in said
    assert not (copy.root / "results").exists()


@pytest.mark.parametrize(
    ("words", "jobs"),
    [
        (("-R", "law"), lambda root: {"law", "figure_law", *DOCUMENTS}),
        (("-f", "results/law.json"), lambda root: {"law"}),
    ],
)
def test_what_the_user_forces_is_called_so(
    copy: Project, words: tuple[str, ...], jobs: Callable[[Path], set[str]]
) -> None:
    assert ask(copy.root, *words)[:2] == (jobs(copy.root), {"forced"})


def test_what_is_left_of_a_run_that_was_taken_out_is_named_with_the_command_that_removes_it(copy: Project) -> None:
    EDITS["a removed run"].make(copy.root)
    _, _, said = ask(copy.root)
    (command,) = re.findall(r"to remove them: (.*)$", said, re.MULTILINE)
    subprocess.run(["sh", "-c", command], cwd=copy.root, check=True)
    assert "to remove them" not in ask(copy.root)[2]
    assert {path.suffix for path in (copy.root / "results").rglob("venus.*")} == {".log"}


def test_code_that_the_text_shows_reruns_the_documents_when_it_is_edited(copy: Project) -> None:
    copy.edit("scripts/powers.py", '"""The number', '"""So: the number')
    jobs, causes, _ = ask(copy.root)
    assert (jobs, causes) == (DOCUMENTS, {"scripts/powers.py: changed"})


@soak
def test_a_moved_copy_has_nothing_to_do(copy: Project) -> None:
    moved = Project(copy.root.rename(copy.root.with_name("moved")))
    assert ask(moved.root)[0] == set()
