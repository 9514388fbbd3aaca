"""How a region is asked: with boto3, one client a service, made when it is first needed.

The clients are not typed: each is used for a call or two, and a package of stubs a service would be needed for it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from twinstack.aws.errors import AwsError
from twinstack.aws.sessions import MakeClient
from twinstack.aws.translation import translated


class Asking:
    """One region through boto3 clients.

    Args:
        make: Makes a client of a service, with the caller's credentials and in the region.
        where: What to call it in messages: role and region.
    """

    def __init__(self, make: MakeClient, where: str) -> None:
        self._client = cache(make)
        self._where = where

    def _ask(self, service: str, call: str, **arguments: Any) -> Any:
        with translated(self._where):
            return getattr(self._client(service), call)(**arguments)

    def _every(self, service: str, call: str, key: str, **arguments: Any) -> list[Any]:
        """Returns the entries of every page."""
        with translated(self._where):
            pages = self._client(service).get_paginator(call).paginate(**arguments)
            return [entry for page in pages for entry in page.get(key, ())]

    def _if_there(self, codes: tuple[str, ...], service: str, call: str, **arguments: Any) -> Any:
        """Returns the answer, None where AWS says by one of these codes that there is no such thing."""
        try:
            return self._ask(service, call, **arguments)
        except AwsError as error:
            if error.code in codes:
                return None
            raise


def only(name: str, value: str) -> list[dict[str, Any]]:
    """Returns the filter for one value, as EC2 and RDS take it."""
    return [{"Name": name, "Values": [value]}]
