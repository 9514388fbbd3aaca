"""The plan as Markdown, for a comment on a pull request: a verdict, a line a pass, the changes with dangers first.

It fits into a comment by construction: each part has a number of characters, and what it leaves the next ones get.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from twinstack.screen.change_lines import REPLACES, danger_of, dangers_first, kind_of, only_touched
from twinstack.screen.fitting import alike_at_first
from twinstack.screen.markdown import code, fitted, prose, visible
from twinstack.screen.plan_text import advice, reason, remarks, since

# What GitHub takes in a comment.
LONGEST = 65_536
_ROOM = {"head": 12_000, "table": 20_000, "remarks": 8_000, "values": 16_000, "touched": 5_000}
_SINGLY_ADDED = 3
_PROPERTIES = 8
_VALUE = 400
_NAME = 100
_WORDS = {"Replace": "**replace**", "Remove": "**remove**", "Replace?": "**replace?**"}
_COUNTED = {
    "Replace": "replaced",
    "Remove": "removed",
    "Replace?": "may be replaced",
    "Modify": "modified",
    "Import": "imported",
    "Add": "added",
}
_LOST = ("Replace", "Remove", "Replace?")
_REFUSED = {
    "Replace": "would be replaced",
    "Remove": "would be removed",
    "Abandon": "would be left behind",
    "Upgrade": "would be upgraded in a way that AWS does not take",
    "Modify": "would be changed in a way that its present role does not take",
    "Detach": "would be taken out of its global database",
    "Converge": "is not what its stack takes it for",
}
_TOUCHED = "The change set may list these as well, since they refer to something that changes."

Plan = Mapping[str, Any]
Step = tuple[int, Mapping[str, Any]]


def plan_markdown(plan: Plan) -> str:
    """Returns a plan document as Markdown; the last line, which is not shown, tells it from other comments."""
    steps = [(number, step) for number, each in enumerate(plan["passes"], 1) for step in each["steps"]]
    lines: list[str] = [f"### {_verdict(plan, steps)}", ""]
    room = 0
    for part, (before, content, what, after) in _parts(plan, steps).items():
        room += _ROOM[part]
        if content:
            shown = [*before, *fitted(content, room, what), *after, ""]
            room -= sum(len(line) + 1 for line in shown)
            lines += shown
    return "\n".join([*lines, marker(plan)]) + "\n"


def marker(plan: Plan) -> str:
    """Returns the line that is the same in each comment about the same environment, planned in the same way."""
    name = re.sub(r"[^\w.]+", "-", plan["environment"])
    way = "since-a-revision" if plan["since"] else "from-nothing" if plan["elsewhere"] is None else "on-aws"
    return f"<!-- twinstack plan {name} {way} -->"


_Part = tuple[list[str], list[str], str, list[str]]


def _parts(plan: Plan, steps: Sequence[Step]) -> dict[str, _Part]:
    """Returns the parts in order, each with what stands before its lines, what they are, and what stands after."""
    head = [*_source(plan), *(f"- {prose(it['sentence'])}" for it in plan["refused"]), *_passes(plan)]
    values, touched = list(_values(steps)), list(_touched(steps))
    said = [f"- {prose(line.strip())}" for line in (*(line for line, _ in _remarks(plan)), *_step_remarks(steps))]
    table = ["| change | resource | type | stack | what changes |", "|---|---|---|---|---|"]
    unfold = "<details><summary>{}</summary>"
    return {
        "head": ([], head, "lines", []),
        "table": (table, list(_rows(steps)), "rows", []),
        "remarks": ([], said, "remarks", []),
        "values": (
            [unfold.format("Before and after"), "", "```diff"],
            values,
            "lines",
            ["```", "", "</details>"],
        ),
        "touched": (
            [unfold.format("What may be touched besides"), "", _TOUCHED, ""],
            touched,
            "stacks",
            ["", "</details>"],
        ),
    }


def _verdict(plan: Plan, steps: Sequence[Step]) -> str:
    name = prose(plan["environment"], _NAME)
    if plan["refused"]:
        return f"⛔ {name}: refused: {', '.join(_refused(plan['refused']))}"
    kinds = Counter(kind_of(change) for _, step in steps for change in step["changes"])
    lost = [f"{kinds[kind]} {_COUNTED[kind]}" for kind in _LOST if kinds[kind]]
    open_ = _not_known(plan, steps)
    said = "nothing to do"
    if steps:
        changes = kinds.total()
        number = _count(changes, "change") if changes else "no change of a resource"
        said = f"{_count(len(plan['passes']), 'pass')}, {number}, {', '.join(lost) or 'nothing replaced or removed'}"
    return f"{'⚠️' if lost or open_ else '✅'} {name}: {said}{f'; {open_}' if open_ else ''}"


def _refused(refused: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yields what is refused, by what would happen; the first cause, which is the last one, by its name."""
    for action, words in _REFUSED.items():
        found = [it for it in refused if it["action"] == action]
        if found:
            first = found[-1]
            named = code(first["resource"] or first["stack"], _NAME)
            named += f" ({prose(first['type'], _NAME)})" if first["type"] else ""
            more = f" and {len(found) - 1} more" if len(found) > 1 else ""
            yield f"{named}{more} {words}"


def _not_known(plan: Plan, steps: Sequence[Step]) -> str:
    if plan["unknown"]:
        return f"partial, since {prose(', '.join(plan['unknown']), _NAME)} could not be read"
    if any(step["left_to_aws"] for _, step in steps):
        return "not all of it is known before the change set"
    found = (plan["elsewhere"] or {"stacks": ()})["stacks"]
    return f"{_count(len(found), 'stack')} left behind" if found else ""


def _source(plan: Plan) -> Iterator[str]:
    if plan["since"]:
        yield f"For stacks {prose(since(plan))}; AWS was not asked."
        yield ""
    elif plan["elsewhere"] is None:
        yield "For a first deployment; AWS was not asked."
        yield ""


def _passes(plan: Plan) -> Iterator[str]:
    if plan["refused"] and plan["passes"]:
        yield ""
    for number, each in enumerate(plan["passes"], 1):
        yield f"- Pass {number}: {'; '.join(map(_step, each['steps']))}"


def _step(step: Mapping[str, Any]) -> str:
    kinds = Counter(kind_of(change) for change in step["changes"])
    counts = [f"{kinds[kind]} {word}" for kind, word in _COUNTED.items() if kinds[kind]] or ["outputs or tags only"]
    touched = len(only_touched(step))
    counts += [f"{touched} may be touched"] if touched else []
    return f"{step['operation'].lower()} {code(step['name'])} in {prose(step['region'])}: {', '.join(counts)}"


def _rows(steps: Sequence[Step]) -> Iterator[str]:
    """Yields a row for each change, dangers first; what a step adds in one row where it is much."""
    rows: list[tuple[str, str]] = []
    for number, step in steps:
        where = f"{prose(step['stack'])}, pass {number}"
        added = [change for change in step["changes"] if change["action"] == "Add"]
        many = len(added) > _SINGLY_ADDED
        for change in step["changes"]:
            if not many or change["action"] != "Add":
                rows.append((kind_of(change), _row(change, where)))
        if many:
            rows.append(("Add", f"| add | {_count(len(added), 'resource')} | | {where} | |"))
    yield from (row for _, row in sorted(rows, key=lambda row: danger_of(row[0])))


def _row(change: Mapping[str, Any], where: str) -> str:
    kind = kind_of(change)
    word = _WORDS.get(kind, kind.lower())
    policy = f" ({prose(change['policy_action'])})" if change.get("policy_action") else ""
    recreation = {detail["name"] or detail["attribute"]: detail["recreation"] for detail in change.get("details", ())}
    ordered = sorted(change["properties"], key=lambda name: recreation.get(name, "Never") == "Never")
    named = [f"{code(name)}{REPLACES.get(recreation.get(name, ''), '')}" for name in ordered[:_PROPERTIES]]
    named += [f"{len(ordered) - _PROPERTIES} more"] if len(ordered) > _PROPERTIES else []
    named += [f"takes in {code(change['physical_id'])}"] if change.get("physical_id") else []
    return f"| {word}{policy} | {code(change['resource'])} | {code(change['type'])} | {where} | {', '.join(named)} |"


def _remarks(plan: Plan) -> Iterator[tuple[str, str]]:
    yield from advice(plan)
    yield from remarks(plan)


def _step_remarks(steps: Sequence[Step]) -> Iterator[str]:
    for number, step in steps:
        where = f"{step['stack']}, pass {number}"
        if step["may_change"]:
            yield f"{where}: outputs that may change: {', '.join(step['may_change'])}"
        for macro in step["left_to_aws"]:
            yield f"{where}: not known before the change set: what {macro} makes"
        if step["not_comparable"]:
            yield f"{where}: cannot be compared: {', '.join(step['not_comparable'])}"


def _values(steps: Sequence[Step]) -> Iterator[str]:
    """Yields the lines of a diff: why each step runs, and each value before and after.

    No line begins with what is foreign, so none can end the block of code that they stand in.
    """
    for number, step in steps:
        if not step["because"]:
            continue
        yield f"  pass {number}: {step['operation'].lower()} {step['stack']}"
        for each in step["because"]:
            yield f"    because {visible(reason(each), _VALUE)}"
        for parameter in step["parameters"] if step["operation"] == "UPDATE" else ():
            if parameter["before"] != parameter["after"] and not parameter["unknown"]:
                yield from _before_and_after(f"parameter {parameter['name']}", parameter["before"], parameter["after"])
        for change in dangers_first(step["changes"]):
            if change.get("details"):
                yield f"    {change['resource']} {change['type']}"
            for detail in change.get("details", ()):
                for value in detail["values"]:
                    yield from _before_and_after(value["path"], value["before"], value["after"])


def _before_and_after(path: str, before: str | None, after: str | None) -> Iterator[str]:
    skipped = 0
    if before is not None and after is not None and max(len(before), len(after)) > _VALUE:
        skipped = max(0, alike_at_first(before, after) - 20)
    for mark, text in (("-", before), ("+", after)):
        if text is not None:
            shown = visible(text[skipped:], _VALUE) or "''"
            yield f"{mark}     {visible(path, _VALUE)}: {'… ' if skipped else ''}{shown}"


def _touched(steps: Sequence[Step]) -> Iterator[str]:
    for number, step in steps:
        if names := [code(entry["resource"]) for entry in only_touched(step)]:
            yield f"- {prose(step['stack'])}, pass {number}: {', '.join(names)}"


def _count(number: int, one: str) -> str:
    return f"{number} {one}" if number == 1 else f"{number} {one}{'es' if one.endswith('s') else 's'}"
