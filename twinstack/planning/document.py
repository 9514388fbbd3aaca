"""The plan as plain data, for a pull request, for other programs and for a saved plan; format version 1.

`plan.schema.json` beside this file says the same as a JSON schema; `make generate` writes it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from twinstack.files import write_whole
from twinstack.planning.passes import Plan
from twinstack.planning.shown import HIDDEN
from twinstack.planning.steps import Because, ParameterValue, Step, known, not_comparable

Recreation = Literal["Never", "Conditionally", "Always"]


class _Document(BaseModel):
    """A part of the plan; unknown keys are an error, so that a newer file is not half understood."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, from_attributes=True)


class ReasonDocument(_Document):
    """Why a step runs."""

    parameter: str | None
    source: str = Field(
        alias="from",
        description="role.Output, the template's file, what of the environment, the stack's status or its name",
    )
    reason: Literal["new", "changed", "template", "parameter", "unfinished", "kept", "stale"]


class ParameterDocument(_Document):
    """The value of one parameter in a step; a NoEcho value is masked."""

    name: str
    before: str | None
    after: str | None
    unknown: bool = Field(description="whether only an earlier pass makes the value")
    source: Literal["literal", "default", "wire", "previous"]


class ValueDocument(_Document):
    """One place in a property before and after; null where there is nothing, `****` where it is secret."""

    path: str
    before: str | None
    after: str | None
    unknown: bool = Field(description="whether only AWS can make the value after")


class DetailDocument(_Document):
    """One property, or other attribute, that changes."""

    attribute: str
    name: str = Field(description="the property; '' for another attribute")
    recreation: Recreation
    by_part: bool = Field(description="whether only a part of the property can replace the resource")
    values: tuple[ValueDocument, ...]

    @property
    def label(self) -> str:
        """The property; of another attribute its name."""
        return self.name or self.attribute

    @property
    def unknown(self) -> bool:
        """Whether nothing in it is known to differ: AWS may make the same value again."""
        return bool(self.values) and all(value.unknown for value in self.values)


class ChangeDocument(_Document):
    """A change of one resource that is certain."""

    action: Literal["Add", "Modify", "Replace", "Replace?", "Remove", "Import"]
    resource: str
    type: str
    replacement: Literal["True", "Conditional", "False"]
    properties: tuple[str, ...]
    details: tuple[DetailDocument, ...] = Field((), description="left out where there are none")
    policy_action: str = Field("", description="what becomes of a resource that goes; left out where it stays")
    physical_id: str = Field("", description="which resource is imported; left out of every other change")

    @model_serializer(mode="wrap")
    def _without_empty(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        optional = ("details", "policy_action", "physical_id")
        return {key: value for key, value in serialize(self).items() if value or key not in optional}


class TouchedDetailDocument(_Document):
    """One property that may change with what it refers to."""

    name: str = Field(description="the property; '' for all that is inside a nested stack")
    cause: str
    source: Literal["ResourceReference", "ResourceAttribute", "ParameterReference", "Automatic", "StackTags"]
    recreation: Recreation


class TouchedDocument(_Document):
    """A resource that the change set may list because of what it refers to."""

    resource: str
    type: str
    replacement: Literal["Conditional", "False"]
    details: tuple[TouchedDetailDocument, ...]


class StepDocument(_Document):
    """What deploying one stack does."""

    stack: str
    name: str
    region: str
    operation: Literal["CREATE", "UPDATE", "DELETE"]
    because: tuple[ReasonDocument, ...]
    parameters: tuple[ParameterDocument, ...]
    changes: tuple[ChangeDocument, ...]
    may_be_touched: tuple[TouchedDocument, ...]
    changed_outputs: tuple[str, ...]
    tags_changed: bool
    may_change: tuple[str, ...] = Field(description="outputs that an in-place change may move")
    left_to_aws: tuple[str, ...] = Field(
        description="macros and modules of which only the change set says what they make"
    )
    not_comparable: tuple[str, ...] = Field(description="parameters whose value AWS does not show or works out itself")


class PassDocument(_Document):
    """Steps that run side by side."""

    steps: tuple[StepDocument, ...]


class WaitingDocument(_Document):
    """A required wire whose producer could not be read."""

    stack: str
    parameter: str
    source: str = Field(alias="from")


class WireDocument(_Document):
    """A wired parameter."""

    stack: str
    parameter: str


class DriftedDocument(_Document):
    """A resource that AWS last found changed by hand, and that the plan changes."""

    stack: str
    resource: str
    type: str
    status: Literal["MODIFIED", "DELETED"]
    checked: str = Field(description="the day on which AWS looked")
    properties: tuple[str, ...]
    passes: tuple[int, ...] = Field(description="the passes that change it, counted from 1")
    certain: bool = Field(description="whether they change it for certain; else it may be touched")


class DriftDocument(_Document):
    """The drift that AWS last detected where the plan changes something; nothing was detected anew."""

    resources: tuple[DriftedDocument, ...]
    not_read: tuple[str, ...] = Field(description="why it could not be read, a sentence for each stack")


class RevisionDocument(_Document):
    """The git revision whose deployment stands in for what is on AWS."""

    name: str = Field(description="as it was given, such as HEAD~1")
    commit: str


class RefusalDocument(_Document):
    """Something for which `deploy` would refuse the plan."""

    stack: str
    resource: str | None = Field(description="null where the whole stack would be left behind")
    type: str | None
    action: Literal["Replace", "Remove", "Abandon", "Upgrade", "Modify", "Detach", "Converge"]
    flag: str = Field(description="the option that allows it; '' where none does")
    sentence: str


class PlanDocument(_Document):
    """A plan: every pass and every predicted change."""

    version: Literal[1]
    environment: str
    partial: bool
    passes: tuple[PassDocument, ...]
    unknown: dict[str, str] = Field(description="stacks that could not be read, with AWS's answer")
    waiting: tuple[WaitingDocument, ...]
    stale: tuple[WireDocument, ...]
    unused: tuple[WireDocument, ...]
    fewest_passes: bool
    elsewhere: dict[str, Any] | None = Field(
        description="stacks that moved or were forgotten; null where nobody looked"
    )
    drift: DriftDocument | None = Field(
        default=None, description="drifted resources it changes; null where nobody looked"
    )
    since: RevisionDocument | None = Field(None, description="null for a plan from what is on AWS, or from nothing")
    refused: tuple[RefusalDocument, ...] = Field((), description="what `deploy` would refuse, the first cause last")
    remarks: tuple[str, ...] = Field((), description="what a reader should know besides, a sentence each")

    @property
    def steps(self) -> tuple[StepDocument, ...]:
        """All steps in order."""
        return tuple(step for each in self.passes for step in each.steps)

    def with_drift(self, found: Mapping[str, Any]) -> PlanDocument:
        """Returns it with the drifted resources that it changes, as `drifting.last_detected` has them."""
        return self.model_copy(update={"drift": DriftDocument.model_validate(found)})

    def with_remarks(self, remarks: tuple[str, ...]) -> PlanDocument:
        """Returns it with these remarks instead of its own."""
        return self.model_copy(update={"remarks": remarks})

    def as_data(self) -> dict[str, Any]:
        """Returns it as JSON data."""
        return self.model_dump(mode="json", by_alias=True)


def plan_document(
    plan: Plan,
    environment: str,
    elsewhere: Mapping[str, Any] | None = None,
    *,
    since: RevisionDocument | None = None,
    refused: tuple[RefusalDocument, ...] = (),
    remarks: tuple[str, ...] = (),
) -> PlanDocument:
    """Returns the plan as a document.

    Args:
        plan: The plan.
        environment: The environment's name.
        elsewhere: The stacks that the file does not name where they are, as `rollout.elsewhere` has them; None where
            nobody looked.
        since: The git revision whose deployment the plan starts from.
        refused: What `deploy` would refuse.
        remarks: What a reader should know besides, a sentence each.
    """
    steps = [*plan.steps, *plan.idle, *plan.waiting]
    return PlanDocument(
        version=1,
        environment=environment,
        partial=plan.partial,
        passes=tuple(PassDocument(steps=tuple(map(step_document, steps))) for steps in plan.passes),
        unknown=dict(plan.unknown),
        waiting=tuple(
            WaitingDocument.model_validate({"stack": step.stack.role, "parameter": wire.parameter, "from": wire.source})
            for step in plan.waiting
            for wire in step.missing
        ),
        stale=_once([(step.stack.role, parameter.name) for step in steps for parameter in step.stale]),
        unused=_once([(step.stack.role, parameter.name) for step in steps for parameter in step.unused]),
        fewest_passes=plan.searched,
        elsewhere=None if elsewhere is None else dict(elsewhere),
        since=since,
        refused=refused,
        remarks=(*remarks, *_not_compared(plan)),
    )


def _not_compared(plan: Plan) -> Iterator[str]:
    """Yields a sentence about values of stacks that stay as they are, since nobody can tell whether they changed."""
    deployed = {step.stack.role for step in plan.steps}
    left = (step for step in plan.idle if step.stack.role not in deployed)
    names = [
        f"{step.stack.role}.{name}" for step in left for name in sorted(not_comparable(step.stack, step.parameters))
    ]
    if names:
        yield f"Cannot be compared: {', '.join(names)}; where only such a value has changed, nothing is deployed"


def step_document(step: Step) -> StepDocument:
    """Returns one step as a document."""
    hidden = [parameter.name for parameter in step.parameters if parameter.no_echo]
    uncertain = not_comparable(step.stack, step.parameters)
    return StepDocument(
        stack=step.stack.role,
        name=step.stack.name,
        region=step.stack.region,
        operation="CREATE" if step.operation == "CREATE" else "UPDATE",
        because=tuple(map(_because, step.because)),
        parameters=tuple(map(_parameter, step.parameters)),
        changes=tuple(map(ChangeDocument.model_validate, step.changes)),
        may_be_touched=tuple(map(TouchedDocument.model_validate, step.touched)),
        changed_outputs=step.changed_outputs,
        tags_changed=step.tags_changed,
        may_change=step.may_change,
        left_to_aws=step.left_to_aws,
        not_comparable=tuple(name.name for name in step.parameters if name.name in uncertain or name.name in hidden),
    )


def _because(reason: Because) -> ReasonDocument:
    return ReasonDocument.model_validate(
        {"parameter": reason.parameter, "from": reason.source, "reason": reason.reason}
    )


def _parameter(parameter: ParameterValue) -> ParameterDocument:
    before, after = (
        HIDDEN if parameter.no_echo and value is not None else value if value is None else known(value)
        for value in (parameter.before, parameter.value)
    )
    return ParameterDocument.model_validate(
        {
            "name": parameter.name,
            "before": before,
            "after": after,
            "unknown": after is None,
            "source": parameter.source,
        }
    )


def _once(pairs: list[tuple[str, str]]) -> tuple[WireDocument, ...]:
    return tuple(WireDocument(stack=role, parameter=name) for role, name in dict.fromkeys(pairs))


def schema() -> str:
    """Returns the JSON schema of the plan as text."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(dialect | PlanDocument.model_json_schema(), indent=2) + "\n"


if __name__ == "__main__":
    write_whole(Path(sys.argv[1]), schema())
