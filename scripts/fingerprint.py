"""What a job's code does, as a parameter of its rule, so that Snakemake reruns the job when that changes."""

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("nnlib", "scripts", "reporting")


def code(script: str) -> str:
    """The SHA-256 of the syntax trees of a script and of all modules of ours that it imports, followed.

    Comments, docstrings and layout are not part of it.
    """
    digest = hashlib.sha256()
    for path in sorted(imports(ROOT / script, set())):
        digest.update(f"{path.relative_to(ROOT)}\n{ast.dump(without_docstrings(path))}\n".encode())
    return digest.hexdigest()


def imports(path: Path, seen: set[Path]) -> set[Path]:
    """The files of ours that the one at `path` imports, directly or not, and itself."""
    if path not in seen and path.is_file():
        seen.add(path)
        for module in modules(ast.parse(path.read_bytes())):
            if module.split(".")[0] in ROOMS:
                target = ROOT.joinpath(*module.split("."))
                imports(ROOT / module.split(".")[0] / "__init__.py", seen)
                imports(target.with_suffix(".py"), seen)
                imports(target / "__init__.py", seen)
    return seen


def modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def without_docstrings(path: Path) -> ast.AST:
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return tree
