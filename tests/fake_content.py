"""What a stack of the fake CloudFormation is made of, and what a request would make of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from tests.fake_schemas import CREATE_ONLY
from tests.fake_templates import REF, Evaluation, FakeResource, text
from twinstack.aws.api import ChangeSetRequest
from twinstack.templates import Template, live_template

STACK = "AWS::CloudFormation::Stack"


@dataclass
class Content:
    """What a stack is made of: as it is, or as a change set would make it."""

    template: Template | None = None
    values: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    resources: dict[str, FakeResource] = field(default_factory=dict)
    generations: dict[str, int] = field(default_factory=dict)
    nested: dict[str, Content] = field(default_factory=dict)
    region: str = ""
    name: str = ""

    def physical_id(self, name: str) -> str:
        made = f"{name.lower()}-{self.generations.get(name)}"
        declared = self.template.resources.get(name, {}) if self.template else {}
        if declared.get("Type") == "AWS::SecretsManager::Secret":  # its Ref is its ARN, which templates take apart
            return f"arn:aws:secretsmanager:{self.region}:123456789012:secret:{made}"
        return made

    def reference(self, name: str, attribute: str) -> str:
        """What a reference to a resource comes to."""
        if name in self.nested and attribute.startswith("Outputs."):
            return self.nested[name].outputs.get(attribute.removeprefix("Outputs."), "")
        return self.physical_id(name) if attribute == REF else f"{self.physical_id(name)}.{attribute}"

    @property
    def evaluation(self) -> Evaluation:
        body = self.template.body if self.template else {}
        return Evaluation(body, self.values, self.region, self.name, self.reference)


class RefusedRequestError(Exception):
    """A request that CloudFormation does not take."""


@dataclass(frozen=True)
class Place:
    """Where stacks are made.

    Attributes:
        region: The region.
        numbers: Where the numbers of what is made anew come from.
        read: What stands at the address of a nested stack's template, None where nothing does.
    """

    region: str
    numbers: Iterator[int]
    read: Callable[[str], str | None]


def content_after(
    request: ChangeSetRequest, template_text: str, old: Content, place: Place, begun: Content | None = None
) -> Content:
    """Returns what a stack would be made of; what is added or replaced gets a number of its own.

    Args:
        request: The request.
        template_text: The template.
        old: What the stack is made of now.
        place: Where it is made.
        begun: What it would be made of by an earlier look, which has numbers for what is made anew.
    """
    template = live_template(json.loads(template_text), request.stack_name)
    values, tags, generations = (
        _values(request, template, old),
        dict(request.tags),
        {**old.generations, **(begun.generations if begun else {})},
    )
    content = Content(template, values, tags, generations=generations, region=place.region, name=request.stack_name)
    while True:
        content.resources = content.evaluation.resources
        anew = [
            name
            for name, resource in content.resources.items()
            if content.generations.get(name) == old.generations.get(name)
            and (name not in old.resources or _replaced(old.resources[name], resource))
        ]
        content.generations |= {name: next(place.numbers) for name in anew}
        # an output of a nested stack may be a parameter of another
        outputs = {name: inner.outputs for name, inner in content.nested.items()}
        content.nested = dict(_nested(request, content, old, place))
        if not anew and outputs == {name: inner.outputs for name, inner in content.nested.items()}:
            content.outputs = content.evaluation.outputs()
            return content


def _nested(request: ChangeSetRequest, content: Content, old: Content, place: Place) -> Iterator[tuple[str, Content]]:
    for name, resource in content.resources.items():
        written = place.read(str(resource.properties.get("TemplateURL"))) if resource.type == STACK else None
        if written is not None:
            parameters = {key: text(value) for key, value in resource.properties.get("Parameters", {}).items()}
            inner = replace(request, stack_name=f"{request.stack_name}-{name}", parameters=parameters)
            yield name, content_after(inner, written, old.nested.get(name, Content()), place, content.nested.get(name))


def _values(request: ChangeSetRequest, template: Template, old: Content) -> dict[str, str]:
    values = {}
    for name, declared in template.parameters.items():
        given = request.parameters.get(name, declared.get("Default"))
        value = old.values.get(name) if name in request.parameters and given is None else given
        if value is None:
            raise RefusedRequestError(f"Parameters: [{name}] must have values")
        if text(value) not in map(text, declared.get("AllowedValues", [value])):
            raise RefusedRequestError(f"Parameter '{name}' must be one of AllowedValues")
        values[name] = text(value)
    if unknown := set(request.parameters) - set(values):
        raise RefusedRequestError(f"Parameters: {sorted(unknown)} do not exist in the template")
    return values


def _replaced(before: FakeResource, after: FakeResource) -> bool:
    create_only = CREATE_ONLY.get(after.type, ())
    differs = (text(before.properties.get(name)) != text(after.properties.get(name)) for name in create_only)
    return before.type != after.type or any(differs)
