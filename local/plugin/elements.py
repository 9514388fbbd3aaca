"""What is kept, as the XML of EC2's answers: by the service's own model, so that any client of it understands.

EC2 spells its members and its lists unlike the query services.
https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from .api import client


def elements(shape: str, members: Mapping[str, Any]) -> str:
    """Those of `members` that the named shape of EC2 has, as elements."""
    return _structure(client("ec2").meta.service_model.shape_for(shape), members)


def _structure(shape: Any, members: Mapping[str, Any]) -> str:
    return "".join(
        _element(member.serialization["name"], member, members[name])
        for name, member in shape.members.items()
        if name in members
    )


def _element(tag: str, shape: Any, value: Any) -> str:
    if shape.type_name == "structure":
        inner = _structure(shape, value)
    elif shape.type_name == "list":
        inner = "".join(_element("item", shape.member, item) for item in value)
    else:
        inner = escape(str(value).lower() if isinstance(value, bool) else str(value))
    return f"<{tag}>{inner}</{tag}>"
