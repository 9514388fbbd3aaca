"""The secrets, read from Secrets Manager when they are needed and kept nowhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import boto3
from botocore.config import Config


class SecretUnusableError(Exception):
    """The secret is there but does not say whom to log in as."""


class SecretsReader(Protocol):
    """The one call of Secrets Manager that is used."""

    def get_secret_value(self, *, SecretId: str) -> Mapping[str, Any]:  # noqa: N803  # boto3's name
        """Returns the secret's current value as `SecretString`."""


@dataclass(frozen=True)
class Credentials:
    """Whom to log in as; the password does not show when this is printed."""

    username: str
    password: str = field(repr=False)


def secrets_manager() -> SecretsReader:
    """Returns a client that gives up within ten seconds: in a subnet without its endpoint it would hang."""
    config = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 2})
    client: SecretsReader = boto3.client("secretsmanager", config=config)
    return client


def read(secrets: SecretsReader, arn: str) -> Credentials:
    """Reads a secret of the form `{"username": …, "password": …}`.

    Raises:
        SecretUnusableError: It has another form.
    """
    try:
        value = json.loads(secrets.get_secret_value(SecretId=arn)["SecretString"])
        return Credentials(str(value["username"]), str(value["password"]))
    except (KeyError, TypeError, ValueError):
        # not chained: the cause of a JSON error holds the text it could not read
        raise SecretUnusableError(f"{arn}: not a JSON object with username and password") from None
