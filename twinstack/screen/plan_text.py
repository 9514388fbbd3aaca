"""The plan in words: what runs in which pass, why, and what it changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from twinstack.screen.change_lines import Line, lines_of, only_touched
from twinstack.screen.fitting import wrapped


def plan_lines(plan: Mapping[str, Any], *, verbose: bool) -> Iterator[Line]:
    """Yields the lines of a plan document, each with its style.

    Args:
        plan: The plan as `planning.document` writes it.
        verbose: Whether to show added resources and unchanged parameters one by one.
    """
    passes = plan["passes"]
    named = f"{plan['environment']}, {since(plan)}" if plan["since"] else plan["environment"]
    if passes:
        names = " → ".join(" + ".join(step["stack"] for step in each["steps"]) for each in passes)
        yield (
            f"Plan for {named}: {len(passes)} {'pass' if len(passes) == 1 else 'passes'}: {names}",
            "bold",
        )
    else:
        yield f"Plan for {named}: nothing to do", "bold"
    yield from advice(plan)
    for number, each in enumerate(passes, 1):
        for step in each["steps"]:
            yield from _step_lines(number, step, verbose=verbose)
    yield from remarks(plan)


def since(plan: Mapping[str, Any]) -> str:
    """Returns what a plan starts from, of one that starts from a git revision."""
    name, commit = plan["since"]["name"], plan["since"]["commit"]
    short = commit[:10]
    return f"as deployed from git revision {short if commit.startswith(name) else f'{name} ({short})'}"


def _step_lines(number: int, step: Mapping[str, Any], *, verbose: bool) -> Iterator[Line]:
    where = f"{step['stack']} ({step['name']}) in {step['region']}"
    yield from _fitted("  ", f"Pass {number}: {step['operation'].lower()} {where}", "bold")
    for each in step["because"]:
        yield from _fitted("    ", f"because {reason(each)}")
    yield from lines_of(step["changes"], only_touched(step), "    ", verbose=verbose)
    if step["operation"] == "UPDATE" and step["changed_outputs"]:
        yield from _fitted("    ", f"outputs that change: {', '.join(step['changed_outputs'])}")
    if step["may_change"]:
        yield from _fitted("    ", f"outputs that may change: {', '.join(step['may_change'])}", "yellow")
    for macro in step["left_to_aws"]:
        yield from _fitted("    ", f"not known before the change set: what {macro} makes", "yellow")
    if step["not_comparable"]:
        yield from _fitted("    ", f"cannot be compared: {', '.join(step['not_comparable'])}", "yellow")
    for parameter in step["parameters"] if verbose else []:
        value = "known after an earlier pass" if parameter["unknown"] else repr(parameter["after"])
        yield f"    {parameter['name']} = {value} ({parameter['source']})", "dim"


def _fitted(indent: str, text: str, style: str = "") -> Iterator[Line]:
    yield from ((line, style) for line in wrapped(text, indent))


def reason(because: Mapping[str, Any]) -> str:
    """Returns why a step runs."""
    words = {
        "new": "{parameter} gets its value from {from}",
        "changed": "{parameter} changes with {from}",
        "template": "its template {from} changed",
        "parameter": "parameter {parameter} changes" if because["parameter"] else "its {from} change",
        "unfinished": "it stopped half way, in {from}",
        "kept": "a deleted {from} has left resources behind, which are taken in first",
        "stale": "(not a cause) {parameter} is kept, though {from} is no longer there",
    }
    return words[because["reason"]].format_map(because)


def advice(plan: Mapping[str, Any]) -> Iterator[Line]:
    """Yields what a reader has to know before the steps, such as that the roles of a database are reversed."""
    for remark in plan["remarks"]:
        yield remark, "yellow"


def remarks(plan: Mapping[str, Any]) -> Iterator[Line]:
    """Yields what is to be said of a plan besides its steps."""
    for role, reason in plan["unknown"].items():
        yield f"Partial: {role} could not be read, so it is left alone and what others take from it is kept.", "yellow"
        yield f"  {reason}", "yellow"
    for entry in plan["waiting"]:
        yield f"Waiting: {entry['stack']} cannot be deployed before {entry['from']} can be read", "yellow"
    for entry in plan["stale"]:
        yield (
            f"Stale: {entry['stack']}.{entry['parameter']} keeps a value that its producer no longer has; "
            f"--unlink {entry['parameter']} empties it",
            "yellow",
        )
    for entry in plan["unused"]:
        yield f"Unused: a new value for {entry['stack']}.{entry['parameter']} would alter no resource", ""
    yield from _elsewhere(plan["elsewhere"] or {"stacks": (), "not_looked_at": ()})
    yield from _drift(plan.get("drift") or {"resources": (), "not_read": ()})
    if not plan["fewest_passes"]:
        yield "Too many stacks to search for the fewest passes: every stack runs as soon as it can.", "yellow"


def _elsewhere(found: Mapping[str, Any]) -> Iterator[Line]:
    for entry in found["stacks"]:
        word = "Moved" if entry["region_of_file"] else "Forgotten"
        instead = f"the file has it in {entry['region_of_file']}" if word == "Moved" else "it is not in the file"
        yield (
            f"{word}: {entry['stack']}: stack {entry['name']} is in {entry['region']} ({entry['status']}), and "
            f"{instead}; `deploy` refuses unless --abandon {entry['stack']} leaves it behind",
            "yellow",
        )
    for gap in found["not_looked_at"]:
        yield f"Not looked at: {gap}", "yellow"


def _drift(found: Mapping[str, Any]) -> Iterator[Line]:
    for entry in found["resources"]:
        passes = " and ".join(map(str, entry["passes"]))
        what = (
            "deleted by hand" if entry["status"] == "DELETED" else f"{', '.join(entry['properties'])} changed by hand"
        )
        word = "would" if entry["certain"] else "may"
        yield (
            f"Drifted: {entry['stack']}.{entry['resource']} (checked {entry['checked']}): {what}; pass {passes} {word} "
            "change it",
            "yellow",
        )
    for gap in found["not_read"]:
        yield f"Drift not read: {gap}", "yellow"
