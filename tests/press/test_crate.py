"""Facts about press/crate: what archives read of a report is a Workflow Run RO-Crate, and says what is so."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import requests
from rocrate_validator.models import ValidationSettings
from rocrate_validator.services import validate
from rocrate_validator.utils.http import HttpRequester

from reporting.press.crate import METADATA, PROFILES, crate, named
from tests.conftest import Project

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the validator and its libraries
# The words of RO-Crate 1.1 that a crate of ours is written in, as https://w3id.org/ro/crate/1.1/context explains them.
SCHEMA_ORG = (
    "ComputerLanguage CreateAction CreativeWork Dataset Person SoftwareApplication SoftwareSourceCode "
    "about author contentSize datePublished description encodingFormat hasPart instrument license mainEntity mentions "
    "name object programmingLanguage result softwareRequirements version"
)
CONTEXT = {
    **{word: f"http://schema.org/{word}" for word in SCHEMA_ORG.split()},
    "File": "http://schema.org/MediaObject",
    "ComputationalWorkflow": "https://bioschemas.org/ComputationalWorkflow",
    "conformsTo": "http://purl.org/dc/terms/conformsTo",
}
ABOUT = {"title": "A report", "authors": ["An author"], "date": "2026-01-01"}
INPUTS = {"Snakefile": b"rule all:\n", "config/config.yaml": b"seed: 1\n", "LICENSE": b"MIT\n"}
RESULTS = {"results/law.json": b"{}\n"}
SOFTWARE = [{"name": "NumPy", "version": "2.4.6"}]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one thing that the validator asks the network for is given to it."""

    def get(address: str, **_: object) -> requests.Response:
        assert address == "https://w3id.org/ro/crate/1.1/context"
        found = requests.Response()
        found.status_code, found.url = 200, address
        found.headers["Content-Type"] = "application/ld+json"
        found._content = json.dumps({"@context": CONTEXT}).encode()
        return found

    monkeypatch.setattr(HttpRequester, "get", staticmethod(get), raising=False)


def small(**changed: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "about": ABOUT,
        "documents": {"report/report.pdf": b"%PDF", "report/report.ipynb": None},
        "inputs": INPUTS,
        "results": RESULTS,
        "software": SOFTWARE,
        "snakemake": "9.1",
    }
    return crate(**given | changed)


def entity(metadata: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [each for each in metadata["@graph"] if each["@id"] == name]
    return dict(found)


def faults(metadata: dict[str, Any], folder: Path) -> list[str]:
    """What the validator has against a crate that holds each file that it should."""
    folder.mkdir()
    (folder / METADATA).write_text(json.dumps(metadata), encoding="utf-8")
    for each in metadata["@graph"]:
        if "File" in each["@type"]:
            (folder / each["@id"]).parent.mkdir(parents=True, exist_ok=True)
            (folder / each["@id"]).touch()
    found: set[str] = set()
    for profile in ("process-run-crate-0.5", "workflow-run-crate-0.5"):
        settings = ValidationSettings(
            rocrate_uri=str(folder), profile_identifier=profile, offline=True, cache_path=str(folder.parent / "cache")
        )
        found |= {str(issue.message) for issue in validate(settings).get_issues()}
    return sorted(found)


def test_the_metadata_of_a_build_is_a_workflow_run_crate(built: Project, tmp_path: Path) -> None:
    metadata = json.loads((built.root / "report" / METADATA).read_text(encoding="utf-8"))
    assert faults(metadata, tmp_path / "crate") == []
    assert entity(metadata, "./")["license"] == "No licence is given."


def test_a_crate_with_a_licence_is_one_too(tmp_path: Path) -> None:
    metadata = small()
    assert faults(metadata, tmp_path / "crate") == []
    assert entity(metadata, "./")["license"] == {"@id": "LICENSE"}
    assert entity(metadata, "LICENSE")["@type"] == "File"


def change(name: str, **changes: Any) -> dict[str, Any]:
    metadata = small()
    metadata["@graph"] = [
        {key: value for key, value in (each | changes if each["@id"] == name else each).items() if value is not None}
        for each in metadata["@graph"]
    ]
    return metadata


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (change("#run", instrument=None), "The Action MUST have an instrument property"),
        (change("./", conformsTo={"@id": next(reversed(PROFILES))}), "The Root Data Entity MUST reference a Creative"),
        (change("./", datePublished=None), "The Root Data Entity MUST have a `datePublished`"),
        (change("./", license=None), "The Root Data Entity MUST have a `license`"),
        (change("Snakefile", programmingLanguage=None), "The Main Workflow must refer to its language"),
        (change("./", unheardOf="x"), "unheardOf"),
    ],
    ids=["no instrument", "no profile", "no date", "no licence", "no language", "a word that is none"],
)
def test_the_validator_finds_what_is_wrong_with_a_crate(wrong: dict[str, Any], fault: str, tmp_path: Path) -> None:
    assert any(fault in found for found in faults(wrong, tmp_path / "crate"))


def test_each_file_has_its_size_and_its_sha256_but_the_notebook_which_is_made_later() -> None:
    metadata = small()
    assert entity(metadata, "results/law.json") == {
        "@id": "results/law.json",
        "@type": "File",
        "name": "results/law.json",
        "encodingFormat": "application/json",
        "contentSize": "3",
        "sha256": hashlib.sha256(b"{}\n").hexdigest(),
    }
    assert entity(metadata, "report.ipynb").keys() == {"@id", "@type", "name", "encodingFormat"}


def test_the_run_leads_from_the_configuration_to_the_documents_and_the_results_by_the_workflow() -> None:
    metadata = small()
    run = entity(metadata, "#run")
    assert run["instrument"] == {"@id": "Snakefile"}
    assert run["object"] == [{"@id": "config/config.yaml"}]
    assert run["result"] == [{"@id": name} for name in ("report.pdf", "report.ipynb", "results/law.json")]
    workflow = entity(metadata, "Snakefile")
    assert entity(metadata, workflow["programmingLanguage"]["@id"])["version"] == "9.1"
    assert entity(metadata, workflow["softwareRequirements"][0]["@id"])["version"] == "2.4.6"


def test_all_that_is_named_is_there() -> None:
    metadata = small()
    known = {each["@id"] for each in metadata["@graph"]} | {"https://w3id.org/ro/crate/1.1"}
    assert {value["@id"] for each in metadata["@graph"] for found in each.values() for value in listed(found)} <= known
    assert len(known) == len(metadata["@graph"]) + 1


def listed(value: Any) -> list[dict[str, str]]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]


def test_a_groups_name_does_nothing_in_a_files_name() -> None:
    found = named({"assignment": "Assignment 1", "group": "../../etc/x; rm $(y)\n"})
    assert found["report/report.pdf"] == "assignment-1-group-etc-x-rm-y.pdf"
