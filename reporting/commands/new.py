"""Write the smallest report into a new folder, with the engine's wheel beside it: make new FOLDER=../my-report

What is there builds, is tested and verifies as it stands, and is there to be replaced.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from reporting.pipeline.fingerprint import followed
from reporting.pipeline.project import ENGINE, ROOT

NAME = "proven-report"
ALSO = {"pytest"}  # what the new report's own commands need beside the engine


def main(folder: str) -> None:
    target = Path(folder).resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        sys.exit(f"{folder}: is there already; name a folder that is not")
    if target.is_relative_to(ROOT.resolve()):
        sys.exit(f"{folder}: is inside of this project; name a folder outside of it")
    shutil.copytree(ENGINE / "new", target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    (target / "gitignore").rename(target / ".gitignore")
    for part in ("results", "report"):
        (target / part).mkdir()
        (target / part / ".gitkeep").touch()
    (target / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "writing.md", target / "docs")
    (target / "vendor").mkdir()
    shutil.copy(ENGINE / "commands" / "environment.py", target / "vendor")
    wheel = build(target / "vendor")
    (target / "requirements.lock").write_text(lock(wheel), encoding="utf-8")
    print(f"{folder} holds a report of its own. There: make report")


def build(folder: Path) -> Path:
    """The engine's wheel."""
    subprocess.run([sys.executable, "-m", "flit_core.wheel", "--outdir", str(folder)], cwd=ROOT, check=True, stdout=-1)
    (wheel,) = folder.glob("*.whl")
    return wheel


def lock(wheel: Path) -> str:
    """The lock file of a report that needs the engine alone: the wheel by its place and hash, and all that it needs."""
    source = ROOT / "requirements-dev.lock"
    blocks = dict(packages(source.read_text(encoding="utf-8")))
    kept = followed({name for name, block in blocks.items() if f"{NAME} (pyproject.toml)" in block} | ALSO, source)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    first = f"./vendor/{wheel.name} \\\n    --hash=sha256:{digest}\n"
    return first + "".join(block for name, block in blocks.items() if name in kept)


def packages(text: str) -> Iterator[tuple[str, str]]:
    """The packages of a lock file by name, each with its lines; one may have several versions."""
    found: dict[str, str] = {}
    for block in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]:
        name = re.split(r"[\[=]", block)[0]
        found[name] = found.get(name, "") + block
    yield from found.items()


if __name__ == "__main__":
    main(*sys.argv[1:])
