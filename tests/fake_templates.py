"""What a template comes to, for the fake CloudFormation: conditions and functions, written without the planner's.

The planner predicts what a template does; a fake that asked the planner would agree with its mistakes. Here are the
functions that the templates of the tests use, by their reference:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Network
from itertools import islice
from typing import Any

LATER = "{{changeSet:KNOWN_AFTER_APPLY}}"
"""What AWS shows in place of a value that is known only when the change set is executed."""

COMPARED = ("Metadata", "CreationPolicy", "UpdatePolicy", "DeletionPolicy", "UpdateReplacePolicy")
"""The attributes of a resource, beside its properties, whose change is a change of the resource."""

NOTHING = object()
"""AWS::NoValue."""

_VARIABLE = re.compile(r"\$\{([^}]+)\}")
REF = ""
"""In place of an attribute: the reference is a Ref."""


@dataclass(frozen=True)
class FakeResource:
    """A resource of a template, resolved."""

    type: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Evaluation:
    """A template under parameters.

    Attributes:
        body: The template.
        values: The values of its parameters.
        region: The region of the stack.
        stack: The name of the stack.
        reference: What a logical id and an attribute (or `REF`) come to.
    """

    body: Mapping[str, Any]
    values: Mapping[str, str]
    region: str
    stack: str
    reference: Callable[[str, str], Any]

    @cached_property
    def written(self) -> dict[str, Any]:
        """The resources that the conditions leave, as they are written, with the branches that are taken."""
        there = {name: one for name, one in self.body.get("Resources", {}).items() if self.is_there(one)}
        return {name: self._taken(one) for name, one in there.items()}

    @cached_property
    def resources(self) -> dict[str, FakeResource]:
        """The resources that the conditions leave, resolved."""
        return {
            name: FakeResource(
                one["Type"],
                self.value(one.get("Properties") or {}),
                {key: self.value(one[key]) for key in COMPARED if key in one},
            )
            for name, one in self.written.items()
        }

    def outputs(self) -> dict[str, str]:
        """The outputs that the conditions leave."""
        there = {name: one for name, one in self.body.get("Outputs", {}).items() if self.is_there(one)}
        return {name: text(self.value(one["Value"])) for name, one in there.items()}

    def is_there(self, declared: Mapping[str, Any]) -> bool:
        return "Condition" not in declared or self.holds({"Condition": declared["Condition"]})

    def holds(self, condition: Any) -> bool:
        """Whether a condition holds."""
        ((name, argument),) = condition.items()
        if name == "Condition":
            return self.holds(self.body["Conditions"][argument])
        if name == "Fn::Equals":
            left, right = (self.value(side) for side in argument)
            return text(left) == text(right)
        if name == "Fn::Not":
            return not self.holds(argument[0])
        every = [self.holds(one) for one in argument]
        return all(every) if name == "Fn::And" else any(every)

    def value(self, written: Any) -> Any:
        """What a value comes to; one that takes something not known yet is not known as a whole."""
        if isinstance(written, list):
            return [found for item in written if (found := self.value(item)) is not NOTHING]
        if not isinstance(written, Mapping):
            return written
        if len(written) == 1:
            ((name, argument),) = written.items()
            if name == "Ref":
                return self._referred(argument, REF)
            if name == "Fn::If":
                return self.value(self._branch(argument))
            if name.startswith("Fn::"):
                found = self._function(name, argument)
                return LATER if LATER in text(found) else found
        found = {key: self.value(item) for key, item in written.items()}
        return {key: item for key, item in found.items() if item is not NOTHING}

    def _taken(self, written: Any) -> Any:
        if isinstance(written, list):
            return [self._taken(item) for item in written]
        if not isinstance(written, Mapping):
            return written
        if "Fn::If" in written:
            return self._taken(self._branch(written["Fn::If"]))
        return {key: self._taken(item) for key, item in written.items()}

    def _branch(self, argument: Any) -> Any:
        name, if_true, if_false = argument
        return if_true if self.holds({"Condition": name}) else if_false

    def _referred(self, name: str, attribute: str) -> Any:
        pseudo = {
            "AWS::AccountId": "123456789012",
            "AWS::NoValue": NOTHING,
            "AWS::Partition": "aws",
            "AWS::Region": self.region,
            "AWS::StackId": f"arn:aws:cloudformation:{self.region}:123456789012:stack/{self.stack}",
            "AWS::StackName": self.stack,
            "AWS::URLSuffix": "amazonaws.com",
        }
        if name in pseudo:
            return pseudo[name]
        if name in self.values:
            kind = self.body["Parameters"][name].get("Type", "String")
            is_list = "List" in kind
            return [item.strip() for item in self.values[name].split(",")] if is_list else self.values[name]
        return self.reference(name, attribute)

    def _function(self, name: str, argument: Any) -> Any:
        if name == "Fn::Sub":
            return self._sub(argument)
        if name == "Fn::GetAtt":
            resource, _, attribute = argument.partition(".") if isinstance(argument, str) else _joined(argument)
            return self._referred(resource, attribute)
        given = self.value(argument)
        return _FUNCTIONS[name](self, given) if name in _FUNCTIONS else {name: given}  # compared as it is written

    def _sub(self, argument: Any) -> str:
        written, own = argument if isinstance(argument, list) else (argument, {})

        def filled(found: re.Match[str]) -> str:
            name = found[1]
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if name in own:
                return text(self.value(own[name]))
            resource, _, attribute = name.partition(".")
            return text(self._referred(resource, attribute))

        return _VARIABLE.sub(filled, written)


def _selected(_evaluation: Evaluation, given: Any) -> Any:
    place, items = given
    return items[int(place)] if isinstance(items, list) and int(place) < len(items) else LATER


def _blocks(_evaluation: Evaluation, given: Any) -> Any:
    """Networks cut out of one, so many, each with so many bits for its hosts; IPv4 only."""
    block, count, bits = given
    if LATER in text(given):
        return LATER
    return [str(network) for network in islice(IPv4Network(block).subnets(new_prefix=32 - int(bits)), int(count))]


_FUNCTIONS: dict[str, Callable[[Evaluation, Any], Any]] = {
    "Fn::Base64": lambda _evaluation, given: (
        given if given == LATER else base64.b64encode(text(given).encode()).decode()
    ),
    "Fn::Cidr": _blocks,
    "Fn::FindInMap": lambda evaluation, given: evaluation.body["Mappings"][given[0]][given[1]][given[2]],
    "Fn::GetAZs": lambda evaluation, given: [f"{given or evaluation.region}{zone}" for zone in "abc"],
    "Fn::Join": lambda _evaluation, given: given[0].join(map(text, given[1])),
    "Fn::Select": _selected,
    "Fn::Split": lambda _evaluation, given: given[1] if given[1] == LATER else given[1].split(given[0]),
    "Fn::ToJsonString": lambda _evaluation, given: json.dumps(given),
}


def references(written: Any) -> Iterator[tuple[str, str]]:
    """Yields each logical id or parameter that a value refers to, with the attribute or `REF`."""
    if isinstance(written, list):
        for item in written:
            yield from references(item)
    elif isinstance(written, Mapping):
        for name, argument in written.items():
            if name == "Ref":
                yield argument, REF
            elif name == "Fn::GetAtt":
                resource, _, attribute = argument.partition(".") if isinstance(argument, str) else _joined(argument)
                yield resource, attribute
            elif name == "Fn::Sub":
                yield from _in_text(argument)
            else:
                yield from references(argument)


def _in_text(argument: Any) -> Iterator[tuple[str, str]]:
    written, own = argument if isinstance(argument, list) else (argument, {})
    for name in _VARIABLE.findall(written):
        if not name.startswith("!") and name not in own:
            resource, _, attribute = name.partition(".")
            yield resource, attribute
    yield from references(list(own.values()))


def _joined(argument: list[str]) -> tuple[str, str, str]:
    return argument[0], ".", ".".join(argument[1:])


def text(value: Any) -> str:
    """A value as CloudFormation keeps it: text, a structure as JSON."""
    kept = texts(value)
    return kept if isinstance(kept, str) else json.dumps(kept, separators=(",", ":"))


def texts(value: Any) -> Any:
    """A value with every scalar in it as text."""
    if isinstance(value, Mapping):
        return {key: texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [texts(item) for item in value]
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
