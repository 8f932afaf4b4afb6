"""A small Slurm of two nodes on loopback, for the tests: it lives in a folder, and what it started ends with it."""

import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path

NODES = ("node1", "node2")
CONFIGURATION = """
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser={user}
SlurmdUser={user}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={root}/munge.socket
MpiDefault=none
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
StateSaveLocation={root}/state
SlurmdSpoolDir={root}/spool.%n
SlurmctldPidFile={root}/slurmctld.pid
SlurmdPidFile={root}/slurmd.%n.pid
SlurmctldLogFile={root}/slurmctld.log
SlurmdLogFile={root}/slurmd.%n.log
SlurmdParameters=config_overrides
EnforcePartLimits=ALL
ReturnToService=2
JobRequeue=0
MinJobAge=300
KillWait=2
NodeName=node1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=2 RealMemory=4000
NodeName=node2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=2 RealMemory=4000 Feature=avx2
PartitionName=main Nodes=ALL Default=YES
"""


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(server.getsockname()[1]) for server in sockets]
    for server in sockets:
        server.close()
    return ports


def call(*words: str, environment: dict[str, str]) -> str:
    return subprocess.run(words, env=environment, check=True, capture_output=True, text=True, timeout=30).stdout


@contextmanager
def running(root: Path) -> Iterator[dict[str, str]]:
    """The environment in which commands reach this Slurm, while it runs."""
    configuration, key = root / "slurm.conf", root / "munge.key"
    for folder in ("state", "bin", *(f"spool.{node}" for node in NODES)):
        (root / folder).mkdir()
    root.chmod(0o755)
    key.touch(mode=0o600)
    key.write_bytes(secrets.token_bytes(1024))
    text = CONFIGURATION.format(root=root, host=socket.gethostname().split(".")[0], user=getuser(), ports=free_ports(3))
    configuration.write_text(text, encoding="utf-8")
    # Snakemake's executor takes this variable out of the environment of what it starts on a node.
    srun = root / "bin" / "srun"
    srun.write_text(
        f'#!/bin/sh\nexport SLURM_CONF={configuration}\nexec {shutil.which("srun")} "$@"\n', encoding="utf-8"
    )
    srun.chmod(0o755)
    environment = os.environ | {"SLURM_CONF": str(configuration), "PATH": f"{root}/bin:/usr/sbin:{os.environ['PATH']}"}
    munged = ["munged", "--foreground", "--force", f"--key-file={key}", f"--socket={root}/munge.socket"]
    munged += [f"--pid-file={root}/munged.pid", f"--log-file={root}/munged.log", f"--seed-file={root}/munged.seed"]
    daemons = [munged, ["slurmctld", "-D"], *(["slurmd", "-D", "-N", node] for node in NODES)]
    started: list[subprocess.Popen[bytes]] = []
    try:
        for daemon in daemons:
            started.append(subprocess.Popen(daemon, env=environment, stdout=-3, stderr=-3, start_new_session=True))
            time.sleep(0.3)
        end = time.monotonic() + 30
        while len(call("sinfo", "-hNt", "idle", environment=environment).split("\n")) <= len(NODES):
            assert time.monotonic() < end, (root / "slurmctld.log").read_text(encoding="utf-8")
            time.sleep(0.1)
        yield environment
    finally:
        subprocess.run(["scancel", "--user", getuser()], env=environment, timeout=30, check=False)
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(timeout=30)
