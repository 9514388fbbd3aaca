"""What makes the database user of the probe, with the right to log in over TLS and no other.

It does the same however often it is called. It asks the server first whether it takes writes, since the roles of a
global database change and CloudFormation does not know it. Where it takes none the user arrives by replication and is
only tried, and nothing is dropped. It is called by `probe.answering`, which answers CloudFormation: from inside the VPC
there is no way there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pymysql
from botocore.exceptions import ClientError

from . import credentials
from .answer import FAILED, SUCCESS
from .connection import Access, Endpoint, ask, connect, is_read_only
from .credentials import Credentials, SecretsReader
from .deadline import Context, attempt_all
from .failures import REFUSED, TIMED_OUT, UNREACHABLE, UNRESOLVED, RequestError, explain

# what is kept of the function's time to say what happened
RESERVE_SECONDS = 1.0
_GONE = {UNRESOLVED, REFUSED, TIMED_OUT, UNREACHABLE}
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-connecting.html
_INACTIVE = "the writer endpoint of a cluster that reads is inactive: are the roles of the global database reversed?"
_SECRET_IS_GONE = {"ResourceNotFoundException", "InvalidRequestException"}

# A user without any right may log in and ask for variables, which is all the probe does. Revoking what somebody may
# have granted since makes it so again; it takes the right to create users, no more.
# https://dev.mysql.com/doc/refman/8.0/en/revoke.html
_MAKE = (
    "CREATE USER IF NOT EXISTS %(name)s@'%%' IDENTIFIED BY %(password)s REQUIRE SSL",
    "ALTER USER %(name)s@'%%' IDENTIFIED BY %(password)s REQUIRE SSL",
    "REVOKE ALL PRIVILEGES, GRANT OPTION FROM %(name)s@'%%'",
)
_DROP = ("DROP USER IF EXISTS %(name)s@'%%'",)


def handler(event: Mapping[str, Any], context: Context) -> dict[str, str]:
    """What Lambda calls, with `RequestType` and `ResourceProperties` of CloudFormation's request."""
    return run(event, context, os.environ)


def run(
    event: Mapping[str, Any],
    context: Context,
    environment: Mapping[str, str],
    secrets: SecretsReader | None = None,
    access: Access | None = None,
) -> dict[str, str]:
    """Does what is asked, and returns `Status` and `Reason`, also when it fails or takes too long."""
    seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
    work = partial(_act, event, environment, secrets, access or Access())
    (outcome,) = attempt_all(seconds, [work])
    told = _told(event, outcome)
    print(json.dumps({"Request": event.get("RequestType"), **told}), flush=True)
    return told


def _told(event: Mapping[str, Any], outcome: str | BaseException) -> dict[str, str]:
    if not isinstance(outcome, BaseException):
        return {"Status": SUCCESS, "Reason": outcome}
    failure = explain(outcome)
    asks_for_roles = failure.kind in _GONE and event.get("RequestType") != "Delete"
    return {"Status": FAILED, "Reason": f"{failure}; {_INACTIVE}" if asks_for_roles else str(failure)}


def _act(
    event: Mapping[str, Any], environment: Mapping[str, str], secrets: SecretsReader | None, access: Access
) -> str:
    """Returns what was done, in a sentence for the stack's events."""
    properties = event["ResourceProperties"]
    endpoint = Endpoint(properties["Host"], int(properties["Port"]))
    arns = environment["MASTER_SECRET_ARN"], environment["PROBE_SECRET_ARN"]
    reader = secrets or credentials.secrets_manager()
    request = event["RequestType"]
    if request == "Delete":
        return _unmake(reader, arns, endpoint, access)
    if request not in {"Create", "Update"}:
        raise RequestError(f"{request} is not a request of CloudFormation")
    master, user = _accounts(reader, arns)
    return _make(endpoint, master, user, access)


def _accounts(reader: SecretsReader, arns: tuple[str, str]) -> tuple[Credentials, Credentials]:
    """Returns the master and the probe's user; taking one for the other would end with the master dropped."""
    master, user = (credentials.read(reader, arn) for arn in arns)
    if master.username == user.username:
        raise RequestError(f"both secrets name {user.username}; the probe needs a user of its own")
    return master, user


def _make(endpoint: Endpoint, master: Credentials, user: Credentials, access: Access) -> str:
    made = _run_as(master, endpoint, _MAKE, user, access)
    with connect(endpoint, user, access) as connection:
        ask(connection, "SELECT 1")
    return f"{user.username} {'was made and' if made else 'came by replication and'} can log in"


def _unmake(reader: SecretsReader, arns: tuple[str, str], endpoint: Endpoint, access: Access) -> str:
    """Drops the user; what cannot be reached any more holds no user that could be dropped."""
    try:
        master, user = _accounts(reader, arns)
        dropped = _run_as(master, endpoint, _DROP, user, access)
    except (pymysql.MySQLError, ClientError) as error:
        failure = explain(error)
        if failure.kind in _GONE or failure.detail in _SECRET_IS_GONE:
            return f"Nothing to drop: {failure}"
        raise
    if not dropped:
        return f"Nothing to drop here: this server takes no writes; {user.username} stays until the writer drops it"
    return f"{user.username} was dropped"


def _run_as(
    master: Credentials, endpoint: Endpoint, statements: Sequence[str], user: Credentials, access: Access
) -> bool:
    """Runs statements about a user; returns False, having done nothing, where the server takes no writes."""
    with connect(endpoint, master, access) as connection:
        if is_read_only(connection):
            return False
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement, {"name": user.username, "password": user.password})
    return True
