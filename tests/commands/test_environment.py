"""Facts about commands/environment: what it installs, and that it loses nothing, whatever happens meanwhile.

Most tests put something quick in the place of `python -m venv` and pip. Where those themselves matter, they install
small packages from wheels that are made here. No test needs a network.
"""

import ast
import hashlib
import os
import platform
import runpy
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from reporting.commands import environment
from tests.conftest import mounted

Commands = list[list[str]]
BASE, TOOLS, NEWER = {"a==1"}, {"a==1", "b==1"}, {"a==2"}


def lock(folder: Path, name: str, requirements: set[str]) -> Path:
    path = folder / name
    text = "".join(f"{line}\n    # via nobody\n" for line in sorted(requirements))
    path.write_text(f"# This file was compiled\n{text}", encoding="utf-8")
    return path


def install(root: Path, requirements: set[str]) -> None:
    with (root / "turn").open("w") as turn:
        environment.install(root, lock(root, "some.lock", requirements), turn.fileno())


def quick(command: Sequence[str | Path], **_: object) -> None:
    """In the place of the commands of an installation; pip has no network where OFFLINE is set."""
    words = [str(word) for word in command]
    python = Path(words[0] if "pip" in words else words[-1] + "/bin/python")
    if "venv" in words:
        python.parent.mkdir()
        python.symlink_to(sys.executable)
    elif words[0] == "cp":
        subprocess.check_call(words)
    elif "OFFLINE" in os.environ:
        raise subprocess.CalledProcessError(1, words, stderr="no network\n" * 50)
    else:
        python.with_name("program").write_text(f"#!{python}\n")


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The commands of the installations of a test, which are quick ones."""
    commands: Commands = []

    def run(command: Sequence[str | Path], **_: object) -> None:
        commands.append([str(word) for word in command])
        quick(command)

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def made_anew(commands: Commands) -> bool:
    return any("venv" in words for words in commands)


def environments(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.name.startswith(".venv"))


def tree(folder: Path) -> dict[str, tuple[int, int, str]]:
    """All that is in a folder: its time and size, and where it leads to if it is a link."""
    found = {path: path.lstat() for path in [folder, *folder.rglob("*")]}
    return {
        str(path): (facts.st_mtime_ns, facts.st_size, str(path.readlink()) if path.is_symlink() else "")
        for path, facts in found.items()
    }


def test_a_missing_environment_is_made_and_filled_from_the_lock_with_hashes(tmp_path: Path, ran: Commands) -> None:
    install(tmp_path, BASE)
    make, fill = ran
    assert make == [sys.executable, "-m", "venv", str(tmp_path / ".venv.part")]
    assert fill[0] == str(tmp_path / ".venv.part" / "bin" / "python")
    assert fill[-4:] == ["install", "--require-hashes", "--requirement", str(tmp_path / "some.lock")]
    assert environment.installed_requirements(tmp_path) == BASE
    assert environments(tmp_path) == [".venv"]


def test_nothing_happens_and_nothing_is_said_when_all_is_installed(
    tmp_path: Path, ran: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    install(tmp_path, BASE)
    ran.clear()
    capsys.readouterr()
    before = tree(tmp_path / ".venv")
    install(tmp_path, BASE)
    assert ran == []
    assert capsys.readouterr().out == ""
    assert tree(tmp_path / ".venv") == before


def test_a_changed_lock_is_installed_anew(tmp_path: Path, ran: Commands) -> None:
    install(tmp_path, TOOLS)
    ran.clear()
    install(tmp_path, NEWER)
    assert made_anew(ran)
    assert environment.installed_requirements(tmp_path) == NEWER
    assert environments(tmp_path) == [".venv"]


def test_a_changed_comment_in_the_lock_changes_nothing(tmp_path: Path, ran: Commands) -> None:
    install(tmp_path, BASE)
    ran.clear()
    wanted = lock(tmp_path, "other.lock", BASE)
    wanted.write_text(wanted.read_text().replace("nobody", "somebody"))
    environment.install(tmp_path, wanted, 0)
    assert ran == []


def test_the_tools_are_added_to_a_copy_of_an_environment_that_builds_reports(tmp_path: Path, ran: Commands) -> None:
    install(tmp_path, BASE)
    ran.clear()
    (tmp_path / ".venv" / "a file").touch()
    install(tmp_path, TOOLS)
    assert not made_anew(ran)
    assert environment.installed_requirements(tmp_path) == TOOLS
    assert environments(tmp_path) == [".venv"]
    assert (tmp_path / ".venv" / "a file").exists()


def test_an_environment_with_the_tools_builds_reports_too(tmp_path: Path, ran: Commands) -> None:
    install(tmp_path, TOOLS)
    ran.clear()
    install(tmp_path, BASE)
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


@pytest.mark.parametrize("wanted", [TOOLS, NEWER])
def test_a_failed_installation_leaves_the_environment_as_it_was_and_says_so(
    tmp_path: Path,
    ran: Commands,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wanted: set[str],
) -> None:
    install(tmp_path, BASE)
    before = tree(tmp_path / ".venv")
    with monkeypatch.context() as offline:
        offline.setenv("OFFLINE", "")
        with pytest.raises(SystemExit) as end:
            install(tmp_path, wanted)
    assert end.value.code == "The packages of some.lock are not installed, see above; .venv is as it was."
    assert capsys.readouterr().err == "no network\n" * environment.TAIL
    assert tree(tmp_path / ".venv") == before
    assert environments(tmp_path) == [".venv"]
    install(tmp_path, wanted)
    assert environment.installed_requirements(tmp_path) == wanted


def kill_everywhere(folder: Path, before: set[str], wanted: set[str]) -> None:
    """Kill installations just before each thing that they do: the last environment is there, and the next try ends."""
    subprocess.run = quick  # type: ignore[assignment]
    moments = homeless = 0
    while True:
        moments += 1
        root = folder / str(moments)
        root.mkdir()
        if before:
            install(root, before)
        child = os.fork()
        if child == 0:
            die_at(moments)
            install(root, wanted)
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            break
        # Not a moment without an environment, but for one: when one has given way and the other is about to follow.
        there = environment.installed_requirements(root)
        homeless += before != there != wanted
        os.environ["OFFLINE"] = ""
        try:
            install(root, wanted)
        except SystemExit:
            assert there != wanted
        del os.environ["OFFLINE"]
        assert environment.installed_requirements(root) == (wanted if there == wanted else before), moments
        install(root, wanted)
        assert environment.installed_requirements(root) == wanted, moments
        assert environments(root) == [".venv"], moments
        assert (root / ".venv" / "bin" / "program").read_text() == f"#!{root}/.venv/bin/python\n", moments
    assert moments > 12
    assert homeless == bool(before)


def die_at(moment: int) -> None:
    left = moment

    def hear(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event in {"open", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "subprocess.Popen"}:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hear)


@pytest.mark.parametrize(("before", "wanted"), [(set(), BASE), (BASE, TOOLS), (TOOLS, NEWER)])
def test_an_installation_that_is_killed_at_any_moment_loses_nothing(
    tmp_path: Path, before: set[str], wanted: set[str]
) -> None:
    code = f"""
from pathlib import Path
from tests.commands.test_environment import kill_everywhere
kill_everywhere(Path({str(tmp_path)!r}), {before}, {wanted})
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=environment.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def put_link(path: Path) -> None:
    path.symlink_to("elsewhere")


def put_dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


def put_file(path: Path) -> None:
    path.touch()


def put_environment(path: Path) -> None:
    (path / "bin").mkdir(parents=True)
    (path / "pyvenv.cfg").write_text("home = /usr/bin\n")


@pytest.mark.parametrize(
    ("put", "what"),
    [
        (put_link, "a link to elsewhere"),
        (put_dangling_link, "a link to nowhere"),
        (put_file, "a file"),
        (put_environment, "a folder"),
    ],
)
@pytest.mark.parametrize("name", [".venv", ".venv.part", ".venv.last"])
def test_what_this_project_did_not_make_is_left_alone_and_told(
    tmp_path: Path, ran: Commands, put: Callable[[Path], None], what: str, name: str
) -> None:
    other = tmp_path / "another project"
    other.mkdir()
    install(other, BASE)
    ran.clear()
    root = tmp_path / "this"
    root.mkdir()
    put(root / name)
    (root / "elsewhere").symlink_to(other / ".venv")
    lock(root, "some.lock", BASE)
    (root / "turn").touch()
    before = tree(tmp_path)
    with pytest.raises(SystemExit) as end:
        environment.install(root, root / "some.lock", 0)
    assert end.value.code == (
        f"{name} is {what} that this project did not make, so it is left alone. "
        f"Move it away, then try again: mv {name} {name}.mine"
    )
    assert ran == []
    assert tree(tmp_path) == before


@pytest.mark.parametrize("name", [".venv", ".venv.part", ".venv.last"])
def test_an_empty_folder_is_nothing_to_lose(tmp_path: Path, ran: Commands, name: str) -> None:
    (tmp_path / name).mkdir()
    install(tmp_path, BASE)
    assert environment.installed_requirements(tmp_path) == BASE
    assert environments(tmp_path) == [".venv"]


def test_an_environment_whose_python_is_gone_is_made_anew(tmp_path: Path, ran: Commands) -> None:
    install(tmp_path, BASE)
    (tmp_path / ".venv" / "bin" / "python").unlink()
    ran.clear()
    install(tmp_path, BASE)
    assert made_anew(ran)


def test_an_environment_of_another_python_is_made_anew(
    tmp_path: Path, ran: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, BASE)
    ran.clear()
    monkeypatch.setattr(environment, "PYTHON_VERSION", "3.99")
    install(tmp_path, TOOLS)
    assert made_anew(ran)


def test_an_environment_that_moved_is_made_anew(tmp_path: Path, ran: Commands) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    install(before, BASE)
    before.rename(after)
    ran.clear()
    install(after, BASE)
    assert made_anew(ran)


@pytest.mark.parametrize("stamp", [b"", b"\xff\xfe"])
def test_an_environment_whose_stamp_is_damaged_is_made_anew(tmp_path: Path, ran: Commands, stamp: bytes) -> None:
    install(tmp_path, BASE)
    (tmp_path / ".venv" / environment.STAMP).write_bytes(stamp)
    ran.clear()
    install(tmp_path, BASE)
    assert made_anew(ran)


def test_a_python_that_does_not_run_holds_nothing(tmp_path: Path, ran: Commands) -> None:
    install(tmp_path, BASE)
    python = tmp_path / ".venv" / "bin" / "python"
    python.unlink()
    python.write_text("not a program")
    assert environment.installed_requirements(tmp_path) == set()


def wheel(folder: Path, name: str) -> str:
    """Make a package with a program of its own name; its requirement, with its hash."""
    info = f"{name}-1.dist-info"
    files = {
        f"{name}.py": f"def main():\n    print('{name} runs')\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
    }
    path = folder / f"{name}-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for place, text in files.items():
            archive.writestr(place, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{place},,\n" for place in [*files, f"{info}/RECORD"]))
    return f"{name}==1 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


class Machine:
    """A copy of the script in a project of its own, and wheels that pip finds without a network."""

    def __init__(self, folder: Path) -> None:
        self.root, self.wheels = folder / "it's my report", folder / "wheels"
        script = self.root / "reporting" / "commands" / "environment.py"
        script.parent.mkdir(parents=True)
        self.wheels.mkdir()
        script.write_bytes(Path(environment.__file__).read_bytes())
        self.a, self.b = wheel(self.wheels, "a"), wheel(self.wheels, "b")
        self.base = lock(self.root, "base.lock", {self.a}).name
        self.tools = lock(self.root, "tools.lock", {self.a, self.b}).name

    def start(self, name: str, **settings: str) -> "subprocess.Popen[str]":
        """An installation in a group of processes of its own."""
        mine = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
        mine |= {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": self.wheels.as_uri()}
        return subprocess.Popen(
            [sys.executable, "reporting/commands/environment.py", name],
            cwd=self.root,
            env=mine | settings,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def install(self, name: str, **settings: str) -> tuple[int, str]:
        """Its status, and what it said of errors."""
        process = self.start(name, **settings)
        _, errors = process.communicate(timeout=120)
        return process.returncode, errors

    def says(self, program: str) -> str:
        return subprocess.run(
            [self.root / ".venv" / "bin" / program], capture_output=True, text=True, check=True
        ).stdout


@pytest.fixture(scope="module")
def machine_with_a(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """An environment with the package a; to be read only, so what is done with it must fail."""
    found = Machine(tmp_path_factory.mktemp("machine"))
    assert found.install(found.base) == (0, "")
    return found


def test_programs_run_from_where_the_environment_is_in_the_end(machine_with_a: Machine) -> None:
    venv = machine_with_a.root / ".venv"
    assert machine_with_a.says("a") == "a runs\n"
    shell = '. .venv/bin/activate; a; python -c "import sys; print(sys.prefix)"; echo $VIRTUAL_ENV'
    done = subprocess.run(["sh", "-c", shell], cwd=venv.parent, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["a runs", str(venv), str(venv)]
    programs = [path for path in (venv / "bin").iterdir() if not path.is_symlink()]
    assert len(programs) > 4
    assert [path for path in programs if b".venv.part" in path.read_bytes()] == []


@pytest.mark.parametrize(
    ("wanted", "settings", "said"),
    [
        ("b==1 --hash=sha256:" + "0" * 64, {}, "Expected sha256 0000"),
        ("b==1", {}, "--hash"),
        ("b==1 --hash=sha256:" + "0" * 64, {"PIP_FIND_LINKS": ""}, "No matching distribution found for b==1"),
        (
            "b==1 --hash=sha256:" + "0" * 64,
            {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": "http://127.0.0.1:9", "PIP_RETRIES": "0", "PIP_FIND_LINKS": ""},
            "No matching distribution found for b==1",
        ),
    ],
)
def test_a_package_that_cannot_be_had_leaves_the_environment_as_it_was(
    machine_with_a: Machine, wanted: str, settings: dict[str, str], said: str
) -> None:
    before = tree(machine_with_a.root / ".venv")
    name = lock(machine_with_a.root, "wrong.lock", {machine_with_a.a, wanted}).name
    status, errors = machine_with_a.install(name, **settings)
    assert status == 1
    assert said in errors
    assert errors.endswith("The packages of wrong.lock are not installed, see above; .venv is as it was.\n")
    assert "Traceback" not in errors
    assert tree(machine_with_a.root / ".venv") == before
    assert environments(machine_with_a.root) == [".venv"]


def until(there: Path) -> None:
    end = time.monotonic() + 60
    while not there.exists():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_an_interruption_by_the_keyboard_leaves_the_environment_as_it_was_without_a_traceback(
    machine_with_a: Machine,
) -> None:
    before = tree(machine_with_a.root / ".venv")
    process = machine_with_a.start(machine_with_a.tools)
    until(machine_with_a.root / ".venv.part" / "bin" / "python")
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    assert errors == ""
    assert tree(machine_with_a.root / ".venv") == before
    assert machine_with_a.install(machine_with_a.base) == (0, "")
    assert environments(machine_with_a.root) == [".venv"]


def test_an_interruption_while_modules_are_imported_prints_nothing(machine_with_a: Machine, tmp_path: Path) -> None:
    (tmp_path / "ctypes.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    assert machine_with_a.install(machine_with_a.tools, PYTHONPATH=str(tmp_path)) == (-signal.SIGINT, "")


@pytest.mark.soak
def test_what_outlives_a_killed_installation_is_waited_for_and_the_next_one_ends(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    killed = machine.start(machine.base)
    until(machine.root / ".venv.part" / "bin" / "python")
    killed.kill()
    process = machine.start(machine.tools)
    said, errors = process.communicate(timeout=120)
    killed.communicate()
    assert said.startswith("Another installation runs here; this one waits for it.\n")
    assert (process.returncode, errors) == (0, "")
    assert [machine.says(name) for name in "ab"] == ["a runs\n", "b runs\n"]
    assert environments(machine.root) == [".venv"]


def test_a_full_disk_leaves_the_environment_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    with mounted("-t", "tmpfs", "-o", "size=128m", "tmpfs", str(folder)):
        machine = Machine(folder)
        assert machine.install(machine.base) == (0, "")
        before = tree(machine.root / ".venv")
        (folder / "ballast").write_bytes(bytes(shutil.disk_usage(folder).free - 8_000_000))
        status, errors = machine.install(machine.tools)
        assert status == 1
        assert len(errors.splitlines()) <= environment.TAIL + 1
        assert "No space left on device" in errors
        assert errors.endswith("The packages of tools.lock are not installed, see above; .venv is as it was.\n")
        assert tree(machine.root / ".venv") == before
        (folder / "ballast").unlink()
        assert machine.install(machine.tools) == (0, "")
        assert machine.says("b") == "b runs\n"


def test_libraries_and_modules_are_looked_for_where_they_are() -> None:
    assert not environment.is_found("a-library-that-nobody-wrote")
    assert environment.is_found("ensurepip")


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
        monkeypatch.setattr(environment, "missing_libraries", lambda: list(lacks))
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
        environment.ensure_libraries()
    assert str(end.value).splitlines() == [
        "This machine lacks pango-1.0, ensurepip. Install them, then try again:",
        f"    {command}",
    ]
    assert ran == []


def test_on_a_mac_the_command_is_told_without_sudo(machine: Callable[..., list[str]]) -> None:
    machine({}, root=False, kind="darwin")
    with pytest.raises(SystemExit, match=r"\n    brew install pango python$"):
        environment.ensure_libraries()


def test_on_a_system_that_we_do_not_know_no_command_is_made_up(machine: Callable[..., list[str]]) -> None:
    machine({"ID": "plan9"}, root=True)
    with pytest.raises(SystemExit, match="We do not know the command for this system"):
        environment.ensure_libraries()


def test_root_on_debian_gets_what_is_missing_installed(machine: Callable[..., list[str]]) -> None:
    ran = machine(DEBIAN, root=True)
    environment.ensure_libraries()
    assert ran == ["apt-get update", APT_INSTALL]


def test_root_on_another_distribution_is_told_the_command(machine: Callable[..., list[str]]) -> None:
    ran = machine({"ID": "fedora"}, root=True)
    with pytest.raises(SystemExit, match=r"\n    dnf install -y pango python3-libs$"):
        environment.ensure_libraries()
    assert ran == []


def test_when_apt_fails_its_words_and_the_command_are_told(
    machine: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    machine(DEBIAN, root=True, apt_works=False)
    with pytest.raises(SystemExit, match=f"\n    apt-get update && {APT_INSTALL}$"):
        environment.ensure_libraries()
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
