"""The plan as Markdown, for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from twinstack.screen.plan_text import plan_lines


def plan_markdown(plan: Mapping[str, Any]) -> str:
    """Returns a heading, a table of the steps, and the whole plan folded below it."""
    return "\n".join(_lines(plan)) + "\n"


def _lines(plan: Mapping[str, Any]) -> Iterator[str]:
    passes = plan["passes"]
    count = f"{len(passes)} {'pass' if len(passes) == 1 else 'passes'}" if passes else "nothing to do"
    yield f"### Plan for `{plan['environment']}`: {count}"
    yield ""
    if passes:
        yield "| pass | stack | region | operation | add | modify | replace | remove |"
        yield "|---|---|---|---|---|---|---|---|"
    for number, each in enumerate(passes, 1):
        for step in each["steps"]:
            yield f"| {number} | `{step['name']}` | {step['region']} | {step['operation']} | {_counts(step)} |"
    for refusal in plan["refused"]:
        yield ""
        yield f"**Refused:** {refusal['sentence']}"
    if plan["unknown"]:
        yield ""
        yield f"**Partial:** {', '.join(plan['unknown'])} could not be read."
    for entry in (plan["elsewhere"] or {"stacks": ()})["stacks"]:
        word = "Moved" if entry["region_of_file"] else "Forgotten"
        yield ""
        yield f"**{word}:** `{entry['name']}` is in {entry['region']} ({entry['status']}); see below."
    yield ""
    yield "<details><summary>Every change</summary>"
    yield ""
    yield "```diff"
    for line, style in plan_lines(plan, verbose=True):
        yield {"green": "+", "red": "-"}.get(style, " ") + line
    yield "```"
    yield "</details>"


def _counts(step: Mapping[str, Any]) -> str:
    actions = [change["action"] for change in step["changes"]]
    groups = (("Add",), ("Modify",), ("Replace", "Replace?"), ("Remove",))
    return " | ".join(str(sum(action in group for action in actions)) for group in groups)
