"""Facts about tests that are skipped: it is said why, and what brings what they need; what was installed is there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import conftest
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


def test_what_is_lacking_is_said_in_one_line_with_the_command_that_brings_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(TESTS)
    (tmp_path / "test_tools.py").write_text("from conftest import *\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_tools.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "INSTALLED": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout.splitlines()
    assert done.returncode == 0
    assert said[-3:-1] == [
        "2 skipped: this machine lacks libnone.so.1, no-such-program. "
        "As root on Debian: apt-get install -y --no-install-recommends another one",
        "1 skipped: mounting is not permitted here",
    ]
    assert said[-1].startswith("1 passed, 3 skipped in")


FAILED, SKIPPED = pytest.fail.Exception, pytest.skip.Exception


@pytest.mark.parametrize(
    ("installed", "outcomes"),
    [("dash one", (FAILED, FAILED)), ("another", (FAILED, SKIPPED)), ("dash", (SKIPPED, SKIPPED))],
)
def test_a_test_that_lacks_what_was_installed_fails(
    monkeypatch: pytest.MonkeyPatch, installed: str, outcomes: tuple[type[BaseException], type[BaseException]]
) -> None:
    monkeypatch.setattr(conftest, "DEBIAN", {"sh": "dash", "no-such-program": "one", "libnone.so.1": "another"})
    monkeypatch.setenv("INSTALLED", installed)
    with pytest.raises(outcomes[0], match=r"^this machine lacks no-such-program, libnone\.so\.1$"):
        conftest.need("sh", "no-such-program", "libnone.so.1")
    with pytest.raises(outcomes[1], match=r"^this machine lacks no-such-program$"):
        conftest.need("no-such-program")
    conftest.need("sh")


def test_continuous_integration_installs_what_tests_need_and_no_more() -> None:
    (line,) = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if "export INSTALLED" in line]
    assert line.strip() == f'export INSTALLED="{" ".join(sorted(set(DEBIAN.values())))}"'
