"""Facts about what is edited while a build runs: no result of it is taken for today's."""

import subprocess

import pytest

from tests.conftest import STYLE, Project, ask
from tests.pipeline.test_interruptions import paused

soak = pytest.mark.soak
BUILD_AGAIN = "Changed while this build ran: what it made is of before. Build again."
POWER = ("config/config.yaml", "power: 0.5", "power: 0.49")
# What takes part in making law.json, and an edit.
LAW = {
    "its script": ("scripts/experiments/law.py", "\nUNUSED = 1\n"),
    "a module that it imports": ("scripts/powers.py", "\nUNUSED = 1\n"),
    "what it reads": ("results/birthdays/earth.json", "\n"),
}


def go_on(project: Project, build: "subprocess.Popen[str]") -> tuple[int, str]:
    """Let the job that is paused go on; the status of the build, and all that it said."""
    (project.root / "paused").unlink()
    said, _ = build.communicate(timeout=300)
    return build.returncode, said


@pytest.mark.parametrize("back", [pytest.param(False, marks=soak), True], ids=["stays", "is put back"])
@pytest.mark.parametrize("what", [pytest.param(what, marks=() if what == "its script" else soak) for what in LAW])
def test_a_job_fails_when_what_it_uses_is_edited_even_if_that_is_put_back(copy: Project, what: str, back: bool) -> None:
    before = copy.products()
    (copy.root / "results/law.json").unlink()
    build = paused(copy, "results/law.json no part")
    name, text = LAW[what]
    put_back = copy.append(name, text)
    if back:
        put_back()
    status, said = go_on(copy, build)
    assert status == 1
    assert f"law: {name}: changed while it was in use; build again (also in results/logs/law.log)" in said
    assert "law" in ask(copy.root)[0]
    put_back()
    copy.build()
    assert copy.products() == before


def test_a_job_whose_settings_are_edited_while_it_runs_is_rerun(copy: Project) -> None:
    before = copy.products()
    (copy.root / "results/law.json").unlink()
    build = paused(copy, "results/law.json no part")
    put_back = copy.edit(*POWER)
    status, said = go_on(copy, build)
    assert status == 1
    assert said.splitlines()[-2:] == ["config/config.yaml: changed", BUILD_AGAIN]
    jobs, causes, _ = ask(copy.root)
    assert "law" in jobs
    assert causes == {"law: power 0.5 → 0.49"}
    put_back()
    copy.build()
    assert copy.products() == before


@soak
def test_settings_that_are_put_back_before_anything_reads_them_change_nothing(copy: Project) -> None:
    before = copy.products()
    (copy.root / "results/law.json").unlink()
    build = paused(copy, "results/law.json no part")
    copy.edit(*POWER)()
    assert go_on(copy, build)[0] == 0
    assert copy.products() == before


@soak
def test_a_job_whose_script_is_edited_after_the_build_began_does_not_pass_for_one_of_the_new_script(
    copy: Project,
) -> None:
    for name in ("law.json", "figures/law.svg"):
        (copy.root / "results" / name).unlink()
    build = paused(copy, "results/law.json no part")
    copy.edit("scripts/figures/law.py", "\n\ndef main(", "\n1 / 0\n\n\ndef main(")
    status, said = go_on(copy, build)  # Snakemake has the script of before
    assert status == 1
    assert "figure_law: scripts/figures/law.py: changed while it was in use; build again" in said
    assert "ZeroDivisionError" in copy.snakemake().stderr


# After all but the last job: an edit, and the line that names it.
LATE = {
    "a setting": (POWER, "config/config.yaml: changed"),
    "the style": ((STYLE[0], STYLE[2], "body { margin: 1mm }"), "reporting/templates/style.css: changed"),
    "the text": (("templates/sections/1.1.md", "The shares.", "Shares."), "templates/sections/1.1.md: changed"),
    "a script": (
        ("scripts/figures/law.py", "\n\ndef main(", "\nUNUSED = 1\n\n\ndef main("),
        "scripts/figures/law.py: changed",
    ),
    "a figure": (
        ("results/figures/law.svg", "</svg>", "<text>!</text></svg>"),
        "results/figures/law.svg: changed after it was made",
    ),
    "the pipeline": (
        ("rules/figures.smk", '"""Figures: from', '"""The figures: from'),
        "rules/figures.smk: changed",
    ),
}


@soak
@pytest.mark.parametrize("what", LATE)
def test_what_is_edited_after_its_job_ended_is_named_and_the_build_has_failed(copy: Project, what: str) -> None:
    copy.edit(*STYLE)
    build = paused(copy, "report.py")
    edit, line = LATE[what]
    copy.edit(*edit)
    status, said = go_on(copy, build)
    assert status == 1
    if what in ("a setting", "the pipeline"):  # which the last job reads itself
        assert f"report: {line} while it was in use; build again" in said
    else:
        assert said.splitlines()[-2:] == [line, BUILD_AGAIN]
    copy.build()
    assert ask(copy.root)[0] == set()
