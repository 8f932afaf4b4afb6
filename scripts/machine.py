"""What results depend on beside code and configuration: on the same machine they are the same bit for bit."""

import platform
from importlib.metadata import version

import numpy as np


def machine() -> dict[str, str]:
    """The kind of the system and its processor, and the versions that compute; nothing that names one machine."""
    simd = np.show_config(mode="dicts")["SIMD Extensions"]
    found = simd.get("found", [])  # beyond the baseline
    return {
        "system": platform.system(),
        "processor": " ".join([platform.machine(), *simd["baseline"], *found]),
        "libc": " ".join(platform.libc_ver()),
        "python": ".".join(platform.python_version_tuple()[:2]),
        **{name: version(name) for name in ("numpy", "scipy", "scikit-learn")},
    }
