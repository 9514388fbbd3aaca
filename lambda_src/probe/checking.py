"""What one connection tells about a database."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pymysql
from pymysql.connections import Connection

from .connection import Access, Endpoint, ask, connect, is_read_only
from .credentials import Credentials
from .failures import DISCONNECTED, TIMED_OUT, Failure, explain

# Each row is a region of the global database; the writer's own says nothing about lag, and alone there is none.
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ISTables.html
_LAG = "SELECT MAX(rpo_lag_in_milliseconds) FROM information_schema.aurora_global_db_status HAVING COUNT(*) > 1"


@dataclass(frozen=True)
class Target:
    """A database to check: one address of the cluster in one region."""

    region: str
    endpoint: Endpoint


@dataclass(frozen=True)
class Health:
    """What a database that answers says.

    Attributes:
        writer: whether the instance takes writes.
        latency: milliseconds to connect, log in and get one answer.
        lag: milliseconds of commits that the region furthest behind would lose now, if the database knows.
        no_lag: why there is no lag.
    """

    writer: bool
    latency: float
    lag: float | None
    no_lag: Failure | None = None


def check(target: Target, credentials: Credentials, access: Access) -> Health:
    """Connects once and asks; raises what the driver raises when the database does not answer."""
    start = time.perf_counter()
    with connect(target.endpoint, credentials, access) as connection:
        ask(connection, "SELECT 1")
        latency = (time.perf_counter() - start) * 1000
        writer = not is_read_only(connection)
        lag, no_lag = _lag(connection)
    return Health(writer, round(latency, 1), lag, no_lag)


def _lag(connection: Connection[Any]) -> tuple[float | None, Failure | None]:
    """The lag is an extra: plain MySQL has no such table, and without it the database still answers."""
    try:
        lag = ask(connection, _LAG)
    except pymysql.MySQLError as error:
        failure = explain(error)
        if failure.kind in {DISCONNECTED, TIMED_OUT}:
            raise
        return None, failure
    return (None if lag is None else float(lag)), None
