"""What of the machine takes part in a result, and how it is kept the same everywhere.

OpenBLAS and NumPy choose their routines by the processor, and other routines round other last bits. So every job asks
for those of x86-64 with AVX2, which nearly every such processor has.
"""

import ctypes
import ctypes.util
import os
import platform
from importlib.metadata import PackageNotFoundError, version

from numpy._core import _multiarray_umath  # type: ignore[attr-defined]

features: dict[str, bool] = _multiarray_umath.__cpu_features__

PINNED = "x86-64 with AVX2"  # the processors with which results are the same to the last bit
ROUTINES = {
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
}
# With one thread, sums do not depend on the number of cores.
THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def pin() -> None:
    """Set the environment of all jobs; one on another machine has inherited that of the first."""
    os.environ |= THREADS | ROUTINES
    if processor() != PINNED:  # which may lack what these routines use
        for name in ROUTINES:
            del os.environ[name]


def machine() -> dict[str, str]:
    """All that results depend on beside code and configuration; nothing that names one machine."""
    return {
        "system": platform.system(),
        "python": ".".join(platform.python_version_tuple()[:2]),
        **libraries("numpy"),
        **{name: found for name in ("numpy", "scipy", "scikit-learn") if (found := installed(name))},
    }


def installed(package: str) -> str:
    """The version of a package; nothing where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def warning() -> str:
    """A word where results may differ from those of other machines, nothing where they do not."""
    if processor() == PINNED:
        return ""
    return f"This processor is {processor()}: the last digits of results may differ from those of {PINNED}."


def processor() -> str:
    """The kind of processor, as far as results depend on it."""
    if platform.machine() in ("x86_64", "AMD64"):
        return PINNED if features["AVX2"] and features["FMA3"] else "x86-64 without AVX2"
    return platform.machine()


def libraries(package: str) -> dict[str, str]:
    """The libraries of the system that a package of Python computes or draws with, and their versions."""
    if package == "numpy":
        return {"processor": processor(), "C library": " ".join(platform.libc_ver()) or platform.platform()}
    if package == "weasyprint":
        return {
            "pango": library_version("pango-1.0", "pango_version_string"),
            "harfbuzz": library_version("harfbuzz", "hb_version_string"),
        }
    return {}


def library_version(library: str, function: str) -> str:
    """What a function of a library without arguments says."""
    try:
        loaded = ctypes.CDLL(ctypes.util.find_library(library) or f"lib{library}.so.0")
    except OSError:
        return "missing"
    speak = getattr(loaded, function)
    speak.restype = ctypes.c_char_p
    return bytes(speak()).decode()
