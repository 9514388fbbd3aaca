"""Drift in words: what differs from the template, what only seems to, and what AWS did not look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from twinstack.screen.change_lines import Line
from twinstack.screen.escaping import escaped
from twinstack.screen.events import RevertPreviewed

_LONGEST = 100
_NOTHING = ("", "null")


def drift_lines(stacks: Sequence[Mapping[str, Any]], *, verbose: bool) -> Iterator[Line]:
    """Yields the lines about every stack, each with its style.

    Args:
        stacks: The stacks as the event `drift` has them.
        verbose: Whether to show long values whole, and one by one what AWS did not look at.
    """
    # The screen lets line breaks through, and with one a value changed by hand could forge a line.
    yield from ((escaped(text), style) for text, style in _stacks(stacks, verbose=verbose))


def _stacks(stacks: Sequence[Mapping[str, Any]], *, verbose: bool) -> Iterator[Line]:
    for stack in stacks:
        yield "", ""
        yield _headline(stack)
        if stack["reason"]:
            yield f"  not read whole: {stack['reason']}", "yellow"
        for resource in stack["resources"]:
            yield from _resource(resource, verbose=verbose)
        if stack["false_drifts"]:
            yield "  Known false drift, not counted:", "dim"
        for entry in stack["false_drifts"]:
            yield f"    {entry['resource']} {entry['type']} {_difference(entry, verbose=verbose)}", "dim"
            yield f"      {entry['why']}: {entry['source']}", "dim"
        yield from _not_checked(stack["not_checked"], verbose=verbose)


def _headline(stack: Mapping[str, Any]) -> Line:
    where = f"{stack['stack']} ({stack['name']}) in {stack['region']}"
    if stack["status"] == "absent":
        return f"{where}: there is no such stack", "bold"
    if stack["status"] == "unknown":
        return f"{where}: could not be read", "bold yellow"
    looked_at = f"of {stack['checked']} resources that AWS looked at"
    if stack["drifted"]:
        return f"{where}: {len(stack['resources'])} drifted {looked_at}", "bold red"
    return f"{where}: none drifted {looked_at}", "bold green"


def _resource(resource: Mapping[str, Any], *, verbose: bool) -> Iterator[Line]:
    name = f"{resource['resource']} {resource['type']}"
    if resource["status"] == "DELETED":
        yield f"  - {name}: deleted outside of CloudFormation ({resource['physical_id']})", "red"
        return
    yield f"  ~ {name}", "red"
    for difference in resource["differences"]:
        yield f"      {_difference(difference, verbose=verbose)}", ""
        if difference["means"]:
            yield f"        {difference['means']}: {difference['source']}", "red"


def _difference(difference: Mapping[str, str], *, verbose: bool) -> str:
    expected, actual = (_folded(difference[side], verbose=verbose) for side in ("expected", "actual"))
    if difference["difference"] == "ADD":
        return f"{difference['property']}: added: {actual}"
    if difference["difference"] == "REMOVE" and difference["actual"] in _NOTHING:
        return f"{difference['property']}: removed, expected {expected}"
    return f"{difference['property']}: expected {expected}, is {actual}"


def _folded(value: str, *, verbose: bool) -> str:
    if verbose or len(value) <= _LONGEST:
        return value
    return f"{value[: _LONGEST - 1]}… ({len(value):,} characters, all with --verbose)"


def _not_checked(entries: Sequence[Mapping[str, str]], *, verbose: bool) -> Iterator[Line]:
    for entry in entries:
        if entry["reason"]:
            yield f"  ? {entry['resource']} {entry['type']}: AWS could not look: {entry['reason']}", "yellow"
    others = [entry for entry in entries if not entry["reason"]]
    if not others:
        return
    said = "Not looked at, since drift of these types is not detected"
    if verbose:
        yield f"  {said}:", "dim"
        yield from ((f"    {entry['resource']} {entry['type']}", "dim") for entry in others)
    else:
        yield f"  {said}: {len(others)} resources (--verbose lists them)", "dim"


def preview_lines(event: RevertPreviewed, *, verbose: bool) -> Iterator[Line]:
    """Yields what bringing a stack back to its template would change.

    Args:
        event: The preview.
        verbose: Whether to show long values whole.
    """
    yield from ((escaped(text), style) for text, style in _preview(event, verbose=verbose))


def _preview(event: RevertPreviewed, *, verbose: bool) -> Iterator[Line]:
    yield "", ""
    if event.reason:
        yield f"{event.stack} in {event.region}: what reverting would change is not known: {event.reason}", "yellow"
        return
    yield (
        f"{event.stack} in {event.region}: reverting would change (not done; its change set is deleted again):",
        "bold",
    )
    if not event.changes:
        yield "  nothing", ""
    for change in event.changes:
        replaced = {"True": " (replacement)", "Conditional": " (replacement possible)"}.get(change["replacement"], "")
        style = "red" if replaced or change["action"] == "Remove" else ""
        yield f"  {change['action']} {change['resource']} {change['type']}{replaced}", style
        for detail in change["details"]:
            before, after = (_folded(str(detail[side]), verbose=verbose) for side in ("before", "after"))
            yield f"      {detail['property']}: {before} -> {after}", ""
