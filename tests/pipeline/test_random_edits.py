"""Facts about any edits, one after the other: what a build leaves is what a build from nothing makes."""

import os
import random
import re
import secrets
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from subprocess import TimeoutExpired
from typing import Any

import pytest
from ruamel.yaml import YAML

from reporting.pipeline import seal
from tests.conftest import Project, ask

yaml = YAML()
yaml.width = 1000

EDITS, BETWEEN = 24, 8  # how many edits are drawn, and after how many the results are compared
SOURCES = ("scripts", "reporting", "rules", "config", "templates")


class Editor:
    """Draws edits and does them."""

    def __init__(self, project: Project, seed: int) -> None:
        self.project, self.random = project, random.Random(seed)
        self.put_back: list[Callable[[], None]] = []
        self.count = 0

    def edit(self) -> str:
        """Do one edit; returns what it was."""
        self.count += 1
        kind = self.random.choice(KINDS)
        return f"{kind.__name__.replace('_', ' ')}: {kind(self)}"

    def source(self, *endings: str) -> str:
        paths = (path for folder in SOURCES for path in (self.project.root / folder).rglob("*"))
        found = sorted(path for path in paths if path.suffix in endings and path.name != "__init__.py")
        return str(self.random.choice(found).relative_to(self.project.root))

    def product(self) -> Path:
        return self.project.root / self.random.choice(sorted(self.project.products()))

    def configure(self, change: Callable[[Any], str]) -> str:
        path = self.project.root / "config" / "config.yaml"
        settings = yaml.load(path)
        said = change(settings)
        with path.open("w", encoding="utf-8") as file:
            yaml.dump(settings, file)
        return said


def a_number(editor: Editor) -> str:
    """Of a run, within what the schema and time allow."""

    def change(settings: Any) -> str:
        name = editor.random.choice(list(settings["birthdays"]))
        key = editor.random.choice(["days", "groups"])
        settings["birthdays"][name][key] += editor.random.randint(1, 9)
        return f"birthdays.{name}.{key} {settings['birthdays'][name][key]}"

    return editor.configure(change)


def a_global_number(editor: Editor) -> str:
    def change(settings: Any) -> str:
        if editor.random.random() < 0.5:
            settings["seed"] += 1
            return f"seed {settings['seed']}"
        settings["law"]["power"] = editor.random.choice([0.48, 0.49, 0.5, 0.51, 0.52])
        return f"law.power {settings['law']['power']}"

    return editor.configure(change)


def another_order_of_keys(editor: Editor) -> str:
    def change(settings: Any) -> str:
        runs = settings["birthdays"]
        name = editor.random.choice(list(runs))
        runs[name] = dict(editor.random.sample(list(runs[name].items()), len(runs[name])))
        return str(name)

    return editor.configure(change)


def another_order_of_runs(editor: Editor) -> str:
    def change(settings: Any) -> str:
        runs = list(settings["birthdays"].items())
        settings["birthdays"] = dict(editor.random.sample(runs, len(runs)))
        return ", ".join(map(str, settings["birthdays"]))

    return editor.configure(change)


def a_new_run(editor: Editor) -> str:
    def change(settings: Any) -> str:
        runs = settings["birthdays"]
        of = editor.random.choice(list(runs))
        runs[f"new_{editor.count}"] = {**runs[of], "title": f"planet {editor.count}", "days": runs[of]["days"] + 1}
        return f"new_{editor.count}, of {of}"

    return editor.configure(change)


def a_removed_run(editor: Editor) -> str:
    def change(settings: Any) -> str:
        new = [name for name in settings["birthdays"] if name.startswith("new_")]
        if not new:
            return "none"
        name = editor.random.choice(new)
        del settings["birthdays"][name]
        return str(name)

    return editor.configure(change)


def a_statement(editor: Editor) -> str:
    name = editor.source(".py")
    editor.put_back.append(editor.project.append(name, f"\nADDED_{editor.count} = {editor.count}\n"))
    return name


def an_import(editor: Editor) -> str:
    name = editor.source(".py")
    editor.put_back.append(editor.project.append(name, "\nimport scripts.powers  # noqa: E402, F401\n"))
    return name


def a_comment(editor: Editor) -> str:
    name = editor.source(".py", ".smk", ".yaml")
    editor.put_back.append(editor.project.append(name, f"\n# Comment {editor.count}.\n"))
    return name


def a_sentence(editor: Editor) -> str:
    def change(text: str) -> str:
        return text.replace("\nAmong <%=", "\nThis was said of $x$ and of $y$. [defined]\nAmong <%=", 1)

    editor.put_back.append(editor.project.rewrite("templates/sections/1.1.md", change))
    return "templates/sections/1.1.md"


def a_rule_of_style(editor: Editor) -> str:
    editor.put_back.append(
        editor.project.append("reporting/templates/style.css", f"\n.added-{editor.count} {{ margin: 0 }}\n")
    )
    return "reporting/templates/style.css"


def an_edit_taken_back(editor: Editor) -> str:
    """Files as they were before one of the edits, without those that came after."""
    if not editor.put_back:
        return "none"
    editor.put_back.pop(editor.random.randrange(len(editor.put_back)))()
    return f"of {len(editor.put_back) + 1}"


def a_lost_product(editor: Editor) -> str:
    path = editor.product()
    path.unlink()
    return str(path.relative_to(editor.project.root))


def a_damaged_product(editor: Editor) -> str:
    path = editor.product()
    content = bytearray(path.read_bytes())
    content[editor.random.randrange(len(content))] ^= 1
    path.write_bytes(content)
    return str(path.relative_to(editor.project.root))


def an_exchanged_product(editor: Editor) -> str:
    """One with the content of its neighbour, and its seal too."""
    first, second = editor.random.sample(sorted((editor.project.root / "results" / "birthdays").glob("*.json")), 2)
    shutil.copy(first, second)
    shutil.copy(first.with_name(f".{first.name}.seal"), second.with_name(f".{second.name}.seal"))
    return f"{second.name} as {first.name}"


def lost_records(editor: Editor) -> str:
    shutil.rmtree(editor.project.root / ".snakemake")
    return ".snakemake"


def a_build_that_fails(editor: Editor) -> str:
    mend = editor.project.edit("templates/sections/1.1.md", "law.lowest > 0.9", "law.lowest > 9")
    number = a_number(editor)
    assert editor.project.snakemake().returncode == 1
    mend()
    return f"with a false claim, after {number}"


def a_build_that_is_killed(editor: Editor) -> str:
    number = a_number(editor)
    process = editor.project.start()
    try:
        process.wait(timeout=editor.random.uniform(3, 8))
    except TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return f"after {number}"


KINDS = [
    *[a_number] * 4,
    *[a_statement] * 3,
    a_global_number,
    another_order_of_keys,
    another_order_of_runs,
    a_new_run,
    a_removed_run,
    an_import,
    a_comment,
    a_sentence,
    a_rule_of_style,
    an_edit_taken_back,
    a_lost_product,
    a_damaged_product,
    an_exchanged_product,
    lost_records,
    a_build_that_fails,
    a_build_that_is_killed,
]


def from_nothing(project: Project, folder: Path) -> dict[str, bytes]:
    """What a build of the project's sources alone makes."""
    fresh = Project(folder / "fresh")
    made = shutil.ignore_patterns("results", "report", ".snakemake", "__pycache__")
    shutil.copytree(project.root, fresh.root, ignore=made)
    fresh.build()
    products = fresh.products()
    shutil.rmtree(fresh.root)
    return products


@pytest.mark.soak
def test_after_any_edits_a_build_leaves_what_a_build_from_nothing_makes(copy: Project, tmp_path: Path) -> None:
    seed = int(os.environ.get("SEED") or secrets.randbelow(10**6))
    done = [f"SEED={seed}"]
    for name in ("report/report.ipynb", "results/notebook_outputs.json"):
        (copy.root / name).unlink()
        seal.seal_path(copy.root / name).unlink()
    editor = Editor(copy, seed)
    for number in range(1, EDITS + 1):
        done.append(editor.edit())
        print(done[-1])
        planned, _, said = ask(copy.root)
        built = copy.snakemake()
        assert built.returncode == 0, (done, built.stderr)
        assert copy.ran(built) == planned, (done, said, built.stderr)
        assert ask(copy.root)[0] == set(), done
        for command in re.findall(r"to remove them: rm (.*)$", built.stderr, re.MULTILINE):
            for name in command.split():
                (copy.root / name).unlink()
        if number % BETWEEN == 0:
            expected, found = from_nothing(copy, tmp_path), copy.products()
            names = {name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)}
            assert not names, (done, names)
