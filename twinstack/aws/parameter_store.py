"""The parameter store of Systems Manager, asked with boto3."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

from twinstack.aws.api import StoredParameter
from twinstack.aws.errors import AwsError
from twinstack.aws.translation import translated


class BotoParameterStore:
    """Systems Manager through a boto3 client that is made when it is needed; see `api.ParameterStore`.

    Args:
        make: Makes the client, in the region of the stack. It is made once, by the first call: later calls may come
            from another thread, and sessions are not made for several.
        where: What to call it in messages: role and region.
    """

    def __init__(self, make: Callable[[], Any], where: str) -> None:
        self._make = make
        self._where = where

    @cached_property
    def _client(self) -> Any:
        return self._make()

    def create(self, name: str, value: str) -> bool:
        """See `api.ParameterStore`."""
        try:
            self._put(name, value, overwrite=False)
        except AwsError as error:
            if error.code == "ParameterAlreadyExists":
                return False
            raise
        return True

    def read(self, name: str) -> StoredParameter | None:
        """See `api.ParameterStore`."""
        try:
            with translated(self._where):
                answer = self._client.get_parameter(Name=name)
        except AwsError as error:
            if error.code == "ParameterNotFound":
                return None
            raise
        found = answer["Parameter"]
        age = (_now(answer) - found["LastModifiedDate"]).total_seconds()
        return StoredParameter(found["Value"], found["Version"], max(0.0, age))  # a header's date has whole seconds

    def overwrite(self, name: str, value: str) -> None:
        """See `api.ParameterStore`."""
        self._put(name, value, overwrite=True)

    def delete(self, name: str) -> None:
        """See `api.ParameterStore`."""
        try:
            with translated(self._where):
                self._client.delete_parameter(Name=name)
        except AwsError as error:
            if error.code != "ParameterNotFound":
                raise

    def at_once(self) -> BotoParameterStore:
        """See `api.ParameterStore`."""
        return self

    def _put(self, name: str, value: str, *, overwrite: bool) -> None:
        with translated(self._where):
            self._client.put_parameter(Name=name, Value=value, Type="String", Overwrite=overwrite)


def _now(answer: Any) -> datetime:
    """Returns when AWS answered, by its own clock: that of this machine may be wrong."""
    date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    return parsedate_to_datetime(date) if date else datetime.now(UTC)
