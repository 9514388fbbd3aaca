"""docs/inventory.md: every resource of both templates once, and every alarm in a row.

`python -m templates_src.inventory FILE` writes it; what it says of a resource stands in the templates already.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from templates_src import TEMPLATES

_HEAD = """\
# Inventory

What the two templates make, each resource once; made by `make generate` from `templates_src/`. *When* is the condition
that it stands under. Without one it is always there.
"""
_UNDER_ALARMS = """\
Every alarm tells the region's topic when it fires and when it recovers, and where it says so when it goes blind.
Lag and latency are in milliseconds, that of replication in seconds, memory and storage in bytes; deadlocks are per
second. Why silence counts as it does stands in [decisions.md](decisions.md#when-an-alarm-has-no-data).
"""
_ALARM = "AWS::CloudWatch::Alarm"
_SAYS = ("AlarmDescription", "Description", "GroupDescription", "DBSubnetGroupDescription")
_SIGNS = {"GreaterThanThreshold": ">", "LessThanThreshold": "<"}


@dataclass(frozen=True)
class _Entry:
    """A resource: its concern, logical id and type, and its body in each template that has it."""

    concern: str
    name: str
    kind: str
    bodies: Mapping[str, Mapping[str, Any]]


def page() -> str:
    """The page, without a newline at its end."""
    entries = list(_entries())
    count = len(entries)
    shared = sum(len(entry.bodies) == len(TEMPLATES) for entry in entries)
    lines = [_HEAD, f"{count} resources, {shared} of them in both templates.", *_resources(entries), *_alarms(entries)]
    return "\n".join(lines)


def _entries() -> Iterator[_Entry]:
    """The resources in the order of the templates, what only a later one has behind its concern."""
    built = {file.removesuffix(".yaml"): build() for file, build in TEMPLATES.items()}
    concerns: dict[str, dict[str, dict[str, Mapping[str, Any]]]] = {}
    for role, template in built.items():
        concern = ""
        for name, body in template.to_dict()["Resources"].items():
            concern = template.headings.get(name, concern)
            concerns.setdefault(concern, {}).setdefault(name, {})[role] = body
    for concern, found in concerns.items():
        for name, bodies in found.items():
            yield _Entry(concern, name, next(iter(bodies.values()))["Type"], bodies)


def _resources(entries: Iterable[_Entry]) -> Iterator[str]:
    concern = ""
    for entry in entries:
        if entry.concern != concern:
            concern = entry.concern
            yield f"\n## {concern}\n\n| resource | type | in | when | what for |\n|---|---|---|---|---|"
        cells = (f"`{entry.name}`", entry.kind, _roles(entry), _when(entry), _purpose(entry))
        yield f"| {' | '.join(cells)} |"


def _alarms(entries: Iterable[_Entry]) -> Iterator[str]:
    yield "\n## The alarms in a row\n"
    yield _UNDER_ALARMS
    yield "| alarm | in | metric | statistic | fires at | no data is |\n|---|---|---|---|---|---|"
    for entry in entries:
        if entry.kind != _ALARM:
            continue
        metric = _same(entry, lambda it: f"{it['Namespace']} {it['MetricName']}")
        statistic = _same(entry, lambda it: f"{it['Statistic']} of {it['Period']} s")
        fires = _same(
            entry,
            lambda it: (
                f"{_SIGNS[it['ComparisonOperator']]} {_value(it['Threshold'])}, {it['EvaluationPeriods']} in a row"
            ),
        )
        yield f"| `{entry.name}` | {_roles(entry)} | {metric} | {statistic} | {fires} | {_same(entry, _missing)} |"


def _missing(found: Mapping[str, Any]) -> str:
    blind = ", and told" if "InsufficientDataActions" in found else ""
    return f"{_value(found['TreatMissingData'])}{blind}"


def _roles(entry: _Entry) -> str:
    return "both" if len(entry.bodies) == len(TEMPLATES) else next(iter(entry.bodies))


def _when(entry: _Entry) -> str:
    return _by_role(
        {role: f"`{body['Condition']}`" if "Condition" in body else "" for role, body in entry.bodies.items()}
    )


def _same(entry: _Entry, said: Any) -> str:
    """What is said of the properties of a resource, once where the templates agree."""
    return _by_role({role: said(body["Properties"]) for role, body in entry.bodies.items()})


def _by_role(said: Mapping[str, str]) -> str:
    if len(set(said.values())) == 1:
        return next(iter(said.values()))
    return "; ".join(f"{text or 'always'} in the {role}" for role, text in said.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping) and "Ref" in value:
        return f"`{value['Ref']}`"
    if isinstance(value, Mapping) and "Fn::If" in value:
        condition, then, otherwise = value["Fn::If"]
        return f"{then} with `{condition}`, else {otherwise}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _purpose(entry: _Entry) -> str:
    """What the resource says of itself: its description, its purpose where that is more than the heading, its name."""
    found = next(iter(entry.bodies.values())).get("Properties", {})
    described = next((found[key] for key in _SAYS if isinstance(found.get(key), str)), "")
    tags = found.get("Tags") or found.get("BackupVaultTags") or found.get("BackupPlanTags") or {}
    tagged = tags if isinstance(tags, Mapping) else {tag["Key"]: tag["Value"] for tag in tags}
    purpose = tagged.get("Purpose", entry.concern)
    name = tagged.get("Name", {"Fn::Sub": ""})["Fn::Sub"].removeprefix("${AWS::StackName}-")
    return str(described or (purpose if purpose != entry.concern else name or entry.concern))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page() + "\n", encoding="utf-8")
