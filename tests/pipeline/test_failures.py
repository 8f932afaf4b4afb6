"""Facts about builds that fail: what failed once fails again, and everybody knows, until it is mended."""

import json
import re
from dataclasses import asdict
from pathlib import Path

import pytest

from reporting.pipeline import seal
from tests.conftest import ROOT, Project, ask

# Every Python that runs in a build reads this first. FAULTS has words such as `sweep:killed`: what happens in that job.
FAULTS = """
import os, signal, sys

ways = dict(word.split(":") for word in os.environ.get("FAULTS", "").split())
if ways and sys.orig_argv[-1].endswith("warm.py"):
    import resource

    from reporting.pipeline import job
    from reporting.pipeline.artifacts import ArtifactError

    run = job.run

    def broken(main, snakemake, *faults):
        way = ways.get(snakemake.rule)

        def failing(**given):
            if way == "raises":
                1 / 0
            if way == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            if way == "faulty":
                raise ArtifactError(f"{snakemake.rule} is not as it must be")
            if way == "full":  # nothing larger than this can be written
                resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
            if way != "silent":
                main(**given)

        failing.__globals__["__file__"] = main.__globals__["__file__"]
        run(failing, snakemake, *faults)

    job.run = broken
"""
SAID = {
    "raises": "{} failed; its log is ",
    "killed": "{} failed, ended by SIGKILL; its log is ",
    "faulty": "{}: .* is not as it must be",
    "full": "{}(:| failed)",
    "silent": "Changed while this build ran",
}
WAYS = ("raises", "killed", "faulty", "full")
# A file of each rule. Those of one level need nothing of each other.
LEVELS = [
    {"fonts": "results/fonts.json", "birthdays": "results/birthdays/earth.json"},
    {
        "law": "results/law.json",
        "figure_birthdays": "results/figures/birthdays.svg",
        "figure_planets": "results/figures/planets/earth.svg",
    },
    {"figure_law": "results/figures/law.svg", "notebook_outputs": "results/notebook_outputs.json"},
    {"document": "results/report.html"},
    {"pdf": "results/report.pdf", "notebook": "report/report.ipynb"},
    {"report": "report/report.pdf"},
]
EVERYTHING = ("--keep-going", "all", "report/report.ipynb")
FIGURES = [name for level in LEVELS for name in level.values() if name.endswith(".svg")]  # of which one is not shown


def outdate(project: Project, name: str, rule: str) -> None:
    """Let a file be one that other code made."""
    found = seal.read(project.root / name)
    assert found
    found.provenance.code["scripts/old.py"] = "0" * 16
    seal.seal_path(project.root / name).write_text(json.dumps(asdict(found)), encoding="utf-8")


def build(project: Project, *words: str, **environment: str) -> tuple[int, str]:
    process = project.start(*words, **environment)
    said, _ = process.communicate(timeout=600)
    return process.returncode, said


def pending(project: Project, *wanted: str) -> set[str]:
    """The files of which `--summary` says that they are to be made."""
    status, said = build(project, "--summary", "all", "report/report.ipynb", *wanted)
    assert status == 0
    return set(re.findall(r"^(\S+)\t.*\tupdate pending$", said, re.MULTILINE))


def job(rule: str, name: str) -> str:
    """The job that makes a file, as the console names it."""
    path = Path(name)
    return f"{rule}.{path.stem}" if path.parent.name in ("birthdays", "planets") else rule


def fails_twice(project: Project, files: dict[str, str], faults: dict[str, str], *wanted: str) -> None:
    """Let the rules' jobs fail in some ways, twice, and see that afterwards the plan and the summary know."""
    report = project.report()
    for rule, name in files.items():
        outdate(project, name, rule)
    for _ in range(2):
        words = " ".join(f"{rule}:{way}" for rule, way in faults.items())
        status, said = build(project, *EVERYTHING, *wanted, FAULTS=words)
        assert status == 1, said
        for rule, way in faults.items():
            assert re.search(f"^{SAID[way].format(job(rule, files[rule]))}", said, re.MULTILINE), (rule, way, said)
        assert project.report() == report
    planned, _, _ = ask(project.root, "all", "report/report.ipynb", *wanted)
    assert planned >= {job(rule, name) for rule, name in files.items()}
    assert pending(project, *wanted) >= {*files.values()}


@pytest.fixture
def failing(copy: Project) -> Project:
    """A copy whose jobs can be made to fail."""
    (copy.root / "sitecustomize.py").write_text(FAULTS, encoding="utf-8")
    return copy


def test_the_levels_have_every_rule(built: Project) -> None:
    files = [built.root / "Snakefile", *(built.root / "rules").glob("*.smk"), *(ROOT / "reporting/rules").glob("*.smk")]
    rules = {rule for path in files for rule in re.findall(r"^rule (\w+):", path.read_text("utf-8"), re.MULTILINE)}
    assert {rule for level in LEVELS for rule in level} == rules - {"all"}


@pytest.mark.soak
@pytest.mark.parametrize(
    ("rule", "name", "way"),
    [
        ("pdf", "results/report.pdf", "full"),
        ("report", "report/report.html", "silent"),
    ],
)
def test_a_job_that_failed_fails_again_and_then_it_works(failing: Project, rule: str, name: str, way: str) -> None:
    before = failing.products()
    fails_twice(failing, {rule: name}, {rule: way})
    assert build(failing, *EVERYTHING)[0] == 0
    assert failing.products() == before


@pytest.mark.soak
@pytest.mark.parametrize("turn", range(len(WAYS)))
def test_what_failed_fails_again_for_every_rule_in_every_way(failing: Project, turn: int) -> None:
    status, said = build(failing, *EVERYTHING, *FIGURES)
    assert status == 0, said
    before = failing.products()
    for level in reversed(LEVELS):
        ways = [WAYS[(number + turn) % len(WAYS)] for number in range(len(level))]
        fails_twice(failing, level, dict(zip(level, ways, strict=True)), *FIGURES)
    assert build(failing, *EVERYTHING, *FIGURES)[0] == 0
    assert failing.products() == before
    assert build(failing, "--dry-run", *EVERYTHING, *FIGURES)[1].endswith("are up to date.\n")


UNTRUE = {
    "a false claim": (
        ("templates/sections/1.1.md", "birthdays.earth.half.expected > 0.5", "birthdays.earth.half.expected > 0.6"),
        r"((document|notebook): )?question 1\.1\.a: the claim birthdays\.earth\.half\.expected > 0\.6 does not hold",
        "document",
        "report/report.pdf, report/report.ipynb and report/report.html are",
    ),
    "a body that is too long": (
        ("config/rubric.yaml", "longest_body: 9", "longest_body: 0"),
        "pdf: the body has ",
        "pdf",
        "report/report.pdf and report/report.html are",
    ),
    "a cell that computes something else": (
        ("templates/cells.md", " np.random.default_rng(seed))\n", " np.random.default_rng(seed + 1))\n"),
        r"notebook_outputs: cell 'birthdays\.earth': birthdays\.earth\.drawn\[\d+\] is \S+, in the artifact ",
        "notebook_outputs",
        "report/report.ipynb is",
    ),
}
SUBMISSION = ("--forcerun", "notebook_outputs", "--", "all", "report/report.ipynb")  # as the Makefile has it


@pytest.mark.parametrize(
    "fault", [pytest.param(fault, marks=() if fault == "a false claim" else pytest.mark.soak) for fault in UNTRUE]
)
def test_what_is_not_true_is_refused_until_it_is(copy: Project, fault: str) -> None:
    before, report = copy.products(), copy.report()
    edit, message, failing_job, old = UNTRUE[fault]
    mend = copy.edit(*edit)
    for words in (EVERYTHING, EVERYTHING, SUBMISSION):
        status, said = build(copy, *words)
        assert status == 1
        assert re.search(f"^{message}", said, re.MULTILINE), said
        assert f"\n{old} still of the last good build, not of today's sources." in said
        # The PDF carries all sources, those of the notebook too, and is made while the notebook is not.
        made = {"report.pdf", "ro-crate-metadata.json"} if failing_job == "notebook_outputs" else set()
        parts = report.keys() - made
        assert {name: copy.report()[name] for name in parts} == {name: report[name] for name in parts}
    if fault == "a false claim":
        assert copy.snakemake("--dry-run").stderr.splitlines()[-2].startswith("question 1.1.a: the claim")
    else:
        assert failing_job in ask(copy.root, "all", "report/report.ipynb")[0]
    assert "report/report.pdf" in pending(copy) or failing_job == "notebook_outputs"
    mend()
    assert build(copy, *EVERYTHING)[0] == 0
    assert copy.products() == before


def test_a_figure_that_no_cell_draws_fails_each_build_until_one_does(copy: Project) -> None:
    mend = copy.edit("templates/sections/1.1.md", "```run figure law\n", "```run figure laws\n")
    for words in ((), (), ("--dry-run",), ("report/report.ipynb",)):
        status, said = build(copy, *words)
        assert (status, said.count(": no cell draws the figure law for the notebook")) == (1, 1), said
    mend()
    assert build(copy)[0] == 0
