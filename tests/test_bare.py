"""The two commands on a bare machine: a Debian 12 of the least packages, with Python, git and make, made here."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import LACKS, ROOT, need

# Of pip's settings, those that say how a package is reached over the network.
REACH = {"index-url", "extra-index-url", "trusted-host", "proxy", "cert", "default-timeout"}
# The mounts are seen by the command alone, and end with it.
INSIDE = """
for folder in dev proc sys; do mount --rbind "/$folder" "$0/$folder" || exit; done
exec chroot "$0" env -i -C /root/report HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
"""


def ask(*command: str) -> str:
    """What a command says; nothing on a machine that does not have it."""
    if not shutil.which(command[0]):
        return ""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def heard(*command: str) -> tuple[int, str]:
    """The status of a command, and all that it says."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def mirror() -> list[str]:
    """Where apt has Debian 12 from, if it does; otherwise debootstrap knows a place."""
    targets = ask("apt-get", "indextargets", "--format", "$(CODENAME) $(COMPONENT) $(REPO_URI)", "Created-By: Packages")
    return re.findall(r"^bookworm main (\S+)$", targets, re.MULTILINE)[:1]


def reach() -> dict[str, str]:
    """How this machine reaches packages, as variables of the environment."""
    settings = {key: value for key, value in os.environ.items() if key.lower().endswith("_proxy")}
    for line in ask(sys.executable, "-m", "pip", "config", "list").splitlines():
        key, _, value = line.partition("=")
        name = key.rpartition(".")[2]
        if name in REACH and "file:" not in value:
            settings[f"PIP_{name.upper().replace('-', '_')}"] = ast.literal_eval(value)
    return settings


class Machine:
    """A folder with a system of its own, which shares the network and the kernel."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root, self.settings = folder, folder / "root" / "report", reach()

    def install(self) -> None:
        kind = ("--variant=minbase", "--include=python3,make,git")
        status, said = heard("debootstrap", *kind, "bookworm", str(self.folder), *mirror())
        if refused := re.search("^E: (Cannot install into target|Failed getting release file).*", said, re.MULTILINE):
            pytest.skip(f"debootstrap: {refused[0]}")
        assert status == 0, said
        (self.folder / "etc/apt/apt.conf.d/99host").write_text(ask("apt-config", "dump", "Acquire"))
        for name in ("resolv.conf", "hosts"):
            shutil.copy(Path("/etc", name), self.folder / "etc" / name)
        if "PIP_CERT" in self.settings:  # at a place that no package writes to
            shutil.copy(self.settings["PIP_CERT"], self.folder / "etc/pip.crt")
            self.settings["PIP_CERT"] = "/etc/pip.crt"
        ask("git", "clone", "--quiet", str(ROOT), str(self.root))

    def run(self, *command: str) -> str:
        """What a command says, which must end well."""
        settings = [f"{key}={value}" for key, value in self.settings.items()]
        status, said = heard("unshare", "--mount", "sh", "-c", INSIDE, str(self.folder), *settings, *command)
        assert status == 0, said
        return said


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    if os.geteuid() != 0:
        pytest.skip("only root can make a bare machine")
    need("debootstrap")
    status, said = heard("unshare", "--mount", "true")
    if status:
        pytest.skip(f"mounting is not permitted here: {said.strip()}")
    machine = Machine(tmp_path / "machine")
    try:
        machine.install()
        yield machine
    finally:
        shutil.rmtree(tmp_path / "machine", ignore_errors=True)


@pytest.mark.soak
def test_on_a_bare_machine_both_commands_work_and_the_second_says_what_it_lacks(machine: Machine) -> None:
    machine.run("make", "report")
    assert {"report.pdf", "report.html"} <= {path.name for path in (machine.root / "report").iterdir()}
    said = machine.run("make", "test")
    (line,) = re.findall(rf"^\d+ skipped: {LACKS}(.*)\. As root on Debian: (.*)$", said, re.MULTILINE)
    lacking, command = line
    assert {"chromium", "libatomic.so.1", "qpdf"} <= set(lacking.split(", "))
    machine.run("env", "DEBIAN_FRONTEND=noninteractive", *command.split())
    machine.run(".venv/bin/python", "-c", f"from tests.conftest import need; need(*{lacking.split(', ')})")
