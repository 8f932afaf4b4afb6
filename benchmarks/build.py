"""Measure the build against the same work as one notebook, executed and printed to PDF: a part of `make bench`.

The notebook is the report's own. Its time is that of nbconvert executing it and making HTML of it, and of a headless
Chromium printing that; all of it happens in a copy of the project.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path.cwd()
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-quic"),
]
TEXT = Path("templates/sections/1.1.md")
SENTENCE = "Run it from"
RATE = r"(\n  two_layer_fast:\n(?:    .*\n)*?    learning_rate: )[^\s#]+"


def building() -> None:
    """Print the seconds of each build, as a share of the notebook's, and the share that is aimed at."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise SystemExit(f"the build is measured against a notebook that a browser prints; none of {BROWSERS} is there")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        copy_project(root)
        took = {"everything from nothing": (snakemake(root), 2.5)}
        took["nothing to do"] = snakemake(root), 0.25
        edit(root / TEXT, SENTENCE, "Now run it from")
        took["a text edit, to HTML"] = snakemake(root, "report/report.html"), 0.35
        snakemake(root)
        edit(root / TEXT, "Now run it from", SENTENCE)
        took["a text edit, to PDF"] = snakemake(root, "report/report.pdf"), 0.75
        edit(root / "config/config.yaml", RATE, r"\g<1>0.0123", pattern=True)
        took["one run's learning rate, to PDF"] = snakemake(root, "report/report.pdf"), 0.9
        snakemake(root, "report/report.ipynb")
        executed, converted, printed = notebook(root, browser)
    whole = executed + converted + printed
    print(f"\nThe notebook takes {whole:.1f} s: {executed:.1f} to execute, {converted + printed:.1f} to print to PDF")
    print(f"{'':33}{'seconds':>8}{'of the notebook':>17}{'target':>8}")
    for what, (seconds, target) in took.items():
        print(f"{what:33}{seconds:8.1f}{seconds / whole:17.2f}{target:8.2f}")


def copy_project(root: Path) -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for file in files.splitlines():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, root / file)


def edit(path: Path, old: str, new: str, pattern: bool = False) -> None:
    before = path.read_text(encoding="utf-8")
    after = re.sub(old, new, before) if pattern else before.replace(old, new, 1)
    if after == before:
        raise SystemExit(f"{path.name}: there is no {old!r} to change")
    path.write_text(after, encoding="utf-8")


def notebook(root: Path, browser: str) -> tuple[float, float, float]:
    """The seconds to execute the notebook, to make HTML of it, and to print that."""
    convert = [sys.executable, "-m", "nbconvert"]
    page, printed = root / "executed.html", root / "executed.pdf"
    execute = ["--execute", "--to", "notebook", "--output-dir", str(root), "--output", "executed"]
    times = (
        timed([*convert, *execute, "report/report.ipynb"], root),
        timed([*convert, "--to", "html", "executed.ipynb"], root),
        timed([browser, *FLAGS, f"--user-data-dir={root}/browser", f"--print-to-pdf={printed}", page.as_uri()], root),
    )
    if not printed.is_file():
        raise SystemExit(f"{browser} printed nothing")
    return times


def snakemake(root: Path, *targets: str) -> float:
    return timed([sys.executable, "-m", "snakemake", *targets], root)


def timed(command: list[str], root: Path) -> float:
    """The seconds that a command takes; ends where it fails, with what it said."""
    start = time.perf_counter()
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"{' '.join(command[:4])} failed:\n{run.stdout}{run.stderr}")
    return time.perf_counter() - start
