"""Facts about tests that are skipped: it is said why, and what brings what they need; what was installed is there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import DEBIAN, ROOT

TESTS = """
import pytest
from tests import conftest
from tests.conftest import need, pytest_terminal_summary

conftest.DEBIAN = {"sh": "dash", "no-such-program": "one", "libnone.so.1": "another"}


@pytest.fixture
def tool():
    need("sh", "no-such-program", "libnone.so.1")


def test_one(tool): pass
def test_two(): need("no-such-program")
def test_three(): pytest.skip("mounting is not permitted here")
def test_four(): need("sh")
"""


def outcome(folder: Path, *, installed: str = "") -> tuple[int, list[str]]:
    """The status of a run of these tests, and what it says."""
    (folder / "conftest.py").write_text(TESTS)
    (folder / "test_tools.py").write_text("from conftest import *\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_tools.py"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "INSTALLED": installed},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.splitlines()


def test_what_is_lacking_is_said_in_one_line_with_the_command_that_brings_all_of_it(tmp_path: Path) -> None:
    status, said = outcome(tmp_path)
    assert status == 0
    assert said[-3:-1] == [
        "2 skipped: this machine lacks libnone.so.1, no-such-program. "
        "As root on Debian: apt-get install -y --no-install-recommends another one",
        "1 skipped: mounting is not permitted here",
    ]
    assert said[-1].startswith("1 passed, 3 skipped in")


@pytest.mark.parametrize(("installed", "failed"), [("dash one", ["one", "two"]), ("another", ["one"]), ("dash", [])])
def test_a_test_that_lacks_what_was_installed_fails(tmp_path: Path, installed: str, failed: list[str]) -> None:
    status, said = outcome(tmp_path, installed=installed)
    assert status == bool(failed)
    failures = [line for line in said if line.startswith(("FAILED", "ERROR"))]
    assert sorted(line.split("::test_")[1].split()[0] for line in failures) == failed
    assert all("this machine lacks" in line for line in failures)


def test_continuous_integration_installs_what_tests_need_and_no_more() -> None:
    (line,) = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if "export INSTALLED" in line]
    assert line.strip() == f'export INSTALLED="{" ".join(sorted(DEBIAN.values()))}"'
