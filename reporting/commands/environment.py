"""Make .venv hold what a lock file names: python3 reporting/commands/environment.py requirements.lock

It is the first program to run on a bare machine, so it uses the standard library only, and says what is missing before
it changes anything. When all is there, it is silent and quick. A new environment is made beside the old one and renamed
when it is complete, so that an installation which fails or is killed at any moment leaves one that works.
"""

import signal

# It may end at any moment, so an interruption needs no answer, nor a traceback.
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import ctypes
import ctypes.util
import importlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

# At the top, since an old Python can parse this file but not run all that follows.
if sys.version_info < (3, 11):
    sys.exit(
        f"This needs Python 3.11 or newer, and {sys.executable} is {platform.python_version()}. "
        "To use another: make PYTHON=python3.11"
    )

PYTHON_VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
ROOT = Path.cwd()  # the project
VENV = Path(".venv")
# An environment that is being made, and the one whose place it takes: they are there during an installation only.
PART = Path(".venv.part")
LAST = Path(".venv.last")
# In an environment: for which Python and place it was made, which is written first and says that it is ours; then a
# copy of the lock file, which is written last, since it says that all of it is installed.
STAMP = "installed.lock"
TAIL = 10  # lines that are shown of what a failed command said

# WeasyPrint loads these libraries; GLib and Fontconfig, which it loads too, come with Pango. It can do without
# HarfBuzz's subsetter, but then warns, and its PDFs are larger. Without the module ensurepip there is no venv, and
# Debian's Python comes without it.
NEEDED = ("pango-1.0", "pangoft2-1.0", "harfbuzz", "harfbuzz-subset", "ensurepip")
PACKAGES = {
    "debian": (
        "libpango-1.0-0",
        "libpangoft2-1.0-0",
        "libharfbuzz0b",
        "libharfbuzz-subset0",
        f"python{PYTHON_VERSION}-venv",
    ),
    "fedora": ("pango", "pango", "harfbuzz", "harfbuzz", "python3-libs"),
    "arch": ("pango", "pango", "harfbuzz", "harfbuzz", "python"),
    "macos": ("pango", "pango", "harfbuzz", "harfbuzz", "python"),
}
INSTALL = {
    "debian": "apt-get install -y --no-install-recommends",
    "fedora": "dnf install -y",
    "arch": "pacman -S --needed",
    "macos": "brew install",
}


def is_found(name: str) -> bool:
    """Whether Python finds this module, or this library as WeasyPrint looks for it."""
    if name == "ensurepip":
        importlib.invalidate_caches()
        return importlib.util.find_spec(name) is not None
    try:
        ctypes.CDLL(f"lib{name}.so.0")
    except OSError:
        return ctypes.util.find_library(name) is not None
    return True


def missing_libraries() -> list[str]:
    """What is needed and not there."""
    return [name for name in NEEDED if not is_found(name)]


def distribution() -> str:
    """Whose packages this machine takes: a key of PACKAGES, or "" if none of them."""
    if sys.platform == "darwin":
        return "macos"
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return ""
    names = [release["ID"], *release.get("ID_LIKE", "").split()]
    return next((name for name in names if name in PACKAGES), "")


def commands(family: str, missing: list[str]) -> list[str]:
    """What an administrator runs to install what is missing; nothing for a family that we do not know."""
    if family not in PACKAGES:
        return []
    package = dict(zip(NEEDED, PACKAGES[family], strict=True))
    install = " ".join([INSTALL[family], *dict.fromkeys(package[name] for name in missing)])
    # A new machine, a container above all, has no lists of packages yet.
    return ["apt-get update", install] if family == "debian" else [install]


def ensure_libraries() -> None:
    """Have what pip cannot bring: as root on Debian or its kin install it, elsewhere say how and end."""
    missing = missing_libraries()
    if not missing:
        return
    here, root = distribution(), os.geteuid() == 0
    todo = commands(here, missing)
    if here == "debian" and root:
        print(f"Installing what this machine lacks: {todo[-1]}", flush=True)
        quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        output = [subprocess.run(c.split(), env=quietly, capture_output=True, text=True) for c in todo]
        missing = missing_libraries()
        if not missing:
            return
        print("".join(run.stdout + run.stderr for run in output), end="", file=sys.stderr)
    sudo = "" if root or here == "macos" else "sudo "
    how = " && ".join(sudo + command for command in todo)
    sys.exit(
        f"This machine lacks {', '.join(missing)}. "
        + (f"Install them, then try again:\n    {how}" if how else "We do not know the command for this system.")
    )


def requirements(lock: str) -> set[str]:
    """The lines of a lock file that say something to pip, without the machines that they are for.

    For which machines a package is needed depends on what else is installed.
    """
    lines = (line.strip() for line in lock.splitlines())
    return {line.partition(" ;")[0].rstrip(" \\") for line in lines if line and not line.startswith("#")}


def made_for(root: Path) -> str:
    """The first line of the stamp: an environment serves one Python in one place, which its scripts name."""
    return f"# Python {PYTHON_VERSION} in {root}"


def installed_requirements(root: Path) -> set[str]:
    """The requirements that .venv meets; none if it is missing, unfinished or broken."""
    try:
        first, _, lock = (root / VENV / STAMP).read_text(encoding="utf-8").partition("\n")
        check = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
        broken = subprocess.call([root / VENV / "bin" / "python", "-S", "-c", check])
    except (OSError, ValueError):
        return set()
    return set() if broken or first != made_for(root) else requirements(lock)


def foreign(path: Path) -> str:
    """What is there that this script did not make; nothing if it did, or if there is nothing to lose."""
    if path.is_symlink():
        return f"a link to {path.readlink()}"
    if path.is_dir():
        return "" if (path / STAMP).is_file() or not any(path.iterdir()) else "a folder"
    return "a file" if path.exists() else ""


def remove(path: Path) -> None:
    """Remove an environment of ours, the stamp last: what is left if this is killed is still known as ours."""
    if not path.exists():
        return
    for entry in path.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != STAMP:
            entry.unlink()
    shutil.rmtree(path)


def clean_up(root: Path) -> None:
    """Remove what an installation leaves; one that was killed when the old environment had given way is undone."""
    venv, part, last = root / VENV, root / PART, root / LAST
    if last.exists() and not venv.exists():
        last.rename(venv)
    remove(last)
    remove(part)


def create(root: Path, lock: Path, more: bool, turn: int) -> None:
    """Make a new environment, from nothing or by adding to a copy of the old one, and put it in the old one's place.

    Raises OSError or CalledProcessError.
    """
    venv, part = root / VENV, root / PART
    part.mkdir()
    stamp = part / STAMP
    stamp.write_text(f"{made_for(root)}\n", encoding="utf-8")
    # Twice quiet: errors only.
    pip = (part / "bin" / "python", "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input")
    for command in (
        ("cp", "-a", f"{venv}/.", part) if more else (sys.executable, "-m", "venv", part),
        (*pip, "install", "--require-hashes", "--requirement", lock),
    ):
        # The child has the turn as well: if it outlives this process, the next one waits for it.
        subprocess.run(command, check=True, stderr=subprocess.PIPE, errors="replace", pass_fds=[turn])
    # The scripts name the place where they were made.
    for script in (part / "bin").iterdir():
        content = b"" if script.is_symlink() else script.read_bytes()
        if os.fsencode(PART) in content:
            script.write_bytes(content.replace(os.fsencode(PART), os.fsencode(VENV)))
    stamp.write_text(f"{made_for(root)}\n{lock.read_text(encoding='utf-8')}", encoding="utf-8")
    if venv.exists():
        venv.rename(root / LAST)
    part.rename(venv)


def install(root: Path, lock: Path, turn: int) -> None:
    """Make .venv meet the lock file, unless it does; `turn` is the file that is locked meanwhile."""
    for name in (VENV, PART, LAST):
        what = foreign(root / name)
        if what:
            sys.exit(
                f"{name} is {what} that this project did not make, so it is left alone. "
                f"Move it away, then try again: mv {name} {name}.mine"
            )
    clean_up(root)
    wanted, had = requirements(lock.read_text(encoding="utf-8")), installed_requirements(root)
    if wanted <= had:
        return
    print(f"Installing the packages of {lock.name} into {VENV}; this takes about a minute.", flush=True)
    try:
        # One that holds anything else is not added to, so that nothing old stays behind.
        create(root, lock, bool(had) and had <= wanted, turn)
    except (OSError, subprocess.CalledProcessError) as error:
        said = error.stderr if isinstance(error, subprocess.CalledProcessError) else str(error)
        print("\n".join(said.splitlines()[-TAIL:]), file=sys.stderr)
        sys.exit(f"The packages of {lock.name} are not installed, see above; {VENV} is as it was.")
    finally:
        clean_up(root)


def main(lock: str) -> None:
    """Do all of it; two at a time take turns."""
    if sys.platform == "win32":
        sys.exit("Windows is not supported; its Subsystem for Linux (WSL) works.")
    import fcntl

    ensure_libraries()
    # The kernel keeps this lock, on this very file, so none is left behind. Open for writing, which NFS asks for.
    with Path(__file__).open("r+b") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another installation runs here; this one waits for it.", flush=True)
            fcntl.flock(turn, fcntl.LOCK_EX)
        install(ROOT, ROOT / lock, turn.fileno())


if __name__ == "__main__":
    main(*sys.argv[1:])
