"""What a job's code is, as a parameter of its rule, so that Snakemake reruns the job when that changes.

Snakemake does not see what a script imports, and takes a touched script for a changed one.
"""

import ast
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from scripts.machine import libraries

ROOT = Path(__file__).parents[1]
ROOMS = ("nnlib", "scripts", "reporting")
LOCK = ROOT / "requirements.lock"
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
# Packages whose name is not that of their module.
PACKAGES = {
    "emboss": "emboss-pdf",
    "mdit_py_plugins": "mdit-py-plugins",
    "markdown_it": "markdown-it-py",
    "ruamel": "ruamel-yaml",
    "sklearn": "scikit-learn",
}


def code(script: str) -> dict[str, str]:
    """All that a script computes with: modules of ours, packages, and libraries of the system.

    Each module has the SHA-256 of its syntax tree, so that comments, docstrings and layout are not part of it; each
    package its version in the lock file.
    """
    files = sorted(imports(ROOT / script, set()))
    packages = followed({package for path in files for package in foreign(path)})
    return {
        **{str(path.relative_to(ROOT)): meaning(path) for path in files},
        **{package: locked()[package][0] for package in packages},
        **{library: version for package in packages for library, version in libraries(package).items()},
    }


@cache
def tree(path: Path) -> ast.Module:
    """A module's syntax tree without its docstrings."""
    bare = ast.parse(path.read_bytes())
    for node in ast.walk(bare):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return bare


@cache
def meaning(path: Path) -> str:
    """The SHA-256 of a module's syntax tree, short."""
    return hashlib.sha256(ast.dump(tree(path)).encode()).hexdigest()[:16]


def imports(path: Path, seen: set[Path]) -> set[Path]:
    """The files of ours that the one at `path` imports, directly or not, and itself."""
    if path not in seen and path.is_file():
        seen.add(path)
        for module in modules(path):
            if module.split(".")[0] in ROOMS:
                target = ROOT.joinpath(*module.split("."))
                imports(ROOT / module.split(".")[0] / "__init__.py", seen)
                imports(target.with_suffix(".py"), seen)
                imports(target / "__init__.py", seen)
    return seen


def foreign(path: Path) -> Iterator[str]:
    """The packages of the lock file that a module imports."""
    for module in modules(path):
        name = module.split(".")[0]
        package = PACKAGES.get(name, name.lower().replace("_", "-"))
        if package in locked():
            yield package


@cache
def modules(path: Path) -> tuple[str, ...]:
    """The names of the modules that one imports."""
    found: list[str] = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
            found.extend(f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(found)


@cache
def locked() -> dict[str, tuple[str, set[str]]]:
    """The packages of the lock file: the version of each, and the packages that it needs."""
    versions: dict[str, list[str]] = {}
    needs: dict[str, set[str]] = {}
    package = ""
    for line in LOCK.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"([a-z0-9-]+)(?:\[.*\])?==([^ ]+)", line):
            package = found[1]
            versions.setdefault(package, []).append(found[2])
        elif found := re.match(r"    #(?: via|  ) ([a-z0-9-]+)", line):
            needs.setdefault(found[1], set()).add(package)
    return {name: (", ".join(found), needs.get(name, set())) for name, found in versions.items()}


def followed(packages: set[str]) -> list[str]:
    """The packages and all that they need."""
    found: set[str] = set()
    left = set(packages)
    while left:
        found |= left
        left = {need for package in left for need in locked()[package][1]} - found
    return sorted(found)
