"""`python -m tests.predictions.page FILE`: writes the cases for people, with what the plan says of each."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from tests.predictions.answers import said_by, step_of
from tests.predictions.cases import Case, Change, Detail, Differs, cases, sources
from twinstack.files import write_whole

HEAD = """\
<!-- Made by `make generate` from tests/predictions/; edit that. -->
# What a change does, by AWS, by the plan and by the local AWS

{count} changes written by hand, each held by the tests against what the plan says and what the change set of the local AWS says.
What AWS does is from its documentation, the resource schemas, or change sets that others recorded on AWS; nothing here was run on AWS by us.
"Sure" is how sure we are of it: *certain* (documented, or recorded on AWS), *high* (follows from the documentation), *medium* (something was not found in the documentation; the note says what).

The plan says the same as AWS in {plan} of them, and the local AWS in {emulator}. Where one differs, the table says how and why; a difference that is not named here, or that no longer holds, fails a test.

AWS's side is a change set without property values: a detail is *Static* where its new value is known, *Dynamic* where it depends on something that runs first.
A changed parameter also gives a Dynamic detail without a cause beside each Static one, which the table leaves out.
In the plan, `maybe` is what a change set may list although nothing in it is known to change.
"""  # noqa: E501
ANSWERS = {
    "no changes": "The change set fails for want of changes.",
    "refused": "The update is refused.",
    "executable": "The change set lists nothing and can be executed.",
}


def markdown() -> str:
    """Returns the page, without a newline at its end."""
    head = HEAD.format(
        count=len(cases()),
        plan=sum(case.plan is None for case in cases()),
        emulator=sum(case.emulator is None for case in cases()),
    )
    tables = [
        f"## {kind[:1].upper()}{kind[1:]}\n\n" + "\n".join(_table(group))
        for kind, group in groupby(cases(), lambda case: case.kind)
    ]
    return "\n\n".join([head.rstrip(), *tables])


def _table(group: Iterable[Case]) -> Iterator[str]:
    yield "| change | what AWS does | sure | says so | the plan | the local AWS |"
    yield "|---|---|---|---|---|---|"
    for case in group:
        title = f"[{case.title}](../tests/predictions/cases/{case.name}.yaml)"
        cells = [title, _lines(_aws(case)), case.aws.sure, _lines(_sources(case)), _lines(_plan(case)), _local(case)]
        yield f"| {' | '.join(cells)} |"


def _aws(case: Case) -> Iterator[str]:
    if not case.aws.changes:
        yield ANSWERS[case.aws.answer]
    for change in case.aws.changes:
        yield _change(change)
        yield from map(_detail, change.details)
    if case.aws.note:
        yield f"*{case.aws.note}*"


def _change(change: Change) -> str:
    words = [f"{change.action} `{change.resource}` ({change.type})"]
    words += [f"replacement {change.replacement}"] if change.replacement else []
    words += [f"policy action {change.policy}"] if change.policy else []
    return ", ".join(words)


def _detail(detail: Detail) -> str:
    because = " ".join(filter(None, (detail.evaluation, detail.source, f"`{detail.cause}`" if detail.cause else "")))
    recreation = "" if detail.recreation == "Never" else f", recreation {detail.recreation}"
    return f"- `{detail.target}`: {because}{recreation}"


def _sources(case: Case) -> Iterator[str]:
    for name, fact in case.aws.sources.items():
        yield f"[{sources()[name].title}]({sources()[name].url}): {fact}"


def _plan(case: Case) -> Iterator[str]:
    said = [line for line in said_by(step_of(case)) if line != "a step"]
    nothing = "refused" if case.aws.answer == "refused" else "a step" if step_of(case).needed else "no step"
    yield from (f"`{line}`" for line in said if line != "refused")
    if not said or said == ["refused"]:
        yield nothing
    if case.plan:
        yield f"**Differs:** {case.plan.why}"


def _local(case: Case) -> str:
    return "the same as AWS" if case.emulator is None else _lines(_differs(case.emulator))


def _differs(differs: Differs) -> Iterator[str]:
    yield f"**Differs:** {differs.why}"
    yield from (f"`{line}`" for line in differs.instead)
    if not differs.instead:
        yield from (f"missing: `{line}`" for line in differs.missing)


def _lines(lines: Iterable[str]) -> str:
    return "<br>".join(line.replace("|", r"\|") for line in lines)


if __name__ == "__main__":
    write_whole(Path(sys.argv[1]), markdown() + "\n")
