"""GetHealthCheckStatus, which the emulator lacks: what follows from the alarms as they are.

A check on an alarm is as healthy as the alarm's state makes it. Every checker sees the same; three are told. Whether
AWS answers for a check on an alarm was not found written down; of a calculated one it does not, and so this does not.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHealthCheckStatus.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
"""

from __future__ import annotations

import re
import time
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from ministack.core.responses import get_account_id
from ministack.services import cloudwatch, route53

_STATUS = re.compile(r"/2013-04-01/healthcheck/([^/]+)/status")
_CHECKERS = (("us-east-1", "15.177.0.1"), ("eu-west-1", "15.177.0.2"), ("ap-southeast-1", "15.177.0.3"))
_HEALTHY_BY_STATE = {"OK": True, "ALARM": False}

Answer = tuple[int, dict[str, str], bytes]


def install() -> None:
    """Answer the operation before the emulator says that it does not know it."""
    others = route53.handle_request

    async def with_the_status(method: str, path: str, *rest: Any) -> Answer:
        found = _STATUS.fullmatch(path)
        if found and method == "GET":
            return _status(found[1])
        answer: Answer = await others(method, path, *rest)
        return answer

    route53.handle_request = with_the_status


def _status(identifier: str) -> Answer:
    check = route53._health_checks.get(identifier)
    answer: Answer
    if check is None:
        words = f"No health check exists with the specified ID {identifier}."
        answer = route53._error_response("NoSuchHealthCheck", words, 404)
        return answer
    if check["config"]["Type"] == "CALCULATED":  # as AWS does, which tells it in the console only
        words = "The status of a calculated health check cannot be asked for."
        answer = route53._error_response("InvalidInput", words, 400)
        return answer
    healthy = _is_healthy(check["config"])
    if healthy is None:
        words = f"The local AWS knows no status of a health check of type {check['config']['Type']}."
        answer = route53._error_response("InvalidInput", words, 400)
        return answer
    said = "Success: the data is within the alarm's threshold" if healthy else "Failure: the alarm's data says so"
    answer = route53._xml_response("GetHealthCheckStatusResponse", lambda root: _observed(root, said))
    return answer


def _observed(root: Element, said: str) -> None:
    observations = SubElement(root, "HealthCheckObservations")
    for region, address in _CHECKERS:
        observation = SubElement(observations, "HealthCheckObservation")
        SubElement(observation, "Region").text = region
        SubElement(observation, "IPAddress").text = address
        report = SubElement(observation, "StatusReport")
        SubElement(report, "Status").text = said
        SubElement(report, "CheckedTime").text = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())


def _is_healthy(config: dict[str, Any]) -> bool | None:
    """Whether a check is healthy; None for what looks at endpoints, which nobody does here."""
    if config.get("Disabled"):
        found = True
    elif config["Type"] == "CLOUDWATCH_METRIC":
        found = _of_the_alarm(config)
    else:
        return None
    return found != bool(config.get("Inverted"))


def _of_the_alarm(config: dict[str, Any]) -> bool:
    """By the alarm's state; a last known status is healthy here, as it is on AWS before anything was known."""
    named = config["AlarmIdentifier"]
    alarm = cloudwatch._alarms.get_scoped(get_account_id(), named["Region"], named["Name"])
    state = alarm["StateValue"] if alarm else "INSUFFICIENT_DATA"
    return _HEALTHY_BY_STATE.get(state, config.get("InsufficientDataHealthStatus") != "Unhealthy")
