"""What went wrong, in words that may be logged.

Only what this side knows is told: kinds, numbers and names of errors, and why a certificate was refused. The text of
a server's error is not, since it quotes the statement, and the statement that makes a user holds a password.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import pymysql
from botocore.exceptions import BotoCoreError, ClientError
from pymysql.constants import CR, ER

from .credentials import SecretUnusableError

UNRESOLVED, REFUSED, TIMED_OUT, UNREACHABLE = "Unresolved", "Refused", "TimedOut", "Unreachable"
UNTRUSTED, TLS, ACCESS_DENIED = "Untrusted", "Tls", "AccessDenied"
DISCONNECTED, REJECTED, SECRET, BROKEN = "Disconnected", "Rejected", "Secret", "Broken"

_BY_TYPE: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLCertVerificationError, UNTRUSTED),
    (ssl.SSLError, TLS),
    (socket.gaierror, UNRESOLVED),
    (ConnectionRefusedError, REFUSED),
    (TimeoutError, TIMED_OUT),
    (ConnectionError, DISCONNECTED),
    (OSError, UNREACHABLE),
)
_ACCESS_DENIED_NO_PASSWORD = 1698
_BY_NUMBER = {
    CR.CR_SSL_CONNECTION_ERROR: TLS,
    CR.CR_SERVER_LOST: DISCONNECTED,
    CR.CR_SERVER_GONE_ERROR: DISCONNECTED,
    ER.ACCESS_DENIED_ERROR: ACCESS_DENIED,
    _ACCESS_DENIED_NO_PASSWORD: ACCESS_DENIED,
}
_NAMES = {
    number: name.removeprefix("CR_")
    for numbers in (CR, ER)
    for name, number in vars(numbers).items()
    if isinstance(number, int)
}


class RequestError(Exception):
    """A request that the function does not know; its text holds no secret."""


@dataclass(frozen=True)
class Failure:
    """One of the kinds above, and a detail that holds no secret."""

    kind: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind} ({self.detail})"


def explain(error: BaseException) -> Failure:
    """Returns what an error means; the cause underneath says more than the driver's wrapping of it."""
    if isinstance(error, BotoCoreError | ClientError | SecretUnusableError):
        return Failure(SECRET, _of_secret(error))
    for cause in _causes(error):
        for error_type, kind in _BY_TYPE:
            if isinstance(cause, error_type):
                return Failure(kind, _of_system(cause))
    if isinstance(error, pymysql.MySQLError):
        number = number_of(error)
        return Failure(_BY_NUMBER.get(number, REJECTED), f"{number} {_NAMES.get(number, type(error).__name__)}")
    return _of_function(error)


def number_of(error: BaseException) -> int:
    """Returns the number of a MySQL error, 0 if it has none."""
    number = error.args[0] if error.args else 0
    return number if isinstance(number, int) else 0


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _of_system(cause: BaseException) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return str(cause.verify_message)
    return f"{type(cause).__name__}: {cause}" if str(cause) else type(cause).__name__


def _of_secret(error: BotoCoreError | ClientError | SecretUnusableError) -> str:
    if isinstance(error, ClientError):
        return str(error.response["Error"]["Code"])
    return type(error).__name__ if isinstance(error, BotoCoreError) else str(error)


def _of_function(error: BaseException) -> Failure:
    if isinstance(error, KeyError):
        return Failure(BROKEN, f"{error} is missing")
    return Failure(BROKEN, str(error) if isinstance(error, RequestError) else type(error).__name__)
