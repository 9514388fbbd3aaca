"""One connection to a MySQL server: always over TLS, always to the host it claims to be, never for long."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql
from pymysql.connections import Connection

from .credentials import Credentials

RDS_AUTHORITIES = Path(__file__).with_name("rds-ca-bundle.pem")
TIMEOUT_SECONDS = 3.0


@dataclass(frozen=True)
class Access:
    """How a server is reached: whom it must be certified by, and how long it may stay silent.

    Attributes:
        authorities: PEM file of the certificate authorities that are trusted, and no others are.
        timeout: seconds to connect, and seconds for each answer.
    """

    authorities: Path = RDS_AUTHORITIES
    timeout: float = TIMEOUT_SECONDS


@dataclass(frozen=True)
class Endpoint:
    """Where a server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def connect(endpoint: Endpoint, credentials: Credentials, access: Access) -> Connection[Any]:
    """Logs in; the password leaves only after the server's certificate and name were verified.

    PyMySQL refuses a server that offers no TLS, before it sends anything, when it is given a context.
    """
    return pymysql.connect(
        host=endpoint.host,
        port=endpoint.port,
        user=credentials.username,
        password=credentials.password,
        ssl=_trusting(access.authorities),
        connect_timeout=access.timeout,
        read_timeout=access.timeout,
        write_timeout=access.timeout,
        charset="utf8mb4",
        autocommit=True,
        program_name="twinstack-probe",
    )


def ask(connection: Connection[Any], query: str) -> Any:
    """Returns the first column of the first row of the answer, None if there is no row."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return None if row is None else row[0]


def is_read_only(connection: Connection[Any]) -> bool:
    """Whether the server takes no writes; in Aurora that is every instance but the one writer."""
    return bool(ask(connection, "SELECT @@innodb_read_only"))


def _trusting(authorities: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(authorities))  # verifies certificate and host name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 made it a default to also refuse certificates that miss formalities of RFC 5280; PyMySQL takes that
    # back for its own contexts, since databases' certificates often do: https://github.com/PyMySQL/PyMySQL/pull/1198
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
