"""Facts about benchmarks/scale: what it sets is a configuration, and what it says of processes is so."""

import os
import sys
from pathlib import Path

import pytest

from benchmarks import scale
from reporting.pipeline.settings import read
from scripts.settings import scanned_settings
from tests.conftest import copied


@pytest.mark.parametrize("seeds", scale.SEEDS)
def test_its_sweeps_are_valid_and_have_as_many_networks_as_it_says(tmp_path: Path, seeds: int) -> None:
    copied(Path("config"), tmp_path / "config")
    scale.configure(tmp_path, seeds)
    spec = read(tmp_path / "config" / "config.yaml")["rate_scan"]
    assert len(scanned_settings(spec)) * spec["seeds"] == len(scale.RATES) * seeds
    assert seeds % scale.SIZE["repeats"] == 0  # no network is trained that is not asked for


def test_memory_is_that_of_the_first_process_and_of_the_largest_other_one(tmp_path: Path) -> None:
    other = "import time; held = bytearray(80 * 2**20); time.sleep(0.5)"
    first = f"import subprocess, sys; held = bytearray(20 * 2**20); subprocess.run([sys.executable, '-c', {other!r}])"
    took, _, own, largest = scale.measured(tmp_path.resolve(), [sys.executable, "-c", first], os.environ)
    assert took > 0.5
    assert 20 < own < 60
    assert 80 < largest < 120


def test_a_command_that_fails_ends_it(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"failed:\nwrong\n"):
        scale.measured(tmp_path, [sys.executable, "-c", "print('wrong'); raise SystemExit(1)"], os.environ)
