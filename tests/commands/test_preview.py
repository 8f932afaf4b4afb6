"""Facts about commands/preview, in a real browser: the page follows what is written and stays where the reader is."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from reporting.commands.preview import OWN_POLICY
from tests.conftest import ROOT, Project

SECTION = "templates/sections/1.1.md"
WAIT = 90_000  # milliseconds, for a build on a busy machine
SOURCES = ("Snakefile", "requirements.lock", "rules", "config", "scripts", "templates")


@dataclass
class Watched:
    """A report that is watched, and the page that shows it."""

    project: Project
    process: "subprocess.Popen[bytes]"
    address: str
    page: Page
    noise: list[str]

    def edit(self, old: str, new: str, name: str = SECTION) -> Callable[[], None]:
        return self.project.edit(name, old, new)

    def says(self, text: str) -> None:
        expect(self.page.locator("body")).to_contain_text(text, timeout=WAIT)

    def banner(self) -> str:
        self.page.wait_for_selector("[role=alert]", timeout=WAIT)
        return self.page.locator("[role=alert]").inner_text()


def begun(project: Project) -> "tuple[subprocess.Popen[bytes], str]":
    """What watches the report, and the address of the page, once the first build has ended."""
    log = project.root / "watched"
    build = [sys.executable, "-m", "snakemake"]
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "reporting.commands.watch", *SOURCES, "--", *build],
            cwd=project.root,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    end = time.monotonic() + WAIT / 1000
    while "up to date" not in (said := log.read_text()):
        assert process.poll() is None, said
        assert time.monotonic() < end, said
        time.sleep(0.1)
    return process, re.findall(r"http://127\.0\.0\.1:\d+/", said)[0]


@pytest.fixture
def watched(copy: Project, browser: Browser) -> Iterator[Watched]:
    process, address = begun(copy)
    page = browser.new_context(viewport={"width": 800, "height": 300}).new_page()
    noise: list[str] = []
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("request", lambda request: noise.append(request.url) if not allowed(request.url, address) else None)
    page.goto(address)
    yield Watched(copy, process, address, page, noise)
    page.context.close()
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(60) == 0


def allowed(url: str, address: str) -> bool:
    return url in (address, f"{address}preview.js", f"{address}state") or url.startswith("data:")


def test_an_edit_of_the_text_is_on_the_page_and_the_reader_stays_where_he_is(watched: Watched) -> None:
    watched.page.evaluate("scrollTo(0, 400)")
    watched.page.evaluate("document.querySelector('h1').kept = true")
    watched.edit("A year of the earth has", "A year here has")
    watched.says("A year here has")
    assert watched.page.evaluate("scrollY") == 400
    watched.edit("The shares of several planets.", "The shares of some planets.")
    watched.says("The shares of some planets.")
    assert watched.page.evaluate("document.querySelector('h1').kept")  # what is as it was is not exchanged
    assert watched.noise == []


def test_an_error_is_a_banner_over_the_last_good_page_until_it_is_mended(watched: Watched) -> None:
    mend = watched.edit("half.expected > 0.5", "half.expected > 0.9")
    assert re.match(r"question 1\.1\.a.*half\.expected > 0\.9", watched.banner())
    watched.says("A year of the earth has")
    mend()
    watched.page.wait_for_selector("[role=alert]", state="detached", timeout=WAIT)
    assert watched.noise == []


def test_an_error_that_a_build_finds_is_a_banner_too(watched: Watched) -> None:
    mend = watched.edit("power: 0.5", "powr: 0.5", "config/config.yaml")
    assert "law.powr" in watched.banner()
    mend()
    watched.page.wait_for_selector("[role=alert]", state="detached", timeout=WAIT)


def test_a_changed_setting_is_on_the_page_with_its_figure(watched: Watched) -> None:
    before = watched.page.locator("#fig-birthdays img").get_attribute("src")
    watched.edit("days: 365", "days: 360", "config/config.yaml")
    watched.says("A year of the earth has 360 days.")
    assert watched.page.locator("#fig-birthdays img").get_attribute("src") != before
    assert watched.noise == []


def test_the_page_is_served_to_this_machine_alone_and_nothing_else_is(watched: Watched) -> None:
    def status(path: str, host: str | None = None) -> int:
        request = urllib.request.Request(f"{watched.address}{path}", headers={"Host": host} if host else {})
        try:
            return int(urllib.request.urlopen(request).status)
        except urllib.error.HTTPError as error:
            return error.code

    assert status("") == 200
    assert status("", "elsewhere.example") == 403
    for path in ("config/config.yaml", "report/report.pdf", "..%2fconfig/config.yaml", "../etc/passwd", "templates"):
        assert status(path) == 404
    port = int(watched.address.split(":")[-1].strip("/"))
    other = socket.gethostbyname(socket.gethostname())
    if not other.startswith("127."):
        with pytest.raises(ConnectionRefusedError), socket.create_connection((other, port), 5):
            pass


def test_the_file_on_disk_has_no_script_and_the_served_page_one(watched: Watched) -> None:
    assert "<script" not in watched.project.page
    assert OWN_POLICY in watched.project.page
    answer = urllib.request.urlopen(watched.address)
    markup = answer.read().decode()
    assert markup.count("<script") == 1
    assert "http-equiv" not in markup
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
    watched.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.acted = 1\">')")
    watched.page.wait_for_timeout(300)
    assert watched.page.evaluate("window.acted") is None
