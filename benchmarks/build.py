"""Measure the build against the same work as one notebook, executed and printed to PDF: a part of `make bench`.

Builds start as `make` starts them, and are measured against Snakemake itself, with nothing to do. The notebook is the
report's own. Its time is that of nbconvert executing it and making HTML of it, and of a headless Chromium printing
that; all of it happens in a copy of the project.
"""

import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO

ROOT = Path.cwd()
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-quic"),
]
AS_MAKE_DOES = ["-S", "reporting/pipeline/interruptible.py"]
TEXT = Path("templates/sections/1.1.md")
SENTENCE = "Run it from"
RATE = r"(\n  two_layer_fast:\n(?:    .*\n)*?    learning_rate: )[^\s#]+"


def building() -> None:
    """Print how long builds, the notebook and the page that is watched take, and what is aimed at."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise SystemExit(f"the build is measured against a notebook that a browser prints; none of {BROWSERS} is there")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "report")
        copy_project(root)
        plain = least(lambda: nothing(Path(folder, "plain")))
        whole = snakemake(root)
        took = {"nothing to do": (least(lambda: snakemake(root)), 0.6)}
        edit(root / TEXT, SENTENCE, "Now run it from")
        took["a text edit, to HTML"] = snakemake(root, "results/report.html"), 1.0
        snakemake(root)
        edit(root / TEXT, "Now run it from", SENTENCE)
        took["a text edit, to PDF"] = snakemake(root, "report/report.pdf"), 4.0
        edit(root / "config/config.yaml", RATE, r"\g<1>0.0123", pattern=True)
        took["one run's learning rate, to PDF"] = snakemake(root, "report/report.pdf"), 5.0
        shown = watched(root)
        snakemake(root, "report/report.ipynb")
        executed, converted, printed = notebook(root, browser)
    print(f"\nSnakemake takes {plain:.2f} s where a Snakefile has a target and nothing else")
    print(f"{'':33}{'seconds':>8}{'multiple':>10}{'target':>8}")
    for what, (seconds, target) in took.items():
        print(f"{what:33}{seconds:8.2f}{seconds / plain:10.2f}{target:8.2f}")
    paper = executed + converted + printed
    print(f"\nThe notebook takes {paper:.1f} s: {executed:.1f} to execute, {converted + printed:.1f} to print to PDF")
    print(f"Everything from nothing takes {whole:.1f} s, {whole / paper:.2f} of it; the target is 0.75")
    print("\nSeconds from a saved edit to the page that is watched")
    for what, seconds in shown.items():
        print(f"{what:33}{seconds:8.2f}")


def least(measure: Callable[[], float]) -> float:
    """The least of three."""
    return min(measure() for _ in range(3))


def nothing(folder: Path) -> float:
    """The seconds of Snakemake for a target that asks for nothing."""
    folder.mkdir(exist_ok=True)
    (folder / "Snakefile").write_text("rule all:\n    input: []\n", encoding="utf-8")
    return timed([sys.executable, "-m", "snakemake", "--cores", "1"], folder)


def watched(root: Path) -> dict[str, float]:
    """The seconds after which edits of the text, of a macro and of the style are served, of three each the least."""
    build = [sys.executable, *AS_MAKE_DOES, "-m", "snakemake"]
    command = [sys.executable, "-m", "reporting.commands.watch", "templates", "--", *build]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as watching:
        assert watching.stdout
        address = re.findall(r"http://\S+/", watching.stdout.readline())[0]
        while "report/report.pdf and" not in watching.stdout.readline():
            pass
        threading.Thread(target=watching.stdout.read, daemon=True).start()
        with urllib.request.urlopen(f"{address}state") as states:
            page = served(states)

            def shown(path: Path, old: str, new: str) -> float:
                nonlocal page
                before, start = page, time.perf_counter()
                edit(path, old, new)
                while page == before:
                    page = served(states)
                return time.perf_counter() - start

            def there_and_back(path: Path, old: str, new: str) -> float:
                return min(shown(path, *pair) for _ in range(2) for pair in ((old, new), (new, old)))

            found = {
                "a text edit": there_and_back(root / TEXT, SENTENCE, "Now run it from"),
                "a macro": there_and_back(root / "templates/macros.md", "loss[train]=", "loss[training]="),
                "the style": there_and_back(root / "templates/style.css", "columns: 3", "columns: 2"),
            }
        watching.send_signal(signal.SIGINT)
    return found


def served(states: IO[bytes]) -> str:
    """The checksum of the page, when the preview next says which there is."""
    while not (line := states.readline().strip()):
        pass
    return str(json.loads(line.removeprefix(b"data: "))["page"])


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
    return timed([sys.executable, *AS_MAKE_DOES, "-m", "snakemake", *targets], root)


def timed(command: list[str], root: Path) -> float:
    """The seconds that a command takes; ends where it fails, with what it said."""
    start = time.perf_counter()
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"{' '.join(command[:4])} failed:\n{run.stdout}{run.stderr}")
    return time.perf_counter() - start
