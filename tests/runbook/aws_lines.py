"""`aws SERVICE OPERATION --option …` by boto3, since the AWS CLI is not a package that can be installed beside it.

Only what the pages use: options of texts, numbers, flags, lists and the shorthand `Key=a,Value=b`, `--region`,
`--query` (JMESPath, as the CLI has it) with `--output text|json`, and `aws SERVICE wait NAME`. An option that the
operation does not have is an error, by botocore's own models, from which the CLI makes its options too.
See https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-types.html
"""

import json
import shlex
from collections.abc import Callable
from typing import Any

import jmespath
from botocore import xform_name

_OF_THE_CLI = ("region", "query", "output")


def run_line(line: str, client: Callable[[str, str], Any]) -> str:
    """Runs a line and returns what the CLI would print.

    Args:
        line: The line, beginning with `aws`.
        client: Makes a client of a service in a region.

    Raises:
        ValueError: The CLI would not take the line.
        botocore.exceptions.ClientError: AWS refuses it.
    """
    program, service, operation, *words = shlex.split(line)
    if program != "aws":
        raise ValueError(f"{line}: does not begin with `aws`")
    waiter = words.pop(0) if operation == "wait" else ""
    options = _options(words)
    made = client({"s3api": "s3"}.get(service, service), "".join(options.pop("region", ["us-east-1"])))
    query, output = options.pop("query", None), "".join(options.pop("output", ["json"]))
    if waiter:
        found = made.get_waiter(waiter.replace("-", "_"))
        called = found.config.operation
        found.wait(**_arguments(made, called, options), WaiterConfig={"Delay": 0.05, "MaxAttempts": 200})
        return ""
    (called,) = [name for name in made.meta.service_model.operation_names if xform_name(name, "-") == operation]
    answer = getattr(made, xform_name(called))(**_arguments(made, called, options))
    answer.pop("ResponseMetadata", None)
    picked = jmespath.search("".join(query), answer) if query else answer
    return _text(picked) if output == "text" else json.dumps(picked, indent=4, default=str)


def _options(words: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            name = word.removeprefix("--")
            found[name] = []
        else:
            found[name].append(word)
    return found


def _arguments(made: Any, operation: str, options: dict[str, list[str]]) -> dict[str, Any]:
    members = made.meta.service_model.operation_model(operation).input_shape.members
    named = {xform_name(name, "-"): (name, shape) for name, shape in members.items()}
    given: dict[str, Any] = {}
    for option, values in options.items():
        plain = option.removeprefix("no-") if option not in named else option
        if plain not in named:
            raise ValueError(f"{operation} has no option --{option}")
        name, shape = named[plain]
        given[name] = option == plain if shape.type_name == "boolean" else _value(shape, values)
    return given


def _value(shape: Any, values: list[str]) -> Any:
    if shape.type_name == "list":
        return [_value(shape.member, [value]) for value in values]
    if shape.type_name in ("structure", "map"):
        return dict(pair.split("=", 1) for pair in values[0].split(","))
    (value,) = values
    return int(value) if shape.type_name in ("integer", "long") else value


def _text(found: Any) -> str:
    if isinstance(found, list):
        rows = [found] if not any(isinstance(item, list) for item in found) else found
        return "\n".join("\t".join(map(_text, row)) for row in rows)
    return "None" if found is None else str(found)
