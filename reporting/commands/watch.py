"""Build, and build again whenever a source is saved; serve the page, which follows, to a browser on this machine:
python -m reporting.commands.watch SOURCE... -- WORD...
"""

import signal

# While modules are imported, an interruption needs no answer, nor a traceback.
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import asyncio
import subprocess
import sys
from pathlib import Path

from watchfiles import awatch

from reporting.commands.preview import Preview

REST = 1.0  # seconds without an edit, after which a build begins
SETTLE = 40  # milliseconds, within which an editor writes all that it saves
SAID_FIRST = "Using workflow specific profile"  # by Snakemake, of every build


class Builds:
    """Runs the command once at a time, after edits have rested, and tells the preview how it ended."""

    def __init__(self, command: list[str], preview: Preview) -> None:
        self.command = ["nice", "-n", "5", *command]  # so that a build does not delay the page
        self.preview = preview
        self.running: asyncio.subprocess.Process | None = None
        self.told = False  # whether what runs has been interrupted
        self.wanted = asyncio.Event()
        self.over = False

    async def run(self) -> None:
        rest = 0.0
        while not self.over:
            await self.wanted.wait()
            await self.rested(rest)
            rest = REST
            if not self.over:
                await self.build()

    async def rested(self, seconds: float) -> None:
        """Wait until nothing has been wanted for so long."""
        while self.wanted.is_set() and not self.over:
            self.wanted.clear()
            try:
                await asyncio.wait_for(self.wanted.wait(), seconds)
            except TimeoutError:
                return

    async def build(self) -> None:
        # In a group of its own, out of the keyboard's reach: it is interrupted from here alone, and once.
        self.running, self.told = (
            await asyncio.create_subprocess_exec(
                *self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, process_group=0
            ),
            False,
        )
        said: list[str] = []
        assert self.running.stdout
        async for line in self.running.stdout:
            said.append(line.decode(errors="replace"))
            print(said[-1], end="", flush=True)
        status = await self.running.wait()
        if not self.told:
            self.preview.built(status, "".join(line for line in said if not line.startswith(SAID_FIRST)))
        self.running = None

    def interrupt(self) -> None:
        if self.running and not self.told:
            self.told = True
            self.running.send_signal(signal.SIGINT)  # nothing happens if it has ended

    def end(self) -> None:
        """Interrupt what runs, and wait for it; who asks for the end twice does not want to wait."""
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        self.over = True
        self.interrupt()
        self.wanted.set()


async def main(sources: list[str], command: list[str]) -> None:
    preview = Preview()
    preview.listen()
    builds = Builds(command, preview)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, builds.end)
    builds.wanted.set()
    building = asyncio.create_task(builds.run())
    watching = asyncio.create_task(watch(sources, builds, preview))
    for done in (await asyncio.wait([building, watching], return_when=asyncio.FIRST_COMPLETED))[0]:
        done.result()  # or what went wrong
    watching.cancel()


async def watch(sources: list[str], builds: Builds, preview: Preview) -> None:
    """Show each edit of the text at once; an edit of anything else ends the build that runs."""
    async for changes in awatch(*sources, debounce=10 * SETTLE, step=SETTLE):
        paths = [Path(path).resolve() for _, path in changes]
        if not await preview.edited(paths):
            builds.interrupt()
        builds.wanted.set()


if __name__ == "__main__":
    end = sys.argv.index("--")
    asyncio.run(main(sys.argv[1:end], sys.argv[end + 1 :]))
