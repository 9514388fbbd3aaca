"""Makes the clients of each stack: in its region, with the caller's credentials or an assumed role."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)
from botocore.exceptions import NoCredentialsError

from twinstack.aws.alarms import BotoAlarms
from twinstack.aws.api import Clients, StackClients
from twinstack.aws.boto import BotoBuckets, BotoCloudFormation, BotoRegions
from twinstack.aws.boto_drift import BotoDrifts
from twinstack.aws.existing_resources import BotoExistingResources
from twinstack.aws.parameter_store import BotoParameterStore
from twinstack.aws.translation import translated
from twinstack.planning.system import Stack, System

_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 6},
    connect_timeout=10,
    read_timeout=60,
    user_agent_extra="twinstack",
)
_SHORT = Config(connect_timeout=3, read_timeout=10)
# For regions that are only looked into: one that does not answer must not hold up a deployment elsewhere.
_LOOKING = _CONFIG.merge(_SHORT).merge(Config(retries={"mode": "standard", "total_max_attempts": 2}))
# For operations on a database whose region may be lost: each look is made once, and gives up within seconds.
_BRIEF = _CONFIG.merge(Config(connect_timeout=2, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 1}))
# For the one call that changes the roles of a database: it is made once, and a slow refusal keeps its reason.
_ASKING = _BRIEF.merge(Config(read_timeout=30))
# For clients that `patience` makes patient: nothing is repeated in two layers.
_ONCE = _CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
# A session makes clients for one thread at a time; what it has made is for all.
_making = threading.Lock()
# A proxy of the user's leads away from this machine.
_LOCAL = Config(proxies={})

MakeClient = Callable[[str], Any]


class Limits(Enum):
    """How long the calls of a client may take, and how often each is made."""

    LOOKING = _LOOKING
    BRIEF = _BRIEF
    ASKING = _ASKING


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


def connect(system: System, access: Access, *, briefly: bool = False) -> Clients:
    """Makes the clients of every stack, by role. They make each call once: see `patience`.

    Args:
        system: The stacks.
        access: How AWS is reached.
        briefly: Whether every call gives up within seconds.

    Raises:
        CredentialsError: The profile does not exist, or there are no credentials for a role that is to be assumed.
        AwsError: A role cannot be assumed.
    """
    clients = {}
    for role, session in _sessions(system, access, _BRIEF if briefly else _CONFIG, at_once=not briefly).items():
        region = system.stacks[role].region
        where = f"{role} ({region})"
        make = _maker(session, access, _BRIEF if briefly else _ONCE)
        soon = _maker(session, access, _BRIEF if briefly else _ONCE.merge(_SHORT))
        with translated(where):
            cloudformation = make("cloudformation", region)
            clients[role] = StackClients(
                BotoCloudFormation(cloudformation, where),
                BotoDrifts(cloudformation, where),
                BotoBuckets(make("s3", region), where),
                BotoRegions(soon, region, where),
                BotoAlarms(partial(make, "cloudwatch", region), where),
                BotoParameterStore(partial(soon, "ssm", region), where),
                BotoExistingResources(partial(make, "cloudcontrol", region), where),
            )
    return clients


def client_makers(system: System, access: Access) -> dict[str, MakeClient]:
    """Returns, by role, what makes a client of any service in the region and the account of the stack.

    Errors as for `connect`.
    """

    def in_its_region(role: str, session: boto3.Session) -> MakeClient:
        make, region = _maker(session, access, _CONFIG), system.stacks[role].region
        return lambda service: make(service, region)

    sessions = _sessions(system, access, _CONFIG, at_once=True)
    return {role: in_its_region(role, session) for role, session in sessions.items()}


def looking_makers(
    system: System, access: Access, limits: Limits = Limits.LOOKING
) -> dict[str, Callable[[str, str], Any]]:
    """Returns, by role, what makes a client of a service in any region of the stack's account, and gives up soon.

    A role is assumed by the first call that needs it: a region that does not answer holds up its own calls only.

    Args:
        system: The stacks.
        access: How AWS is reached.
        limits: What each call is given.

    Errors as for `connect`, save that a role that cannot be assumed is an error of the calls.
    """
    sessions = _sessions(system, access, limits.value, at_once=False)
    return {role: _maker(session, access, limits.value) for role, session in sessions.items()}


def _sessions(system: System, access: Access, config: Config, *, at_once: bool) -> dict[str, boto3.Session]:
    """Returns the session of each stack, by role: the caller's own, or that of the role it assumes.

    Args:
        system: The stacks.
        access: How AWS is reached.
        config: How the roles are asked for.
        at_once: Whether the roles are assumed here, so that one that cannot be is told before anything else.
    """
    with translated("credentials"):
        base = _local_session() if access.local else boto3.Session(profile_name=access.profile)
    sessions = {}
    for role, stack in system.stacks.items():
        assumes = stack.account and not access.local
        sessions[role] = _assumed(access.profile, _AssumedRole(base, stack, access, config)) if assumes else base
        if assumes and at_once:
            with translated(f"{role} ({stack.region}): assuming {stack.account}"):
                untyped: Any = sessions[role]
                untyped.get_credentials().get_frozen_credentials()
    return sessions


def _maker(session: boto3.Session, access: Access, config: Config) -> Callable[[str, str], Any]:
    """Returns what makes the client of a service in a region."""
    config = config.merge(_LOCAL) if access.local else config
    untyped: Any = session

    def make(service: str, region: str) -> Any:
        with _making:
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


def _assumed(profile: str | None, provider: CredentialProvider) -> boto3.Session:
    """Makes a session of the role that a stack is deployed with, assumed again before its credentials expire."""
    session: Any = botocore.session.Session(profile=profile)
    session.register_component("credential_provider", CredentialResolver([provider]))
    return boto3.Session(botocore_session=session)


class _AssumedRole(CredentialProvider):
    """Gives a session the credentials of a role, assumed with those of another session."""

    METHOD = CANONICAL_NAME = "twinstack-assume-role"

    def __init__(self, base: boto3.Session, stack: Stack, access: Access, config: Config) -> None:
        super().__init__()
        self._base, self._stack, self._access, self._config = base, stack, access, config

    def load(self) -> DeferredRefreshableCredentials:
        """Returns credentials that are fetched when they are needed, and again before they expire."""
        source = self._base.get_credentials()
        if source is None:
            raise NoCredentialsError
        untyped: Any = self._base
        asked = {"region_name": self._stack.region, "endpoint_url": self._access.endpoint_url, "config": self._config}
        sts = partial(untyped.client, **asked)
        fetcher = AssumeRoleCredentialFetcher(
            sts, source, self._stack.account, extra_args={"RoleSessionName": "twinstack"}
        )
        return DeferredRefreshableCredentials(fetcher.fetch_credentials, self.METHOD)
