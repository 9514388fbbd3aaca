"""Every call that changes something, and that AWS gives a token for, carries one."""

from __future__ import annotations

import ast
from pathlib import Path

import boto3
import pytest
from botocore import xform_name

import twinstack
from twinstack.aws.api import ChangeSetRequest
from twinstack.aws.boto import BotoCloudFormation
from twinstack.aws.boto_drift import BotoDrifts
from twinstack.aws.drift_api import RevertRequest

PACKAGE = Path(twinstack.__file__).parent
TOKENS = ("ClientToken", "ClientRequestToken")
REQUEST = ChangeSetRequest("pair", "change", "CREATE", "{}", None, {}, {}, (), "token-1")
REVERT = RevertRequest("pair", "revert", (), (), "token-1")
ARN = "arn:aws:cloudformation:us-east-1:123456789012:stack/pair/1"

CALLS = {
    "create_change_set": lambda aws, drifts: aws.create_change_set(REQUEST),
    "create_change_set (REVERT_DRIFT)": lambda aws, drifts: drifts.create_revert_change_set(REVERT),
    "execute_change_set": lambda aws, drifts: aws.execute_change_set(ARN, "token-1"),
    "delete_stack": lambda aws, drifts: aws.delete_stack(ARN, "token-1"),
    "continue_update_rollback": lambda aws, drifts: aws.continue_update_rollback(ARN, "token-1"),
}


def words(path):
    """Every name and text in a module that could be the name of a call."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def calls_with_a_token(service):
    """The calls of a service, as boto3 names them, that take a token which botocore does not make up itself."""
    model = boto3.client(service, region_name="us-east-1").meta.service_model
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        own = [] if shape is None else [it for it in TOKENS if it in shape.members]
        if any(not shape.members[it].metadata.get("idempotencyToken") for it in own):
            yield xform_name(name)


def test_the_table_has_every_call_with_a_token_that_the_sources_name():
    sources = [path for folder in ("aws", "dr", "preflight") for path in PACKAGE.glob(f"{folder}/**/*.py")]
    named = {word for path in sources for word in words(path)}
    services = named & set(boto3.Session().get_available_services())
    assert {"cloudformation", "s3", "ssm", "cloudwatch", "ec2", "rds", "sts"} <= services
    found = {call for service in services for call in calls_with_a_token(service)} & named
    assert found == {name.partition(" ")[0] for name in CALLS}


@pytest.mark.parametrize("call", CALLS)
def test_it_sends_the_token_that_it_was_given(call):
    client = boto3.client("cloudformation", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    sent = []

    def keep(params, **_):
        sent.append(params)
        raise InterruptedError

    client.meta.events.register("provide-client-params.cloudformation.*", keep)
    with pytest.raises(InterruptedError):
        CALLS[call](BotoCloudFormation(client, "primary"), BotoDrifts(client, "primary"))
    ((given,),) = [[params[it] for it in TOKENS if it in params] for params in sent]
    assert given == "token-1"
