"""Unites the two readings of a change set: with the values before and after, and without.

Asked for values, CloudFormation leaves out changes that it cannot put values to; without, it names them all.
See https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html (IncludePropertyValues)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from twinstack.aws.api import ChangeDetail, ResourceChange


def united(plain: Sequence[ResourceChange], valued: Sequence[ResourceChange]) -> tuple[ResourceChange, ...]:
    """Returns every change of either reading, each detail once, with its values where there are any.

    Args:
        plain: The changes, read without values.
        valued: The changes, read with values.
    """
    left = list(valued)
    found = []
    for change in plain:
        same = next((number for number, other in enumerate(left) if other.resource == change.resource), None)
        found.append(change if same is None else _together(change, left.pop(same)))
    return (*found, *left)


def _together(plain: ResourceChange, valued: ResourceChange) -> ResourceChange:
    there = {_key(detail) for detail in valued.details}
    missing = (detail for detail in plain.details if _key(detail) not in there)
    named = {_key(detail) for detail in plain.details}
    details = (detail for detail in valued.details if not _only_repeats(detail, named))
    return replace(plain, details=(*details, *missing))


def _only_repeats(valued: ChangeDetail, named: Collection[ChangeDetail]) -> bool:
    """Whether a detail only says once more that the value is known after the change, beside those with its causes.

    Such a one stands for no edit: that would be named without values too.
    """
    return (
        valued.dynamic
        and not valued.cause
        and _key(valued) not in named
        and any((detail.attribute, detail.name) == (valued.attribute, valued.name) for detail in named)
    )


def _key(detail: ChangeDetail) -> ChangeDetail:
    """A detail without its values; one property may have several, one a place."""
    return replace(detail, path="", before=None, after=None, beside="")
