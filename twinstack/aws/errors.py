"""Errors that AWS answers with, sorted by what a caller can do about them."""

from __future__ import annotations

from twinstack.errors import TwinStackError


class AwsError(TwinStackError):
    """AWS refused a call.

    Attributes:
        code: AWS's error code, such as `AccessDenied`.
        operation: The call.
        reason: AWS's own message.
    """

    def __init__(self, operation: str, code: str, reason: str, where: str) -> None:
        super().__init__(f"{where}: {operation} was refused: {code}: {reason}")
        self.code = code
        self.operation = operation
        self.reason = reason
