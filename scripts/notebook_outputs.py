"""Execute the notebook's code in a fresh kernel; compare all that it computes with the artifacts, write its outputs."""

import asyncio
import inspect
import json
import os
import tempfile
from collections.abc import Iterator
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from reporting.values import CitationError, Values
from scripts import artifacts as files
from scripts.artifacts import read_json, write_json
from scripts.document import name_of
from scripts.job import run

# Asked of the kernel after each cell, in a namespace of its own: what is new in `results`, as the artifacts have it.
PROBE = f"""import json, math
import numpy as np
from typing import Any
{inspect.getsource(files.plain)}
"""
ASK = """(lambda own: [exec({probe!r}, own), print(own["json"].dumps(own["plain"](
    {{path: value for path, value in globals().get("results", {{}}).items() if path not in {seen!r}}})))][:0])({{}});"""


class NotebookError(Exception):
    """What is wrong with a cell: which, and what."""


def main(artifacts: list[str], outputs: str, cells: list[tuple[str, str]]) -> None:
    contents = {name_of(path): read_json(path) for path in artifacts}
    found, computed = asyncio.run(execute(cells, Values(contents)))
    for name in contents:
        dotted = name.replace("/", ".")
        if not any(path == dotted or path.startswith((f"{dotted}.", f"{dotted}[")) for path in computed):
            raise NotebookError(f"no cell of the notebook computes results/{name}.json")
    write_json(
        outputs,
        {
            "cells": {name: {"source": source, "outputs": found[name]} for name, source in cells},
            "computed": computed,
        },
    )


async def execute(
    cells: list[tuple[str, str]], values: Values
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
            for name, source in cells:
                found[name] = await executed(client, name, source)
                answer = await executed(client, name, ASK.format(probe=PROBE, seen=set(computed)))
                results = json.loads(answer[0]["text"])
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


def compare(cell: str, results: dict[str, Any], values: Values) -> None:
    """Raise NotebookError where a result is not exactly that of the artifacts: both are of one code on one machine."""
    for path, computed in results.items():
        try:
            expected = values.look_up(path)
        except CitationError as error:
            raise NotebookError(f"cell {cell!r}: results[{path!r}] is not in the artifacts: {error}") from None
        for place, ours, theirs in different(computed, expected, path):
            raise NotebookError(
                f"cell {cell!r}: {place} is {json.dumps(ours)[:60]}, in the artifact {json.dumps(theirs)[:60]}"
            )


def different(computed: Any, expected: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Where what is computed is not what is expected, which may have fields besides."""
    if isinstance(computed, dict) and isinstance(expected, dict):
        for key, item in computed.items():
            if key in expected:
                yield from different(item, expected[key], f"{path}.{key}")
            else:
                yield f"{path}.{key}", item, "no such field"
    elif isinstance(computed, list) and isinstance(expected, list) and len(computed) == len(expected):
        for index, (item, other) in enumerate(zip(computed, expected, strict=True)):
            yield from different(item, other, f"{path}[{index}]")
    elif computed != expected or isinstance(computed, bool) != isinstance(expected, bool):
        yield path, computed, expected


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from leaves(item)
    else:
        yield value


if __name__ == "__main__":
    run(main, snakemake, NotebookError)
