"""The cases as data, and what they say as lines: those of a change set, and those of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from twinstack.marked_yaml import parse_marked

HERE = Path(__file__).parent
# The kinds of changes, in the order of the page.
Kind = Literal[
    "create", "parameter", "condition", "in place", "replacement", "conditional replacement", "removal", "rename",
    "new wire", "tag", "metadata", "output", "policy", "dependency", "mapping", "NoEcho", "SSM parameter", "nested",
    "spelling", "security", "custom resource", "refused",
]  # fmt: skip
Answer = Literal["executable", "no changes", "refused"]
_RANK = ("Never", "Conditionally", "Always")
_REPLACEMENT = {"Never": "False", "Conditionally": "Conditional", "Always": "True"}
_WORD = {"False": "Modify", "Conditional": "Replace?", "True": "Replace"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Detail(_Strict):
    """One detail of a modified resource, in the words of DescribeChangeSet without property values."""

    attribute: str = "Properties"
    name: str = ""
    recreation: Literal["Never", "Conditionally", "Always"] = "Never"
    evaluation: Literal["Static", "Dynamic"] = "Static"
    source: str = "DirectModification"
    cause: str = ""

    @property
    def target(self) -> str:
        return f"{self.attribute}.{self.name}" if self.name else self.attribute


class Change(_Strict):
    """One entry of a change set. A changed parameter gives a second detail (see `details_on_aws`)."""

    action: Literal["Add", "Modify", "Remove"]
    resource: str
    type: str
    replacement: Literal["", "False", "Conditional", "True"] = ""
    policy: str = ""
    details: tuple[Detail, ...] = ()

    @property
    def details_on_aws(self) -> Iterable[Detail]:
        """A Ref of a changed parameter always gives two details ("Example change sets")."""
        for detail in self.details:
            yield detail
            if (detail.source, detail.evaluation) == ("ParameterReference", "Static"):
                yield detail.model_copy(update={"evaluation": "Dynamic", "source": "DirectModification", "cause": ""})


class Source(_Strict):
    title: str
    url: Annotated[str, StringConstraints(pattern=r"^https://[^\s|()]+$")]


class Aws(_Strict):
    """What AWS does, how sure we are, and the fact that each source gives."""

    answer: Answer = "executable"
    changes: tuple[Change, ...] = ()
    sure: Literal["certain", "high", "medium"]
    sources: Annotated[Mapping[str, str], Field(min_length=1)]
    note: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for change in self.changes:
            if (change.action == "Modify") != bool(change.details and change.replacement):
                raise ValueError(f"{change.resource}: a Modify has details and a replacement, nothing else has")
            if change.details and change.replacement != replacement_of(change.details):
                raise ValueError(f"{change.resource}: its details make it {replacement_of(change.details)}")
        return self


class Side(_Strict):
    """A stack before or after: what is deployed, and what stands outside it."""

    template: Mapping[str, Any] = {}
    parameters: Mapping[str, str] = {}
    tags: Mapping[str, str] = {}
    ssm: Mapping[str, str] = {}
    nested: Mapping[str, Mapping[str, Any]] = {}


class Differs(_Strict):
    """Where somebody says something else than AWS.

    Attributes:
        why: Why it does.
        missing: What AWS says and it does not, as lines.
        instead: What it says and AWS does not, as lines.
        stops: Of a plan, what the review then finds wrong with AWS's change set.
    """

    why: str
    missing: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()


class Case(_Strict):
    name: str
    title: str
    kind: Kind
    before: Side | None
    after: Side
    aws: Aws
    plan: Differs | None = None
    emulator: Differs | None = None

    @property
    def expected_of_plan(self) -> list[str]:
        return _but(said_of_a_plan(self.aws), self.plan)

    @property
    def expected_of_emulator(self) -> list[str]:
        return _but(lines(self.aws.answer, self.aws.changes), self.emulator)


def _but(said: list[str], differs: Differs | None) -> list[str]:
    if differs is None:
        return said
    assert set(differs.missing) <= set(said), f"AWS does not say {set(differs.missing) - set(said)}"
    return sorted({*said, *differs.instead} - set(differs.missing))


def replacement_of(details: Iterable[Detail]) -> str:
    """The Replacement that details make: Always is a replacement for certain only where it is Static.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
    """
    ranks = [
        "Conditionally" if (d.recreation, d.evaluation) == ("Always", "Dynamic") else d.recreation for d in details
    ]
    return _REPLACEMENT[max(ranks, key=_RANK.index)]


def lines(answer: str, changes: Iterable[Change]) -> list[str]:
    """What a change set says, a line a fact, sorted."""
    found = [] if answer == "executable" else [answer]
    for change in changes:
        words = [f"{change.action} {change.resource} ({change.type})"]
        words += [f"replacement {change.replacement}"] if change.replacement else []
        words += [f"policy action {change.policy}"] if change.policy else []
        found.append(", ".join(words))
        found += [_detail_line(change.resource, detail) for detail in change.details_on_aws]
    return sorted(set(found))


def _detail_line(resource: str, detail: Detail) -> str:
    because = " ".join(word for word in (detail.evaluation, detail.source, detail.cause) if word)
    return f"{resource}: {detail.target}: {because}, recreation {detail.recreation}"


def said_of_a_plan(aws: Aws) -> list[str]:
    """What a plan has to say where AWS does this: what is certain, and what may be touched besides."""
    found = ["a step"] if aws.answer == "executable" else ["refused"] if aws.answer == "refused" else []
    for change in aws.changes:
        static = [detail for detail in change.details if detail.evaluation == "Static"]
        action = _WORD[replacement_of(static)] if static else change.action
        if static or change.action != "Modify":
            changed = {detail.name or detail.attribute: detail.recreation for detail in static}
            found.append(certain_line(action, change.resource, change.type, changed, change.policy))
        found += [
            touched_line(change.resource, detail.name, detail.source, detail.cause, detail.recreation)
            for detail in change.details
            if detail.evaluation == "Dynamic"
        ]
    return sorted(found)


def certain_line(action: str, resource: str, kind: str, changed: Mapping[str, str], policy: str) -> str:
    """A certain change of a plan."""
    names = (name if how == "Never" else f"{name} ({how})" for name, how in sorted(changed.items()))
    about = f": {', '.join(names)}" if changed else ""
    return f"{action} {resource} ({kind}){about}" + (f"; {policy}" if policy else "")


def touched_line(resource: str, name: str, source: str, cause: str, recreation: str) -> str:
    """What a plan says may be touched."""
    because = f"{source} {cause}" if cause else source
    return f"maybe {resource}.{name or 'inside'} by {because}" + ("" if recreation == "Never" else f" ({recreation})")


@cache
def sources() -> Mapping[str, Source]:
    """The sources by their short name."""
    read = yaml.safe_load((HERE / "sources.yaml").read_text(encoding="utf-8"))
    return {name: Source.model_validate(source) for name, source in read.items()}


@cache
def cases() -> tuple[Case, ...]:
    """Every case, by kind and name."""
    kinds = list(Kind.__args__)
    read = [_read(path) for path in (HERE / "cases").glob("*.yaml")]
    return tuple(sorted(read, key=lambda case: (kinds.index(case.kind), case.name)))


def _read(path: Path) -> Case:
    data = parse_marked(path.read_text(encoding="utf-8"), str(path)).data
    before, after = data["before"], data["after"]
    if before:
        after = {"template": before["template"], **after}
    return Case.model_validate({**data, "name": path.stem, "after": after})
