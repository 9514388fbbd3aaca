"""Cloud Control, asked with boto3 whether a resource is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twinstack.aws.errors import AwsError
from twinstack.aws.translation import translated


class BotoExistingResources:
    """Cloud Control through a boto3 client that is made when it is needed; see `api.ExistingResources`.

    It reads a resource of any type by its primary identifier, which is what an import finds it by.
    See https://docs.aws.amazon.com/cloudcontrolapi/latest/APIReference/API_GetResource.html

    Args:
        make: Makes the client, in the region of the stack.
        where: What to call it in messages: role and region.
    """

    def __init__(self, make: Callable[[], Any], where: str) -> None:
        self._make = make
        self._where = where

    def exists(self, resource_type: str, physical_id: str) -> bool:
        """See `api.ExistingResources`."""
        try:
            with translated(self._where):
                self._make().get_resource(TypeName=resource_type, Identifier=physical_id)
        except AwsError as error:
            if error.code == "ResourceNotFoundException":
                return False
            raise
        return True
