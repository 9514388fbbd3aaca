"""Small systems of wired stacks for tests, written as YAML."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent
from zlib import crc32

from tests.fake_schemas import CONDITIONAL, CREATE_ONLY, REQUIRED, UNTAGGED
from tests.small_pair import PRIMARY, REGIONS, SECONDARY
from twinstack.marked_yaml import parse_marked
from twinstack.planning.resource_schemas import UpdateRules
from twinstack.planning.steps import Planner
from twinstack.planning.system import Stack, System
from twinstack.planning.world import Live
from twinstack.templates import Template


def schemas(resource_type: str, region: str) -> UpdateRules:
    """The update rules of the types of the tests, without loading any schema."""
    return UpdateRules(
        create_only=tuple((name,) for name in CREATE_ONLY.get(resource_type, ())),
        conditional_create_only=tuple((name,) for name in CONDITIONAL.get(resource_type, ())),
        tags_update=resource_type not in UNTAGGED,
        identifier=("Id",),
        required=REQUIRED.get(resource_type, ()),
    )


def template(text: str, source: str = "template.yaml") -> Template:
    document = parse_marked(dedent(text), source)
    return Template(document.data, source, document)


def system(
    templates: Mapping[str, str],
    parameters: Mapping[str, Mapping[str, str]] | None = None,
    update_order: tuple[str, ...] = (),
    tags: Mapping[str, str] | None = None,
) -> System:
    """A system of the given templates; each stack in a region of its own."""
    return System(
        {
            role: Stack(
                role,
                f"pair-dev-{role}",
                REGIONS.get(role, f"eu-test-{index}"),
                template(text, f"generated/{role}.yaml"),
                (parameters or {}).get(role, {}),
                tags or {},
            )
            for index, (role, text) in enumerate(templates.items())
        },
        update_order,
    )


def pair(parameters: Mapping[str, Mapping[str, str]] | None = None, **templates: str) -> System:
    """The small pair, with other templates or parameter values where they are given."""
    return system({"primary": PRIMARY, "secondary": SECONDARY} | templates, parameters)


def planner(given: System) -> Planner:
    return Planner(given, schemas)


def passes(plan) -> list[list[str]]:
    """The roles of each pass."""
    return [[step.stack.role for step in steps] for steps in plan.passes]


def deployed(live: Live, **values: str) -> Live:
    """A planned stack as AWS would describe it: every promised value a real one, every generation past."""
    outputs = {name: _real(name, value, values) for name, value in live.outputs.items()}
    parameters = {name: _real(name, value, values) for name, value in live.parameters.items()}
    return Live("UPDATE_COMPLETE", live.template, parameters, outputs, live.tags)


def _real(name: str, value: object, values: Mapping[str, str]) -> str:
    return value if isinstance(value, str) else values.get(name, f"real-{crc32(repr(value).encode())}")
