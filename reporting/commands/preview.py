"""The page as it is being written: served to this machine alone, and exchanged in the browser where it changes.

An edit of the text is composed here, in a process that has imported what it needs and has read the results; all else a
build does. The file on disk has no script and a policy that allows none; the served page has none but `preview.js`, and
another policy, as its header.
"""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import StreamClosedError
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from reporting.compose.document import page
from reporting.compose.errors import ReportError
from reporting.compose.self_contained import POLICY as PAGE_POLICY
from reporting.jobs.document import contents
from reporting.pipeline import seal
from reporting.pipeline.artifacts import ArtifactError, read_json
from reporting.pipeline.project import ENGINE, ROOT

BUILT = Path("report/report.html")
DRAFT = "results/report.html"  # whose seal knows what the page is made of
SCRIPT = ENGINE / "templates" / "preview.js"
EMPTY = "<!doctype html><html lang=en><head><title>Report</title></head><body><p>It is being built.</p></body></html>"
POLICY = f"{PAGE_POLICY}; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"
OWN_POLICY = f'<meta http-equiv="Content-Security-Policy" content="{PAGE_POLICY}">'  # which allows no script


class Preview:
    """The last good page, what is wrong now, and the browsers that wait for either to change."""

    def __init__(self) -> None:
        self.markup = BUILT.read_text(encoding="utf-8") if BUILT.exists() else EMPTY
        self.fault = ""
        self.changed = asyncio.Event()
        self.cited: dict[str, Any] | None = None  # the results, once they are read
        self.by_builds_alone = False  # since the engine changed, of which this process has another

    def listen(self) -> None:
        """Serve on a free port, and say where."""
        sockets = bind_sockets(0, "127.0.0.1")
        port = sockets[0].getsockname()[1]
        hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        given = {"preview": self, "hosts": hosts}
        served = [("/", PageHandler, given), ("/preview.js", ScriptHandler, given), ("/state", StateHandler, given)]
        HTTPServer(Application(served, log_function=lambda handler: None)).add_sockets(sockets)
        print(f"The report is at http://127.0.0.1:{port}/ while it is written; Ctrl-C ends this.", flush=True)

    @property
    def state(self) -> dict[str, str]:
        return {"page": hashlib.sha256(self.markup.encode()).hexdigest(), "fault": self.fault}

    def show(self, markup: str, fault: str) -> None:
        self.markup, self.fault = markup, fault
        self.changed.set()
        self.changed = asyncio.Event()

    def built(self, status: int, said: str) -> None:
        """Show what a build has made, or what it said of a fault."""
        self.cited = None
        if status:
            self.show(self.markup, said.strip())
        elif BUILT.exists():
            self.show(BUILT.read_text(encoding="utf-8"), "")

    async def edited(self, paths: Sequence[Path]) -> bool:
        """Show an edit at once, where it is one of the text alone; whether it was."""
        self.by_builds_alone |= any(path.is_relative_to(ENGINE) for path in paths)
        if not all(path.is_relative_to(ROOT.resolve() / "templates") for path in paths):
            return False
        known = seal.read(DRAFT)
        if known and not self.by_builds_alone:
            try:
                markup = await asyncio.get_running_loop().run_in_executor(None, self.composed, known.provenance)
            except (ReportError, ArtifactError) as error:
                self.show(self.markup, str(error))
            else:
                self.show(markup, "")
        return True

    def composed(self, made: seal.Provenance) -> str:
        """The page of today's text and the results as they are; raises ReportError and ArtifactError."""
        results = [path for path in made.inputs if path.startswith("results/")]
        pictures = {
            path[len("results/figures/") : -len(".svg")]: Path(path) for path in results if path.endswith(".svg")
        }
        if self.cited is None:
            artifacts = [path for path in results if path.endswith(".json") and path != "results/fonts.json"]
            self.cited = contents(artifacts, made.settings["settings"], made.settings["made_with"])
        return page(Path(), self.cited, made.settings["rubric"], pictures, read_json("results/fonts.json")).markup


class Handler(RequestHandler):
    """Answers this machine alone: who came by another name, came from another page."""

    def initialize(self, preview: Preview, hosts: set[str]) -> None:
        self.preview, self.hosts = preview, hosts

    def prepare(self) -> None:
        if self.request.host not in self.hosts:
            self.send_error(403)

    def set_default_headers(self) -> None:
        for name, value in {
            "Content-Security-Policy": POLICY,
            "Cache-Control": "no-store",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }.items():
            self.set_header(name, value)


class PageHandler(Handler):
    def get(self) -> None:
        markup = self.preview.markup.replace(OWN_POLICY, "", 1)
        self.finish(markup.replace("</head>", '<script src="/preview.js" defer></script></head>', 1))


class ScriptHandler(Handler):
    def get(self) -> None:
        self.set_header("Content-Type", "text/javascript")
        self.finish(SCRIPT.read_bytes())


class StateHandler(Handler):
    """Says which page there is and what is wrong, now and whenever that changes."""

    async def get(self) -> None:
        self.set_header("Content-Type", "text/event-stream")
        try:
            while True:
                changed = self.preview.changed
                self.write(f"data: {json.dumps(self.preview.state)}\n\n")
                await self.flush()
                await changed.wait()
        except StreamClosedError:
            pass
