"""The probe: says for each of its targets whether the database answers, and how.

A database that does not answer is a finding, not a failure of the function. A secret that cannot be read is a failure
of the function and no finding: nothing was learnt about the database, so no metric is written.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from . import credentials, metrics
from .checking import Health, Target, check
from .connection import Access, Endpoint
from .credentials import Credentials, SecretsReader
from .deadline import Context, attempt_all
from .failures import Failure, explain

# what is kept of the function's time to write down the findings
RESERVE_SECONDS = 1.0


@dataclass(frozen=True)
class Configuration:
    """What the function is told by its environment; never a secret, only where it is."""

    database: str
    secret_arn: str
    targets: Sequence[Target]
    access: Access = field(default_factory=Access)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Configuration:
        """Reads `DATABASE`, `PROBE_SECRET_ARN` and `TARGETS`, a JSON list of region, host and port."""
        targets = [
            Target(entry["region"], Endpoint(entry["host"], int(entry["port"])))
            for entry in json.loads(environment["TARGETS"])
        ]
        return cls(environment["DATABASE"], environment["PROBE_SECRET_ARN"], targets)


def handler(_event: object, context: Context) -> dict[str, int]:
    """What Lambda calls: probes every target once."""
    return run(Configuration.read(os.environ), credentials.secrets_manager(), context)


def run(configuration: Configuration, secrets: SecretsReader, context: Context) -> dict[str, int]:
    """Probes the targets side by side and writes a line for each.

    Returns:
        How many targets there are and how many answered.
    """
    login = credentials.read(secrets, configuration.secret_arn)
    seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
    findings = probe(configuration, login, seconds)
    for target, finding in zip(configuration.targets, findings, strict=True):
        print(metrics.line(configuration.database, target, finding, time.time_ns() // 1_000_000), flush=True)
    answered = sum(isinstance(finding, Health) for finding in findings)
    return {"targets": len(findings), "answered": answered}


def probe(configuration: Configuration, login: Credentials, seconds: float) -> list[Health | Failure]:
    """Returns for each target what came out, in time."""
    checks = [partial(check, target, login, configuration.access) for target in configuration.targets]
    outcomes = attempt_all(seconds, checks)
    return [explain(outcome) if isinstance(outcome, BaseException) else outcome for outcome in outcomes]
