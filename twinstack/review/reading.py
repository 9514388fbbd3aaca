"""Unites the two readings of a change set: with the values before and after, and without.

Asked for values, CloudFormation leaves out changes that it cannot put values to; without, it names them all.
See https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html (IncludePropertyValues)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from twinstack.aws.api import ChangeDetail, ResourceChange


def united(plain: Sequence[ResourceChange], valued: Sequence[ResourceChange]) -> tuple[ResourceChange, ...]:
    """Returns every change of either reading, each detail once, with its values where there are any.

    Args:
        plain: The changes, read without values.
        valued: The changes, read with values.
    """
    with_values = {change.resource: change for change in valued}
    names = {change.resource for change in plain}
    return (
        *(_together(change, with_values.get(change.resource)) for change in plain),
        *(change for change in valued if change.resource not in names),
    )


def _together(plain: ResourceChange, valued: ResourceChange | None) -> ResourceChange:
    if valued is None:
        return plain
    there = {_key(detail) for detail in valued.details}
    missing = (detail for detail in plain.details if _key(detail) not in there)
    return replace(plain, details=(*valued.details, *missing))


def _key(detail: ChangeDetail) -> ChangeDetail:
    """A detail without its values; one property may have several, one a place."""
    return replace(detail, path="", before=None, after=None, beside="")
