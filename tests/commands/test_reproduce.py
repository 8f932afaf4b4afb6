"""Facts about commands/reproduce, and that a build is the same bytes wherever, by whomever and however it is made."""

import os
import pty
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reporting.commands import reproduce
from reporting.commands.reproduce import differences, products
from tests.conftest import Project, small_report

# Another user, who may read what is ours, such as the environment, and write nothing of it.
READING = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *READING]


def test_what_is_compared_is_every_file_but_the_logs_and_a_byte_is_enough(tmp_path: Path) -> None:
    for root, content in (("a", "x"), ("b", "y")):
        for name in ("results/same.json", "results/.same.json.seal", "results/logs/a.log", "report/report.pdf"):
            path = tmp_path / root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("same" if "same" in name else content)
    (tmp_path / "b/results/more.json").touch()
    first, second = products(tmp_path / "a"), products(tmp_path / "b")
    assert sorted(first) == ["report/report.pdf", "results/.same.json.seal", "results/same.json"]
    assert differences(first, second) == ["report/report.pdf", "results/more.json"]
    assert differences(first, first) == []


def in_a_terminal(command: list[str], root: Path, environment: dict[str, str]) -> tuple[int, bytes]:
    """The exit status, and what the terminal shows."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, cwd=root, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # nobody is at the other end any more
        pass
    os.close(ours)
    return process.wait(), shown


def may_be_nobody(folder: Path) -> bool:
    """Whether we may start the environment's Python in that folder as another user."""
    try:
        program = "import snakemake, sys; open(sys.argv[1], 'x')"
        command = [*NOBODY, "sh", "-c", 'exec "$@"', "sh", sys.executable, "-c", program, str(folder / "new")]
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        return False
    return done.returncode == 0


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder where anybody may be."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.mark.soak
def test_a_build_elsewhere_by_another_user_on_one_core_in_a_terminal_is_the_same_bytes(
    built: Project, elsewhere: Path
) -> None:
    other = small_report(elsewhere).rename(elsewhere / "ünlike – place")
    targets = [name for name in built.products() if "/." not in name]
    random.Random(0).shuffle(targets)
    command = [sys.executable, "-m", "snakemake", "--cores", "1", *targets]
    if may_be_nobody(elsewhere):
        for path in [other, *other.rglob("*")]:
            os.chown(path, 65534, 65534)
        command = NOBODY + command
    unlike = {"PYTHONHASHSEED": "7", "TZ": "Asia/Kathmandu", "LANG": "tr_TR.UTF-8", "HOME": str(elsewhere)}
    status, shown = in_a_terminal(command, other, os.environ | unlike)
    assert status == 0, shown.decode(errors="replace")
    assert b"\r" in shown
    assert differences(products(built.root), products(other)) == []


SNAKEFILE = """
rule all:
    output: "results/a.txt"
    shell: "{}"
"""


@pytest.mark.soak
@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        ("echo same > {output}", 0, "1 files are the same bytes."),
        ("pwd > {output}", 1, "results/a.txt: not the same bytes\n"),
        ("echo $TZ > {output}", 1, "1 of 1 files differ."),
    ],
)
def test_what_is_committed_is_built_twice_and_what_differs_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    status: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Snakefile").write_text(SNAKEFILE.format(command), encoding="utf-8")
    (tmp_path / "profiles/default").mkdir(parents=True)
    (tmp_path / "profiles/default/config.yaml").write_text("cores: 1\nquiet: all\n", encoding="utf-8")
    reproduce.git("init", "--quiet")
    reproduce.git("add", ".")
    reproduce.git("-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "--message", "All")
    assert reproduce.main() == status
    out = capsys.readouterr().out
    assert said in out
    assert "not committed" not in out
    (tmp_path / "new").touch()
    assert reproduce.main() == status
    assert capsys.readouterr().out == f"What is not committed takes no part in this.\n{out}"
