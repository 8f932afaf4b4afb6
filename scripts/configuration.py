"""Read config/config.yaml: either it is valid in every respect, or each fault is one line that names its key."""

import difflib
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from nnlib.digits import FEATURES, SAMPLES, train_size
from nnlib.net import build

SCHEMA = Path(__file__).parents[1] / "config" / "schema.yaml"


class ConfigurationError(Exception):
    """The configuration's faults, a line each."""


def read(path: str | Path) -> dict[str, Any]:
    """The configuration as plain data; raises ConfigurationError."""
    settings = load(path)
    faults = list(schema_faults(settings)) or list(experiment_faults(settings))
    if faults:
        raise ConfigurationError("\n".join(f"{path}: {fault}" for fault in faults))
    return settings  # type: ignore[no-any-return]


class Loader(SafeConstructor):
    """A date stays the text that it was."""


Loader.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def load(path: str | Path) -> Any:
    """The YAML 1.2 file's content as JSON would hold it. Unlike in YAML 1.1, `no` is text and 1e-3 a number."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = Loader
    try:
        return json.loads(json.dumps(yaml.load(Path(path).read_text(encoding="utf-8"))))
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path}: not UTF-8 text") from None
    except DuplicateKeyError as error:
        key = str(error.problem).split('"')[1]
        raise ConfigurationError(f"{path}, line {error.problem_mark.line + 1}: the key {key} is given twice") from None
    except MarkedYAMLError as error:
        where = error.problem_mark or error.context_mark
        raise ConfigurationError(f"{path}, line {where.line + 1}: not valid YAML: {error.problem}") from None
    except (YAMLError, ValueError, TypeError, RecursionError) as error:
        raise ConfigurationError(f"{path}: not valid YAML: {str(error).splitlines()[0]}") from None


def schema_faults(settings: Any) -> Iterator[str]:
    """What the schema does not allow, in the order of the file's keys."""
    types = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "integer": lambda _, value: isinstance(value, int) and not isinstance(value, bool),
            "number": lambda _, value: (
                isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            ),
        }
    )
    validator: Any = jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=types)  # type: ignore[no-untyped-call]
    dates = jsonschema.FormatChecker(["date"])
    for error in validator(load(SCHEMA), format_checker=dates).iter_errors(settings):
        yield from explain(error)


def explain(error: Any) -> Iterator[str]:
    """The fault in a line: the key's path, what is wrong, what is allowed."""
    path = ".".join(map(str, error.absolute_path)) or "the file"
    value, allowed = shorten(error.instance), error.validator_value
    match error.validator:
        case "additionalProperties":
            known = list(error.schema["properties"])
            for key in (key for key in error.instance if key not in known):
                close = difflib.get_close_matches(str(key), known, 1)
                guess = f"; did you mean {close[0]}?" if close else ""
                yield f"{join(path, key)}: unknown key{guess} (allowed: {', '.join(known)})"
        case "required":
            for key in (key for key in allowed if key not in error.instance):
                yield f"{join(path, key)}: missing"
        case "type":
            article = "an" if allowed[0] in "aeiou" else "a"
            finite = " that is finite" if allowed == "number" else ""
            yield f"{path}: is {value}, must be {article} {allowed}{finite}"
        case "enum":
            yield f"{path}: is {value}, must be one of {', '.join(allowed)}"
        case "minimum":
            yield f"{path}: is {value}, must be at least {allowed}"
        case "maximum":
            yield f"{path}: is {value}, must be at most {allowed}"
        case "exclusiveMinimum":
            yield f"{path}: is {value}, must be greater than {allowed}"
        case "exclusiveMaximum":
            yield f"{path}: is {value}, must be less than {allowed}"
        case "pattern" if "propertyNames" in error.absolute_schema_path:
            yield f"{join(path, error.instance)}: a name {error.schema['fault']}"
        case "pattern":
            yield f"{path}: is {value}, {error.schema['fault']}"
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


def experiment_faults(settings: dict[str, Any]) -> Iterator[str]:
    """What only the experiments themselves can tell: layers that do not chain, a minibatch too large, a run twice."""
    train = train_size(settings["digits"]["train_fraction"])
    smaller = min(train, SAMPLES - train)
    for name, spec in settings["networks"].items():
        key, last = f"networks.{name}", spec["layers"][-1]
        try:
            build(spec["layers"], np.random.default_rng(), "zeros")
        except ValueError as error:
            yield f"{key}.layers: {error}"
        first = spec["layers"][0]
        if not first.startswith(f"Linear {FEATURES}x"):
            yield f"{key}.layers: the first is {first}, must be Linear {FEATURES}xO: a digit has {FEATURES} features"
        if spec["loss"] == "bce" and last != "Sigmoid":
            yield f"{key}.loss: bce takes probabilities, but the last layer is {last}; end with Sigmoid"
        if spec["loss"] == "bce_with_logits" and not last.startswith("Linear"):
            yield f"{key}.loss: bce_with_logits takes logits, but the last layer is {last}; end with a Linear"
        if spec["minibatch_size"] > smaller:
            yield (
                f"{key}.minibatch_size: is {spec['minibatch_size']}, must be at most {smaller}: "
                f"there are {train} training and {SAMPLES - train} test samples"
            )
    for kind in ("descents", "networks"):
        seen: dict[str, str] = {}
        for name, spec in settings[kind].items():
            twin = seen.setdefault(repr(sorted(spec.items())), name)
            if twin != name:
                yield f"{kind}.{name}: has the settings of {kind}.{twin}; a run is given once"
    scan, errors = settings["step_size_scan"], settings["finite_differences"]
    for key, block in (("step_size_scan", scan), ("finite_differences", errors)):
        if block["smallest"] >= block["largest"]:
            yield f"{key}.smallest: is {block['smallest']}, must be less than largest, which is {block['largest']}"
