"""The tail of every script: run its `main` as a Snakemake job."""

import sys
from collections.abc import Callable
from typing import Any

from scripts.artifacts import ArtifactError


def run(main: Callable[..., None], snakemake: Any, *faults: type[Exception]) -> None:
    """Call `main` with the job's named files and parameters; an expected fault is one message, not a traceback.

    The parameter `code`, the fingerprint of the code, is there for Snakemake alone.
    """
    arguments = {**snakemake.input, **snakemake.output, **snakemake.params}
    arguments.pop("code", None)
    try:
        main(**arguments)
    except (ArtifactError, OSError, *faults) as error:  # type: ignore[misc]
        sys.exit(str(error))
    for path in snakemake.output:
        print(path, flush=True)
