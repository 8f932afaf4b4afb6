"""Experiments alone, in a folder that holds no more than a configuration: scripts/verify.py makes them anew there."""

import os
import shlex
import sys
from pathlib import Path

ROOT = Path(workflow.basedir).parent
os.environ["PYTHONPATH"] = str(ROOT)
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
sys.executable = shlex.quote(sys.executable)

from scripts import configuration
from scripts.fingerprint import code

settings = configuration.read("config/config.yaml")
NETWORKS = list(settings["networks"])


wildcard_constraints:
    name="[a-z][a-z0-9_]*",


include: "experiments.smk"
