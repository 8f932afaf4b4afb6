"""Facts about pipeline/kept: what is kept is what would be found anew, and what cannot be read is found anew."""

from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporting.pipeline.kept import Kept, checksum, installed

NAMES = {"a": 1, "b": [2, None], "c": {"d": "é"}}


def look_up(names: str, count: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """What a process finds of some names, with what was kept before, which keeps it for the next."""
    kept = Kept("test")

    def find(name: str) -> Any:
        count()
        return NAMES[name]

    found = {name: kept.get(name, lambda name=name: find(name)) for name in names}  # type: ignore[misc]
    kept.write()
    return found


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], int]:
    monkeypatch.chdir(tmp_path)

    def finds(names: str) -> int:
        calls: list[None] = []
        assert look_up(names, lambda: calls.append(None)) == {name: NAMES[name] for name in names}
        return len(calls)

    return finds


def test_what_was_found_is_not_looked_for_again(counted: Callable[[str], int]) -> None:
    assert [counted("ab"), counted("ab"), counted("abc"), counted("cc")] == [2, 0, 1, 0]


def test_what_nobody_asks_for_is_forgotten(counted: Callable[[str], int]) -> None:
    assert [counted("ab"), counted("a"), counted("ab")] == [2, 0, 1]


def test_what_is_another_while_it_is_found_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for value, state, known in [(1, "after", 1), (2, "before", 2), (3, "after", 2)]:
        kept = Kept("test")
        assert kept.get("before", lambda value=value: value, lambda state=state: state) == known  # type: ignore[misc]
        kept.write()


def test_a_checksum_is_of_the_text_the_module_the_packages_and_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    module = tmp_path / "module.py"
    found = set()
    for text, code, lock, python in ("tclp", "Tclp", "tClp", "tcLp", "tclP"):
        module.write_text(code)
        Path("requirements.lock").write_text(lock)
        monkeypatch.setattr("sys.version", python)
        installed.cache_clear()
        found.add(checksum(text, str(module)))
    installed.cache_clear()
    assert len(found) == 5


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cut=st.integers(0, 200), put=st.sampled_from(["", "{", "null", "[]", "\0"]))
def test_a_damaged_record_is_none(tmp_path_factory: pytest.TempPathFactory, cut: int, put: str) -> None:
    with chdir(tmp_path_factory.mktemp("kept")):
        whole = look_up("abc")
        (path,) = Path(".snakemake/kept").iterdir()
        kept = path.read_text()
        path.write_text(kept[: cut % len(kept)] + put)
        assert look_up("abc") == whole
        assert path.read_text() == kept


def test_where_nothing_can_be_kept_it_is_found_each_time(counted: Callable[[str], int]) -> None:
    Path(".snakemake").write_text("a file in its place")
    assert [counted("a"), counted("a")] == [1, 1]
