"""What a build says: a line of progress in a terminal, a line a job elsewhere; what failed and why; what it made."""

import logging
import math
import re
import shutil
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.plan import plan, plural, remembered, title

TAIL = 20  # lines that are shown of a failed job's log
REPEATED = (
    "At least one job did not complete successfully.",
    "Exiting because a job execution failed. Look above for error messages",
)


class Console(logging.Handler):
    """Hears Snakemake's events in place of its own output."""

    def __init__(self, workflow: Any, uses: Mapping[str, set[str]], forged: list[str]) -> None:
        super().__init__(logging.INFO)
        self.workflow = workflow
        self.forged = forged  # files to make anew
        self.uses = uses  # the questions that cite the file of an artifact or a figure
        self.jobs: dict[int, Any] = {}
        self.expected: dict[int, float] = {}
        self.running: dict[int, float] = {}
        self.done = 0
        self.ended_by: str | None = None  # the signal that ended the job of which is heard next
        self.faults: set[str] = set()  # what was said of failed jobs
        self.started = time.monotonic()
        self.terminal = sys.stderr.isatty()
        self.over = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "event", None)
        if event == "workflow_started":
            # Snakemake trusts what is there. It has read the Snakefile now, and not yet looked for what to run.
            settings = self.workflow.dag_settings
            settings.forcerun = frozenset({*settings.forcerun, *self.forged})
        elif event == "run_info":
            self.begin()
        elif event == "job_error":
            self.fail(record.__dict__)
        elif event == "error" or record.levelno >= logging.ERROR:
            self.explain(record.getMessage())
        elif record.getMessage().startswith("Nothing to be done"):
            self.say(f"{self.asked()} up to date.")
        elif event == "job_started":
            self.running |= dict.fromkeys(set(record.__dict__["jobs"]) & set(self.jobs), time.monotonic())
        elif event == "job_finished" and not self.workflow.dryrun:
            self.finish(record.__dict__["job_id"])

    def begin(self) -> None:
        """All jobs are known, none has started."""
        if self.jobs:
            return
        # Snakemake would copy the last report, and after a fault copy it back in place, also where the disk is full.
        # Our jobs write aside: what is there is still the last good one.
        self.workflow.persistence.backup_output = lambda path: None
        self.workflow.persistence.restore_output = lambda path: True
        # Snakemake's own answer to SIGTERM takes a lock, which the thread that it interrupts may hold for ever then.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        dag = self.workflow.dag
        self.jobs = {dag.jobid(job): job for job in dag.needrun_jobs() if job.output}
        self.expected = {number: remembered(self.workflow, job) or 1.0 for number, job in self.jobs.items()}
        if self.workflow.dryrun:
            for line in plan(self.workflow, list(self.jobs.values()), self.uses):
                print(line)
        elif self.terminal:
            threading.Thread(target=self.refresh, daemon=True).start()

    def refresh(self) -> None:
        while not self.over.wait(0.2):
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\x1b[K{self.status()[:width]}", end="", file=sys.stderr, flush=True)

    def status(self) -> str:
        """How many of how many, what runs now, and the time left."""
        now = time.monotonic()
        running = dict(self.running)
        names = ", ".join(f"{title(self.jobs[number])}{self.depth(number)}" for number in running)
        left = sum(
            seconds for number, seconds in self.expected.items() if number in self.jobs and number not in running
        )
        left += sum(max(self.expected[number] - (now - since), 0) for number, since in running.items())
        cores = self.workflow.resource_settings.cores or 1
        return f"{self.done}/{len(self.expected)}  {names}  about {math.ceil(left / cores)} s left"

    def depth(self, number: int) -> str:
        """How far a job says it is."""
        try:
            said = Path(self.jobs[number].log[0]).read_text(encoding="utf-8")
        except (OSError, ValueError, IndexError):
            return ""
        return f" {said}" if " of " in said and "\n" not in said else ""

    def finish(self, number: int) -> None:
        if number not in self.jobs:
            return
        self.done += 1
        job = self.jobs.pop(number)
        took = time.monotonic() - self.running.pop(number, time.monotonic())
        if not self.terminal:
            self.say(f"{self.done}/{len(self.expected)}  {title(job)}  {took:.1f} s")

    def fail(self, said: dict[str, Any]) -> None:
        """The last lines of a failed job's log, and where that is; a log of one line is a message."""
        job = self.jobs.pop(said["jobid"], None)
        self.running.pop(said["jobid"], None)
        name, path = title(job) if job else said["rule_name"], said["log"][0]
        try:
            lines = Path(path).read_text(encoding="utf-8", errors="replace").rstrip().splitlines()
        except OSError:
            lines = []
        ended_by, self.ended_by = self.ended_by, None
        if len(lines) == 1 and ended_by is None:
            if lines[0] not in self.faults:  # jobs at the same time may meet the same fault
                self.say(f"{name}: {lines[0]} (also in {path})")
            self.faults.add(lines[0])
        elif lines or ended_by:
            self.say(f"{name} failed{f', ended by {ended_by}' if ended_by else ''}; its log is {path}")
            self.say("\n".join(f"    {line}" for line in lines[-TAIL:]))

    def explain(self, message: str) -> None:
        """Snakemake's own errors, less those that repeat what a job's log says."""
        if message.strip().endswith(REPEATED):
            return
        if ended := re.search(r"died with <Signals\.(\w+)|returned non-zero exit status (\d+)\.", message):
            status = int(ended[2] or 0)
            self.ended_by = ended[1] or (signal.Signals(status - 128).name if status > 128 else None)
            return
        if protected := re.search(r"Write-protected output files.*affected files:\n(.*)", message, re.DOTALL):
            self.say(f"{', '.join(protected[1].split())}: may not be written here")
            return
        self.say(message.strip())

    def end(self, success: bool) -> None:
        """The last line: what was made, or what is left."""
        self.over.set()
        seconds = round(time.monotonic() - self.started)
        took = f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"
        if success:
            self.say(f"{self.asked()} ready: {plural(self.done, 'job')} in {took}.")
        else:
            self.say(
                f"Stopped after {self.done} of {plural(len(self.expected), 'job')}, {took}. The last good report stays."
            )

    def asked(self) -> str:
        """The documents that were asked for, and `is` or `are`."""
        outputs = {str(path) for job in self.workflow.dag.jobs for path in job.output}
        documents = sorted((path for path in outputs if path.startswith("report/")), reverse=True)
        listed = " and ".join(filter(None, [", ".join(documents[:-1]), *documents[-1:]]))
        return f"{listed or 'all'} {'are' if len(documents) > 1 else 'is'}"

    def say(self, text: str) -> None:
        if self.terminal:
            print("\r\x1b[K", end="", file=sys.stderr)
        if text:
            print(text, file=sys.stderr, flush=True)
