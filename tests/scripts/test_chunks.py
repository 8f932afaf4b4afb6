"""Facts about chunks of networks: scripts/chunks.py and the experiments that are cut into some."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib.digits import FEATURES
from reporting.pipeline.artifacts import ArtifactError, read_json, write_json
from scripts.chunks import STACK, chunks, make_chunk, read_chunks, spans, train_in_stacks, within
from scripts.experiments import (
    digits,
    rate_scan,
    rate_scan_chunks,
    seed_chunks,
    seeds,
    sweep,
    sweep_chunks,
    tuned,
    tuned_chunks,
)
from scripts.repeats import Numbers, samples
from scripts.settings import scanned_settings, sweep_settings, tuned_settings
from tests.conftest import Project, ask, copy_of_the_project

LINEAR, HIDDEN = [f"Linear {FEATURES}x1"], [f"Linear {FEATURES}x2", "ReLU", "Linear 2x1"]
TRAINING: Any = {"loss": "bce_with_logits", "epochs": 2, "minibatch_size": 200}
RATES: Any = {"learning_rates": [0.001, 100.0]}
NETWORK: Any = {"title": "small", "layers": HIDDEN, "scheme": "glorot", **TRAINING, "learning_rate": 3.0}
SWEEP: Any = {
    "layers": HIDDEN,
    "scheme": "glorot",
    "loss": "bce_with_logits",
    "epochs": 1,
    **RATES,
    "minibatch_sizes": [100, 200],
    "reference": {"learning_rates": [0.001], "minibatch_size": 200},
    "validation_fraction": 0.25,
}
TUNED: Any = {
    "shallow": LINEAR,
    "deep": HIDDEN,
    "schemes": ["glorot"],
    **TRAINING,
    **RATES,
    "validation_fraction": 0.25,
}
SCAN: Any = {
    "networks": {
        name: {"layers": layers, "loss": "bce_with_logits"} for name, layers in (("a", LINEAR), ("b", HIDDEN))
    },
    "scheme": "glorot",
    "epochs": 2,
    "minibatch_size": 200,
    **RATES,
}
Make = Callable[[Path, int, int, int], bytes]  # from so many seeds, in chunks of so many repeats and settings


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("digits")
    digits.main(str(folder / "digits.npz"), str(folder / "digits.json"), 0.5, 12345)
    return str(folder / "digits.npz")


@pytest.fixture(scope="module", params=["seeds", "sweep", "tuned", "rate_scan"])
def make(request: pytest.FixtureRequest, data: str) -> Make:
    """What makes an experiment's artifact of chunks."""

    def seeds_of(folder: Path, count: int, repeats: int, _: int) -> bytes:
        paths = [f"{folder}/{span}.npz" for span in spans(count, repeats)]
        for path in paths:
            seed_chunks.main(data, path, NETWORK, 7, 0.5, Path(path).stem)
        seeds.main(paths, str(folder / "out.json"), "small", NETWORK, count)
        return (folder / "out.json").read_bytes()

    def swept(folder: Path, count: int, repeats: int, each: int) -> bytes:
        out, names = str(folder / "out.json"), chunks(count, len(listed(bare)), {"repeats": repeats, "settings": each})
        paths = [f"{folder}/{name}.npz" for name in names]
        for path, name in zip(paths, names, strict=True):
            own, span = name.split("/")
            train(data, path, bare, 7, 0.5, own, span)
        spec: Any = {**bare, "seeds": count}
        if request.param == "sweep":
            sweep.main(data, paths, out, spec, 7, 0.5)
        elif request.param == "tuned":
            tuned.main(data, paths, out, spec, 7, 0.5)
        else:
            rate_scan.main(paths, out, spec)
        return Path(out).read_bytes()

    if request.param == "seeds":
        return seeds_of
    bare, listed, train = {
        "sweep": (SWEEP, sweep_settings, sweep_chunks.main),
        "tuned": (TUNED, tuned_settings, tuned_chunks.main),
        "rate_scan": (SCAN, scanned_settings, rate_scan_chunks.main),
    }[request.param]
    return swept


@settings(max_examples=8)
@given(count=st.integers(2, 5), repeats=st.integers(1, 6), each=st.integers(1, 7))
def test_another_size_of_chunks_makes_the_same_bytes(make: Make, count: int, repeats: int, each: int) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        assert make(Path(one), count, repeats, each) == make(Path(other), count, count, 99)


def test_an_artifact_is_what_the_networks_have_that_are_trained_without_chunks(data: str, tmp_path: Path) -> None:
    spec: Any = {**SWEEP, "seeds": 3}
    write_json(tmp_path / "a.json", sweep.swept(samples(data), spec, 7, 0.5))
    sweep_chunks.main(data, str(tmp_path / "a.npz"), spec, 7, 0.5, "0-5", "0-2")
    sweep.main(data, [str(tmp_path / "a.npz")], str(tmp_path / "b.json"), spec, 7, 0.5)
    assert read_json(tmp_path / "a.json") == read_json(tmp_path / "b.json")


def numbered(setting: str, repeats: range) -> Numbers:
    """What a network keeps here: its setting and its repeat; a curve that ends in NaN."""
    curve = np.array([[0.1 * repeat, np.nan] for repeat in repeats]).T
    return {"name": np.array([f"{setting}{repeat}" for repeat in repeats], "U9"), "curve": curve}


@settings(max_examples=30)
@given(
    count=st.integers(1, 90),
    own=st.lists(st.text("abc", min_size=1, max_size=2), min_size=1, max_size=4),
    repeats=st.integers(1, 100),
    each=st.integers(1, 5),
)
def test_networks_are_read_in_the_order_of_setting_and_repeat(
    count: int, own: list[str], repeats: int, each: int
) -> None:
    with TemporaryDirectory() as folder:
        paths = []
        for name in chunks(count, len(own), {"repeats": repeats, "settings": each}):
            paths.append(f"{folder}/{name}.npz")
            chosen, span = name.split("/")
            make_chunk(paths[-1], own, chosen, span, numbered)
        found, expected = read_chunks(paths, count), train_in_stacks(own, range(count), numbered)
    assert found["name"].tolist() == [[f"{setting}{repeat}" for repeat in range(count)] for setting in own]
    for name, values in expected.items():
        assert found[name].dtype == values.dtype
        np.testing.assert_array_equal(found[name], values)


@given(st.integers(1, 1000), st.integers(1, 1000), st.integers(1, 100))
def test_fewer_repeats_need_no_chunk_that_more_do_not(count: int, more: int, size: int) -> None:
    few, many = spans(count, size), spans(count + more, size)
    assert many[: len(few)] == few
    held = [number for span in few for number in within(span)]
    assert held[:count] == list(range(count))
    assert len(held) - count < size


def test_no_more_networks_train_at_once_than_a_stack_holds() -> None:
    seen: list[range] = []

    def noted(setting: str, repeats: range) -> Numbers:
        seen.append(repeats)
        return numbered(setting, repeats)

    train_in_stacks(["a", "b"], range(5, 5 + 2 * STACK + 1), noted)
    assert max(map(len, seen)) == STACK
    assert [repeat for own in seen for repeat in own] == 2 * list(range(5, 5 + 2 * STACK + 1))


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", b"{}", b"\x93NUMPY"])
def test_a_damaged_chunk_is_one_message(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "0-19.npz"
    path.write_bytes(damage)
    with pytest.raises(ArtifactError, match=r"0-19\.npz: not a chunk that can be read; delete it"):
        read_chunks([str(path)], 20)


def test_a_chunk_with_a_changed_byte_is_one_message(tmp_path: Path) -> None:
    path = tmp_path / "0-19.npz"
    make_chunk(str(path), ["a"], "0-0", "0-19", numbered)
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 3] ^= 255
    path.write_bytes(whole)
    with pytest.raises(ArtifactError, match=r"0-19\.npz: not a chunk that can be read; delete it"):
        read_chunks([str(path)], 20)


@pytest.mark.soak
def test_only_chunks_that_are_missing_or_damaged_are_made(tmp_path: Path) -> None:
    project = Project(copy_of_the_project(tmp_path))
    name, target = "one_layer_single", "results/seeds/one_layer_single.json"
    first, second = f"seed_chunks.{name}.0-19", f"seed_chunks.{name}.20-39"
    fewer = project.ran(project.build(target))
    assert fewer == {"digits", first, f"seeds.{name}"}
    before = (project.root / target).read_bytes()
    project.edit("config/config.yaml", "\nseeds: 20", "\nseeds: 23")
    assert project.ran(project.build(target)) == {second, f"seeds.{name}"}
    project.edit("config/config.yaml", "\nseeds: 23", "\nseeds: 20")
    assert ask(project.root, target)[0] == {f"seeds.{name}"}
    (project.root / f"results/seed_chunks/{name}/0-19.npz").write_bytes(b"damaged")
    done = project.build(target)
    assert project.ran(done) == {first, f"seeds.{name}"}
    assert done.stderr.count("0-19.npz: changed after it was made; made anew") == 1
    assert (project.root / target).read_bytes() == before
    (project.root / f"results/seed_chunks/{name}/20-39.npz").unlink()
    (project.root / f"results/seed_chunks/{name}/0-19.npz").unlink()
    assert ask(project.root, target)[0] == {first}
