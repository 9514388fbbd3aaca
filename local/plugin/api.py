"""The emulator's own AWS API, called from inside it as any client would.

A handler that goes through the public API keeps working when the emulator changes how it stores things.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError
from ministack.core.responses import get_region

_SESSION = botocore.session.Session()
_CLIENTS: dict[tuple[str, str], Any] = {}
_MAKING = threading.Lock()
Answer = TypeVar("Answer")


def endpoint() -> str:
    """The emulator's own address."""
    return f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"


def region() -> str:
    """The region of the stack whose resource is being handled."""
    return str(get_region())


def client(service: str, in_region: str | None = None) -> Any:
    """A client of the emulator for one service, in the stack's region or another."""
    key = (service, in_region or region())
    with _MAKING:
        if key not in _CLIENTS:
            _CLIENTS[key] = _SESSION.create_client(
                service,
                region_name=key[1],
                endpoint_url=endpoint(),
                aws_access_key_id="test",
                aws_secret_access_key="test",  # noqa: S106  the emulator takes any
                config=Config(retries={"total_max_attempts": 1}, proxies={}, s3={"addressing_style": "path"}),
            )
        return _CLIENTS[key]


def unless_gone(call: Callable[[], Answer], *codes: str) -> Answer | None:
    """The answer of `call`, or None when AWS says that the thing is not there any more.

    CloudFormation counts a resource that somebody deleted behind its back as deleted.
    """
    try:
        return call()
    except ClientError as error:
        if error.response["Error"]["Code"] in codes:
            return None
        raise
