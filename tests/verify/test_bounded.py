"""Facts about what is done within limits."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from reporting.press.evidence import EvidenceError
from reporting.verify import bounded
from reporting.verify.bounded import MOST_MEMORY


def hungry() -> int:
    return len(bytearray(2 * MOST_MEMORY))


def deep(depth: int = 0) -> int:
    return deep(depth + 1)


def crash() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse() -> None:
    raise EvidenceError("is no report")


def test_what_keeps_the_limits_returns_and_raises_as_ever() -> None:
    assert bounded.bounded(pow, 2, 10) == 1024
    with pytest.raises(EvidenceError, match=r"^is no report$"):
        bounded.bounded(refuse)
    with pytest.raises(ZeroDivisionError):
        bounded.bounded(divmod, 1, 0)


@pytest.mark.parametrize("function", [hungry, deep, crash], ids=["memory", "depth", "a crash"])
def test_what_needs_more_is_one_message(function: Callable[[], object], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EvidenceError, match=r"^needs more than 1024 MiB of memory or 60 s to be read"):
        bounded.bounded(function)
    assert capfd.readouterr() == ("", "")


def test_what_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "MOST_SECONDS", 0.5)
    start = time.monotonic()
    with pytest.raises(EvidenceError, match=r"^needs more"):
        bounded.bounded(time.sleep, 30)
    assert time.monotonic() - start < 10
