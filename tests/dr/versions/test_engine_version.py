"""What an engine version says, and what a change from one to another is."""

import pytest

from twinstack.dr.engine_version import EngineVersion, Move, move, read_version

MYSQL, POSTGRESQL = "aurora-mysql", "aurora-postgresql"
READABLE = [
    (MYSQL, "8.0.mysql_aurora.3.10.4", ("8.0", "3.10", 4)),
    (MYSQL, "8.0.mysql_aurora.3.04.6", ("8.0", "3.04", 6)),
    (MYSQL, "5.7.mysql_aurora.2.11.2", ("5.7", "2.11", 2)),
    (MYSQL, "8.4.mysql_aurora.8.4.7", ("8.4", "8.4", 7)),
    (POSTGRESQL, "16.4", ("16", "16", 4)),
]


@pytest.mark.parametrize(("engine", "text", "parts"), READABLE)
def test_a_full_version_is_read_into_major_line_and_patch(engine, text, parts):
    assert read_version(engine, text) == EngineVersion(engine, text, *parts)


@pytest.mark.parametrize(
    ("engine", "text"),
    [
        (MYSQL, "8.0"),
        (MYSQL, "8.0.mysql_aurora.3.10"),
        (MYSQL, "16.4"),
        (POSTGRESQL, "16"),
        (POSTGRESQL, "8.0.mysql_aurora.3.10.4"),
        ("mysql", "8.0.40"),
        (None, "16.4"),
        (MYSQL, None),
    ],
)
def test_what_is_not_the_full_version_of_an_aurora_engine_is_not_read(engine, text):
    assert read_version(engine, text) is None


@pytest.mark.parametrize(
    ("engine", "before", "after", "expected"),
    [
        (MYSQL, "8.0.mysql_aurora.3.10.4", "8.0.mysql_aurora.3.10.4", Move.NONE),
        (MYSQL, "8.0.mysql_aurora.3.10.3", "8.0.mysql_aurora.3.10.4", Move.PATCH),
        (MYSQL, "8.0.mysql_aurora.3.10.9", "8.0.mysql_aurora.3.10.10", Move.PATCH),
        (MYSQL, "8.4.mysql_aurora.8.4.7", "8.4.mysql_aurora.8.4.8", Move.PATCH),
        (POSTGRESQL, "16.4", "16.10", Move.PATCH),
        (MYSQL, "8.0.mysql_aurora.3.04.4", "8.0.mysql_aurora.3.10.4", Move.LINE),
        (MYSQL, "8.0.mysql_aurora.3.09.0", "8.0.mysql_aurora.3.10.0", Move.LINE),
        (MYSQL, "8.0.mysql_aurora.3.10.4", "8.4.mysql_aurora.8.4.7", Move.MAJOR),
        (MYSQL, "5.7.mysql_aurora.2.12.1", "8.0.mysql_aurora.3.10.4", Move.MAJOR),
        (POSTGRESQL, "15.8", "16.4", Move.MAJOR),
        (MYSQL, "8.0.mysql_aurora.3.10.4", "8.0.mysql_aurora.3.10.3", Move.DOWNGRADE),
        (MYSQL, "8.0.mysql_aurora.3.10.0", "8.0.mysql_aurora.3.04.6", Move.DOWNGRADE),
        (POSTGRESQL, "17.5", "16.9", Move.DOWNGRADE),
    ],
)
def test_a_change_of_version_is_told_by_what_it_crosses(engine, before, after, expected):
    assert move(read_version(engine, before), read_version(engine, after)) is expected


def test_a_change_from_or_to_what_cannot_be_read_cannot_be_judged():
    full = read_version(MYSQL, "8.0.mysql_aurora.3.10.4")
    assert [move(None, full), move(full, None)] == [Move.UNREADABLE, Move.UNREADABLE]


def test_another_engine_is_no_upgrade():
    assert move(read_version(MYSQL, "8.0.mysql_aurora.3.10.4"), read_version(POSTGRESQL, "16.4")) is Move.ENGINE
