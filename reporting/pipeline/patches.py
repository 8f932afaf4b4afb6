"""All that reaches into Snakemake, where a workflow cannot say it: for each, why, and until when. Written for 9.27.

tests/pipeline/test_patches.py has for each the fault that it mends, and fails where a newer Snakemake makes it needless
or void.
"""

import logging
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import snakemake.api  # first, as those below import each other
import snakemake.dag
import snakemake.jobs
from snakemake.logging import logger
from snakemake.scheduling.job_scheduler import JobScheduler
from snakemake.script import PythonScript
from snakemake.shell import shell
from snakemake_interface_executor_plugins.executors.real import RealExecutor

from reporting.pipeline import warm
from reporting.pipeline.fingerprint import code
from reporting.pipeline.project import part

ASSUMED = "Assuming unrestricted shared filesystem usage."  # said as soon as a build begins
OF_JOBS = ("run_info", "job_started", "job_finished")  # the events of which a console must hear
PROVENANCE = ("code", "input", "params")  # what Snakemake asks of, besides times, to tell whether a job is outdated


def run_jobs_interruptibly(here: bool) -> None:
    """Let Ctrl-C end jobs without a traceback: run each as interruptible.py does, on other machines; `here`, in the
    process that starts many, each is a fork of one that has imported what they need.

    Until a workflow can name the Python of its jobs: Snakemake takes `sys.executable`, and does not quote it.
    """
    python = shlex.join([sys.executable, "-S", str(Path(__file__).with_name("interruptible.py"))])
    execute, submit = PythonScript._execute_cmd, RealExecutor.format_job_exec

    def execute_with(script: Any, cmd: str, **values: Any) -> Any:
        if values.get("py_exec") != sys.executable:
            return execute(script, cmd, **values)
        if not here:
            return execute(script, cmd, **values | {"py_exec": python})
        if status := warm.run(values["fname"], code(part(script.path.get_path_or_uri(secret_free=True)))):
            raise subprocess.CalledProcessError(status, values["fname"])
        return None

    def submit_with(executor: Any, job: Any) -> Any:
        executor.get_python_executable = lambda: python
        return submit(executor, job)

    PythonScript._execute_cmd = execute_with
    RealExecutor.format_job_exec = submit_with
    shell.prefix("exec ")


def exit_quietly_on_interrupt() -> None:
    """Let Ctrl-C end this process without a traceback: at once before and after jobs run, else as Snakemake does it.

    Until Snakemake ends so while it reads the workflow: there it leaves Ctrl-C to Python, which prints where it was.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    sys.excepthook = lambda kind, *rest: None if kind is KeyboardInterrupt else sys.__excepthook__(kind, *rest)


def end_without_waiting() -> None:
    """Let a build end with its last job, and look for jobs that may start once a second, not more and more often.

    Until the timer by which the scheduler limits how many jobs start in a second is one, and a daemon: its end is
    waited for, and each look at the jobs starts another, which leads to another look.
    """
    pending: list[threading.Timer] = []

    def reevaluate(scheduler: Any, delay: int) -> None:
        if not any(timer.is_alive() for timer in pending):
            pending[:] = [threading.Timer(delay, scheduler._open_jobs.release)]
            pending[0].daemon = True
            pending[0].start()

    JobScheduler._schedule_reevalutation = reevaluate


def treat_termination_as_interrupt() -> None:
    """Make SIGTERM what Ctrl-C is, once the scheduler has taken the signals.

    Until its answer to SIGTERM can be given at any time: it waits for a lock that the interrupted thread may hold.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def attach_console(workflow: Any, console: Any) -> None:
    """Let a console, a handler with a `terminal`, say what a build or a dry run does.

    All other commands have Snakemake's own output, and so has a build that asks for more of it: beside the console's,
    which then hears only of jobs.
    Until a workflow can bring a handler of its own: a logger plugin is a package, and hears events in another thread.
    """
    asked = workflow.output_settings
    more = asked.verbose or asked.debug_dag or asked.printshellcmds

    def own(record: logging.LogRecord) -> bool:
        event = getattr(record, "event", None)
        return more or not (workflow.executor_plugin or event == "workflow_started" or record.msg == ASSUMED)

    for handler in logger.handlers:
        handler.addFilter(own)
    console.addFilter(lambda record: not own(record) or getattr(record, "event", None) in OF_JOBS)
    console.terminal = console.terminal and not more  # whose line would be written over
    logger.addHandler(console)


def leave_out(workflow: Any, names: Iterable[str]) -> None:
    """Let rules be none: what they make is given. Until a workflow can say what `--allowed-rules` does."""
    for name in names:
        del workflow._rules[name]


def set_logs(rules: Iterable[Any]) -> None:
    """Let the log of each rule with a script be results/logs/RULE.log, or results/logs/RULE/{name}.log.

    Until a workflow can say so for all of its rules.
    """
    for rule in rules:
        if rule.script and not rule.log:
            names = [f"{{{name}}}" for name in sorted(rule.wildcard_names)]
            rule.log_modifier = rule.output_modifier
            rule.set_log(f"{'/'.join(['results/logs', rule.name, *names])}.log")


def decide_reruns(choose: Callable[[Any, set[Any]], Mapping[Any, Mapping[str, str]]]) -> None:
    """Let `choose`, which is given the graph and the jobs that the user forces, say which jobs run, and why: by
    the kind of what changed, which is code, input, params, updated or output, what to say of it.

    Snakemake decides by the times of files and by records. What it notes of its decision is noted here in the same
    places, and what it says of it in summaries and lists of changes is of this one.
    Until it sees what scripts import, takes no touched script for a changed one, and no failed job for a done one.
    """

    async def update_needrun(dag: Any, create_inventory: bool = False) -> None:
        ignore_unreadable_records(dag.workflow.persistence)
        forced = {job for job in dag.jobs if job.rule in dag.forcerules or not dag.forcefiles.isdisjoint(job.output)}
        chosen = choose(dag, forced)
        if dag.workflow.executor_plugin and not dag.workflow.dryrun:
            dag.workflow.iocache.deactivate()  # until it was this build's turn, another may have made and deleted files
        elif create_inventory and dag.workflow.is_main_process:
            await dag.workflow.iocache.mtime_inventory(dag.jobs)
        answer_summaries(dag.workflow.persistence, chosen)
        targets = (job for job in dag.targetjobs if not job.output)
        wanted = {job for job in targets if not chosen.keys().isdisjoint(dag.dependencies[job])}
        for job in {*chosen, *wanted}:
            changed, reason = chosen.get(job, {}), dag.reason(job)
            reason.forced = job in forced
            for kind in changed.keys() & {*PROVENANCE}:
                setattr(reason, f"{kind}_changed", changed[kind])
            updated = changed.get("updated", "").split("; ")
            reason.updated_input.update(path for path in job.input if f"{path}: changed" in updated)
            reason.missing_output.update(job.output if "output" in changed else ())
            reason.updated_input_run.update(() if changed else job.input)
        dag._needrun.clear()
        dag._needrun.update(chosen, wanted)
        dag._ready_jobs.clear()
        dag._n_until_ready.clear()
        for job in dag._needrun:
            dag._n_until_ready[job] = sum(other in dag._needrun for other in dag.dependencies[job])
        dag._len = len(dag._finished | dag._needrun)

    async def older_than_script(job: Any) -> AsyncIterator[str]:
        if False:
            yield ""

    snakemake.dag.DAG.update_needrun = update_needrun
    snakemake.jobs.Job.outputs_older_than_script_or_notebook = older_than_script


def answer_summaries(persistence: Any, chosen: Mapping[Any, Mapping[str, str]]) -> None:
    """Let `--summary` and `--list-changes` say what changed as it was chosen for; part of `decide`."""
    for kind in PROVENANCE:

        def changed(job: Any, file: str | None = None, kind: str = kind) -> Any:
            files = job.output if kind in chosen.get(job, ()) else ()
            return files if file is None else file in files

        setattr(persistence, f"{kind}_changed", changed)


def ignore_unreadable_records(persistence: Any) -> None:
    """Let a record that cannot be read be none, as nothing depends on it.

    Until Snakemake does so: it ends with a traceback there.
    """
    original = persistence._read_record

    def read(key: str) -> Any:
        try:
            return original(key)
        except Exception:
            return None

    persistence._read_record = read


def keep_reports(persistence: Any) -> None:
    """Keep Snakemake from copying an `update` output, and from putting the copy back in place after a fault.

    It does so also where the disk is full. Our jobs write aside: what is there is the last good one.
    Until it can be told that a job does so.
    """
    persistence.backup_output = lambda path: None
    persistence.restore_output = lambda path: True


def script_of(rule: Any) -> str:
    """The script of a rule, as seals name it. Until a rule can be asked: it has a path from where it stands itself."""
    if not rule.script:
        sys.exit(f"rule {rule.name}: must have a script, whose code is followed; no shell, run or notebook")
    return part(rule.basedir.join(rule.script).get_path_or_uri(secret_free=True))


def last_runtime(persistence: Any, job: Any) -> float | None:
    """How long a job took last time, by Snakemake's record; None where there is none. No command says it."""
    record = persistence.metadata(job.output[0])
    if not record or not record.endtime or not record.starttime:
        return None
    return max(0.0, float(record.endtime - record.starttime))  # a clock may have been set back
