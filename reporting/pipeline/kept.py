"""What takes long to find out of the sources, and is the same as long as they are: kept in .snakemake from one build to
the next."""

import hashlib
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(".snakemake/kept")


def checksum(text: str | bytes, module: str) -> str:
    """Of what something is found from: a text, the module that finds it, the Python and the packages that run this."""
    digest = hashlib.sha256(installed(module))
    digest.update(text if isinstance(text, bytes) else text.encode())
    return digest.hexdigest()


@cache
def installed(module: str) -> bytes:
    lock = Path("requirements.lock")
    found = [Path(module).read_bytes(), lock.read_bytes() if lock.exists() else b"", sys.version.encode()]
    return b"".join(hashlib.sha256(each).digest() for each in found)


class Kept:
    """Plain data as JSON has it, each by a checksum of all that it is found from."""

    def __init__(self, name: str) -> None:
        self.path = FOLDER / f"{name}.json"
        self.known: dict[str, Any] | None = None  # of last time
        self.found: dict[str, Any] = {}  # this time

    def get(self, of: str, find: Callable[[], Any], now: Callable[[], str] | None = None) -> Any:
        """What `find` returns, or returned when `of` was the same; kept only if `now` says that it still is."""
        if of in self.found:
            return self.found[of]
        if self.known is None:
            self.known = self.read()
        value = self.known[of] if of in self.known else find()
        if of in self.known or now is None or of == now():
            self.found[of] = value
        return value

    def read(self) -> dict[str, Any]:
        with suppress(OSError, ValueError, RecursionError):
            if isinstance(known := json.loads(self.path.read_text(encoding="utf-8")), dict):
                return known
        return {}

    def write(self) -> None:
        """Keep what was asked for this time, whole or not at all; where it cannot be, it is found out again."""
        if self.known is None or self.found.keys() == self.known.keys():
            return
        aside = self.path.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            aside.write_text(json.dumps(self.found), encoding="utf-8")
            aside.replace(self.path)
        with suppress(OSError):
            aside.unlink(missing_ok=True)  # what a full disk left of it
