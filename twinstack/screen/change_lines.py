"""Changes in words, of a plan or of a change set: dangers first, values before and after, lines that fit a screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile, zip_longest
from textwrap import wrap
from typing import Any

Line = tuple[str, str]
Entry = Mapping[str, Any]
# A terminal of the usual width; a log gets the same lines.
WIDTH = 80
_SIGNS = {"Add": "+", "Modify": "~", "Replace": "±", "Replace?": "±?", "Remove": "-", "Import": ">", "Dynamic": "?"}
_STYLES = {"Add": "green", "Remove": "red", "Replace": "red", "Replace?": "yellow", "Dynamic": "yellow"}
DANGERS = ("Replace", "Remove", "Dynamic", "Replace?", "Modify", "Import", "Add")
_REPLACES = {"Always": " (replaces it)", "Conditionally": " (may replace it)"}


def kind_of(change: Entry) -> str:
    """Returns the action, with a replacement as an action of its own."""
    if change["action"] == "Modify":
        return {"True": "Replace", "Conditional": "Replace?"}.get(change["replacement"], "Modify")
    return str(change["action"])


def dangers_first(changes: Sequence[Entry]) -> list[Entry]:
    """Returns the changes with what is lost first and what is new last; else in the order they have."""
    known = {kind: place for place, kind in enumerate(DANGERS)}
    return sorted(changes, key=lambda change: known.get(kind_of(change), 0))


def lines_of(changes: Sequence[Entry], indent: str, *, verbose: bool, adds: bool = False) -> Iterator[Line]:
    """Yields the lines of changes.

    Args:
        changes: The changes, of a plan's step or of a change set.
        indent: What each line begins with.
        verbose: Whether to name what is added one by one, and to show long values whole.
        adds: Whether to name what is added one by one.
    """
    added = [change for change in changes if change["action"] == "Add"]
    for change in dangers_first(changes):
        if change["action"] != "Add" or verbose or adds:
            yield from _change(change, indent, verbose=verbose)
    if added and not (verbose or adds):
        yield f"{indent}+ {len(added)} {'resource' if len(added) == 1 else 'resources'}", "green"


def touched_lines(names: Sequence[str], indent: str) -> Iterator[Line]:
    """Yields the lines that name what may be touched besides."""
    if names:
        text = f"may be touched, nothing in them is known to change: {', '.join(names)}"
        yield from ((line, "dim") for line in _wrapped(text, indent))


def side_by_side(changes: Sequence[Entry], indent: str) -> Iterator[Line]:
    """Yields what of a change set differs beside what was predicted of it, and how much of it does not."""
    width = (WIDTH - len(indent) - 2) // 2
    yield f"{indent}{'predicted':<{width}}  in the change set", "bold"
    same = sum(not change["problems"] for change in changes)
    if same:
        yield f"{indent}{same} as predicted", "dim"
    for change in changes:
        if not change["problems"]:
            continue
        real = _headline(change) if change["action"] else "nothing"
        predicted = f"{change['resource']}: {change['predicted']}"
        left, right = wrap(predicted, width) or [""], wrap(real, width) or [""]
        for old, new in zip_longest(left, right, fillvalue=""):
            yield f"{indent}{old:<{width}}  {new}".rstrip(), "red"
        for problem in change["problems"]:
            yield from ((line, "red") for line in _wrapped(f"!! {problem}", f"{indent}  "))


def _change(change: Entry, indent: str, *, verbose: bool) -> Iterator[Line]:
    kind = kind_of(change)
    yield from ((line, _STYLES.get(kind, "")) for line in _wrapped(_headline(change), indent))
    for value in _values(change):
        yield from _value(value, f"{indent}    ", verbose=verbose)


def _headline(change: Entry) -> str:
    kind, extra = kind_of(change), []
    if kind in ("Replace", "Replace?"):
        extra.append("replacement" if kind == "Replace" else "replacement possible")
    if change.get("policy_action"):
        extra.append(change["policy_action"])
    if change.get("foreseen") not in (None, "certain", "touched", ""):
        extra.append(change["foreseen"])
    said = f" ({', '.join(extra)})" if extra else ""
    names = "" if _values(change) or not change["properties"] else f": {', '.join(change['properties'])}"
    return f"{_SIGNS.get(kind, kind)} {change['resource']} {change['type']}{said}{names}"


def _values(change: Entry) -> list[Entry]:
    if "values" in change:
        return list(change["values"])
    details = change.get("details", ())
    return [{**value, "recreation": detail["recreation"]} for detail in details for value in detail["values"]]


def _value(value: Entry, indent: str, *, verbose: bool) -> Iterator[Line]:
    before, after = ("nothing" if text is None else text or "''" for text in (value["before"], value["after"]))
    if not verbose:  # what differs may stand on a later line: all of them as one
        before, after = (text.replace("\n", "\\n").replace("\t", "\\t") for text in (before, after))
    note = _REPLACES.get(value["recreation"], "")
    line = f"{indent}{value['path']}: {before} → {after}{note}"
    if len(line) <= WIDTH and "\n" not in line:
        yield line, ""
        return
    yield f"{indent}{value['path']}:{note}", ""
    if not verbose:
        before, after = _from_where_they_differ(before, after)
    for mark, text, style in (("-", before, "red"), ("+", after, "green")):
        yield from ((line, style) for line in _long(f"{mark} {text}", f"{indent}  ", verbose=verbose))


def _from_where_they_differ(before: str, after: str) -> tuple[str, str]:
    """Two long values without most of what they begin with alike."""
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    skipped = max(0, alike - 12) if alike > 24 else 0
    return (f"… {before[skipped:]}", f"… {after[skipped:]}") if skipped else (before, after)


def _long(text: str, indent: str, *, verbose: bool) -> list[str]:
    """A long value in one line, cut, or whole."""
    room = WIDTH - len(indent)
    if verbose:
        return [f"{indent}{line}" for line in text.split("\n")]
    return [f"{indent}{text if len(text) <= room else text[: room - 2] + ' …'}"]


def _wrapped(text: str, indent: str) -> list[str]:
    return wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
