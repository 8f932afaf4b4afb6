"""Execute the notebook's code in a fresh kernel; compare all that it computes with the artifacts, write its outputs."""

import asyncio
import inspect
import json
import os
import tempfile
from collections.abc import Mapping
from typing import Any

import nbformat
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from reporting.cite.paths import ABSENT, CitationError, differences, is_close, leaves, parse, path_text
from reporting.cite.values import Values
from reporting.jobs.document import name_of
from reporting.pipeline import artifacts as files
from reporting.pipeline.artifacts import read_json, write_json
from reporting.pipeline.job import run

# What a cell's results are asked with, in a namespace of their own: as the artifacts have them.
AS_ARTIFACTS = f"""import math
import numpy as np
from typing import Any
from IPython.display import JSON
{inspect.getsource(files.as_json)}
"""
ASK = """(lambda own: (exec({code!r}, own), own["JSON"](own["as_json"](
    {{path: value for path, value in globals().get("results", {{}}).items() if path not in {seen!r}}})))[1])({{}})"""


class NotebookError(Exception):
    """What is wrong with a cell: which, and what."""


def main(artifacts: list[str], outputs: str, cells: dict[str, str]) -> None:
    contents = {name_of(path): read_json(path) for path in artifacts}
    values = Values(contents)
    found, computed = asyncio.run(execute(cells, values))
    for name in contents:
        if name not in map(values.artifact, computed):
            raise NotebookError(f"no cell of the notebook computes results/{name}.json")
    write_json(
        outputs,
        {
            "cells": {name: {"source": source, "outputs": found[name]} for name, source in cells.items()},
            "computed": computed,
        },
    )


async def execute(
    cells: Mapping[str, str], values: Values
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, dict[str, Any]]]:
    """The outputs of each cell; and by the path of each result, the cell that computes it and its count of numbers.

    Raises NotebookError for the first cell that fails, warns or computes what is not in the artifacts.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    computed: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        manager = AsyncKernelManager(
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),  # of this very Python
            transport="ipc",
            ip=f"{folder}/kernel",
        )
        client = NotebookClient(
            nbformat.v4.new_notebook(),  # type: ignore[no-untyped-call]
            km=manager,
            timeout=None,
            record_timing=False,
            coalesce_streams=True,
            extra_arguments=["--log-level=CRITICAL"],
            resources={"metadata": {"path": folder}},
        )
        # Nothing of the project, and nothing of the user's own settings.
        env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {
            "IPYTHONDIR": folder,
            "JUPYTER_RUNTIME_DIR": folder,
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        }
        async with client.async_setup_kernel(env=env, cleanup_kc=True):
            for name, source in cells.items():
                found[name] = await executed(client, name, source)
                results = await asked(client, name, ASK.format(code=AS_ARTIFACTS, seen=set(computed)))
                compare(name, results, values)
                computed |= {path: {"cell": name, "numbers": len(list(leaves(item)))} for path, item in results.items()}
    return found, computed


async def executed(client: NotebookClient, name: str, source: str) -> list[dict[str, Any]]:
    """The outputs of a cell, without what differs from time to time."""
    cell = nbformat.v4.new_code_cell(source)  # type: ignore[no-untyped-call]
    client.nb.cells = [cell]
    try:
        await client.async_execute_cell(cell, 0)
    except CellExecutionError as error:
        raise NotebookError(f"cell {name!r}: {error.ename}: {error.evalue}") from None
    except DeadKernelError:
        raise NotebookError(f"cell {name!r}: the kernel died") from None
    for output in cell.outputs:
        if output.get("name") == "stderr":
            raise NotebookError(f"cell {name!r}: warns: {' '.join(output['text'].split())}")
    return [dict(output) for output in cell.outputs]


async def asked(client: NotebookClient, name: str, expression: str) -> dict[str, Any]:
    """What an expression is in the kernel, which is an object of JSON."""
    assert isinstance(client.kc, AsyncKernelClient)
    reply = await client.kc.execute_interactive("", silent=True, user_expressions={"asked": expression})
    answer = reply["content"]["user_expressions"]["asked"]
    if answer["status"] == "error":
        raise NotebookError(f"cell {name!r}: its results are no JSON: {answer['ename']}: {answer['evalue']}")
    found: dict[str, Any] = answer["data"]["application/json"]
    return found


def compare(cell: str, results: dict[str, Any], values: Values) -> None:
    """Raise NotebookError where a result is not exactly that of the artifacts: both are of one code on one machine.

    An artifact may have fields besides.
    """
    for path, computed in results.items():
        try:
            expected = values.look_up(path)
        except CitationError as error:
            raise NotebookError(f"cell {cell!r}: results[{path!r}] is not in the artifacts: {error}") from None
        for keys, ours, theirs in differences(computed, expected, parse(path)):
            if ours is not ABSENT and not is_close(ours, theirs):
                raise NotebookError(
                    f"cell {cell!r}: {path_text(keys)} is {shorten(ours)}, in the artifact {shorten(theirs)}"
                )


def shorten(value: Any) -> str:
    return str(value) if value is ABSENT else json.dumps(value)[:60]


if __name__ == "__main__":
    run(main, snakemake, NotebookError)
