"""Reads `environments/*.yaml`: its keys, their types, and where each stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from twinstack.environment.rollback_triggers import RollbackTriggers
from twinstack.errors import InputError
from twinstack.marked_yaml import MarkedDocument, read_marked

SUFFIX = re.compile(r"(?=.{1,16}$)[a-z0-9]+(-[a-z0-9]+)*")
DEFAULT_SUFFIX = "dev"

_PATTERNS = {
    "project": ("[a-z][a-z0-9-]{0,30}", "lower-case letters, digits and hyphens, beginning with a letter"),
    "region": (r"[a-z]{2,4}(-[a-z]+)+-\d", "a region code such as eu-west-1"),
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
    "stack_name": (
        "[A-Za-z][A-Za-z0-9-]{0,127}",
        "a stack name: letters, digits and hyphens, beginning with a letter, at most 128 characters",
    ),
}
STACK_NAME = re.compile(_PATTERNS["stack_name"][0])


def _text(value: Any) -> Any:
    """Parameter values are text to CloudFormation; YAML reads `35` and `true` as something else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list):
        return ",".join(map(str, value))
    return value


ParameterText = Annotated[str, BeforeValidator(_text)]
Region = Annotated[str, StringConstraints(pattern=f"^{_PATTERNS['region'][0]}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StackEntry(_Strict):
    """One entry under `stacks:`.

    Attributes:
        template: The template's path, relative to the working directory.
        region: The region the stack lives in.
        role_arn: The service role that CloudFormation acts with, if any.
        assume_role: The role to assume for a stack in another account, if any.
        stack_name: The stack's name, where it is another than `<project>-<suffix>-<role>`.
        wiring: `role.Output` of each wired parameter, for a template that does not say it itself.
    """

    template: Path
    region: Region
    role_arn: str | None = None
    assume_role: str | None = None
    stack_name: Annotated[str, StringConstraints(pattern=f"^{_PATTERNS['stack_name'][0]}$")] | None = None
    wiring: dict[str, str] | None = None


class EnvironmentModel(_Strict):
    """The keys of an environment file, as the README describes them."""

    project: Annotated[str, StringConstraints(pattern=f"^{_PATTERNS['project'][0]}$")]
    environment_suffix: ParameterText = DEFAULT_SUFFIX
    protected: bool = False
    stacks: Annotated[dict[str, StackEntry], Field(min_length=1)]
    update_order: tuple[str, ...] = ()
    parameters: dict[str, ParameterText] = {}
    parameter_overrides: dict[Region, dict[str, ParameterText]] = {}
    tags: dict[str, ParameterText] = {}
    rollback_triggers: RollbackTriggers | None = None


@dataclass(frozen=True)
class EnvironmentFile:
    """An environment file that has the right shape.

    Attributes:
        name: The environment's name: the file's name without ending.
        model: Its content.
        document: The same with line numbers.
        suffix: The suffix in force, whichever source it came from.
    """

    name: str
    model: EnvironmentModel
    document: MarkedDocument
    suffix: str

    def where(self, *place: str | int) -> str:
        """Returns `file:line` of a part of the file."""
        return self.document.where(*place)

    def stack_name(self, role: str) -> str:
        """Returns the name of the stack of a role; it may be the deployer's own, which is not in the file."""
        entry = self.model.stacks.get(role)
        return (entry.stack_name if entry else None) or f"{self.model.project}-{self.suffix}-{role}"


def read_environment_file(
    name_or_path: str, root: Path, suffix_option: str | None, variables: Mapping[str, str]
) -> EnvironmentFile:
    """Reads the environment file.

    Args:
        name_or_path: A name (`dev` is `environments/dev.yaml`) or a path.
        root: The working directory.
        suffix_option: The suffix given on the command line, which beats every other source.
        variables: The environment variables; `ENVIRONMENT_SUFFIX` beats the file.

    Raises:
        InputError: The file is missing or unreadable, has an unknown key or a value of the wrong form.
    """
    document = read_marked(_path(name_or_path, root))
    if not isinstance(document.data, dict):
        keys = ", ".join(EnvironmentModel.model_fields)
        raise InputError(f"{document.source}: an environment file has the keys {keys}; see the README")
    try:
        model = EnvironmentModel.model_validate(document.data)
    except ValidationError as error:
        raise InputError("\n".join(_message(document, problem) for problem in error.errors())) from None
    sources = {
        "--environment-suffix": suffix_option,
        "the variable ENVIRONMENT_SUFFIX": variables.get("ENVIRONMENT_SUFFIX") or None,
        document.where("environment_suffix"): model.environment_suffix,
    }
    source, suffix = next((source, value) for source, value in sources.items() if value is not None)
    if not SUFFIX.fullmatch(suffix):
        raise InputError(
            f"{source}: the environment suffix {suffix!r} must be 1 to 16 lower-case letters, digits and "
            "single hyphens: it becomes part of the names of buckets, clusters and records"
        )
    return EnvironmentFile(Path(name_or_path).stem, model, document, suffix)


def _path(name_or_path: str, root: Path) -> Path:
    if "/" in name_or_path or name_or_path.endswith((".yaml", ".yml")):
        return Path(name_or_path)
    path = root / "environments" / f"{name_or_path}.yaml"
    if not path.exists():
        there = ", ".join(sorted(found.stem for found in path.parent.glob("*.yaml"))) or "none"
        raise InputError(
            f"{path.relative_to(root)}: there is no such environment; there are {there}. Name one, or give a path"
        )
    return path.relative_to(root) if root == Path.cwd() else path


_GIVES_VALUES = ("parameters", "parameter_overrides")


def _message(document: MarkedDocument, problem: Any) -> str:
    place = tuple(part for part in problem["loc"] if part != "[key]")
    name = ".".join(map(str, place))
    where = document.where(*place)
    if problem["type"] == "extra_forbidden":
        return f"{where}: unknown key {name}; the keys are {', '.join(_known_keys(place))}"
    if problem["type"] == "missing":
        return f"{where}: the key {name} is missing; add it"
    if problem["type"] == "string_pattern_mismatch":
        kind = place[-1] if place[-1] in _PATTERNS else "region"
        return f"{where}: {name}: {problem['input']!r} is not {_PATTERNS[kind][1]}"
    # which parameters are secret is not known yet
    may_be_secret = place[0] in _GIVES_VALUES
    given = f"a {type(problem['input']).__name__}" if may_be_secret else repr(problem["input"])
    return f"{where}: {name}: {problem['msg']}, not {given}"


def _known_keys(place: tuple[Any, ...]) -> list[str]:
    """Returns the keys that may stand where an unknown one does."""
    within: dict[str, type[BaseModel]] = {"stacks": StackEntry, "rollback_triggers": RollbackTriggers}
    return list(within.get(place[0], EnvironmentModel).model_fields)
