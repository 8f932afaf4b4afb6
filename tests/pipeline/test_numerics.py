"""Facts about pipeline/numerics: jobs compute with the routines of a common processor, with one thread."""

import json
import os
import subprocess
import sys

import pytest

from reporting.pipeline import numerics
from tests.conftest import ROOT, need

PROGRAM = """
import json, numpy
from threadpoolctl import threadpool_info
from numpy._core._multiarray_umath import __cpu_features__ as features
x = numpy.random.default_rng(0).normal(size=(99, 64)) @ numpy.ones((64, 3))
print(json.dumps([features, [pool for pool in threadpool_info() if pool["internal_api"] == "openblas"]]))
"""

same = pytest.mark.skipif(numerics.processor() != numerics.PINNED, reason=f"this processor is {numerics.processor()}")


@same
def test_numpy_and_openblas_take_the_routines_for_avx2_and_one_thread() -> None:
    environment = os.environ | numerics.THREADS | numerics.ROUTINES
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    features, pools = json.loads(done.stdout)
    assert features["AVX2"]
    disabled = numerics.ROUTINES["NPY_DISABLE_CPU_FEATURES"].split()
    assert not [name for name in disabled if features[name]]
    assert [(pool["architecture"], pool["num_threads"]) for pool in pools] == [("Haswell", 1)]


def test_another_processor_gets_a_word_and_keeps_its_own_routines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numerics, "processor", lambda: "aarch64")
    monkeypatch.setattr(os, "environ", {**numerics.ROUTINES})  # as a job inherits them from a build on another machine
    numerics.pin()
    assert os.environ == numerics.THREADS
    assert numerics.warning() == (
        "This processor is aarch64: the last digits of results may differ from those of x86-64 with AVX2."
    )


def test_a_processor_without_avx2_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr(numerics, "features", {"AVX2": False, "FMA3": False})
    assert numerics.processor() == "x86-64 without AVX2"
    monkeypatch.setattr(numerics, "features", {"AVX2": True, "FMA3": True})
    assert numerics.processor() == numerics.PINNED
    assert numerics.warning() == ""


def test_a_library_that_is_missing_is_said_to_be() -> None:
    assert numerics.library_version("no-such-library", "f") == "missing"


TRAINING = """
import hashlib, sys
import numpy as np
from nnlib.functions import LOSSES
from nnlib.net import build
from nnlib.training import Samples, fit

rng = np.random.default_rng(7)
x = rng.normal(size=(300, 64))
samples = Samples(x, (x[:, :1] > 0) * 1.0)
net = build(["Linear 64x32", "ReLU", "Linear 32x1", "Sigmoid"], rng, "assignment")
fit(net, samples, samples, loss=LOSSES["bce"], epochs=3, learning_rate=0.01, minibatch_size=15)
weights = [net.layers[0].W, net.layers[2].W, np.exp(x), np.log(np.abs(x))]
print(*(hashlib.sha256(part.tobytes()).hexdigest() for part in weights))
"""


@same
def test_a_network_trains_to_the_same_bits_on_an_emulated_processor_without_avx512() -> None:
    need("qemu-x86_64")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    command = [os.path.realpath(sys.executable), "-c", TRAINING]
    results = [
        subprocess.run(program, env=settings, capture_output=True, text=True, check=True).stdout
        for program, settings in (
            (command, environment | numerics.THREADS | numerics.ROUTINES),
            (["qemu-x86_64", "-cpu", "Haswell", *command], environment | numerics.THREADS | numerics.ROUTINES),
        )
    ]
    assert results[0] == results[1] != ""
    if numerics.features["AVX512F"]:  # and left to itself it would not
        own = {name: value for name, value in environment.items() if name not in numerics.ROUTINES} | numerics.THREADS
        assert subprocess.run(command, env=own, capture_output=True, text=True, check=True).stdout != results[0]
