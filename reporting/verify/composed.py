"""The text of a report, composed anew from the templates and results that it carries: what its manifest must list."""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reporting.cite.paths import differences, path_text
from reporting.compose.document import citations, compose
from reporting.compose.errors import ReportError
from reporting.compose.printed import quoted
from reporting.compose.sections import read
from reporting.pipeline.settings import ConfigurationError, read_rubric
from reporting.press.evidence import GENERATOR, Evidence, artifacts, combined_checksum, sha256
from reporting.verify.anew import lay_out, said


class ComposeError(Exception):
    """Why the text of a report cannot be composed from what it carries."""


def composed(evidence: Evidence, settings: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The page, without fonts and pictures, and what the manifest must list; raises ComposeError."""
    contents, _ = artifacts(evidence.files)
    listed = evidence.manifest["made"]["artifacts"]
    names = [artifact["name"] for artifact in listed if artifact["name"] in contents]
    known = {name: contents[name] for name in dict.fromkeys([*names, *contents])} | {"config": settings}
    known["made"] = evidence.manifest["made"]
    pictures = [picture["name"] for picture in evidence.manifest["pictures"]]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        lay_out(evidence.files, root)
        try:
            rubric = read_rubric(root / "config" / "rubric.yaml")
            report = read(root, known, rubric, dict.fromkeys(pictures))
            markup = report.values.fill(compose(report, ""))
        except (ReportError, ConfigurationError, OSError) as error:
            raise ComposeError(str(error).splitlines()[0].replace(f"{folder}/", "")) from None
    return markup, {**citations(report, markup), "made": made(evidence, contents)}


def made(evidence: Evidence, contents: Mapping[str, Any]) -> dict[str, Any]:
    """What the manifest must say of the report's making, as far as that follows from what it carries."""
    told = evidence.manifest["made"]
    digests = {f"results/{name}.json": sha256(evidence.files[f"results/{name}.json"]) for name in contents}
    configuration = sha256(evidence.files.get("config/config.yaml", b""))
    digests["config/config.yaml"] = configuration
    named = {artifact["name"]: artifact for artifact in told["artifacts"]}
    return {
        "on": told["on"],
        "with": [{"name": part["name"], "version": version(part, evidence)} for part in told["with"]],
        "checksum": combined_checksum(digests),
        "artifacts": [
            {"name": name, "sha256": digests[f"results/{name}.json"]}
            for name in dict.fromkeys([*(name for name in named if name in contents), *contents])
        ],
        "configuration": configuration,
    }


def version(part: Mapping[str, str], evidence: Evidence) -> str:
    """The version of what took part in the making, by what the report carries; of Python its first two parts."""
    name = part["name"].lower()
    if name == "python":
        kind = str(evidence.manifest["made"]["on"].get("python"))
        return part["version"] if part["version"].startswith(f"{kind}.") else kind
    if name == GENERATOR:
        found = re.search(r'^__version__ = "(.*)"$', text(evidence, "reporting/__init__.py"), re.MULTILINE)
    else:
        found = re.search(rf"^{re.escape(name)}==([^ ;]+)", text(evidence, "requirements.lock"), re.MULTILINE)
    return found[1] if found else ""


def text(evidence: Evidence, path: str) -> str:
    return evidence.files.get(path, b"").decode(errors="replace")


def faults(listed: Mapping[str, Any], anew: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Each list of the manifest, with where it first is another than the text and the results make."""
    for key, expected in anew.items():
        there = listed[key]
        if key == "values":
            there = [{name: value for name, value in item.items() if name != "places"} for item in there]
        if key == "pictures":
            there = [picture["name"] for picture in there]
        there, expected = (json.loads(json.dumps(each, sort_keys=True)) for each in (there, expected))
        found = next(differences(there, expected, (key,)), None)
        if found:
            keys, one, other = found
            yield key, [f"{quoted(path_text(keys)[:100])} is {said(one)}, by the text and the results {said(other)}"]
        else:
            yield key, []
