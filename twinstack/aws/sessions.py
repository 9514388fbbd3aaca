"""Makes the clients of each stack: in its region, with the caller's credentials or an assumed role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from twinstack.aws.alarms import BotoAlarms
from twinstack.aws.api import Clients, StackClients
from twinstack.aws.boto import BotoBuckets, BotoCloudFormation, BotoRegions, translated
from twinstack.aws.boto_drift import BotoDrifts
from twinstack.aws.parameter_store import BotoParameterStore
from twinstack.planning.system import Stack, System

_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 6},
    connect_timeout=10,
    read_timeout=60,
    user_agent_extra="twinstack",
)
# For regions that are only looked into: one that does not answer must not hold up a deployment elsewhere.
_LOOKING = _CONFIG.merge(
    Config(retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=3, read_timeout=10)
)
# A proxy of the user's leads away from this machine.
_LOCAL = Config(proxies={})

MakeClient = Callable[[str], Any]


@dataclass(frozen=True)
class Access:
    """How AWS is reached.

    Attributes:
        profile: The named profile of the AWS configuration, if any.
        endpoint_url: Another endpoint than AWS's own, if any.
        local: Whether it is the local AWS.
    """

    profile: str | None = None
    endpoint_url: str | None = None
    local: bool = False


def connect(system: System, access: Access) -> Clients:
    """Makes the clients of every stack, by role.

    Raises:
        InputError: The profile does not exist, or there are no credentials for a role that is to be assumed.
        AwsError: A role cannot be assumed.
    """
    clients = {}
    for role, session in _sessions(system, access).items():
        region = system.stacks[role].region
        where = f"{role} ({region})"
        make = _maker(session, access, _CONFIG)
        with translated(where):
            cloudformation = make("cloudformation", region)
            clients[role] = StackClients(
                BotoCloudFormation(cloudformation, where),
                BotoDrifts(cloudformation, where),
                BotoBuckets(make("s3", region), where),
                BotoRegions(_maker(session, access, _LOOKING), region, where),
                BotoAlarms(partial(make, "cloudwatch", region), where),
                BotoParameterStore(partial(make, "ssm", region), where),
            )
    return clients


def client_makers(system: System, access: Access) -> dict[str, MakeClient]:
    """Returns, by role, what makes a client of any service in the region and the account of the stack.

    Errors as for `connect`.
    """

    def in_its_region(role: str, session: boto3.Session) -> MakeClient:
        make, region = _maker(session, access, _CONFIG), system.stacks[role].region
        return lambda service: make(service, region)

    return {role: in_its_region(role, session) for role, session in _sessions(system, access).items()}


def looking_makers(system: System, access: Access) -> dict[str, Callable[[str, str], Any]]:
    """Returns, by role, what makes a client of a service in any region of the stack's account, and gives up soon.

    Errors as for `connect`.
    """
    return {role: _maker(session, access, _LOOKING) for role, session in _sessions(system, access).items()}


def _sessions(system: System, access: Access) -> dict[str, boto3.Session]:
    """Returns the session of each stack, by role: the caller's own, or that of the role it assumes."""
    with translated("credentials"):
        base = _local_session() if access.local else boto3.Session(profile_name=access.profile)
    return {
        role: _assumed(base, stack, access, f"{role} ({stack.region})") if stack.account and not access.local else base
        for role, stack in system.stacks.items()
    }


def _maker(session: boto3.Session, access: Access, config: Config) -> Callable[[str, str], Any]:
    """Returns what makes the client of a service in a region."""
    config = config.merge(_LOCAL) if access.local else config
    untyped: Any = session

    def make(service: str, region: str) -> Any:
        return untyped.client(service, region_name=region, endpoint_url=access.endpoint_url, config=config)

    return make


def _local_session() -> boto3.Session:
    """Makes a session for the local AWS: it asks for no real credentials, and must never be sent any.

    Neither AWS_PROFILE nor a configuration file counts here.
    """
    nothing = (None, None, None, None)
    bare = botocore.session.Session(
        session_vars={"profile": nothing, "config_file": nothing, "credentials_file": nothing}
    )
    bare.set_credentials("test", "test")
    return boto3.Session(botocore_session=bare)


def _assumed(base: boto3.Session, stack: Stack, access: Access, where: str) -> boto3.Session:
    with translated(f"{where}: assuming {stack.account}"):
        sts = base.client("sts", region_name=stack.region, endpoint_url=access.endpoint_url)
        given = sts.assume_role(RoleArn=stack.account, RoleSessionName="twinstack")["Credentials"]
    return boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
