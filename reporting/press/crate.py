"""What a report was made of, by what, and what came out, as a Workflow Run RO-Crate: JSON-LD that archives read.

The crate is report/submission.zip, and each path is that of a file in there. When and where the run was is not told:
the same sources give the same bytes.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

METADATA = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
SHA256 = "https://w3id.org/ro/terms/workflow-run#sha256"  # a word that the specification's own context lacks
PROFILES = {  # by address and version
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
WORKFLOW, LICENCE = "Snakefile", "LICENSE"
LANGUAGE = "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"
DOCUMENTS = ("report/report.pdf", "report/report.html", "report/report.ipynb")
FORMATS = {  # by ending; all else is text
    ".pdf": "application/pdf",
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
}


def crate(
    about: Mapping[str, Any],
    documents: Mapping[str, bytes | None],
    inputs: Mapping[str, bytes],
    results: Mapping[str, bytes],
    software: Iterable[Mapping[str, str]],
    snakemake: str,
) -> dict[str, Any]:
    """The metadata of a run: what `about` says of the report, files by their paths in the project, and what it was made
    with, of which Snakemake has a version. Of a document without content nothing but its name is known yet."""
    names = named(about)
    made = [file(names[path], content) for path, content in documents.items()]
    made += [file(path, content) for path, content in results.items()]
    read = [file(path, content) for path, content in inputs.items()]
    authors = [
        {"@id": f"#author-{number}", "@type": "Person", "name": name} for number, name in enumerate(about["authors"], 1)
    ]
    packages = [{"@id": f"#{slug(each['name'])}", "@type": "SoftwareApplication", **each} for each in software]
    for entity in read:
        if entity["@id"] == WORKFLOW:
            entity |= {
                "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
                "programmingLanguage": {"@id": LANGUAGE},
                "softwareRequirements": references(packages),
            }
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": about["title"],
        "description": "A report with the results that its numbers are from, and what these were computed from.",
        "datePublished": about["date"],
        "author": references(authors),
        "license": {"@id": LICENCE} if LICENCE in inputs else "No licence is given.",
        "conformsTo": [{"@id": profile} for profile in PROFILES],
        "mainEntity": {"@id": WORKFLOW},
        "mentions": {"@id": "#run"},
        "hasPart": references([*made, *read]),
    }
    run = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": "The build of the report",
        "instrument": {"@id": WORKFLOW},
        "object": [{"@id": path} for path in inputs if path not in (WORKFLOW, LICENCE)],
        "result": references(made),
    }
    language = {"@id": LANGUAGE, "@type": "ComputerLanguage", "name": "Snakemake", "version": snakemake}
    descriptor = {
        "@id": METADATA,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": [{"@id": SPECIFICATION}, {"@id": list(PROFILES)[-1]}],
    }
    profiles = [
        {"@id": address, "@type": "CreativeWork", "name": name, "version": address.rpartition("/")[2]}
        for address, name in PROFILES.items()
    ]
    return {
        "@context": [f"{SPECIFICATION}/context", {"sha256": SHA256}],
        "@graph": [descriptor, root, run, *made, *read, *authors, language, *packages, *profiles],
    }


def named(about: Mapping[str, Any]) -> dict[str, str]:
    """What the documents are called where they are handed in, by their paths: with the group, where there is one."""
    stem = slug(f"{about['assignment']} group {about['group']}") if "group" in about else "report"
    return {path: path.replace("report/report", stem) for path in DOCUMENTS}


def slug(text: str) -> str:
    """Letters and digits with hyphens between them: a file's name on any system."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def file(path: str, content: bytes | None) -> dict[str, Any]:
    encoding = FORMATS.get(Path(path).suffix, "text/plain")
    entity: dict[str, Any] = {"@id": path, "@type": "File", "name": path, "encodingFormat": encoding}
    if content is not None:
        entity |= {"contentSize": str(len(content)), "sha256": hashlib.sha256(content).hexdigest()}
    return entity


def references(entities: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [{"@id": entity["@id"]} for entity in entities]
