"""The custom resource of the probe's user, seen from CloudFormation: has the user made, and answers.

This function is outside the VPC. Where CloudFormation waits for an answer is a bucket of AWS under one of its legacy
names, which an interface endpoint does not serve, and an address that is signed by another account. So the function
inside, `probe.user`, only makes the user and is told nothing but what is asked of it; this one answers in every case.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html

The function inside is called at updates of the stack only. Lambda takes the network interfaces of an idle function
back, refuses the next call of it and is then busy for a minute or two.
https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from . import answer
from .deadline import Context, attempt_all

PHYSICAL_ID = "probe-user"
# what a failed Create leaves; deleting it never fails, or what broke the Create would break the rollback too
NOT_MADE = "probe-user-not-made"
# what is kept of the function's time for the answer: all attempts, each as slow as it may be
RESERVE_SECONDS = 15.0
# how long a call may take: as long as the function inside may, and a little more
CALL_SECONDS = 65
PAUSE_SECONDS = 5.0
_GONE = "ResourceNotFoundException"
_STATUSES = {answer.SUCCESS, answer.FAILED}

Outcome = tuple[str, str]
"""A status of CloudFormation, and why."""


class MakerError(Exception):
    """The function that makes the user gave no answer; the text says why and holds no secret."""


class Functions(Protocol):
    """The calls of Lambda that are used."""

    def get_function_configuration(self, *, FunctionName: str) -> Mapping[str, Any]:  # noqa: N803  # boto3's name
        """Returns the function's `State`."""

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> Mapping[str, Any]:  # noqa: N803
        """Calls it and returns its answer as `Payload`, with `FunctionError` where it failed."""


def handler(event: Mapping[str, Any], context: Context) -> None:
    """What Lambda calls, with CloudFormation's request."""
    run(event, context, os.environ)


def run(
    event: Mapping[str, Any],
    context: Context,
    environment: Mapping[str, str],
    functions: Functions | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Has done what is asked and answers, also when that fails or takes too long."""
    seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
    (outcome,) = attempt_all(seconds, [partial(_have_done, event, context, environment, functions, pause)])
    physical_id, status, reason = _answer_to(event, outcome)
    print(json.dumps({"Request": event.get("RequestType"), "Status": status, "Reason": reason}), flush=True)
    answer.send(event, physical_id, status, reason)


def lambda_client() -> Functions:
    """Returns a client that makes each call once: what is tried again is decided here, within the time there is."""
    config = Config(connect_timeout=5, read_timeout=CALL_SECONDS, retries={"total_max_attempts": 1})
    client: Functions = boto3.client("lambda", config=config)
    return client


def _answer_to(event: Mapping[str, Any], outcome: Outcome | BaseException) -> tuple[str, str, str]:
    """Returns physical id, status and reason; the id never changes, or CloudFormation would delete the old one."""
    there = event.get("PhysicalResourceId")
    status, reason = (answer.FAILED, _told(outcome)) if isinstance(outcome, BaseException) else outcome
    if status == answer.FAILED and there == NOT_MADE and event.get("RequestType") == "Delete":
        return there, answer.SUCCESS, f"Was never made: {reason}"
    return there or (PHYSICAL_ID if status == answer.SUCCESS else NOT_MADE), status, reason


def _told(error: BaseException) -> str:
    """Says what went wrong by the names of errors alone: their text may quote what they were given."""
    if isinstance(error, MakerError):
        return str(error)
    if isinstance(error, ClientError):
        return f"The function that makes the user was not called: {error.response['Error']['Code']}"
    if isinstance(error, BotoCoreError | TimeoutError):
        return f"The function that makes the user did not answer: {type(error).__name__}"
    return f"{error} is missing" if isinstance(error, KeyError) else type(error).__name__


def _have_done(
    event: Mapping[str, Any],
    context: Context,
    environment: Mapping[str, str],
    functions: Functions | None,
    pause: Callable[[float], None],
) -> Outcome:
    """Has the function inside do what is asked; where it is gone there is nobody, and so no user, to drop."""
    # never the address of the answer: whoever has it may answer in our name
    asked = {name: event[name] for name in ("RequestType", "ResourceProperties")}
    call = partial(_call, functions or lambda_client(), environment["MAKER_FUNCTION"], json.dumps(asked).encode())
    try:
        given = call(lambda: context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS, pause)
    except ClientError as error:
        if error.response["Error"]["Code"] == _GONE and event["RequestType"] == "Delete":
            return answer.SUCCESS, "Nothing to drop with: the function that makes the user is gone"
        raise
    return _read(given)


def _call(
    functions: Functions, name: str, asked: bytes, left: Callable[[], float], pause: Callable[[float], None]
) -> Mapping[str, Any]:
    """Calls the function once it is ready; what is refused is tried again, since the function may be called twice.

    Raises:
        ClientError: It is gone.
        MakerError: It could not be called in the time that is left.
    """
    while True:
        try:
            why = str(functions.get_function_configuration(FunctionName=name)["State"])
            if why != "Pending":
                return functions.invoke(FunctionName=name, InvocationType="RequestResponse", Payload=asked)
        except ClientError as error:
            why = error.response["Error"]["Code"]
            if why == _GONE:
                raise
        if left() < PAUSE_SECONDS + CALL_SECONDS:
            raise MakerError(f"The function that makes the user could not be called in time: {why}")
        pause(PAUSE_SECONDS)


def _read(given: Mapping[str, Any]) -> Outcome:
    """Returns what the function inside answered.

    Raises:
        MakerError: It ended without an answer; its own log says why.
    """
    found = json.loads(given["Payload"].read())
    if kind := given.get("FunctionError"):
        kind = found.get("errorType", kind) if isinstance(found, dict) else kind
        raise MakerError(f"The function that makes the user failed: {kind}; see its log")
    if not isinstance(found, dict) or found.get("Status") not in _STATUSES:
        raise MakerError("The function that makes the user gave no status")
    return found["Status"], str(found.get("Reason", ""))
