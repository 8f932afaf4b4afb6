"""Experiments alone, in a folder that holds no more than a configuration: scripts/verify.py makes them anew there."""

import os
import shlex
import sys
from pathlib import Path

ROOT = Path(workflow.basedir).parent
os.environ["PYTHONPATH"] = str(ROOT)
sys.executable = shlex.quote(sys.executable)

from scripts import configuration, machine
from scripts.artifacts import read_json
from scripts.fingerprint import code

machine.settle()
settings = configuration.read("config/config.yaml")
NETWORKS = list(settings["networks"])
published = read_json("config/published.json")


wildcard_constraints:
    name="[a-z][a-z0-9_]*",


include: "experiments.smk"
