"""Facts about examples/: another report, on the same engine, is built, verified and reviewed like the assignment."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, Project

EXAMPLE = ROOT / "examples" / "bloom_filter"
MADE = shutil.ignore_patterns("results", "report", "requirements.lock", ".snakemake", "__pycache__", ".*_cache")
# With which all that the text claims is true as well.
SETTING = ("queries: 100000", "queries: 90000")


def run(project: Project, *words: str) -> subprocess.CompletedProcess[str]:
    """A module, as the example's Makefile runs it."""
    command = [sys.executable, "-m", *words]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=project.root, env=environment, capture_output=True, text=True, check=False)


def build(project: Project) -> set[str]:
    """The jobs that ran."""
    done = run(project, "snakemake")
    assert done.returncode == 0, done.stderr
    return project.ran(done)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The example, built; to be read only."""
    project = Project(shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("example") / "a report", ignore=MADE))
    shutil.copy(ROOT / "requirements.lock", project.root)
    build(project)
    return project


@pytest.fixture
def copy(example: Project, tmp_path: Path) -> Project:
    """A copy of it, to be changed."""
    return Project(shutil.copytree(example.root, tmp_path / "a copy"))


@pytest.mark.soak
def test_the_report_is_about_its_own_subject_and_its_numbers_are_those_of_its_artifacts(example: Project) -> None:
    text = " ".join(line for page in example.lines for line in page)
    assert "Bloom filter" in text
    assert not re.search(r"\b(networks?|questions?)\b", text)
    assert len(example.lines) == 5
    filters = example.artifact("rates")["filters"]
    assert [one["best"]["hashes"] for one in filters] == [3, 6, 9, 11]
    assert re.search(r"1\.45\s±\s0\.01", text)
    assert round(example.artifact("sizes")["extra"]["double"]["bits"], 2) == 1.45


@pytest.mark.soak
def test_verify_accepts_it_from_its_file_alone_and_computes_it_anew(example: Project, tmp_path: Path) -> None:
    shutil.copy(example.root / "report" / "report.pdf", tmp_path)
    done = run(example, "reporting.commands.verify", str(tmp_path / "report.pdf"), "--recompute", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of     1" in done.stdout


@pytest.mark.soak
def test_review_names_the_setting_that_changed_and_the_values_that_changed_with_it(
    example: Project, copy: Project
) -> None:
    copy.edit("config/config.yaml", *SETTING)
    assert build(copy) == {"sizes", "figure_sizes", "document", "pdf", "report"}
    reports = [str(project.root / "report" / "report.pdf") for project in (example, copy)]
    done = run(copy, "reporting.commands.review", *reports)
    assert done.returncode == 0, done.stderr
    page = (copy.root / "review.html").read_text(encoding="utf-8")
    for path, old, new in [
        ("extra.enhanced.bits", "0.110", "0.109"),
        ("extra.double.little_from", "1\u202f769", "1\u202f770"),
    ]:
        assert re.search(rf"sizes\.{path}\b.*?{old}.*?{new}.*?sizes\.queries", page, re.DOTALL)
    assert "rates." not in page


@pytest.mark.soak
def test_a_claim_that_does_not_hold_stops_the_build_and_the_last_report_stays(copy: Project) -> None:
    before = copy.report()
    copy.edit("templates/sections/3.md", "cells[0].used < 0.4", "cells[0].used < 0.3")
    done = run(copy, "snakemake")
    assert done.returncode != 0
    expected = r"templates/sections/3\.md: .*cells\[0\]\.used < 0\.3 does not hold; .*cells\[0\]\.used is 0\.36"
    assert re.search(expected, done.stderr), done.stderr
    assert copy.report() == before


def test_its_own_tests_pass_in_its_folder() -> None:
    quiet = ("-q", "-p", "no:cacheprovider")
    done = run(Project(EXAMPLE), "pytest", *quiet)
    assert done.returncode == 0, done.stdout
    assert "collected 0" not in done.stdout


def test_its_makefile_finds_the_environment_and_the_engine_of_the_project() -> None:
    command = ["make", "--no-print-directory", "--dry-run", "--always-make", "report", "test", "verify"]
    said = subprocess.run(command, cwd=EXAMPLE, capture_output=True, text=True, check=True).stdout
    assert (EXAMPLE / "../..").resolve() == ROOT
    for script, lock in re.findall(r"^cd ../.. && \S+ -S (\S+) (\S+)$", said, re.MULTILINE):
        assert (ROOT / script).is_file()
        assert (ROOT / lock).is_file()
    assert said.count("PYTHONPATH=../.. ../../.venv/bin/python -m") == 3
    assert said.startswith("cp ../../requirements.lock requirements.lock\n")
