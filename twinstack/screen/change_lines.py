"""Changes in words, of a plan or of a change set: dangers first, values before and after, lines that fit a screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from twinstack.screen.escaping import escaped
from twinstack.screen.fitting import WIDTH, alike_at_first, columns, cut, filled, wrapped

Line = tuple[str, str]
Entry = Mapping[str, Any]
_SIGNS = {"Add": "+", "Modify": "~", "Replace": "±", "Replace?": "±?", "Remove": "-", "Import": ">", "Dynamic": "?"}
_STYLES = {"Add": "green", "Remove": "red", "Replace": "red", "Replace?": "yellow", "Dynamic": "yellow"}
DANGERS = ("Replace", "Remove", "Dynamic", "Replace?", "Modify", "Import", "Add")
# What nothing is lost by.
_KEPT = ("Modify", "Import", "Add")
REPLACES = {"Always": " (replaces it)", "Conditionally": " (may replace it)"}


def kind_of(change: Entry) -> str:
    """Returns the action, with a replacement as an action of its own."""
    if change["action"] == "Modify":
        return {"True": "Replace", "Conditional": "Replace?"}.get(change["replacement"], "Modify")
    return str(change["action"])


def danger_of(kind: str) -> int:
    """Returns the place of a kind of change among the others: what is lost first, what is new last."""
    return DANGERS.index(kind) if kind in DANGERS else 0


def dangers_first(changes: Sequence[Entry]) -> list[Entry]:
    """Returns the changes with what is lost first and what is new last; else in the order they have."""
    return sorted(changes, key=lambda change: danger_of(kind_of(change)))


def only_touched(step: Entry) -> list[Entry]:
    """Returns what may be touched in a step of a plan, without what changes for certain."""
    certain = {change["resource"] for change in step["changes"]}
    return [entry for entry in step["may_be_touched"] if entry["resource"] not in certain]


def lines_of(
    changes: Sequence[Entry], touched: Sequence[Entry], indent: str, *, verbose: bool, adds: bool = False
) -> Iterator[Line]:
    """Yields the lines of changes, and of what may be touched besides: what may be lost first, what is new last.

    Args:
        changes: The changes that are certain, of a plan's step or of a change set.
        touched: What may be touched besides.
        indent: What each line begins with.
        verbose: Whether to name what is added one by one, and to show long values whole.
        adds: Whether to name what is added one by one.
    """
    lost = [change for change in changes if kind_of(change) not in _KEPT]
    kept = [change for change in changes if kind_of(change) in _KEPT and change["action"] != "Add"]
    added = [change for change in changes if change["action"] == "Add"]
    for change in dangers_first(lost):
        yield from _change(change, indent, verbose=verbose)
    yield from _named("±? may be replaced, if what they refer to changes", touched, "Conditional", indent, "yellow")
    for change in [*dangers_first(kept), *(added if verbose or adds else ())]:
        yield from _change(change, indent, verbose=verbose)
    if added and not (verbose or adds):
        yield f"{indent}+ {len(added)} {'resource' if len(added) == 1 else 'resources'}", "green"
    yield from _named("may be touched, nothing in them is known to change", touched, "False", indent, "dim")


def _named(words: str, touched: Sequence[Entry], replacement: str, indent: str, style: str) -> Iterator[Line]:
    names = [entry["resource"] for entry in touched if entry["replacement"] == replacement]
    if names:
        yield from ((line, style) for line in wrapped(f"{words}: {', '.join(names)}", indent))


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
        predicted = f"{change['resource']}: {change['predicted']}"
        real = _headline(change) if change["action"] else "nothing"
        left, right = (wrapped(text, width=width, whole_words=False) for text in (predicted, real))
        for old, new in zip_longest(left, right, fillvalue=""):
            yield f"{indent}{filled(old, width)}  {new}".rstrip(), "red"
        for problem in change["problems"]:
            yield from ((line, "red") for line in wrapped(f"!! {problem}", f"{indent}  "))


def _change(change: Entry, indent: str, *, verbose: bool) -> Iterator[Line]:
    kind = kind_of(change)
    yield from ((line, _STYLES.get(kind, "")) for line in wrapped(_headline(change), indent))
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
    if kind == "Import" and change.get("physical_id"):
        extra.append(f"takes in {change['physical_id']}")
    said = f" ({', '.join(extra)})" if extra else ""
    names = "" if _values(change) or not change["properties"] else f": {', '.join(change['properties'])}"
    return f"{_SIGNS.get(kind, kind)} {change['resource']} {change['type']}{said}{names}"


def _values(change: Entry) -> list[Entry]:
    if "values" in change:
        return list(change["values"])
    details = change.get("details", ())
    return [{**value, "recreation": detail["recreation"]} for detail in details for value in detail["values"]]


def _value(value: Entry, indent: str, *, verbose: bool) -> Iterator[Line]:
    path = escaped(value["path"])
    before, after = ("nothing" if text is None else text or "''" for text in (value["before"], value["after"]))
    if not verbose:  # what differs may stand on a later line: all of them as one
        before, after = (text.replace("\n", "\\n").replace("\t", "\\t") for text in (before, after))
    note = REPLACES.get(value["recreation"], "")
    line = f"{indent}{path}: {before} → {after}{note}"
    if columns(line) <= WIDTH and escaped(line) == line:
        yield line, ""
        return
    yield f"{indent}{path}:{note}", ""
    if not verbose:
        before, after = _from_where_they_differ(before, after)
    for mark, text, style in (("-", before, "red"), ("+", after, "green")):
        yield from ((line, style) for line in _long(f"{mark} {text}", f"{indent}  ", verbose=verbose))


def _from_where_they_differ(before: str, after: str) -> tuple[str, str]:
    """Two long values without most of what they begin with alike."""
    alike = alike_at_first(before, after)
    skipped = max(0, alike - 12) if alike > 24 else 0
    return (f"… {before[skipped:]}", f"… {after[skipped:]}") if skipped else (before, after)


def _long(text: str, indent: str, *, verbose: bool) -> list[str]:
    """A long value in one line, cut, or whole with its own lines."""
    first, *rest = map(escaped, text.split("\n"))
    if verbose:
        return [f"{indent}{line}" for line in (first, *rest)]
    room = WIDTH - len(indent)
    return [f"{indent}{cut(f'{first} …' if rest and columns(first) + 2 <= room else first, room)}"]
