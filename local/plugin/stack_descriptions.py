"""What DescribeStacks says on AWS and the emulator leaves out: the parents of a nested stack, and resolved parameters.

A parameter of an `AWS::SSM::Parameter::Value` type has the name in Parameter Store as its value, and what was found
there as its resolved value; the emulator shows the latter as the value.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Parameter.html
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import handlers

from .operations import Answer, Asked


def install() -> None:
    """Complete the answers of DescribeStacks."""
    handlers._ACTION_HANDLERS["DescribeStacks"] = _completed(handlers._ACTION_HANDLERS["DescribeStacks"])


def _completed(describe: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    def described(asked: Asked) -> Answer:
        status, headers, body = describe(asked)
        text = body.decode()
        for stack in cloudformation._stacks.values():
            identifier = _element("StackId", stack["StackId"])
            before, found, after = text.partition(identifier)
            if found:
                text = before + found + _parents(stack) + _by_name(after, stack)
        return status, headers, text.encode()

    return described


def _parents(stack: dict[str, Any]) -> str:
    parent = cloudformation._stacks.get(stack.get("_parent_stack_name"))
    if not parent:
        return ""
    root = parent
    while above := cloudformation._stacks.get(root.get("_parent_stack_name")):
        root = above
    return _element("ParentId", parent["StackId"]) + _element("RootId", root["StackId"])


def _by_name(text: str, stack: dict[str, Any]) -> str:
    """The rest of the answer, which begins inside a stack, with the names of what that stack takes from the store."""
    for name, parameter in (stack.get("_resolved_params") or {}).items():
        if "SsmName" in parameter:
            key, value = _element("ParameterKey", name), str(parameter["Value"])
            shown = _element("ParameterValue", parameter["SsmName"]) + _element("ResolvedValue", value)
            text = text.replace(key + _element("ParameterValue", value), key + shown, 1)
    return text


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"
