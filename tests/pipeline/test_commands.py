"""Facts about Snakemake's own commands: each does here what it does elsewhere, and nothing hides what it says."""

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import STYLE, Project
from tests.pipeline.test_freshness import STATEMENT, STEP

BUILDING, CURRENT = r"^Building DAG of jobs\.\.\.\n$", "^{} up to date.$"
BOTH = CURRENT.format("report/report.pdf and report/report.html are")
# What is said of a report that is up to date: the status, and what standard output and standard error have.
CURRENTLY: dict[str, tuple[int, str, str]] = {
    "--lint": (1, "^$", r"rule birthdays \(line \d+, .*\):\n    \* Specify a conda environment or container"),
    "--list": (0, "^all\nbirthdays\n(.*\n)*report\n$", "^$"),
    "--summary": (0, "^output_file\tdate\t(.*\n.*\tok\tno update)+\n$", BUILDING),
    "--rulegraph": (0, r'^digraph snakemake_dag \{(.*\n)*.*label = "figure_planets"', BUILDING),
    "--report ../figures.html": (0, "^$", "Adding earth.png .*\n(.*\n)*Report created"),
    "--list-changes params": (0, "^$", BUILDING),
    "--delete-all-output -n": (
        0,
        "^Building DAG of jobs...\n(Would delete .*\n)*Would delete results/report.pdf\n",
        "^$",
    ),
    "--unlock": (0, "^$", "^Unlocked working directory.$"),
    "--touch": (1, "^$", "^--touch: not possible, "),
    "-n --verbose": (0, "^Nothing to be done ", "^$"),
    "results/birthdays/earth.json -n": (0, "^$", CURRENT.format("all is")),
    "-R figure_planets -n": (0, "^forced\n  → figure_planets.earth; report/report.html, .*\n4 jobs to run", "^$"),
    "-F -n --until figure_planets": (0, "^forced\n  → birthdays.earth; figure_planets.*\n2 jobs", "^$"),
}
# What is as good as one of these.
ALSO: dict[str, tuple[int, str, str]] = {
    "--list-target-rules": (0, "^all\ndocument\n(.*\n)*report\n$", "^$"),
    "--detailed-summary": (0, "\ninput-file|\tinput-file(.*\n.*\tok\tno update)+\n$", BUILDING),
    "--dag": (0, r'^digraph snakemake_dag \{(.*\n)*.*label = "birthdays\\nname: earth"', BUILDING),
    "--list-changes code": (0, "^$", BUILDING),
    "--list-changes input": (0, "^$", BUILDING),
    "-n": (0, "^$", BOTH),
    "-n -p": (0, "^Nothing to be done ", "^$"),
    "law -n": (0, "^$", CURRENT.format("all is")),
    "nothing_such": (1, "^$", "^MissingRuleException:\nNo rule to produce nothing_such"),
    "-F -n": (0, "^forced\n  → .* experiments; .*; report/report.html, report/report.pdf.*\n.* jobs to run", "^$"),
    "-F -n -p": (0, "^rule birthdays:\n(    .*\n)*    reason: Forced execution\n", "^$"),
    "--forcerun figure_planets -n": (0, "^forced\n  → figure_planets.earth; report/report.html, .*\n4 jobs", "^$"),
    "-f law -n": (0, "^forced\n  → law; at most these questions: 1.1.b\n1 job to run", "^$"),
    "-F -n --omit-from document -p": (0, "^rule birthdays:\n(.*\n)*This was a dry-run", "^$"),
}
# What is said after a setting of a descent and the style of its figure were edited.
EDITED: dict[str, tuple[int, str, str]] = {
    "--list-changes code": (0, "^results/figures/law.svg\n.*/law.png\n.*/law.pdf\n$", BUILDING),
    "--list-changes params": (0, "^results/birthdays/earth.json$", BUILDING),
    "--summary results/birthdays/earth.json": (0, "earth.json\t.*\tparams changed\tupdate pending$", BUILDING),
    "--summary": (0, "^results/report.pdf\t.*\tupdated input files\tupdate pending$", BUILDING),
    "-n -p": (0, "reason: Params have changed since last execution: birthdays.earth: days 365 → 366$", "^$"),
}
PROFILE = re.compile("Using workflow specific profile .*\n|report/report.ipynb .*\n")
Said = dict[str, tuple[int, str, str]]


def each(root: Path, commands: dict[str, tuple[int, str, str]]) -> Said:
    """What Snakemake says to each command: its status, its standard output and its standard error."""
    done = {command: Project(root).snakemake(*command.split()) for command in commands}
    return {
        command: (said.returncode, PROFILE.sub("", said.stdout), PROFILE.sub("", said.stderr))
        for command, said in done.items()
    }


@pytest.fixture(scope="module")
def currently(built: Project) -> Said:
    return each(built.root, CURRENTLY)


@pytest.fixture(scope="module")
def also(built: Project) -> Said:
    return each(built.root, ALSO)


@pytest.fixture(scope="module")
def edited(built: Project, tmp_path_factory: pytest.TempPathFactory) -> Said:
    root = shutil.copytree(built.root, tmp_path_factory.mktemp("edited") / "a copy")
    STEP.make(root)
    STATEMENT.make(root)
    return each(root, EDITED)


def fits(said: tuple[int, str, str], expected: tuple[int, str, str]) -> None:
    assert said[0] == expected[0], said
    for text, pattern in zip(said[1:], expected[1:], strict=True):
        assert re.search(pattern, text, re.MULTILINE if pattern != "^$" else 0), (pattern, text)


@pytest.mark.parametrize("command", CURRENTLY)
def test_a_command_says_what_it_says_elsewhere(currently: Said, command: str) -> None:
    fits(currently[command], CURRENTLY[command])


@pytest.mark.soak
@pytest.mark.parametrize("command", ALSO)
def test_a_like_command_does_so_too(also: Said, command: str) -> None:
    fits(also[command], ALSO[command])


@pytest.mark.parametrize("command", EDITED)
def test_after_an_edit_a_command_says_what_changed(edited: Said, command: str) -> None:
    fits(edited[command], EDITED[command])


def test_nothing_is_found_but_that_rules_have_no_environments_of_their_own(currently: Said, built: Project) -> None:
    _, _, found = currently["--lint"]
    files = [*built.root.glob("rules/*.smk"), *built.root.glob("reporting/rules/*.smk")]
    rules = re.findall(r"^rule \w+:", "".join(path.read_text(encoding="utf-8") for path in files), re.MULTILINE)
    assert re.findall(r"^    \* (.*)\.:$", found, re.MULTILINE) == [
        "Specify a conda environment or container for each rule"
    ] * len(rules)


@pytest.mark.soak
def test_rules_that_are_not_asked_for_are_left(also: Said) -> None:
    _, plan, _ = also["-F -n --omit-from document -p"]
    assert not re.search("^rule (document|pdf|report|all):", plan, re.MULTILINE)


@pytest.mark.soak
def test_a_build_that_says_more_says_also_what_others_say(copy: Project) -> None:
    copy.edit(*STYLE)
    done = copy.snakemake("--verbose")
    assert done.returncode == 0
    assert "Finished jobid: " in done.stderr
    assert "report/report.pdf and report/report.html are ready: 3 jobs in " in done.stderr


@pytest.mark.soak
def test_a_build_until_a_rule_makes_that_and_no_document(copy: Project) -> None:
    STEP.make(copy.root)
    done = copy.snakemake("--until", "figure_planets")
    assert done.returncode == 0, done.stderr
    assert copy.ran(done) == {"birthdays.earth", "figure_planets.earth"}
