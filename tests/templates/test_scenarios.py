"""Where `writer.` and `reader.` lead in each situation: the table of docs/names.md, held against the templates."""

import re

import pytest

from tests.templates.pair import REGIONS, ROOT, WIRED, resolved
from tests.templates.route53 import Route53

PAGE = (ROOT / "docs" / "names.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.+?) \| (\(?\w+\)?) \| (\(?\w+\)?) \|$", PAGE, re.MULTILINE)
WIRES = {
    "SecondaryHealthCheckId": "OtherRegionHealthCheck",
    "SecondaryWritesHealthCheckId": "StandbyWritesHealthCheck",
    "SecondaryOwnHealthCheckId": "OwnHealthCheck",
}
EAST, WEST = REGIONS["primary"], REGIONS["secondary"]
UP, SILENT = 3600, None

WELL = {
    ("primary", "EngineUptime"): UP,
    ("secondary", "EngineUptime"): UP,
    ("secondary", "Reachable", EAST): 1,
    ("secondary", "Writer", WEST): 0,
    ("primary", "AuroraGlobalDBReplicationLag"): SILENT,
}
PRIMARY_DOWN = {("primary", "EngineUptime"): SILENT, ("secondary", "Reachable", EAST): 0}
STANDBY_WRITES = {("secondary", "Writer", WEST): 1}
PRIMARY_READS = {("primary", "AuroraGlobalDBReplicationLag"): 100}
PRIMARY_BEHIND = {("primary", "AuroraGlobalDBReplicationLag"): 600_000}
NO_OBSERVER = {("secondary", "Reachable", EAST): SILENT, ("secondary", "Writer", WEST): SILENT}
STANDBY_DOWN = {("secondary", "EngineUptime"): SILENT, **NO_OBSERVER}

# What is seen one after the other, beside what is well: parameters, then what differs each time; and who writes.
SITUATIONS = {
    "all is well": ({}, [{}], "primary"),
    "primary down, nothing done yet": ({}, [{}, PRIMARY_DOWN], "primary"),
    "primary down, failed over": ({}, [{}, PRIMARY_DOWN, PRIMARY_DOWN | STANDBY_WRITES], "secondary"),
    "primary up again, never failed over": ({}, [{}, PRIMARY_DOWN, {}], "primary"),
    "standby down": ({}, [{}, STANDBY_DOWN], "primary"),
    "both down": ({}, [{}, PRIMARY_DOWN, PRIMARY_DOWN | STANDBY_DOWN], "primary"),
    "observer dead": ({}, [{}, NO_OBSERVER], "primary"),
    # The function ends without a finding, and with `Undecided`, which no check looks at.
    "secret denied": ({}, [{}, NO_OBSERVER], "primary"),
    "certificate not trusted": ({}, [{}, NO_OBSERVER], "primary"),
    "observer dead, then primary down": ({}, [{}, NO_OBSERVER, PRIMARY_DOWN | NO_OBSERVER], "primary"),
    "observer dead, then primary down, `ReadersAt: secondary`": (
        {"ReadersAt": "secondary"},
        [{}, NO_OBSERVER, PRIMARY_DOWN | NO_OBSERVER],
        "primary",
    ),
    "lag high": ({}, [{}, {("secondary", "AuroraGlobalDBReplicationLag"): 600_000}], "primary"),
    "roles reversed by a switchover": ({}, [{}, STANDBY_WRITES | PRIMARY_READS], "secondary"),
    "roles reversed, `ReadersAt: primary`": (
        {"ReadersAt": "primary"},
        [{}, STANDBY_WRITES | PRIMARY_READS],
        "secondary",
    ),
    "roles reversed, standby down": (
        {},
        [{}, STANDBY_WRITES | PRIMARY_READS, STANDBY_DOWN | PRIMARY_READS],
        "secondary",
    ),
    "old primary back, as a reader": (
        {},
        [{}, PRIMARY_DOWN | STANDBY_WRITES, STANDBY_WRITES | PRIMARY_BEHIND, STANDBY_WRITES | PRIMARY_READS],
        "secondary",
    ),
    "old primary back, on its own": ({}, [{}, PRIMARY_DOWN | STANDBY_WRITES, STANDBY_WRITES], "secondary"),
    "old primary back, observer dead": (
        {},
        [{}, PRIMARY_DOWN | STANDBY_WRITES, STANDBY_WRITES | PRIMARY_READS, NO_OBSERVER | PRIMARY_READS],
        "secondary",
    ),
    "old primary writes again (failback), and lags no more": (
        {},
        [{}, STANDBY_WRITES | PRIMARY_BEHIND, {}],
        "primary",
    ),
    "probes off: primary down, nothing done yet": (
        {"ProbeEnabled": "false"},
        [NO_OBSERVER, PRIMARY_DOWN | NO_OBSERVER],
        "primary",
    ),
    "probes off: standby down": ({"ProbeEnabled": "false"}, [NO_OBSERVER, STANDBY_DOWN], "primary"),
    "probes off: old primary back, far behind": (
        {"ProbeEnabled": "false"},
        [NO_OBSERVER, PRIMARY_DOWN | NO_OBSERVER, NO_OBSERVER | PRIMARY_BEHIND],
        "secondary",
    ),
    "probes off: old primary back, on its own": (
        {"ProbeEnabled": "false"},
        [NO_OBSERVER, PRIMARY_DOWN | NO_OBSERVER, NO_OBSERVER],
        "secondary",
    ),
}
LEADS_TO = {"Cluster.ReadEndpoint.Address": "primary", "reader.eu-west-1": "secondary"}


def in_situation(situation):
    """Route 53, when it has looked at all that was seen; what was seen last; and the region that writes."""
    parameters, seen, writer = SITUATIONS[situation]
    given = {"ProbeEnabled": "true", **parameters}
    stacks = {
        "primary": resolved("primary", **given),
        "secondary": resolved("secondary", ProbeEnabled=given["ProbeEnabled"]),
    }
    ids = {WIRED["primary"][wire]: ("secondary", name) for wire, name in WIRES.items()}
    route53 = Route53(stacks, REGIONS, ids)
    for differs in seen:
        route53.see(WELL | differs)
    return route53, WELL | seen[-1], writer


def shown(role, seen):
    """A region as the table has it: in brackets while no instance of it is up."""
    return role if seen[role, "EngineUptime"] is not SILENT else f"({role})"


def test_every_situation_has_its_row_in_the_table():
    assert [row[0] for row in ROWS if row[0] != "situation"] == list(SITUATIONS)


@pytest.mark.parametrize(("situation", "writer", "reader"), ROWS, ids=[row[0] for row in ROWS])
def test_the_names_lead_where_the_table_says(situation, writer, reader):
    route53, seen, writes = in_situation(situation)
    assert route53.answer("writer") == "GlobalCluster.GlobalEndpoint.Address"
    assert shown(writes, seen) == writer
    assert shown(LEADS_TO[route53.answer("reader")], seen) == reader
