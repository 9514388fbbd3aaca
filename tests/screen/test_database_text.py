"""A global database on screens of several widths."""

import pytest

from twinstack.screen.database_text import database_lines
from twinstack.screen.events import DatabaseRead
from twinstack.screen.fitting import columns

NAMES = {"us-east-1": ("primary", "writer"), "eu-west-1": ("secondary", "reader"), "eu-north-1": ("third", "reader")}


def fact(name, said, verdict="ok"):
    return {"fact": name, "said": said, "verdict": verdict, "value": None}


def region(name, *facts):
    stack, role = NAMES[name]
    return {"region": name, "stack": stack, "role": role, "facts": list(facts)}


WRITER = region("us-east-1", fact("cluster", "available, 8.0.mysql_aurora.3.10.4"), fact("alarms", "20 OK"))
READER = region(
    "eu-west-1",
    fact("cluster", "available, 8.0.mysql_aurora.3.10.4"),
    fact("RPO lag", "9000 ms, 30 s ago", "failed"),
    fact("health check", "first"),
    fact("health check", "no checker has said anything of it yet", "unknown"),
)


def database(*regions, **given):
    told = {"reversed": False, "endpoint": "trading.global", "ready": (), "problems": (), **given}
    return DatabaseRead("trading", "us-east-1 writes, as deployed", regions=regions, **told)


def drawn(event, width):
    return [line for line, _ in database_lines(event, width)]


def test_two_regions_stand_side_by_side_on_eighty_columns():
    assert drawn(database(WRITER, READER, ready=("eu-west-1",)), 80) == [
        "Global database trading: us-east-1 writes, as deployed",
        "  writer endpoint trading.global",
        "",
        "                     us-east-1 (primary)          eu-west-1 (secondary)",
        "  role               writer                       reader",
        "  cluster            available,                   available,",
        "                     8.0.mysql_aurora.3.10.4      8.0.mysql_aurora.3.10.4",
        "  RPO lag            -                            ! 9000 ms, 30 s ago",
        "  health check       -                            first",
        "  health check       -                            ? no checker has said",
        "                                                  anything of it yet",
        "  alarms             20 OK                        -",
        "",
        "Ready to switch to eu-west-1.",
    ]


def test_a_wide_screen_is_used_up_to_140_columns():
    lines = drawn(database(WRITER, READER), 300)
    assert lines[5] == f"{'  cluster':21}{'available, 8.0.mysql_aurora.3.10.4':59}available, 8.0.mysql_aurora.3.10.4"


def test_where_regions_do_not_fit_beside_each_other_they_stand_below():
    lines = drawn(database(WRITER, READER, region("eu-north-1", fact("cluster", "available"))), 80)
    assert "us-east-1 (primary): writer" in lines
    assert "eu-north-1 (third): reader" in lines
    assert "  RPO lag            ! 9000 ms, 30 s ago" in lines


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_no_line_is_wider_than_the_screen(width):
    long = region("us-east-1", fact("region", "does not answer: " + "x" * 200, "unknown"))
    problem = "eu-west-1: regions: us-east-1 does not answer within some seconds, and nobody knows why " * 2
    assert all(columns(line) <= width for line in drawn(database(long, READER, problems=(problem,)), width))


def test_what_is_wrong_and_what_is_not_known_is_coloured_and_marked():
    styles = dict(database_lines(database(WRITER, READER, problems=("eu-west-1: lag",)), 80))
    assert styles["  RPO lag            -                            ! 9000 ms, 30 s ago"] == "red"
    assert styles["  health check       -                            ? no checker has said"] == "yellow"
    assert styles["Not ready to switch: eu-west-1: lag"] == "bold red"


def test_reversed_roles_stand_out():
    lines = list(database_lines(database(WRITER, reversed=True), 80))
    assert lines[0] == ("Global database trading: us-east-1 writes, as deployed", "bold yellow")
