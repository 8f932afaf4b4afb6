"""Facts about the files that other programs read: how to cite, what is checked before a commit, what a host runs."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import reporting
from reporting.pipeline.settings import load
from tests.conftest import ROOT

CITATION, WORKFLOW, COMMITS = "CITATION.cff", ".github/workflows/ci.yml", ".pre-commit-config.yaml"
SCHEMAS = {CITATION: "vendor.citation-file-format", WORKFLOW: "vendor.github-workflows"}


def validated(path: Path, schema: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_file_meets_its_schema(name: str) -> None:
    done = validated(ROOT / name, SCHEMAS[name])
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "old", "new"), [(CITATION, "given-names", "given-name"), (WORKFLOW, "runs-on", "run-on")]
)
def test_a_misspelt_key_does_not_meet_it(name: str, old: str, new: str, tmp_path: Path) -> None:
    wrong = tmp_path / Path(name).name
    wrong.write_text((ROOT / name).read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    done = validated(wrong, SCHEMAS[name])
    assert done.returncode == 1
    assert new in done.stdout


def test_the_citation_names_the_authors_of_the_report_and_the_version_of_the_engine() -> None:
    citation, report = load(ROOT / CITATION), load(ROOT / "config" / "config.yaml")["report"]
    authors = [f"{author['given-names']} {author['family-names']}" for author in citation["authors"]]
    assert authors == report["authors"]
    assert citation["version"] == reporting.__version__


def test_before_a_commit_is_checked_what_make_lint_checks() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-config", COMMITS]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    hooks = [hook for repository in load(ROOT / COMMITS)["repos"] for hook in repository["hooks"]]
    assert [(hook["entry"], hook["language"]) for hook in hooks] == [("make lint", "system")]


def missing(workflow: Any) -> Iterator[str]:
    """What the commands of a workflow call that is not there."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    for line in (line for step in steps for line in step.get("run", "").splitlines()):
        program, *arguments = shlex.split(line)
        if not (ROOT / program).is_file() and not shutil.which(program):
            yield program
        # -C and what follows it say where.
        words = [word for word in arguments if re.fullmatch("[a-z]+", word)]
        if program == "make":
            yield from (f"make {word}" for word in words if word not in targets)


def test_the_workflow_calls_what_exists_and_all_checks_are_those_of_the_project() -> None:
    workflow = load(ROOT / WORKFLOW)
    assert list(missing(workflow)) == []
    assert [step["run"] for step in workflow["jobs"]["checks"]["steps"] if "run" in step][-1] == ".ci/run"


@pytest.mark.parametrize(
    ("command", "found"),
    [("make reprot", ["make reprot"]), (".ci/runs", [".ci/runs"]), ("make -C ../base rapport", ["make rapport"])],
)
def test_a_command_that_does_not_exist_is_found(command: str, found: list[str]) -> None:
    assert list(missing({"jobs": {"one": {"steps": [{"uses": "actions/checkout@v4"}, {"run": command}]}}})) == found
