"""Make .venv hold what a lock file names: python3 scripts/environment.py requirements.lock

It is the first program to run on a bare machine, so it uses the standard library only, and says what is missing before
it changes anything. When all is there, it is silent and quick.
"""

import ctypes
import ctypes.util
import importlib
import importlib.util
import os
import platform
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
ROOT = Path(__file__).resolve().parent.parent
VENV = Path(".venv")
VENV_PYTHON = VENV / "bin" / "python"
# A copy of the lock file that was installed. Written last, so that an installation without it did not end well.
STAMP = VENV / "installed.lock"

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


def is_there(name: str) -> bool:
    """Whether Python finds this module, or this library as WeasyPrint looks for it."""
    if name == "ensurepip":
        importlib.invalidate_caches()
        return importlib.util.find_spec(name) is not None
    try:
        ctypes.CDLL(f"lib{name}.so.0")
    except OSError:
        return ctypes.util.find_library(name) is not None
    return True


def absent() -> list[str]:
    """What is needed and not there."""
    return [name for name in NEEDED if not is_there(name)]


def family() -> str:
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


def need_native() -> None:
    """Have what pip cannot bring: as root on Debian or its kin install it, elsewhere say how and end."""
    missing = absent()
    if not missing:
        return
    here, root = family(), os.geteuid() == 0
    todo = commands(here, missing)
    if here == "debian" and root:
        print(f"Installing what this machine lacks: {todo[-1]}", flush=True)
        quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        output = [subprocess.run(c.split(), env=quietly, capture_output=True, text=True) for c in todo]
        missing = absent()
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
    """The first line of the stamp: a .venv serves one Python in one place, which its scripts name."""
    return f"# Python {PYTHON_VERSION} in {root}"


def held(root: Path) -> set[str]:
    """The requirements that .venv meets; none if it is missing, unfinished or broken."""
    try:
        first, _, lock = (root / STAMP).read_text(encoding="utf-8").partition("\n")
        check = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
        broken = subprocess.call([root / VENV_PYTHON, "-S", "-c", check])
    except OSError:
        return set()
    return set() if broken or first != made_for(root) else requirements(lock)


def run(*command: "str | Path") -> None:
    """Run a command; if it fails, end."""
    if subprocess.call(command):
        sys.exit("The environment is not complete, see above. The next try starts it anew.")


def install(root: Path, lock: Path) -> None:
    """Make .venv meet the lock file, unless it does."""
    text = lock.read_text(encoding="utf-8")
    wanted, had = requirements(text), held(root)
    if wanted <= had:
        return
    print(f"Installing the packages of {lock.name} into {VENV}; this takes about a minute.", flush=True)
    (root / STAMP).unlink(missing_ok=True)
    # Packages can be added to an environment. One that holds anything else gives way, so that nothing old stays behind.
    if not had or not had <= wanted:
        run(sys.executable, "-m", "venv", "--clear", root / VENV)
    # Twice quiet: errors only.
    pip = (root / VENV_PYTHON, "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input")
    run(*pip, "install", "--require-hashes", "--requirement", lock)
    (root / STAMP).write_text(f"{made_for(root)}\n{text}", encoding="utf-8")


def main(lock: str) -> None:
    """Do all of it; two at a time take turns."""
    if sys.platform == "win32":
        sys.exit("Windows is not supported; its Subsystem for Linux (WSL) works.")
    import fcntl

    need_native()
    # The kernel keeps this lock, on this very file, so none is left behind. Open for writing, which NFS asks for.
    with Path(__file__).open("r+b") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        install(ROOT, ROOT / lock)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
