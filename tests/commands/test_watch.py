"""Facts about commands/watch: what it runs and when, and that it says no more than where the page is."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT


class Watcher:
    """Watches a folder in a group of processes of its own; what is heard is what the command says."""

    def __init__(self, folder: Path, command: str, *paths: Path) -> None:
        self.source, self.heard = folder / "source", folder / "heard"
        self.source.mkdir()
        self.output = self.heard.open("w")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "reporting.commands.watch"),
                str(self.source),
                "--",
                "sh",
                "-c",
                command,
            ],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, [*paths, ROOT]))},
            stdout=self.output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def save(self, name: str = "x.md") -> None:
        (self.source / name).write_text(str(time.monotonic()))

    def said(self) -> str:
        """What the command said, behind the line that says where the page is."""
        first, _, rest = self.heard.read_text().partition("\n")
        assert not first or "http://127.0.0.1:" in first, first
        return rest

    def hears(self, text: str, save: str | None = None) -> None:
        """Wait until this was heard, saving a file meanwhile; when watching begins is not known."""
        end = time.monotonic() + 60
        while text not in self.heard.read_text():
            assert time.monotonic() < end, self.heard.read_text()
            assert self.process.poll() is None, self.heard.read_text()
            if save:
                self.save(save)
            time.sleep(2 if save else 0.1)  # a build begins when edits rest

    def interrupt(self) -> None:
        """What the keyboard does."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.output.close()


@pytest.fixture
def counting(tmp_path: Path) -> Iterator[Watcher]:
    """A command that ends at once."""
    watcher = Watcher(tmp_path, "echo x >> count; wc -l < count")
    yield watcher
    watcher.end()


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[Watcher]:
    """A command that goes on until it may end, also when it is interrupted."""
    watcher = Watcher(
        tmp_path,
        "trap 'echo interrupted' INT; echo started; while [ ! -e may-end ]; do sleep 0.1; done; echo ended",
    )
    watcher.hears("started\n")
    yield watcher
    (tmp_path / "may-end").touch()
    watcher.end()


def test_a_command_that_has_ended_is_run_anew_and_nothing_else_is_said(counting: Watcher) -> None:
    counting.hears("1\n")
    counting.hears("1\n2\n", save="x.md")
    counting.interrupt()
    assert counting.process.wait(60) == 0
    numbers = counting.said().split()
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


def test_a_command_that_still_runs_is_interrupted_and_waited_for(waiting: Watcher, tmp_path: Path) -> None:
    waiting.hears("interrupted\n", save="x.md")
    (tmp_path / "may-end").touch()
    waiting.hears("started\ninterrupted\nended\nstarted\nended\n")


def test_the_keyboard_interrupts_what_runs_and_it_is_waited_for(waiting: Watcher, tmp_path: Path) -> None:
    waiting.interrupt()
    waiting.hears("interrupted\n")
    assert waiting.process.poll() is None
    (tmp_path / "may-end").touch()
    assert waiting.process.wait(60) == 0
    assert waiting.said() == "started\ninterrupted\nended\n"


def test_what_is_interrupted_already_is_not_interrupted_twice(waiting: Watcher, tmp_path: Path) -> None:
    waiting.hears("interrupted\n", save="x.md")
    waiting.interrupt()
    (tmp_path / "may-end").touch()
    assert waiting.process.wait(60) == 0
    assert waiting.said() == "started\ninterrupted\nended\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_what_runs_does_not_outlive_the_end_of_watching(
    waiting: Watcher, tmp_path: Path, number: signal.Signals
) -> None:
    waiting.process.send_signal(number)
    waiting.hears("interrupted\n")
    (tmp_path / "may-end").touch()
    assert waiting.process.wait(60) == 0
    assert waiting.said() == "started\ninterrupted\nended\n"


def test_who_interrupts_twice_does_not_wait(waiting: Watcher) -> None:
    waiting.interrupt()
    waiting.hears("interrupted\n")
    waiting.interrupt()
    assert waiting.process.wait(60) == -signal.SIGINT
    assert waiting.said() == "started\ninterrupted\n"


def test_an_interruption_while_modules_are_imported_prints_nothing(tmp_path: Path) -> None:
    (tmp_path / "watchfiles.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    watcher = Watcher(tmp_path, "echo", tmp_path)
    assert watcher.process.wait(60) == -signal.SIGINT
    watcher.end()
    assert watcher.heard.read_text() == ""
