"""Make things anew from what a report's PDF carries, with the code of this installation.

Configuration, text and results are data from the PDF. So is the code that it carries: it lies in the folder, and is
never run.
"""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reporting.cite.paths import ABSENT
from reporting.compose.printed import printable, quoted
from reporting.pipeline.numerics import THREADS
from reporting.pipeline.project import ENGINE, PATH, ROOT
from reporting.press.evidence import LARGEST_PDF, MEBIBYTE

MOST_MEMORY = 4096 * MEBIBYTE  # of each process
LARGEST_FILE = 2 * LARGEST_PDF  # that one of them may write
MOST_SECONDS = {"rebuild": 600, "recompute": 7200}


class AnewError(Exception):
    """Why something cannot be made anew."""


def lay_out(files: Mapping[str, bytes], folder: Path) -> None:
    """Put the files into a folder, each by its path."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def snakemake(rules: str, targets: Sequence[str], folder: Path) -> None:
    """Make files in a folder with the rules and the code of this installation, within limits; raises AnewError."""
    command = [*isolated(), sys.executable, "-P", "-m", "snakemake", "--snakefile"]
    command.append(str(ENGINE / "rules" / f"{rules}.smk"))
    options = ["--directory", str(folder), "--cores", "all", "--quiet", "all", "--profile", "none"]
    options += ["--workflow-profile", "none", "--ignore-incomplete", "--nolock"]
    # Python looks for modules in no folder that code runs in.
    own = {"PROJECT": str(ROOT), "PYTHONPATH": PATH, "PYTHONSAFEPATH": "1", **THREADS}
    with subprocess.Popen(
        [*command, *options, *targets],
        cwd=folder,
        env={**os.environ, **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        preexec_fn=limit,
    ) as process:
        try:
            said, _ = process.communicate(timeout=MOST_SECONDS[rules])
        except subprocess.TimeoutExpired:
            raise AnewError(f"it takes more than {MOST_SECONDS[rules]} s") from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode:
        lines = [line.strip().replace(f"{folder}/", "") for line in said.splitlines() if line.strip()]
        raise AnewError(printable(" ".join(lines[:3])[:300]) or "Snakemake failed")


def limit() -> None:
    """Let this process, and those that it starts, have no more than the most that is allowed."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


def isolated() -> list[str]:
    """What runs a command with no way to other machines, where the system lets its user ask for that."""
    command = ["unshare", "--map-current-user", "--net"]
    if shutil.which("unshare") and not subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        return command
    return []


def other_machine(here: Mapping[str, str], there: Mapping[str, str]) -> Iterator[str]:
    """In what the machine that made a report differs from this one, a line each."""
    yield "Another kind of machine made the report:"
    for key in sorted({*here, *there}):
        if here.get(key) != there.get(key):
            yield f"  {quoted(key[:40])}: {quoted(str(there.get(key))[:100])} there, {quoted(str(here.get(key)))} here"


def said(value: Any) -> str:
    """A value in a few words."""
    if value is ABSENT:
        return str(value)
    if isinstance(value, dict | list):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    return quoted(value[:60]) if isinstance(value, str) else json.dumps(value)[:60]
