"""A stranger's PDF is read in a process of its own, which may need no more than any report does."""

import multiprocessing
import os
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from reporting.press.evidence import MEBIBYTE, EvidenceError

MOST_MEMORY, MOST_SECONDS = 1024 * MEBIBYTE, 60
Given = ParamSpec("Given")
Found = TypeVar("Found")
LIMIT = f"more than {MOST_MEMORY // MEBIBYTE} MiB of memory or {MOST_SECONDS} s"


def bounded(function: Callable[Given, Found], *given: Given.args, **named: Given.kwargs) -> Found:
    """What a function returns or raises, computed within limits; raises EvidenceError where it does not keep them."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=answer, args=(sender, function, given, named))
    process.start()
    sender.close()
    try:
        if not receiver.poll(MOST_SECONDS):
            raise EOFError
        found, error = receiver.recv()
    except EOFError:
        raise EvidenceError(f"needs {LIMIT} to be read, which no report does") from None
    finally:
        process.kill()
        process.join()
    if error:
        raise error
    return found  # type: ignore[no-any-return]


def answer(sender: Connection, function: Callable[..., Any], given: Any, named: Any) -> None:
    """Send what the function returns, or what it raises; nothing where it comes to an end before."""
    limit_memory()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # on which libraries complain
    try:
        sender.send((function(*given, **named), None))
    except (MemoryError, RecursionError):
        os._exit(1)
    except Exception as error:
        sender.send((None, error))


def limit_memory() -> None:
    """Let this process have so much more than it has; elsewhere than on Linux, time alone counts."""
    if (memory := Path("/proc/self/statm")).exists():
        most = int(memory.read_text().split()[0]) * resource.getpagesize() + MOST_MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
