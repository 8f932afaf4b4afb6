"""Facts about pipeline/artifacts: an artifact is JSON for any program, there whole or not at all."""

import errno
import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.pipeline import seal
from reporting.pipeline.artifacts import ArtifactError, as_json, atomic_write, read_json, remove_unfinished, write_json


class Point(NamedTuple):
    x: Any
    y: Any


def test_an_artifact_has_sorted_keys_its_characters_as_they_are_and_one_newline_at_the_end(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"b": {"d": 1, "c": "σ"}, "a": 2})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert [text.index(f'"{key}"') for key in "abcd"] == sorted(text.index(f'"{key}"') for key in "abcd")
    assert "σ" in text
    assert text.endswith("}\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float64("nan"), np.float32("inf")])
def test_what_is_not_finite_is_null_at_any_depth(tmp_path: Path, value: float) -> None:
    content = {
        "top": value,
        "list": [1, [value, {"deep": (value,)}]],
        "array": np.array([[1, value]]),
        "point": Point(value, 0),
    }
    write_json(tmp_path / "a.json", content)
    assert read_json(tmp_path / "a.json") == {
        "top": None,
        "list": [1, [None, {"deep": [None]}]],
        "array": [[1, None]],
        "point": {"x": None, "y": 0},
    }


def test_numpy_numbers_arrays_and_named_tuples_are_plain() -> None:
    content = Point(np.int64(3), {"a": np.bool_(True), "b": np.arange(4).reshape(2, 2), "c": np.array(0.5)})
    assert as_json(content) == {"x": 3, "y": {"a": True, "b": [[0, 1], [2, 3]], "c": 0.5}}
    assert type(as_json(np.int64(3))) is int
    assert type(as_json(np.bool_(True))) is bool


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_plain_data_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    write_json(path, {"value": value})
    assert read_json(path) == {"value": value}


def test_the_folder_is_made_and_nothing_else_is_left_there(tmp_path: Path) -> None:
    write_json(tmp_path / "new" / "folder" / "a.json", {})
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == [".a.json.seal", "a.json"]


def test_a_writer_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"old": 1})
    before = path.read_bytes()
    with pytest.raises(TypeError):
        write_json(path, {"new": object()})
    with pytest.raises(KeyboardInterrupt):
        interrupted(path)
    assert path.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == [seal.seal_path(path), path]


def interrupted(path: Path) -> None:
    with atomic_write(path) as aside:
        aside.write_text("half of")
        raise KeyboardInterrupt


def test_the_old_file_is_there_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with atomic_write(path) as aside:
        aside.write_text("new")
        assert path.read_text() == "old"
        assert aside.parent == path.parent
    assert path.read_text() == "new"


def test_a_missing_artifact_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError) as caught:
        read_json(tmp_path / "none.json")
    assert str(caught.value) == f"{tmp_path}/none.json: No such file or directory"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Expecting value"),
        (b'{"a": 1', "Expecting ',' delimiter"),
        (b'{"a": NaN}', "NaN is not a JSON number"),
        (b'{"a": [-Infinity]}', "-Infinity is not a JSON number"),
        (b'{"a": "\xff"}', "can't decode byte 0xff"),
        (b"[" * 100_000, "recursion"),
    ],
)
def test_a_broken_artifact_is_named_with_what_is_wrong_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("results/a.json")
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(ArtifactError) as caught:
        read_json(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: not valid JSON: ")
    assert said in message
    assert message.endswith("delete it, and it is made anew")
    with pytest.raises(ArtifactError) as caught:  # which nothing makes
        read_json(path.rename(tmp_path / "published.json"))
    assert "delete" not in str(caught.value)


def test_every_artifact_that_is_written_has_no_nan_or_infinity_in_its_text(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"a": [math.nan, math.inf, -math.inf]})
    text = (tmp_path / "a.json").read_text()
    assert "NaN" not in text
    assert "Infinity" not in text


def test_a_disk_that_is_full_is_told_with_the_files_name_and_leaves_the_last_one(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"a": 1})
    with pytest.raises(ArtifactError, match=r"a\.json: cannot be written: No space left on device"):  # noqa: SIM117
        with atomic_write(tmp_path / "a.json"):
            raise OSError(errno.ENOSPC, "No space left on device")
    assert read_json(tmp_path / "a.json") == {"a": 1}
    assert seal.modified([str(tmp_path / "a.json")]) == []


def test_a_field_that_an_artifact_has_not_is_named_with_its_file_at_any_depth(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"a": [{"b": 1}]})
    content = read_json(path)
    assert content == {"a": [{"b": 1}]}
    assert content.get("c", 2) == 2
    for item in (content, content["a"][0]):
        with pytest.raises(ArtifactError, match=r"a\.json: has no field 'c'; there are \w"):
            item["c"]


def test_what_a_killed_job_left_half_written_is_removed_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kept = [Path("results/a.part.json"), Path("results/runs/.a.json.seal"), Path("report/report.pdf")]
    gone = [Path("results/runs/.a.part.json"), Path("report/.report.part.pdf"), Path("results/.b.part")]
    for path in kept + gone:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    remove_unfinished()
    assert [path.exists() for path in kept + gone] == [True] * 3 + [False] * 3
