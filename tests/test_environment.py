"""Facts about scripts/environment.py. Nothing is installed here: commands are recorded instead of run."""

import ast
import platform
import runpy
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from scripts import environment

Commands = list[list[str]]


def lock(folder: Path, name: str, *requirements: str) -> Path:
    path = folder / name
    path.write_text("# This file was compiled\n" + "".join(f"{line}\n    # via nobody\n" for line in requirements))
    return path


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The commands that would have changed something; making .venv gives it a Python, which works."""
    commands: Commands = []

    def call(command: Sequence[str | Path]) -> int:
        words = [str(word) for word in command]
        if "-c" not in words:
            commands.append(words)
        if "venv" in words:
            python = Path(words[-1], "bin", "python")
            python.parent.mkdir(parents=True, exist_ok=True)
            python.touch()
        return 0 if Path(words[0]).exists() else 1

    monkeypatch.setattr(subprocess, "call", call)
    return commands


def made_anew(commands: Commands) -> bool:
    return any("venv" in words for words in commands)


def test_a_missing_environment_is_made_and_filled_from_the_lock_with_hashes(tmp_path: Path, ran: Commands) -> None:
    wanted = lock(tmp_path, "requirements.lock", "a==1")
    environment.install(tmp_path, wanted)
    make, fill = ran
    assert make == [sys.executable, "-m", "venv", "--clear", str(tmp_path / ".venv")]
    assert fill[0] == str(tmp_path / ".venv" / "bin" / "python")
    assert fill[-4:] == ["install", "--require-hashes", "--requirement", str(wanted)]


def test_nothing_happens_and_nothing_is_said_when_all_is_installed(
    tmp_path: Path, ran: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = lock(tmp_path, "requirements.lock", "a==1")
    environment.install(tmp_path, wanted)
    ran.clear()
    capsys.readouterr()
    environment.install(tmp_path, wanted)
    assert ran == []
    assert capsys.readouterr().out == ""


def test_a_changed_lock_is_installed_anew(tmp_path: Path, ran: Commands) -> None:
    environment.install(tmp_path, lock(tmp_path, "requirements.lock", "a==1", "b==1"))
    ran.clear()
    environment.install(tmp_path, lock(tmp_path, "requirements.lock", "a==2", "b==1"))
    assert made_anew(ran)
    assert environment.held(tmp_path) == {"a==2", "b==1"}


def test_a_changed_comment_in_the_lock_changes_nothing(tmp_path: Path, ran: Commands) -> None:
    wanted = lock(tmp_path, "requirements.lock", "a==1")
    environment.install(tmp_path, wanted)
    ran.clear()
    wanted.write_text(wanted.read_text().replace("nobody", "somebody"))
    environment.install(tmp_path, wanted)
    assert ran == []


def test_the_tools_are_added_to_an_environment_that_builds_reports(tmp_path: Path, ran: Commands) -> None:
    environment.install(tmp_path, lock(tmp_path, "requirements.lock", "a==1"))
    ran.clear()
    environment.install(tmp_path, lock(tmp_path, "requirements-dev.lock", "a==1", "pytest==1"))
    assert len(ran) == 1
    assert not made_anew(ran)


def test_an_environment_with_the_tools_builds_reports_too(tmp_path: Path, ran: Commands) -> None:
    wanted = lock(tmp_path, "requirements.lock", "a==1")
    environment.install(tmp_path, lock(tmp_path, "requirements-dev.lock", "a==1", "pytest==1"))
    ran.clear()
    environment.install(tmp_path, wanted)
    assert ran == []


def test_the_lock_of_the_tools_holds_all_of_the_lock_of_the_report() -> None:
    runtime, tools = (
        environment.requirements((environment.ROOT / name).read_text())
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert runtime < tools


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_names_no_address(name: str) -> None:
    assert "://" not in (environment.ROOT / name).read_text()


def test_a_failed_installation_leaves_no_stamp_and_is_started_anew(
    tmp_path: Path, ran: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = lock(tmp_path, "requirements.lock", "a==1")
    environment.install(tmp_path, wanted)
    call = subprocess.call

    def call_without_network(command: Sequence[str | Path]) -> int:
        return 1 if "install" in command else call(command)

    more = lock(tmp_path, "requirements-dev.lock", "a==1", "pytest==1")
    with monkeypatch.context() as offline:
        offline.setattr(subprocess, "call", call_without_network)
        with pytest.raises(SystemExit, match="starts it anew"):
            environment.install(tmp_path, more)
    assert not (tmp_path / environment.STAMP).exists()
    ran.clear()
    environment.install(tmp_path, more)
    assert made_anew(ran)


def test_an_environment_whose_python_is_gone_is_made_anew(tmp_path: Path, ran: Commands) -> None:
    wanted = lock(tmp_path, "requirements.lock", "a==1")
    environment.install(tmp_path, wanted)
    (tmp_path / environment.VENV_PYTHON).unlink()
    ran.clear()
    environment.install(tmp_path, wanted)
    assert made_anew(ran)


def test_an_environment_of_another_python_is_made_anew(
    tmp_path: Path, ran: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = lock(tmp_path, "requirements.lock", "a==1")
    environment.install(tmp_path, wanted)
    ran.clear()
    monkeypatch.setattr(environment, "PYTHON_VERSION", "3.99")
    environment.install(tmp_path, wanted)
    assert made_anew(ran)


def test_an_environment_that_moved_is_made_anew(tmp_path: Path, ran: Commands) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    environment.install(before, lock(before, "requirements.lock", "a==1"))
    before.rename(after)
    ran.clear()
    environment.install(after, after / "requirements.lock")
    assert made_anew(ran)


def test_a_python_that_does_not_run_holds_nothing(tmp_path: Path) -> None:
    python = tmp_path / environment.VENV_PYTHON
    python.parent.mkdir(parents=True)
    python.write_text("not a program")
    (tmp_path / environment.STAMP).write_text(f"{environment.made_for(tmp_path)}\na==1\n")
    assert environment.held(tmp_path) == set()


def test_libraries_and_modules_are_looked_for_where_they_are() -> None:
    assert not environment.is_there("a-library-that-nobody-wrote")
    assert environment.is_there("ensurepip")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Pretends to be a machine that lacks two things, and records what is run on it."""

    def pretend(release: dict[str, str], *, root: bool, apt_works: bool = True, kind: str = "linux") -> list[str]:
        lacks = ["pango-1.0", "ensurepip"]
        commands: list[str] = []

        def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
            commands.append(" ".join(command))
            if apt_works and "install" in command:
                lacks.clear()
            return subprocess.CompletedProcess(command, 0 if apt_works else 100, "", "E: no such mirror\n")

        monkeypatch.setattr(sys, "platform", kind)
        monkeypatch.setattr(platform, "freedesktop_os_release", lambda: release)
        monkeypatch.setattr("os.geteuid", lambda: 0 if root else 1000)
        monkeypatch.setattr(environment, "absent", lambda: list(lacks))
        monkeypatch.setattr(subprocess, "run", run)
        return commands

    return pretend


APT_INSTALL = f"apt-get install -y --no-install-recommends libpango-1.0-0 python{environment.PYTHON_VERSION}-venv"
DEBIAN = {"ID": "debian"}
MINT = {"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}
ROCKY = {"ID": "rocky", "ID_LIKE": "rhel centos fedora"}


@pytest.mark.parametrize(
    ("release", "command"),
    [
        (DEBIAN, f"sudo apt-get update && sudo {APT_INSTALL}"),
        (MINT, f"sudo apt-get update && sudo {APT_INSTALL}"),
        ({"ID": "fedora"}, "sudo dnf install -y pango python3-libs"),
        (ROCKY, "sudo dnf install -y pango python3-libs"),
        ({"ID": "arch"}, "sudo pacman -S --needed pango python"),
    ],
)
def test_who_is_not_root_is_told_the_command_of_the_distribution(
    release: dict[str, str], command: str, machine: Callable[..., list[str]]
) -> None:
    ran = machine(release, root=False)
    with pytest.raises(SystemExit) as end:
        environment.need_native()
    assert str(end.value).splitlines() == [
        "This machine lacks pango-1.0, ensurepip. Install them, then try again:",
        f"    {command}",
    ]
    assert ran == []


def test_on_a_mac_the_command_is_told_without_sudo(machine: Callable[..., list[str]]) -> None:
    machine({}, root=False, kind="darwin")
    with pytest.raises(SystemExit, match=r"\n    brew install pango python$"):
        environment.need_native()


def test_on_a_system_that_we_do_not_know_no_command_is_made_up(machine: Callable[..., list[str]]) -> None:
    machine({"ID": "plan9"}, root=True)
    with pytest.raises(SystemExit, match="We do not know the command for this system"):
        environment.need_native()


def test_root_on_debian_gets_what_is_missing_installed(machine: Callable[..., list[str]]) -> None:
    ran = machine(DEBIAN, root=True)
    environment.need_native()
    assert ran == ["apt-get update", APT_INSTALL]


def test_root_on_another_distribution_is_told_the_command(machine: Callable[..., list[str]]) -> None:
    ran = machine({"ID": "fedora"}, root=True)
    with pytest.raises(SystemExit, match=r"\n    dnf install -y pango python3-libs$"):
        environment.need_native()
    assert ran == []


def test_when_apt_fails_its_words_and_the_command_are_told(
    machine: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    machine(DEBIAN, root=True, apt_works=False)
    with pytest.raises(SystemExit, match=f"\n    apt-get update && {APT_INSTALL}$"):
        environment.need_native()
    assert "no such mirror" in capsys.readouterr().err


def test_what_is_missing_on_the_machine_is_told_before_anything_happens(
    machine: Callable[..., list[str]], ran: Commands
) -> None:
    machine(DEBIAN, root=False)
    with pytest.raises(SystemExit):
        environment.main("requirements.lock")
    assert ran == []


def test_windows_is_told_that_it_is_not_supported(machine: Callable[..., list[str]]) -> None:
    machine({}, root=False, kind="win32")
    with pytest.raises(SystemExit, match=r"^Windows is not supported"):
        environment.main("requirements.lock")


def test_an_old_python_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    with pytest.raises(SystemExit, match=r"^This needs Python 3\.11 or newer, and .*[^\n]$"):
        runpy.run_path(environment.__file__)


def test_an_old_python_can_parse_the_script() -> None:
    ast.parse(Path(environment.__file__).read_text(), feature_version=(3, 6))
