"""Makes the planner's system of an environment file and its templates, and checks that they fit each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import combinations
from pathlib import Path

from twinstack.environment.constraints import broken_constraint
from twinstack.environment.file import STACK_NAME, EnvironmentFile
from twinstack.environment.rollback_triggers import misnamed_alarms
from twinstack.errors import InputError
from twinstack.expressions.values import as_text
from twinstack.planning.resource_schemas import known_regions
from twinstack.planning.system import Stack, System
from twinstack.templates import ARTIFACTS, Template, Wiring, read_template

PROTECTED_PARAMETER = "Protected"


@dataclass(frozen=True)
class Environment:
    """An environment that is ready to be planned.

    Attributes:
        file: The file it was read from.
        system: The stacks with their templates and literal parameter values.
    """

    file: EnvironmentFile
    system: System

    @property
    def name(self) -> str:
        """The environment's name."""
        return self.file.name


def assemble(file: EnvironmentFile, root: Path) -> Environment:
    """Reads the templates and checks every value against them.

    Args:
        file: The environment file.
        root: The folder that template paths are relative to.

    Raises:
        InputError: A template is missing or not wired, a parameter is unknown, wired or breaks a constraint,
            two stacks have the same name, their networks overlap, or the update order does not fit.
    """
    templates = {role: _template(file, role, root) for role in file.model.stacks}
    problems = [
        *_role_problems(file, templates),
        *_name_problems(file),
        *_region_problems(file),
        *_order_problems(file),
    ]
    problems += _unknown_parameters(file, templates)
    if problems:
        raise InputError("\n".join(problems))
    stacks = {role: _stack(file, role, template) for role, template in templates.items()}
    problems = [*_broken_values(file, stacks)] or [*_network_problems(file, stacks), *_trigger_problems(file, stacks)]
    if problems:
        raise InputError("\n".join(problems))
    return Environment(file, System(stacks, file.model.update_order))


def _template(file: EnvironmentFile, role: str, root: Path) -> Template:
    entry = file.model.stacks[role]
    template = read_template(_under(root, entry.template))
    if entry.wiring is None:
        return template
    return template.with_wiring(Wiring(entry.wiring, file.document, ("stacks", role, "wiring")))


def _under(root: Path, path: Path) -> Path:
    return path if root == Path.cwd() else root / path


def _stack(file: EnvironmentFile, role: str, template: Template) -> Stack:
    model, entry = file.model, file.model.stacks[role]
    given = {**model.parameters, **model.parameter_overrides.get(entry.region, {}), **_own_parameters(file)}
    return Stack(
        role,
        file.stack_name(role),
        entry.region,
        template,
        {name: value for name, value in given.items() if name in template.parameters},
        {**model.tags, "Project": model.project, "EnvironmentSuffix": file.suffix, "Role": role},
        entry.assume_role or "",
        entry.role_arn,
    )


def _own_parameters(file: EnvironmentFile) -> Mapping[str, str]:
    """The parameters that the environment's own keys fill, in every template that has them."""
    return {
        "Project": file.model.project,
        "EnvironmentSuffix": file.suffix,
        PROTECTED_PARAMETER: as_text(file.model.protected),
    }


def _role_problems(file: EnvironmentFile, templates: Mapping[str, Template]) -> Iterator[str]:
    for role, template in templates.items():
        where, metadata = file.where("stacks", role), template.metadata
        if role == ARTIFACTS:
            yield f"{where}: {role} is the deployer's own bucket; give the stack another name"
        elif template.wiring_outside is not None:
            if metadata is not None:
                yield (
                    f"{template.wiring.where()}: the wiring of {role} stands here and in its template "
                    f"({template.where('Metadata', 'TwinStack')}); keep one of them"
                )
        elif metadata is None or not isinstance(metadata.get("Role"), str):
            yield (
                f"{template.source}: there is no Metadata.TwinStack.Role; add it, with the Wiring of the parameters "
                "that take an output of another stack. In a template that you cannot change, write the wires under "
                f"`wiring:` of the stack {role} ({where}), `wiring: {{}}` if there are none"
            )
        elif role != metadata["Role"]:
            yield (
                f"{where}: the stack {role} has a template whose role is {metadata['Role']} "
                f"({template.where('Metadata', 'TwinStack', 'Role')}); give both the same name"
            )


def _name_problems(file: EnvironmentFile) -> Iterator[str]:
    own = file.stack_name(ARTIFACTS)
    taken: dict[tuple[str, str, str], str] = {}
    for role, entry in file.model.stacks.items():
        name, where = file.stack_name(role), file.where("stacks", role, "stack_name")
        other = taken.setdefault((entry.assume_role or "", entry.region, name), role)
        if not STACK_NAME.fullmatch(name):
            yield (
                f"{where}: {name} is not a name that CloudFormation takes for a stack: letters, digits and hyphens, "
                "at most 128 characters; rename the role, or add a `stack_name`"
            )
        elif entry.stack_name == own:
            yield f"{where}: {name} is the stack of the deployer's own bucket; give {role} another name"
        elif other != role:
            yield (
                f"{where}: {role} would be the stack {name} in {entry.region}, and {other} is it "
                f"({file.where('stacks', other, 'stack_name')}); give one of them another name"
            )


def _region_problems(file: EnvironmentFile) -> list[str]:
    stacks = file.model.stacks
    unknown = [
        f"{file.where('stacks', role, 'region')}: there is no region {entry.region} that cfn-lint has schemas for"
        for role, entry in stacks.items()
        if entry.region not in known_regions()
    ]
    regions = sorted({entry.region for entry in stacks.values()})
    return unknown or [
        f"{file.where('parameter_overrides', region)}: no stack is in {region}; they are in {', '.join(regions)}"
        for region in file.model.parameter_overrides
        if region not in regions
    ]


def _order_problems(file: EnvironmentFile) -> Iterator[str]:
    order, roles = file.model.update_order, file.model.stacks
    if order and sorted(order) != sorted(roles):
        yield (
            f"{file.where('update_order')}: update_order is {', '.join(order)}, but the stacks are {', '.join(roles)}; "
            "name each of them once"
        )


def _unknown_parameters(file: EnvironmentFile, templates: Mapping[str, Template]) -> Iterator[str]:
    model = file.model
    for name in model.parameters:
        yield from _misplaced(file, ("parameters", name), list(templates.values()))
    for region, overrides in model.parameter_overrides.items():
        there = [template for role, template in templates.items() if model.stacks[role].region == region]
        for name in overrides if there else ():
            yield from _misplaced(file, ("parameter_overrides", region, name), there)


def _misplaced(file: EnvironmentFile, place: tuple[str, ...], templates: list[Template]) -> Iterator[str]:
    name, where = place[-1], file.where(*place)
    having = [template for template in templates if name in template.parameters]
    if not having:
        sources = ", ".join(template.source for template in templates)
        yield f"{where}: unknown parameter {name}; no such parameter in {sources}"
    if name in _own_parameters(file):
        yield f"{where}: {name} is filled from the environment's own keys; set project, environment_suffix or protected"
    for template in having:
        for wire in template.wires:
            if wire.parameter == name:
                yield f"{where}: {name} takes its value from {wire.source} ({template.source}); leave it out here"


def given_at(file: EnvironmentFile, stack: Stack, name: str) -> str:
    """Returns where a parameter's value was given: the file that a reader has to change."""
    for place in (("parameter_overrides", stack.region, name), ("parameters", name)):
        if place in file.document.lines:
            return file.where(*place)
    own = {"Project": "project", "EnvironmentSuffix": "environment_suffix", "Protected": "protected"}
    if name in own:
        return file.where(own[name])
    return stack.template.where("Parameters", name, "Default")


def _broken_values(file: EnvironmentFile, stacks: Mapping[str, Stack]) -> Iterator[str]:
    for role, stack in stacks.items():
        wired = {wire.parameter for wire in stack.template.wires}
        for name, declared in stack.template.parameters.items():
            value = stack.parameters.get(name, declared.get("Default"))
            if value is None or name in wired:
                continue
            if problem := broken_constraint(declared, as_text(value)):
                yield f"{given_at(file, stack, name)}: {role}: parameter {name}: {problem}"


def _network_problems(file: EnvironmentFile, stacks: Mapping[str, Stack]) -> Iterator[str]:
    """Yields the VPC networks that are none, or that overlap: peered VPCs must be apart (VPC peering guide)."""
    networks: list[tuple[Stack, str, IPv4Network]] = []
    for stack in stacks.values():
        for name, value in _vpc_blocks(stack):
            try:
                networks.append((stack, name, IPv4Network(value)))
            except ValueError as error:
                where = given_at(file, stack, name)
                yield f"{where}: {stack.role}: parameter {name}: {value!r} is not a network: {error}"
    for (one, name, left), (other, other_name, right) in combinations(networks, 2):
        if one.role != other.role and left.overlaps(right):
            same = (one.region, name) == (other.region, other_name)
            way_out = "rename one of the parameters" if same else "change one of them under parameter_overrides"
            yield (
                f"{given_at(file, other, other_name)}: {other.role}: parameter {other_name} {right} overlaps "
                f"{one.role}'s {name} {left} ({given_at(file, one, name)}); {way_out}"
            )


def _trigger_problems(file: EnvironmentFile, stacks: Mapping[str, Stack]) -> Iterator[str]:
    if (triggers := file.model.rollback_triggers) is not None:
        for place, problem in misnamed_alarms(triggers, stacks):
            yield f"{file.where('rollback_triggers', 'alarms', place)}: rollback_triggers.alarms: {problem}"


def _vpc_blocks(stack: Stack) -> Iterator[tuple[str, str]]:
    """Yields the parameters that a VPC takes its network from, with the values that the environment decides."""
    decided = stack.template.parameters.keys() - {wire.parameter for wire in stack.template.wires}
    for resource in stack.template.resources.values():
        block = (resource.get("Properties") or {}).get("CidrBlock")
        name = block.get("Ref") if resource.get("Type") == "AWS::EC2::VPC" and isinstance(block, dict) else None
        if isinstance(name, str) and name in decided:
            declared = stack.template.parameters[name]
            value = stack.parameters.get(name, declared.get("Default"))
            if value is not None and not str(declared.get("Type")).startswith("AWS::SSM"):
                yield name, as_text(value)
