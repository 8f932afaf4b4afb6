"""Facts about pipeline/console: what a build says in a terminal and elsewhere, when it fails and when it is done."""

import logging
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reporting.pipeline import console, patches, warm
from reporting.pipeline.console import Console
from reporting.pipeline.freshness import MACHINE, Cause, Stale
from tests.conftest import STYLE, Project


@pytest.fixture(autouse=True)
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The packages for whose use the process of the jobs was prepared."""
    found: list[str] = []
    monkeypatch.setattr(patches, "script_of", lambda rule: f"scripts/experiments/{rule.name}.py")
    monkeypatch.setattr(warm, "prepare", found.extend)
    return found


class Job(SimpleNamespace):
    """As much of one of Snakemake's as is asked for."""

    __hash__ = object.__hash__  # type: ignore[assignment]


def job(rule: str, output: str, log: str = "", **wildcards: str) -> Job:
    return Job(rule=SimpleNamespace(name=rule), output=[output], log=[log] if log else [], wildcards_dict=wildcards)


class Workflow:
    """As much of Snakemake's as the console asks for."""

    def __init__(self, *jobs: Any) -> None:
        self.dryrun = False
        self.resource_settings = SimpleNamespace(cores=2)
        self.dag = SimpleNamespace(jobs=jobs, needrun_jobs=lambda: jobs, jobid=jobs.index, toposorted=list)
        record = SimpleNamespace(starttime=10.0, endtime=14.0)
        self.persistence = SimpleNamespace(metadata=lambda path: record if path == "a.json" else None)


def hear(heard: Console, event: str | None, text: str = "", level: int = logging.INFO, **facts: Any) -> None:
    record = logging.LogRecord("snakemake", level, "", 0, text, None, None)
    record.__dict__ |= facts
    if event:
        record.event = event
    heard.emit(record)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "a.log"


@pytest.fixture
def begun(log: Path) -> Console:
    """A build of two jobs that has begun, without a terminal."""
    jobs = job("networks", "a.json", str(log), name="two_layer"), job("sweep", "b.json")
    heard = Console(Workflow(*jobs), {}, {}, lambda: {"settings": "1 + 1"}, {}, lambda kept: "")
    hear(heard, "workflow_started")
    hear(heard, "run_info")
    hear(heard, "job_started", jobs=[0])
    return heard


def test_what_the_jobs_import_is_prepared_before_they_start(begun: Console, prepared: list[str]) -> None:
    assert "numpy" in prepared


def test_without_a_terminal_there_is_a_line_for_every_job_that_ended(
    begun: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    hear(begun, "job_finished", job_id=0)
    hear(begun, "job_finished", job_id=99)  # the rule `all`, which makes nothing
    assert capsys.readouterr().err == "1/2  networks.two_layer  0.0 s\n"


def test_the_status_says_how_many_of_how_many_what_runs_how_far_it_is_and_the_time_left(
    begun: Console, log: Path
) -> None:
    log.write_text("12 of 40 settings")
    # Four seconds last time, and one for what never ran, on two cores.
    assert begun.status() == "0/2  networks.two_layer 12 of 40 settings  about 3 s left"
    log.write_text("something else\n")
    assert begun.status() == "0/2  networks.two_layer  about 3 s left"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("a.json: not valid JSON\n", ["networks.two_layer: a.json: not valid JSON (also in LOG)"]),
        (
            "Traceback\n  File\nKeyError: 1\n",
            ["networks.two_layer failed; its log is LOG", "    Traceback", "      File", "    KeyError: 1"],
        ),
    ],
)
def test_a_job_that_failed_is_told_with_what_its_log_says_and_where_that_is(
    begun: Console, log: Path, capsys: pytest.CaptureFixture[str], written: str, said: list[str]
) -> None:
    log.write_text(written)
    hear(begun, "error", "CalledProcessError:\nCommand 'x' returned non-zero exit status 1.", logging.ERROR)
    hear(begun, "job_error", jobid=0, rule_name="networks", log=[str(log)])
    assert capsys.readouterr().err.splitlines() == [line.replace("LOG", str(log)) for line in said]


@pytest.mark.parametrize("status", ["died with <Signals.SIGKILL: 9>.", "returned non-zero exit status 137."])
def test_a_job_that_a_signal_ended_is_told_with_the_signal(
    begun: Console, log: Path, capsys: pytest.CaptureFixture[str], status: str
) -> None:
    hear(begun, "error", f"CalledProcessError:\nCommand 'x' {status}", logging.ERROR)
    hear(begun, "job_error", jobid=0, rule_name="networks", log=[str(log)])
    assert capsys.readouterr().err.strip() == f"networks.two_layer failed, ended by SIGKILL; its log is {log}"


def test_only_the_last_lines_of_a_long_log_are_shown(
    begun: Console, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log.write_text("\n".join(f"line {number}" for number in range(100)))
    hear(begun, "job_error", jobid=0, rule_name="networks", log=[str(log)])
    lines = capsys.readouterr().err.splitlines()
    assert lines[1:] == [f"    line {number}" for number in range(100 - console.TAIL, 100)]


@pytest.mark.parametrize(
    ("event", "text", "heard"),
    [
        ("error", "Missing input files for rule networks", True),
        ("error", "At least one job did not complete successfully.", False),
        ("error", "Exception in run_job for rule law: No such account", False),
        (None, "Building DAG of jobs...", False),
        ("shellcmd", "Shell command: None", False),
    ],
)
def test_snakemakes_errors_are_heard_and_nothing_else_that_it_says(
    begun: Console, capsys: pytest.CaptureFixture[str], event: str | None, text: str, heard: bool
) -> None:
    hear(begun, event, text, logging.ERROR if event == "error" else logging.INFO)
    assert capsys.readouterr().err == (f"{text}\n" if heard else "")


def test_the_last_line_says_where_the_report_is_how_many_jobs_ran_and_how_long_it_took(
    begun: Console, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    begun.workflow.dag.jobs = [job("report", "report/report.html"), job("report", "report/report.pdf")]
    begun.started -= 83
    hear(begun, "job_finished", job_id=0)
    capsys.readouterr()
    begun.end(success=True)
    assert capsys.readouterr().err.splitlines() == [
        "report/report.pdf and report/report.html are ready: 1 job in 1 min 23 s.",
        "report/report.ipynb is not there; make notebook makes it.",
    ]
    begun.end(success=False)
    assert capsys.readouterr().err == "Stopped after 1 of 2 jobs, 1 min 23 s.\n"


def test_after_a_failure_the_last_line_says_of_which_build_the_documents_are(
    begun: Console, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report").mkdir()
    pages, pdf = job("report", "report/report.html"), job("report", "report/report.pdf")
    begun.workflow.dag.jobs = [pages, pdf, job("notebook", "report/report.ipynb")]
    monkeypatch.setattr(console, "stale", lambda *_: Stale({pages: []}, {pdf}))
    (tmp_path / "report" / "report.pdf").touch()
    (tmp_path / "report" / "report.ipynb").touch()
    begun.end(success=False)
    last = "report/report.pdf is still of the last good build, not of today's sources."
    assert capsys.readouterr().err.splitlines()[1:] == [last]
    (tmp_path / "report" / "report.html").touch()
    begun.end(success=False)
    last = "report/report.pdf and report/report.html are still of the last good build, not of today's sources."
    assert capsys.readouterr().err.splitlines()[1:] == [last]


def test_what_changed_while_a_build_ran_is_named_and_the_build_has_failed(
    begun: Console, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text, run = Cause("templates/1.md: changed"), Cause("networks.new: new", "config/config.yaml")
    edits = {1: [text], 2: [run, Cause("config/config.yaml: changed")], 3: [text, run]}
    monkeypatch.setattr(console, "stale", lambda *_: Stale(edits))
    with pytest.raises(SystemExit) as ended:
        begun.end(success=True)
    assert ended.value.code == 1
    assert capsys.readouterr().err.splitlines() == [
        "networks.new: new",
        "templates/1.md: changed",
        "Changed while this build ran: what it made is of before. Build again.",
    ]


def test_what_ran_on_a_machine_of_another_kind_is_named_and_no_edit_is_spoken_of(
    begun: Console, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    unlike = Cause("processor aarch64 → x86-64", MACHINE)
    monkeypatch.setattr(console, "stale", lambda *_: Stale({1: [unlike]}))
    with pytest.raises(SystemExit):
        begun.end(success=True)
    assert capsys.readouterr().err.splitlines() == [unlike.line, console.UNLIKE]


def test_nothing_to_do_is_said(begun: Console, capsys: pytest.CaptureFixture[str]) -> None:
    hear(begun, None, "Nothing to be done (all requested files are present and up to date).")
    assert capsys.readouterr().err == "all is up to date.\n"
    begun.workflow.dag.jobs = [job("notebook", "report/report.ipynb")]
    hear(begun, None, "Nothing to be done (all requested files are present and up to date).")
    assert capsys.readouterr().err == "report/report.ipynb is up to date.\n"


def test_a_terminal_shows_one_line_that_changes_and_the_last_line_stays(copy: Project) -> None:
    copy.edit(*STYLE)
    leader, follower = pty.openpty()
    with subprocess.Popen([sys.executable, "-m", "snakemake"], cwd=copy.root, stdin=follower, stderr=follower):
        os.close(follower)
        said = b""
        while piece := read(leader):
            said += piece
    lines = said.decode().split("\r\n")
    assert [line.split("\x1b[K")[-1] for line in lines if "ready" in line or "1/3" in line][-1].startswith(
        "report/report.pdf and report/report.html are ready: 3 jobs in "
    )
    shown = [line for part in lines for line in part.split("\r\x1b[K")]
    assert any(line.startswith("0/3  document  about ") for line in shown), shown
    assert any(re.match("[12]/3  (pdf|report)  about ", line) for line in shown), shown
    assert len(lines) <= 4  # Snakemake's own first line, the last line, that of the notebook, and nothing after it


def read(terminal: int) -> bytes:
    """What a terminal shows next; nothing when nobody writes to it any more."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""
