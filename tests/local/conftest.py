"""One real local AWS a test worker, and stacks in it."""

import itertools
import json
import time
from contextlib import ExitStack
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from local import process
from twinstack.clock import SystemClock

ROOT = Path(__file__).parents[2]
EAST, WEST = "us-east-1", "eu-west-1"


class Account:
    """Clients of the local AWS, and stacks that are waited for."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self._clients = {}
        self._numbers = itertools.count()
        self._closing = ExitStack()

    def client(self, service, region=EAST):
        if (service, region) not in self._clients:
            made = boto3.client(
                service,
                region_name=region,
                endpoint_url=self.endpoint,
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, proxies={}),
            )
            self._closing.callback(made.close)
            self._clients[service, region] = made
        return self._clients[service, region]

    def close(self):
        self._closing.close()

    def unique(self, prefix):
        return f"{prefix}-{next(self._numbers)}"

    def stack(self, region=EAST):
        return Stack(self, region, self.unique("stack"))


class Stack:
    """A stack that takes whole templates, one after the other."""

    def __init__(self, account, region, name):
        self.name = name
        self.region = region
        self.api = account.client("cloudformation", region)

    def deploy(self, resources, parameters=(), **sections):
        """Create or update by change set; returns the change set."""
        return self.deploy_template({"Resources": resources, **sections}, dict(parameters))

    def deploy_template(self, template, parameters):
        change_set = self.change_set(template, parameters)
        assert change_set["Status"] == "CREATE_COMPLETE", change_set.get("StatusReason")
        self.api.execute_change_set(ChangeSetName=change_set["ChangeSetId"])
        status = self.settled()
        assert status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), self.failures()
        return change_set

    def change_set(self, template, parameters=(), **options):
        kind = "UPDATE" if self.status() not in (None, "REVIEW_IN_PROGRESS") else "CREATE"
        made = self.api.create_change_set(
            StackName=self.name,
            ChangeSetName=f"set-{time.monotonic_ns()}",
            ChangeSetType=kind,
            TemplateBody=json.dumps(template, separators=(",", ":")),
            Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in dict(parameters).items()],
            **options,
        )
        return self.api.describe_change_set(ChangeSetName=made["Id"])

    def status(self):
        found = [s for s in self.api.describe_stacks()["Stacks"] if s["StackName"] == self.name]
        return found[0]["StackStatus"] if found else None

    def settled(self):
        """The status, once nothing is in progress any more."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            status = self.api.describe_stacks(StackName=self.name)["Stacks"][0]["StackStatus"]
            if not status.endswith("_IN_PROGRESS"):
                return status
            time.sleep(0.01)
        raise AssertionError("the stack did not settle")

    def failures(self):
        events = self.api.describe_stack_events(StackName=self.name)["StackEvents"]
        return [
            (e["LogicalResourceId"], e.get("ResourceStatusReason")) for e in events if "FAILED" in e["ResourceStatus"]
        ]

    def outputs(self):
        found = self.api.describe_stacks(StackName=self.name)["Stacks"][0].get("Outputs", [])
        return {output["OutputKey"]: output["OutputValue"] for output in found}

    def physical_id(self, logical_id):
        found = self.api.describe_stack_resource(StackName=self.name, LogicalResourceId=logical_id)
        return found["StackResourceDetail"]["PhysicalResourceId"]

    def delete(self):
        stack_id = self.api.describe_stacks(StackName=self.name)["Stacks"][0]["StackId"]
        self.api.delete_stack(StackName=self.name)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            status = self.api.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]
            if not status.endswith("_IN_PROGRESS"):
                assert status == "DELETE_COMPLETE", self.failures()
                return
            time.sleep(0.01)
        raise AssertionError("the stack was not deleted")


@pytest.fixture(scope="session")
def local_state(tmp_path_factory):
    return tmp_path_factory.mktemp("local-aws")


@pytest.fixture(scope="session")
def local_venv():
    return ROOT / ".venv-local"


@pytest.fixture(scope="session")
def local_aws(local_state, local_venv):
    clock = SystemClock()
    started = process.start_in(local_state, local_venv, print, clock)
    yield started
    process.stop_in(local_state, clock)


@pytest.fixture(scope="session")
def account(local_aws):
    account = Account(local_aws.endpoint)
    yield account
    account.close()


@pytest.fixture
def stack(account):
    return account.stack()


@pytest.fixture
def not_emulated(local_state):
    """What the ledger says of a stack, as (resource, property)."""

    def of(stack):
        rows = process.not_emulated_in(local_state)
        return {(row.resource, row.property) for row in rows if row.stack == stack.name and row.region == stack.region}

    return of
