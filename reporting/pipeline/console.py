"""What a build says: a line of progress in a terminal, a line a job elsewhere; what failed and why; what it made."""

import logging
import math
import re
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from reporting.pipeline import elsewhere, lock, patches, seal, warm
from reporting.pipeline.artifacts import remove_unfinished
from reporting.pipeline.fingerprint import code
from reporting.pipeline.freshness import MACHINE, Cause, Stale, current, job_name, stale
from reporting.pipeline.plan import plan, plural

DOCUMENTS = {"document", "pdf", "report"}  # the jobs at the end, of which the first reads all of the text
TAIL = 20  # lines that are shown of a failed job's log
REPEATED = (
    "At least one job did not complete successfully.",
    "Exiting because a job execution failed. Look above for error messages",
)
EDITED = "Changed while this build ran: what it made is of before. Build again."
UNLIKE = (
    "Jobs ran on machines unlike this one, and their last digits may differ from those that it makes. Keep them to one "
    "kind, with `constraint` in the profile, and build again."
)


class Console(logging.Handler):
    """Hears Snakemake's events in place of its own output."""

    def __init__(
        self,
        workflow: Any,
        uses: Mapping[str, set[str]],
        settings: Mapping[str, Any],
        cells: Callable[[], Mapping[str, str]],
        read: Mapping[str, str],
        rehearse: Callable[[Collection[str]], str],
    ) -> None:
        super().__init__(logging.INFO)
        self.workflow = workflow
        self.settings = settings
        self.cells = cells  # of the notebook; says what is wrong with them, and ends
        self.read = read  # the files that say which jobs there are, with their checksums
        self.rehearse = rehearse  # the text with those of the results that will be as they are
        self.stale = Stale()  # what must run, once that is known
        self.uses = uses  # the questions that cite the file of an artifact or a figure
        self.jobs: dict[int, Any] = {}
        self.expected: dict[int, float] = {}
        self.running: dict[int, float] = {}
        self.done = 0
        self.ended_by: str | None = None  # the signal that ended the job of which is heard next
        self.faults: set[str] = set()  # what was said of failed jobs
        self.started = time.monotonic()
        self.terminal = sys.stderr.isatty()
        self.checked: Future[Mapping[str, str]] | None = None  # what `cells` gives, found while jobs run
        self.over = threading.Event()

    def choose(self, dag: Any, forced: set[Any]) -> dict[Any, dict[str, str]]:
        """The jobs that must run, and why. Before anything runs, wait for a build that runs here already."""
        if self.workflow.touch:
            sys.exit("--touch: not possible, as what files hold says whether they are up to date, not their times")
        runs = self.workflow.executor_plugin and not self.workflow.dryrun  # else it is only asked how things stand
        if runs:
            self.held = lock.acquire()
            remove_unfinished()
        elif lock.is_building():
            self.say("A build runs in this folder now; this is how things stand while it runs.")
        self.stale = stale(dag, forced, self.settings)
        stale_rules = {job.rule.name for job in self.stale.jobs}
        parts = dag.untilrules or dag.untilfiles or dag.omitrules or dag.omitfiles
        ahead = self.workflow.dryrun or (runs and stale_rules - DOCUMENTS)
        if ahead and not parts and "document" in stale_rules:  # which otherwise says the same as soon
            kept = {str(path) for job in dag.jobs if job not in self.stale.jobs for path in job.output}
            if fault := self.rehearse(kept):
                self.say(fault)
                self.say(self.outdated(self.stale))
                sys.exit(1)
        if runs and self.stale.jobs and (fault := elsewhere.missing_program(self.workflow.executor_plugin.name)):
            sys.exit(fault)
        if runs:
            self.say("\n".join(f"{cause}; made anew" for cause in self.stale.unexplained()))
        return self.stale.reasons()

    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "event", None)
        if event == "run_info":
            self.begin()
        elif event == "job_error":
            self.fail(record.__dict__)
        elif event == "error" or record.levelno >= logging.ERROR:
            self.explain(record.getMessage())
        elif record.getMessage().startswith("Nothing to be done"):
            self.cells()
            self.say(f"{self.asked()} up to date.")
            self.say(self.notebook())
        elif event == "job_started":
            self.running |= dict.fromkeys(set(record.__dict__["jobs"]) & set(self.jobs), time.monotonic())
        elif event == "job_finished" and not self.workflow.dryrun:
            self.finish(record.__dict__["job_id"])

    def begin(self) -> None:
        """All jobs are known, none has started."""
        if self.jobs:
            return
        patches.keep_reports(self.workflow.persistence)
        patches.treat_termination_as_interrupt()
        dag = self.workflow.dag
        self.jobs = {dag.jobid(job): job for job in dag.needrun_jobs() if job.output}
        records = self.workflow.persistence
        self.expected = {number: patches.last_runtime(records, job) or 1.0 for number, job in self.jobs.items()}
        if self.workflow.dryrun:
            self.cells()
            for line in plan(self.workflow, self.stale, self.uses):
                print(line)
            return
        self.checked = ThreadPoolExecutor(1).submit(self.cells)
        warm.prepare(package for job in self.jobs.values() for package in code(patches.script_of(job.rule)))
        if self.terminal:
            threading.Thread(target=self.refresh, daemon=True).start()

    def refresh(self) -> None:
        while not self.over.wait(0.2):
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\x1b[K{self.status()[:width]}", end="", file=sys.stderr, flush=True)

    def status(self) -> str:
        """How many of how many, what runs now, and the time left."""
        now = time.monotonic()
        running = dict(self.running)
        names = ", ".join(f"{job_name(self.jobs[number])}{self.depth(number)}" for number in running)
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
            self.say(f"{self.done}/{len(self.expected)}  {job_name(job)}  {took:.1f} s")

    def fail(self, said: dict[str, Any]) -> None:
        """The last lines of a failed job's log, and where that is; a log of one line is a message."""
        job = self.jobs.get(said["jobid"])  # which may be tried again
        self.running.pop(said["jobid"], None)
        name, path = job_name(job) if job else said["rule_name"], said["log"][0]
        try:
            text = Path(path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            text = ""
        lines = text.rstrip().splitlines()
        here, self.ended_by = f", ended by {self.ended_by}" if self.ended_by else "", None
        how = here or elsewhere.failure(said, job)
        fault = lines[0] if len(lines) == 1 and (text.endswith("\n") or not how) else ""
        if fault and fault not in self.faults:  # jobs at the same time may meet the same fault
            self.say(f"{name}: {fault} (also in {path})")
        elif not fault and (lines or (how and how not in self.faults)):
            self.say(f"{name} failed{how}{f'; its log is {path}' if text or here else ''}")
            self.say("\n".join(f"    {line}" for line in lines[-TAIL:]))
        self.faults.add(fault or how)

    def explain(self, message: str) -> None:
        """Snakemake's own errors, less those that repeat what a job's log says."""
        if message.strip().endswith(REPEATED) or message.startswith("Exception in run_job for rule"):
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
        patches.exit_quietly_on_interrupt()
        seconds = round(time.monotonic() - self.started)
        took = f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"
        left = stale(self.workflow.dag, (), self.settings)  # what must run again, though all has run
        if success and (causes := self.meanwhile(left)):
            self.say("\n".join(map(str, causes)))
            self.say(UNLIKE if all(cause.file == MACHINE for cause in causes) else EDITED)
            sys.exit(1)
        if success:
            if self.checked:
                self.checked.result()
            self.say(f"{self.asked()} ready: {plural(self.done, 'job')} in {took}.")
            self.say(self.notebook())
        else:
            self.say(f"Stopped after {self.done} of {plural(len(self.expected), 'job')}, {took}.")
            self.say(self.outdated(left))

    def notebook(self) -> str:
        """A line where the report was asked for, and the notebook that goes with it is not of the same sources."""
        if not self.cells() or "report/report.pdf" not in self.documents():
            return ""
        outputs = seal.read("results/notebook_outputs.json")
        if (
            outputs
            and current("report/report.ipynb", "reporting/jobs/notebook.py")
            and current("results/notebook_outputs.json", "reporting/jobs/notebook_outputs.py")
            and outputs.provenance.settings.get("cells") == seal.as_json(self.cells())
        ):
            return ""
        state = "is not of today's sources" if Path("report/report.ipynb").exists() else "is not there"
        return f"report/report.ipynb {state}; make notebook makes it."

    def meanwhile(self, left: Stale) -> list[Cause]:
        """What changed while all of this ran, or is another where jobs ran."""
        now = seal.checksums(self.read)
        changed = {Cause(f"{path}: changed") for path in self.read if now[path] != self.read[path]}
        causes = changed | {cause for told in left.causes.values() for cause in told}
        files = {f"{cause.file}: changed" for cause in causes}  # of which another cause tells more
        return [cause for cause in sorted(causes) if cause.line not in files]

    def outdated(self, left: Stale) -> str:
        """A line about the documents that are there, but not of today's sources."""
        old = {str(path) for job in left.jobs for path in job.output}
        if not (there := [path for path in self.documents() if path in old and Path(path).exists()]):
            return ""
        verb = "are" if len(there) > 1 else "is"
        return f"{join_names(there)} {verb} still of the last good build, not of today's sources."

    def documents(self) -> list[str]:
        """The documents that were asked for."""
        outputs = {str(path) for job in self.workflow.dag.jobs for path in job.output}
        return sorted((path for path in outputs if path.startswith("report/report.")), reverse=True)

    def asked(self) -> str:
        """The documents that were asked for, and `is` or `are`."""
        found = self.documents()
        return f"{join_names(found) or 'all'} {'are' if len(found) > 1 else 'is'}"

    def say(self, text: str) -> None:
        if self.terminal:
            print("\r\x1b[K", end="", file=sys.stderr)
        if text:
            print(text, file=sys.stderr, flush=True)


def join_names(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
