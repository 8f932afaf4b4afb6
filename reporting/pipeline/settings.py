"""Read config/config.yaml and its kin: a file is valid in every respect, or each fault is a line that names its key."""

import difflib
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from reporting import report_module
from reporting.pipeline.kept import Kept, checksum
from reporting.pipeline.project import ROOT

LARGEST = 1e100  # more than any number that means something here
MOST_NODES = 1_000_000
FILES = Kept("configuration")
SCHEMA = ROOT / "config" / "schema.yaml"


class ConfigurationError(Exception):
    """The configuration's faults, a line each."""


def read(path: str | Path) -> dict[str, Any]:
    """The configuration as plain data; raises ConfigurationError for what the schema does not allow, or else for what
    the report's own checks find."""
    settings, schema = load(path), load(SCHEMA)
    checks = getattr(report_module("scripts.checks"), "faults", lambda settings: ())
    if faults := list(schema_faults(settings, schema)) or list(checks(settings)):
        raise ConfigurationError("\n".join(f"{path}: {' '.join(fault.split())}" for fault in faults))
    return in_order(settings, schema)  # type: ignore[no-any-return]


def in_order(value: Any, schema: Any) -> Any:
    """The settings with the keys of each block in the order of the schema; what a user names keeps the file's order."""
    if not isinstance(value, dict):
        return value
    known, other = schema.get("properties", {}), schema.get("additionalProperties")
    keys = [key for key in known if key in value] if known else list(value)
    return {key: in_order(value[key], known.get(key, other)) for key in keys}


class Loader(SafeConstructor):
    """A date stays the text that it was."""


Loader.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def read_rubric(path: str | Path) -> dict[str, Any]:
    """The questions with their points, and what an answer may be; a report without questions has no such file, and no
    limits. Raises ConfigurationError."""
    if not Path(path).exists():
        return {
            "longest_answer": math.inf,
            "longer_answers": {},
            "longest_body": math.inf,
            "derivations": [],
            "points": {},
        }
    rubric = load(path)
    expected = {
        "longest_answer": int,
        "longer_answers": dict,
        "longest_body": int,
        "derivations": list,
        "points": dict,
    }
    if not isinstance(rubric, dict) or {key: type(value) for key, value in rubric.items()} != expected:
        keys = ", ".join(f"{key} ({kind.__name__})" for key, kind in expected.items())
        raise ConfigurationError(f"{path}: must have {keys}")
    for key in ("points", "longer_answers"):
        for question, number in rubric[key].items():
            if type(number) is not int or number < 0:
                raise ConfigurationError(
                    f"{path}: {key}.{question}: is {shorten(number)}, must be an integer, at least 0"
                )
    for key in ("longer_answers", "derivations"):
        for question in rubric[key]:
            if not isinstance(question, str) or question not in rubric["points"]:
                raise ConfigurationError(f"{path}: {key}: {shorten(question)} is no question of points")
    return rubric


def expanded(node: Any, sizes: dict[int, float]) -> float:
    """How many nodes there are when every alias is followed; infinite where one leads into itself."""
    if id(node) not in sizes:
        sizes[id(node)] = math.inf
        parts = node.value if isinstance(node.value, list) else []
        inner = (part for item in parts for part in (item if isinstance(item, tuple) else (item,)))
        sizes[id(node)] = 1 + sum(expanded(part, sizes) for part in inner)
    return sizes[id(node)]


def load(path: str | Path) -> Any:
    """The YAML 1.2 file's content as JSON would hold it. Unlike in YAML 1.1, `no` is text and 1e-3 a number."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path}: not UTF-8 text") from None
    return json.loads(FILES.get(checksum(text, __file__), lambda: as_json(path, text)))


def as_json(path: str | Path, text: str) -> str:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = Loader
    try:
        if "*" in text and (node := yaml.compose(text)) and expanded(node, {}) > MOST_NODES:
            raise ConfigurationError(f"{path}: not valid YAML: its aliases make it larger than {MOST_NODES} values")
        return json.dumps(yaml.load(text))
    except DuplicateKeyError as error:
        key = str(error.problem).split('"')[1]
        raise ConfigurationError(f"{path}, line {error.problem_mark.line + 1}: the key {key} is given twice") from None
    except MarkedYAMLError as error:
        where = error.problem_mark or error.context_mark
        raise ConfigurationError(f"{path}, line {where.line + 1}: not valid YAML: {error.problem}") from None
    except (YAMLError, ValueError, TypeError, LookupError, RecursionError) as error:
        raise ConfigurationError(f"{path}: not valid YAML: {str(error).splitlines()[0]}") from None


def schema_faults(settings: Any, schema: Any) -> Iterator[str]:
    """What the schema does not allow, in the order of the file's keys."""
    types = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "integer": lambda _, value: isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST,
            "number": lambda _, value: (
                isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST
            ),
        }
    )
    validator: Any = jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=types)  # type: ignore[no-untyped-call]
    dates = jsonschema.FormatChecker(["date"])
    errors = validator(schema, format_checker=dates).iter_errors(settings)

    def position(error: Any) -> list[int]:
        places, value = [], settings
        for key in error.absolute_path:
            places.append(list(value).index(key) if isinstance(value, dict) else key)
            value = value[key]
        return places

    for error in sorted(errors, key=position):
        yield from explain(error)


def explain(error: Any) -> Iterator[str]:
    """The fault in a line: the key's path, what is wrong, what is allowed."""
    path = ".".join(map(str, error.absolute_path)) or "the file"
    value, allowed = shorten(error.instance), error.validator_value
    fault = error.schema.get("fault", f"must match {allowed}")  # the schema's own words where it has some
    match error.validator:
        case "additionalProperties":
            known = list(error.schema.get("properties", ()))
            for key in (key for key in error.instance if key not in known):
                close = difflib.get_close_matches(str(key), known, 1)
                guess = f"; did you mean {close[0]}?" if close else ""
                yield f"{join(path, key)}: unknown key{guess} (allowed: {', '.join(known) or 'none'})"
        case "required":
            unknown = [str(key) for key in error.instance if key not in error.schema.get("properties", ())]
            for key in (key for key in allowed if key not in error.instance):
                if not difflib.get_close_matches(key, unknown, 1):  # else it is misspelt, which is said already
                    yield f"{join(path, key)}: missing"
        case "type":
            article = "an" if allowed[0] in "aeiou" else "a"
            finite = " that is finite" if allowed == "number" else ""
            yield f"{path}: is {value}, must be {article} {allowed}{finite}"
        case "enum":
            yield f"{path}: is {value}, must be one of {', '.join(map(str, allowed))}"
        case "minimum":
            yield f"{path}: is {value}, must be at least {allowed}"
        case "maximum":
            yield f"{path}: is {value}, must be at most {allowed}"
        case "exclusiveMinimum":
            yield f"{path}: is {value}, must be greater than {allowed}"
        case "exclusiveMaximum":
            yield f"{path}: is {value}, must be less than {allowed}"
        case "pattern" if "propertyNames" in error.absolute_schema_path:
            yield f"{join(path, error.instance)}: a name {fault}"
        case "pattern":
            yield f"{path}: is {value}, {fault}"
        case "minItems" | "maxItems":
            bound = "at least" if error.validator == "minItems" else "at most"
            yield f"{path}: has {len(error.instance)} items, must have {bound} {allowed}"
        case "format":
            yield f"{path}: is {value}, must be a {allowed}"
        case _:
            yield f"{path}: {shorten(error.message)}"


def join(path: str, key: object) -> str:
    return str(key) if path == "the file" else f"{path}.{key}"


def shorten(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    text = text if len(text) <= 60 else text[:57] + "..."
    return repr(text) if isinstance(value, str) else text
