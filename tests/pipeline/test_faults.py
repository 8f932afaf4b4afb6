"""Faults of the machine and of jobs: one message that says what and where, the last good report, and then it works."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import STYLE, USUAL, Project, mounted

soak = pytest.mark.soak


def report(project: Project) -> dict[str, tuple[int, bytes]]:
    """The last report; not even written anew."""
    names = ("report/report.html", "report/report.pdf", "report/ro-crate-metadata.json")
    return {name: made for name, made in project.made().items() if name in names}


def message(project: Project) -> list[str]:
    """What a build that fails says, less its progress; the report is as it was."""
    before = report(project)
    done = project.snakemake()
    print(done.stderr)
    assert done.returncode == 1
    assert done.stdout == ""
    assert report(project) == before
    return [line for line in done.stderr.splitlines() if not USUAL.match(line)]


def lines_of(project: Project, log: str) -> list[str]:
    return [f"    {line}" for line in (project.root / log).read_text(encoding="utf-8").splitlines()[-20:]]


@contextmanager
def full(folder: Path) -> Iterator[Path]:
    """A disk with no room of its own for the folder; what is given takes the room, until it is removed."""
    aside = folder.with_name(f"{folder.name} aside")
    folder.rename(aside)
    folder.mkdir()
    with mounted("-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)):
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        shutil.rmtree(aside)
        ballast = folder / ".ballast"
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        yield ballast
        shutil.copytree(folder, aside, ignore=lambda *_: [ballast.name])
    folder.rmdir()
    aside.rename(folder)


def test_a_full_disk_in_results_is_told_with_the_file_that_did_not_fit(copy: Project) -> None:
    before = copy.products()
    (copy.root / "results/law.json").unlink()
    with full(copy.root / "results") as ballast:
        assert message(copy) == ["results/law.json: cannot be written: No space left on device"]
        ballast.unlink()
        copy.build()
        assert copy.products() == before


@soak
def test_a_full_disk_in_report_is_told_with_the_file_that_did_not_fit(copy: Project) -> None:
    before = copy.products()
    with full(copy.root / "report") as ballast:
        mend = copy.edit(*STYLE)
        (said,) = message(copy)
        where = r"report/report\.(html|pdf)"
        assert re.fullmatch(
            rf"report: {where}: cannot be written: No space left on device \(also in .*/report\.log\)", said
        )
        ballast.unlink()
        copy.build()
        assert copy.products() != before
        mend()
        copy.build()
        assert copy.products() == before


@soak
def test_a_report_folder_that_may_not_be_written_is_told(copy: Project) -> None:
    before, folder = copy.products(), str(copy.root / "report")
    mend = copy.edit(*STYLE)
    with mounted("--bind", folder, folder):
        subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
        (said,) = message(copy)
        assert re.fullmatch(
            r"report/report\.html, report/report\.pdf, report/ro-crate-metadata\.json: may not be written here", said
        )
    copy.build()
    assert copy.products() != before
    mend()
    copy.build()
    assert copy.products() == before


@soak
@pytest.mark.parametrize("font", ["SourceSerif4-Bold.ttf", "SourceSans3-Regular.ttf"])
def test_a_font_file_that_is_missing_is_named(copy: Project, font: str) -> None:
    before = copy.products()
    shutil.copytree(str(files("emboss")), copy.root / "emboss")  # which comes before the package of that name
    (copy.root / "emboss" / "fonts" / font).unlink()
    (copy.root / "results/figures/law.svg").unlink()
    (said,) = message(copy)
    assert re.fullmatch(
        rf"{font}: missing in \S.*/emboss/fonts, which the package emboss-pdf brings; "
        r"remove the environment \(\.venv\) and make it anew",
        said,
    )
    shutil.rmtree(copy.root / "emboss")
    copy.build()
    assert copy.products() == before


def broken(project: Project, script: str, statement: str) -> Callable[[], None]:
    """Let the `main` of a script do something else first; what is returned takes it back."""
    path = project.root / script
    text = path.read_text(encoding="utf-8")
    changed, found = re.subn(r"(def main\(.*?\) -> None:\n)", rf"\1    {statement}\n", text, count=1, flags=re.DOTALL)
    assert found == 1
    path.write_text(changed, encoding="utf-8")

    def mend() -> None:
        path.write_text(text, encoding="utf-8")

    return mend


@pytest.mark.parametrize("name", ["SIGKILL", pytest.param("SIGSEGV", marks=soak)])
def test_a_job_that_dies_of_a_signal_is_named_with_the_signal(copy: Project, name: str) -> None:
    before = copy.products()
    (copy.root / "results/figures/law.svg").unlink()
    mend = broken(copy, "scripts/figures/law.py", f"import os, signal; os.kill(os.getpid(), signal.{name})")
    said = message(copy)
    assert said[0] == f"figure_law failed, ended by {name}; its log is results/logs/figure_law.log"
    assert said[1:] == lines_of(copy, "results/logs/figure_law.log")
    mend()
    copy.build()
    assert copy.products() == before


@soak
def test_a_script_that_raises_is_named_with_the_end_of_its_log(copy: Project) -> None:
    before = copy.products()
    (copy.root / "results/figures/law.svg").unlink()
    mend = broken(copy, "scripts/figures/law.py", "1 / 0")
    said = message(copy)
    assert said[0] == "figure_law failed; its log is results/logs/figure_law.log"
    assert said[1:] == lines_of(copy, "results/logs/figure_law.log")
    assert [line.strip() for line in said[-2:]] == [
        "ZeroDivisionError: division by zero",
        "It had read results/law.json.",
    ]
    mend()
    copy.build()
    assert copy.products() == before


def forge(project: Project, name: str, change: Callable[[Any], Any]) -> None:
    """An artifact with its seal, as if a faulty job had written it."""
    content = json.loads((project.root / "results" / name).read_text(encoding="utf-8"))
    project.forge(f"results/{name}", json.dumps(change(content)).encode())


def without(key: str) -> Callable[[Any], Any]:
    return lambda content: {name: value for name, value in content.items() if name != key}


def having(**fields: Any) -> Callable[[Any], Any]:
    return lambda content: content | fields


FORGED = {
    "a NaN": (
        "birthdays/earth.json",
        having(days=float("nan")),
        r"results/birthdays/earth\.json: not valid JSON: NaN is not a JSON number; delete it, and it is made anew",
    ),
    "a field that is missing": (
        "law.json",
        without("powers"),
        r"figure_law: results/law\.json: has no field 'powers'; did you mean power\? "
        r"\(also in results/logs/figure_law\.log\)",
    ),
    "a field that is missing deep inside": (
        "birthdays/earth.json",
        having(half={}),
        r"question 1\.1\.a \(templates/sections/1\.1\.md, line \d+\): birthdays\.earth\.half: no 'people' there; "
        r"there are none",
    ),
    "a field of a wrong type that the text cites": (
        "law.json",
        having(lowest="far"),
        r"question 1\.1\.b \(templates/sections/1\.1\.md, line \d+\): law\.lowest: \"far\" cannot be printed as "
        r"'short'",
    ),
}


@pytest.mark.parametrize("fault", [pytest.param(fault, marks=[] if fault == "a NaN" else soak) for fault in FORGED])
def test_an_artifact_that_a_faulty_job_wrote_is_named_with_its_fault(copy: Project, fault: str) -> None:
    before = copy.products()
    name, change, expected = FORGED[fault]
    forge(copy, name, change)
    (said,) = message(copy)
    assert re.fullmatch(expected, said), said
    (copy.root / "results" / name).unlink()
    copy.build()
    assert copy.products() == before


@soak
def test_an_artifact_with_a_wrong_type_is_named_below_the_error_of_the_script_that_reads_it(copy: Project) -> None:
    before = copy.products()
    forge(copy, "law.json", having(people="a text"))
    said = message(copy)
    assert said[0] == "figure_law failed; its log is results/logs/figure_law.log"
    assert said[-1] == "    It had read results/law.json."
    assert len(said) <= 21
    (copy.root / "results/law.json").unlink()
    copy.build()
    assert copy.products() == before


def test_files_that_no_rule_makes_are_named_in_one_line_and_ignored(copy: Project) -> None:
    before = copy.products()
    strangers = ["results/birthdays/gone.json", "results/notes.txt"]
    for name in strangers:
        (copy.root / name).write_text("{", encoding="utf-8")
    said = [line for line in copy.build().stderr.splitlines() if not USUAL.match(line)]
    assert said == [
        f"The report has no use for these; to remove them: rm {' '.join(strangers)}",
        "report/report.pdf and report/report.html are up to date.",
    ]
    assert os.path.lexists(copy.root / strangers[0])
    assert {name: content for name, content in copy.products().items() if name not in strangers} == before
