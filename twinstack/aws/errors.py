"""Errors that AWS answers with, sorted by what a caller can do about them."""

from __future__ import annotations

from twinstack.errors import CredentialsError, TwinStackError, UnreachableError


class AwsError(TwinStackError):
    """AWS refused a call.

    Attributes:
        code: AWS's error code, such as `AccessDenied`.
        operation: The call.
        reason: AWS's own message.
        http_status: The status of the answer, 0 where it is not known.
    """

    def __init__(self, operation: str, code: str, reason: str, where: str, http_status: int = 0) -> None:
        super().__init__(f"{where}: {operation} was refused: {code}: {reason}")
        self.code = code
        self.operation = operation
        self.reason = reason
        self.http_status = http_status

    @property
    def is_denial(self) -> bool:
        """Whether the caller has no right to ask."""
        return self.code in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


class NotSentError(UnreachableError):
    """A call could not even be made, such as one with values that the API does not take; asking again does not help."""


class NotTakenHereError(CredentialsError):
    """AWS does not know the credentials where it was asked; of a region that is not enabled it says the same."""
