"""Facts about the process that is forked for each job."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reporting.pipeline import warm
from tests.conftest import ROOT

Script = Callable[[str], str]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    def write(text: str) -> str:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.py"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


@pytest.fixture(autouse=True)
def own_server() -> Iterator[None]:
    warm.server.cache_clear()
    yield
    control, process, _ = warm.server()
    control.close()
    process.wait(10)
    warm.server.cache_clear()


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 0),
        ("import sys; sys.exit(3)", 3),
        ("import sys; sys.exit()", 0),
        ("import sys; sys.exit('a message')", 1),
        ("1 / 0", 1),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("import os, signal; os.kill(os.getppid(), signal.SIGKILL)", -signal.SIGTERM),
    ],
)
def test_a_script_ends_as_if_it_ran_alone(script: Script, text: str, status: int) -> None:
    assert warm.run(script(text), []) == status


def test_a_script_is_the_main_program_and_reads_nothing(script: Script, tmp_path: Path) -> None:
    path = script(
        f"""import atexit, pathlib, sys
assert __name__ == "__main__" and sys.argv == [__file__] and sys.stdin.read() == ""
atexit.register(lambda: pathlib.Path({str(tmp_path)!r}, "ended").touch())
"""
    )
    assert warm.run(path, []) == 0
    assert (tmp_path / "ended").exists()


def test_what_a_package_brings_is_there_before_the_script_asks_for_it(script: Script) -> None:
    text = "import sys; assert ('matplotlib.figure' in sys.modules, 'numpy' in sys.modules) == {}"
    assert warm.run(script(text.format((False, False))), ["jinja2"]) == 0
    assert warm.run(script(text.format((False, True))), ["numpy"]) == 0
    assert warm.run(script(text.format((True, True))), ["matplotlib"]) == 0


def test_each_script_reads_the_modules_of_today(script: Script, tmp_path: Path) -> None:
    path = script(f"import sys; sys.path.append({str(tmp_path)!r}); import own; sys.exit(own.STATUS)")
    for status in (4, 5):
        # Of another size, as Python takes a file of the same second and size for the one that it has compiled.
        (tmp_path / "own.py").write_text(f"STATUS = {status}" + "\n" * status, encoding="utf-8")
        assert warm.run(path, []) == status


def test_scripts_run_at_the_same_time(script: Script, tmp_path: Path) -> None:
    text = f"""import pathlib, sys, time
folder, own, other = pathlib.Path({str(tmp_path)!r}), sys.argv[0] + ".here", {{}}
pathlib.Path(own).touch()
while len(list(folder.glob("*.here"))) < 2:
    time.sleep(0.01)
"""
    with ThreadPoolExecutor() as pool:
        assert list(pool.map(lambda path: warm.run(path, []), [script(text), script(text)])) == [0, 0]


def test_it_ends_with_the_process_that_asks(script: Script, tmp_path: Path) -> None:
    path = script(f"import os, pathlib; pathlib.Path({str(tmp_path)!r}, 'server').write_text(str(os.getppid()))")
    asking = f"from reporting.pipeline import warm; import os; warm.run({path!r}, []); os.abort()"
    subprocess.run([sys.executable, "-X", "faulthandler=0", "-c", asking], cwd=ROOT, check=False)
    server = int((tmp_path / "server").read_text())
    end = time.monotonic() + 10
    while Path(f"/proc/{server}/stat").exists() and Path(f"/proc/{server}/stat").read_text().split()[2] != "Z":
        assert time.monotonic() < end
        time.sleep(0.01)
    assert server != os.getpid()


def test_what_is_prepared_is_there_though_no_script_asked_for_it(script: Script) -> None:
    warm.prepare(["matplotlib"])
    assert warm.run(script("import time; time.sleep(2)"), []) == 0
    assert warm.run(script("import sys; assert 'matplotlib.figure' in sys.modules"), []) == 0


def test_a_script_need_not_wait_until_all_is_prepared(script: Script) -> None:
    warm.prepare(["matplotlib"])
    assert warm.run(script("import sys; assert 'matplotlib.backends.backend_svg' not in sys.modules"), []) == 0


def test_a_script_has_the_environment_of_when_it_is_asked_for(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    path = script("import os, sys; sys.exit(int(os.environ['STATUS']))")
    for status in (4, 5):
        monkeypatch.setenv("STATUS", str(status))
        assert warm.run(path, []) == status
