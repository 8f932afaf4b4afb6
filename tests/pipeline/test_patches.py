"""Facts about pipeline/patches: Snakemake alone has each fault that is mended there, and still has what is replaced.

Where one of these fails, a newer Snakemake made a patch needless, or void.
"""

import asyncio
import inspect
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import snakemake.api
from snakemake.dag import DAG
from snakemake.jobs import Job, Reason
from snakemake.persistence import PersistenceBase
from snakemake.rules import Rule
from snakemake.scheduling.job_scheduler import JobScheduler
from snakemake.script import PythonScript
from snakemake.settings.types import OutputSettings
from snakemake.shell import shell
from snakemake.spawn_jobs import SpawnedJobArgsFactory
from snakemake.workflow import Workflow
from snakemake_interface_executor_plugins.executors.real import RealExecutor
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor
from snakemake_interface_executor_plugins.settings import SharedFSUsage

from reporting.pipeline import patches

SNAKEFILE = """
rule made:
    output: "made.txt"
    script: "made.py"

rule report:
    output: update("report.txt")
    shell: "echo half > {output}; exit 1"
"""
# Where a folder has a space in its name, even plain Snakemake needs this.
QUOTED = "import shlex, sys; sys.executable = shlex.quote(sys.executable); import snakemake.cli as cli; cli.main()"
MADE = "import sys\nsys.path.insert(0, '.')\nimport helper\nopen(snakemake.output[0], 'w').write(helper.TEXT)\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where Snakemake, as it is, has made one of two files."""
    root = tmp_path_factory.mktemp("made")
    for name, text in {
        "Snakefile": SNAKEFILE,
        "made.py": MADE,
        "helper.py": "TEXT = '1'",
        "report.txt": "good",
    }.items():
        (root / name).write_text(text)
    done = alone(root, "made.txt")
    assert done.returncode == 0, done.stderr
    return root


def alone(root: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", QUOTED, "--cores", "1", *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    return shutil.copytree(made, tmp_path / "a copy")


def test_it_does_not_see_what_a_script_imports(folder: Path) -> None:
    (folder / "helper.py").write_text("TEXT = '2'")
    assert "Nothing to be done" in alone(folder, "-n", "made.txt").stdout


def test_it_takes_a_touched_script_for_a_changed_one(folder: Path) -> None:
    (folder / "made.py").touch()
    assert "Code has changed" in alone(folder, "-n", "made.txt").stdout


def test_it_lists_changed_parameters_where_none_changed(made: Path) -> None:
    assert alone(made, "--list-changes", "params", "made.txt").stdout == "made.txt\n"


def test_it_ends_where_a_record_cannot_be_read(folder: Path) -> None:
    for record in (folder / ".snakemake" / "metadata").iterdir():
        record.write_bytes(b"\xff")
    assert alone(folder, "-n", "made.txt").returncode == 1


def test_it_puts_an_updated_file_back_after_a_fault(folder: Path) -> None:
    assert alone(folder, "--force", "report.txt").returncode == 1
    assert (folder / "report.txt").read_text() == "good"


def test_it_says_where_it_was_when_it_is_interrupted_while_it_reads(tmp_path: Path) -> None:
    (tmp_path / "Snakefile").write_text("raise KeyboardInterrupt\n")
    assert "Traceback" in alone(tmp_path).stderr


def test_it_does_not_quote_the_python_of_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    class Script(PythonScript):  # type: ignore[misc]
        container_img = conda_env = env_modules = None

        def __init__(self) -> None:
            pass

        def _execute_cmd(self, cmd: str, **values: Any) -> None:
            said.append(cmd.replace(":q", "").format(**values))

    monkeypatch.setattr(sys, "executable", "/a b/python")
    Script().execute_script("script.py")
    assert said == ["/a b/python script.py"]


def test_it_does_not_quote_the_python_of_jobs_that_run_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/a b/python")
    shared = SimpleNamespace(shared_fs_usage=SharedFSUsage.all())
    executor: Any = SimpleNamespace(workflow=SimpleNamespace(storage_settings=shared))
    assert RemoteExecutor.get_python_executable(executor) == "/a b/python"
    assert "self.get_python_executable()," in inspect.getsource(RealExecutor.format_job_exec)


def test_it_looks_for_solvers_where_python_is() -> None:  # so that `sys.executable` must be a path
    assert "os.path.dirname(sys.executable)" in inspect.getsource(SpawnedJobArgsFactory.general_args)


def test_its_answer_to_a_termination_waits_for_a_lock_that_the_same_thread_may_hold() -> None:
    assert "self._lock = threading.Lock()" in inspect.getsource(JobScheduler.__init__)
    assert "signal.signal(signal.SIGTERM, self.exit_gracefully)" in inspect.getsource(JobScheduler.__init__)
    scheduler = SimpleNamespace(_lock=threading.Lock(), _open_jobs=threading.Semaphore(0))
    scheduler._lock.acquire()
    answer = threading.Thread(target=JobScheduler.exit_gracefully, args=(scheduler,))
    answer.start()
    answer.join(0.2)
    assert answer.is_alive()
    scheduler._lock.release()
    answer.join()


def test_it_has_no_log_for_all_rules() -> None:
    assert [name for name in dir(Workflow) if name.startswith("set_default_")] == [
        "set_default_input_flags",
        "set_default_output_flags",
    ]


def test_it_assumes_a_shared_file_system_before_a_build_has_started() -> None:
    assert patches.ASSUMED in inspect.getsource(snakemake.api.DAGApi.execute_workflow)


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[threading.Timer]:
    """The timers that are started, which none of them is in truth."""
    found: list[threading.Timer] = []
    monkeypatch.setattr(JobScheduler, "_schedule_reevalutation", JobScheduler._schedule_reevalutation)
    monkeypatch.setattr(threading.Timer, "start", lambda timer: found.append(timer))
    return found


def test_its_end_is_kept_waiting_by_timers_of_which_there_are_more_and_more(begun: list[threading.Timer]) -> None:
    scheduler = SimpleNamespace(_open_jobs=threading.Semaphore(0))
    for _ in range(3):
        JobScheduler._schedule_reevalutation(scheduler, 1)
    assert [timer.daemon for timer in begun] == [False] * 3


def test_a_build_ends_while_its_timer_runs_of_which_there_is_one(
    begun: list[threading.Timer], monkeypatch: pytest.MonkeyPatch
) -> None:
    patches.end_without_waiting()
    scheduler = SimpleNamespace(_open_jobs=threading.Semaphore(0))
    for runs, so_far in ((False, 1), (True, 1), (False, 2)):
        monkeypatch.setattr(threading.Timer, "is_alive", lambda timer, runs=runs: runs)
        JobScheduler._schedule_reevalutation(scheduler, 7)
        assert [(timer.daemon, timer.interval) for timer in begun] == [(True, 7)] * so_far
    begun[0].function()
    assert scheduler._open_jobs.acquire(blocking=False)


@pytest.mark.parametrize(
    ("replaced", "parameters"),
    [
        (DAG.update_needrun, "self create_inventory"),
        (Job.outputs_older_than_script_or_notebook, "self"),
        (PersistenceBase.code_changed, "self job file"),
        (PersistenceBase.input_changed, "self job file"),
        (PersistenceBase.params_changed, "self job file"),
        (PersistenceBase._read_record, "self key"),
        (PersistenceBase.backup_output, "self path"),
        (PersistenceBase.restore_output, "self path"),
        (PersistenceBase.metadata, "self target"),
        (Rule.set_log, "self logs kwlogs"),
        (shell.prefix, "prefix"),
        (JobScheduler._schedule_reevalutation, "self delay"),
        (PythonScript._execute_cmd, "self cmd kwargs"),
        (RealExecutor.format_job_exec, "self job"),
    ],
)
def test_what_is_replaced_or_called_is_there(replaced: Any, parameters: str) -> None:
    assert " ".join(inspect.signature(replaced).parameters) == parameters


def test_what_is_replaced_is_awaited() -> None:
    assert asyncio.iscoroutinefunction(DAG.update_needrun)
    assert inspect.isasyncgenfunction(Job.outputs_older_than_script_or_notebook)


def test_what_is_read_and_set_is_there() -> None:
    for owner, names in {
        DAG: "forcerules forcefiles untilrules untilfiles omitrules omitfiles targetjobs _needrun _ready_jobs "
        "_n_until_ready _finished _len",
        Rule: "script log_modifier output_modifier basedir",
        Reason: "forced code_changed input_changed params_changed",
    }.items():
        source = inspect.getsource(owner)
        assert [name for name in names.split() if f"self.{name}" not in source] == []
    assert {"updated_input", "updated_input_run", "missing_output"} <= {*dir(Reason)}
    assert {"executor_plugin", "dryrun", "touch", "basedir", "persistence", "dag", "rules"} <= {*dir(Workflow)}
    assert {"verbose", "debug_dag", "printshellcmds"} <= {*OutputSettings.__dataclass_fields__}
