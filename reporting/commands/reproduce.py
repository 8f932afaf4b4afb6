"""Build what is committed twice, in two clones and unlike circumstances, and compare every byte."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

UNLIKE = {
    "one": {"PYTHONHASHSEED": "1", "TZ": "UTC", "LANG": "C"},
    "another place": {"PYTHONHASHSEED": "2", "TZ": "Asia/Kathmandu", "LANG": "C.UTF-8"},
}


def products(root: Path) -> dict[str, Path]:
    """Every file that a build makes, the logs apart, by its name."""
    found = (path for folder in ("results", "report") for path in (root / folder).rglob("*") if path.is_file())
    names = {str(path.relative_to(root)): path for path in found}
    return {name: path for name, path in names.items() if not name.startswith("results/logs/")}


def differences(first: dict[str, Path], second: dict[str, Path]) -> list[str]:
    """The names of files that are not there twice with the same bytes."""
    return [
        name
        for name in sorted(first.keys() | second.keys())
        if name not in first or name not in second or first[name].read_bytes() != second[name].read_bytes()
    ]


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True).stdout


def build(root: Path, circumstances: dict[str, str]) -> dict[str, Path]:
    git("clone", "--quiet", ".", str(root))
    subprocess.run([sys.executable, "-m", "snakemake"], cwd=root, env=os.environ | circumstances, check=True)
    return products(root)


def main() -> int:
    if git("status", "--porcelain"):
        print("What is not committed takes no part in this.")
    with tempfile.TemporaryDirectory() as folder:
        first, second = (build(Path(folder, name), circumstances) for name, circumstances in UNLIKE.items())
        differ = differences(first, second)
        for name in differ:
            print(f"{name}: not the same bytes", flush=True)
            if name in first and name in second and shutil.which("diffoscope"):
                subprocess.run(["diffoscope", first[name], second[name]], check=False)
    print(f"{len(differ)} of {len(first)} files differ." if differ else f"{len(first)} files are the same bytes.")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
