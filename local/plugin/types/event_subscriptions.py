"""AWS::RDS::EventSubscription, whose API the emulator's RDS does not have at all."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from ministack.core.responses import get_account_id
from ministack.services import rds

from ..api import client, region, unless_gone
from ..handler import Handler, Outcome, Resource
from ..shapes import Properties, arguments
from .global_clusters import retag

Answer = tuple[int, dict[str, str], bytes]
Asked = dict[str, Any]

_SUBSCRIPTIONS: dict[tuple[str, str], dict[str, Any]] = {}
"""By region and name."""


def answer_event_subscriptions() -> None:
    """Give the emulator's RDS the four actions on event subscriptions; no database runs that would have events."""
    rds._ACTION_MAP.update(
        {
            "CreateEventSubscription": _create,
            "ModifyEventSubscription": _modify,
            "DeleteEventSubscription": _delete,
            "DescribeEventSubscriptions": _describe,
        }
    )


class EventSubscription(Handler):
    """AWS::RDS::EventSubscription."""

    type_name = "AWS::RDS::EventSubscription"
    tag_property = "Tags"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        api = client("rds")
        asked = {"SubscriptionName": resource.generated_name(255)} | arguments(
            api, "CreateEventSubscription", properties
        )
        made = api.create_event_subscription(**asked)["EventSubscription"]
        retag(made["EventSubscriptionArn"], {}, properties)
        return made["CustSubscriptionId"], {}

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        api = client("rds")
        asked = {"SubscriptionName": physical_id} | arguments(api, "ModifyEventSubscription", new)
        changed = api.modify_event_subscription(**asked)["EventSubscription"]
        retag(changed["EventSubscriptionArn"], old, new)
        return physical_id, {}

    def delete(self, physical_id: str, properties: Properties) -> None:
        api = client("rds")
        unless_gone(lambda: api.delete_event_subscription(SubscriptionName=physical_id), "SubscriptionNotFound")


def _create(asked: Asked) -> Answer:
    name = rds._p(asked, "SubscriptionName")
    if (region(), name) in _SUBSCRIPTIONS:
        return _error("SubscriptionAlreadyExist", f"Event subscription {name} already exists.", 400)
    _SUBSCRIPTIONS[region(), name] = {
        "CustSubscriptionId": name,
        "EventSubscriptionArn": f"arn:aws:rds:{region()}:{get_account_id()}:es:{name}",
        "CustomerAwsId": get_account_id(),
        "SnsTopicArn": rds._p(asked, "SnsTopicArn"),
        "Status": "active",
        "SourceType": rds._p(asked, "SourceType"),
        "SourceIdsList": rds._parse_member_list(asked, "SourceIds"),
        "EventCategoriesList": rds._parse_member_list(asked, "EventCategories"),
        "Enabled": rds._p(asked, "Enabled") != "false",
    }
    return _answer("CreateEventSubscription", _SUBSCRIPTIONS[region(), name])


def _modify(asked: Asked) -> Answer:
    return _found(asked, "ModifyEventSubscription", lambda subscription: subscription.update(_changes(asked)))


def _changes(asked: Asked) -> dict[str, Any]:
    changes: dict[str, Any] = {
        name: rds._p(asked, name) for name in ("SnsTopicArn", "SourceType") if rds._p(asked, name)
    }
    categories = rds._parse_member_list(asked, "EventCategories")
    if rds._p(asked, "Enabled"):
        changes["Enabled"] = rds._p(asked, "Enabled") == "true"
    return {**changes, "EventCategoriesList": categories} if categories else changes


def _delete(asked: Asked) -> Answer:
    key = (region(), rds._p(asked, "SubscriptionName"))
    return _found(asked, "DeleteEventSubscription", lambda _subscription: _SUBSCRIPTIONS.pop(key))


def _describe(asked: Asked) -> Answer:
    name = rds._p(asked, "SubscriptionName")
    here = [found for (where, _), found in _SUBSCRIPTIONS.items() if where == region()]
    chosen = [found for found in here if name in ("", found["CustSubscriptionId"])]
    if name and not chosen:
        return _missing(name)
    members = "".join(f"<EventSubscription>{_xml(found)}</EventSubscription>" for found in chosen)
    inner = f"<EventSubscriptionsList>{members}</EventSubscriptionsList>"
    action = "DescribeEventSubscriptions"
    return _sent(200, f"{action}Response", f"<{action}Result>{inner}</{action}Result>")


def _found(asked: Asked, action: str, act: Callable[[dict[str, Any]], object]) -> Answer:
    name = rds._p(asked, "SubscriptionName")
    subscription = _SUBSCRIPTIONS.get((region(), name))
    if subscription is None:
        return _missing(name)
    act(subscription)
    return _answer(action, subscription)


def _missing(name: str) -> Answer:
    return _error("SubscriptionNotFound", f"Event subscription {name} not found.", 404)


def _answer(action: str, subscription: dict[str, Any]) -> Answer:
    inner = f"<EventSubscription>{_xml(subscription)}</EventSubscription>"
    return _sent(200, f"{action}Response", f"<{action}Result>{inner}</{action}Result>")


def _sent(status: int, root: str, inner: str) -> Answer:
    answer: Answer = rds._xml(status, root, inner)
    return answer


def _error(code: str, message: str, status: int) -> Answer:
    answer: Answer = rds._error(code, message, status)
    return answer


_ITEM = {"SourceIdsList": "SourceId", "EventCategoriesList": "EventCategory"}


def _xml(subscription: dict[str, Any]) -> str:
    return "".join(_element(name, value) for name, value in subscription.items())


def _element(name: str, value: object) -> str:
    if isinstance(value, list):
        item = _ITEM[name]
        return f"<{name}>" + "".join(f"<{item}>{escape(str(one))}</{item}>" for one in value) + f"</{name}>"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{name}>{escape(text)}</{name}>"
