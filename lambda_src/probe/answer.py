"""The answer to CloudFormation, without which a stack waits for an hour.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.error import HTTPError

SUCCESS, FAILED = "SUCCESS", "FAILED"
ATTEMPTS = 3
_SECONDS = 2.0
# an answer may have 4,096 bytes
_LONGEST_REASON = 1_000


def send(
    event: Mapping[str, Any],
    physical_id: str,
    status: str,
    reason: str,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Puts the answer where the event says; the address is itself a credential and is never logged.

    Raises:
        OSError: It was not taken in three attempts. Lambda then calls the function again.
    """
    body = {
        "Status": status,
        "Reason": reason[:_LONGEST_REASON],
        "PhysicalResourceId": physical_id,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _put(event["ResponseURL"], json.dumps(body).encode())
        except OSError as error:
            if isinstance(error, HTTPError):
                error.close()
            if attempt == ATTEMPTS:
                raise
            pause(attempt * 0.5)
        else:
            return


def _put(url: str, body: bytes) -> None:
    # the address is signed for an empty content type; S3 refuses any other
    request = urllib.request.Request(url, body, {"Content-Type": ""}, method="PUT")  # noqa: S310  # CloudFormation's
    with urllib.request.urlopen(request, timeout=_SECONDS):  # noqa: S310  # CloudFormation's
        pass
