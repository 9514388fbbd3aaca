"""What DescribeChangeSet answers on AWS: in pages, with values when asked for them, with the change sets around it.

AWS cuts an answer at 1 MB; here a page has 50 changes, so that a small test meets several.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import Any

from ministack.services.cloudformation import changesets, handlers, helpers

from .change_set_values import VALUED
from .nested_change_sets import execution_status
from .operations import Answer, Asked

PAGE_SIZE = 50
_CHANGES = re.compile(rb"<Changes>.*</Changes>", re.DOTALL)
_EXECUTION_STATUS = re.compile(rb"<ExecutionStatus>.*?</ExecutionStatus>")
_AROUND = ("IncludeNestedStacks", "ParentChangeSetId", "RootChangeSetId", "RollbackConfiguration")


def install() -> None:
    """Complete the answers of DescribeChangeSet."""
    handlers._ACTION_HANDLERS["DescribeChangeSet"] = _completed(handlers._ACTION_HANDLERS["DescribeChangeSet"])


def _completed(describe: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    def described(asked: Asked) -> Answer:
        status, headers, body = describe(asked)
        _identifier, change_set = changesets._find_change_set(
            helpers._p(asked, "ChangeSetName"), helpers._p(asked, "StackName")
        )
        if not change_set:
            return status, headers, body
        valued = helpers._p(asked, "IncludePropertyValues", "false").lower() == "true"
        page, token, refused = helpers._page(
            _shown(change_set["Changes"], valued=valued), asked, "DescribeChangeSet", PAGE_SIZE
        )
        if refused:
            answer: Answer = refused
            return answer
        around = {name: change_set[name] for name in _AROUND if name in change_set}
        changes = _element("Changes", page) + token + "".join(_element(*one) for one in around.items())
        current = _element("ExecutionStatus", execution_status(change_set))
        body = _CHANGES.sub(lambda _found: changes.encode(), body)
        return status, headers, _EXECUTION_STATUS.sub(current.encode(), body)

    return described


def _shown(changes: list[dict[str, Any]], *, valued: bool) -> list[dict[str, Any]]:
    found = [change.get(VALUED, change["ResourceChange"]) if valued else change["ResourceChange"] for change in changes]
    return [{"Type": "Resource", "ResourceChange": change} for change in found if change is not None]


def _element(name: str, value: Any) -> str:
    if isinstance(value, dict):
        text = "".join(_element(*one) for one in value.items())
    elif isinstance(value, list):
        text = "".join(_element("member", item) for item in value)
    elif isinstance(value, bool):
        text = "true" if value else "false"
    else:
        text = escape(str(value))
    return f"<{name}>{text}</{name}>"
