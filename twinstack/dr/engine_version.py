"""What the text of an engine version says: major version, line and patch, and what a change from one to another is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

AURORA_MYSQL, AURORA_POSTGRESQL = "aurora-mysql", "aurora-postgresql"

# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Updates.Versions.html
_MYSQL = re.compile(r"(\d+\.\d+)\.mysql_aurora\.(\d+\.\d+)\.(\d+)")
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.VersionPolicy.Versioning.html
_POSTGRESQL = re.compile(r"(\d+)\.(\d+)")


@dataclass(frozen=True)
class EngineVersion:
    """A full engine version.

    Attributes:
        engine: aurora-mysql or aurora-postgresql.
        text: The version as templates write it.
        major: The version of MySQL or PostgreSQL that it is compatible with: `8.0`, `16`.
        line: What gets patches of its own: `3.10`; of PostgreSQL the major version.
        patch: The number in the line; of PostgreSQL the minor version.
    """

    engine: str
    text: str
    major: str
    line: str
    patch: int

    @property
    def rank(self) -> tuple[tuple[int, ...], tuple[int, ...], int]:
        """What orders versions of one engine."""
        return _numbers(self.major), _numbers(self.line), self.patch

    def __str__(self) -> str:
        return self.text


class Move(Enum):
    """What a change of version is."""

    NONE = "no change"
    PATCH = "an upgrade within one line"
    LINE = "a change of line"
    MAJOR = "a change of the major version"
    DOWNGRADE = "a downgrade"
    ENGINE = "a change of the engine"
    UNREADABLE = "a change that cannot be judged"


def read_version(engine: object, text: object) -> EngineVersion | None:
    """Reads an engine version.

    Args:
        engine: The value of `Engine`.
        text: The value of `EngineVersion`.

    Returns:
        The version; None where it is not the full version of an Aurora engine.
    """
    text = str(text)
    if engine == AURORA_MYSQL and (found := _MYSQL.fullmatch(text)):
        return EngineVersion(AURORA_MYSQL, text, found[1], found[2], int(found[3]))
    if engine == AURORA_POSTGRESQL and (found := _POSTGRESQL.fullmatch(text)):
        return EngineVersion(AURORA_POSTGRESQL, text, found[1], found[1], int(found[2]))
    return None


def move(before: EngineVersion | None, after: EngineVersion | None) -> Move:
    """Returns what a change from one version to another is; None stands for one that cannot be read."""
    if before is None or after is None:
        return Move.UNREADABLE
    if before == after:
        return Move.NONE
    if before.engine != after.engine:
        return Move.ENGINE
    if after.rank < before.rank:
        return Move.DOWNGRADE
    if before.major != after.major:
        return Move.MAJOR
    return Move.PATCH if before.line == after.line else Move.LINE


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))
