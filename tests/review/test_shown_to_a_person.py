"""What a person sees of the flagship's real change sets on a terminal of 80 columns."""

import io
from dataclasses import replace
from itertools import pairwise

import pytest
from rich.console import Console

from tests.review.recorded_steps import read_all
from twinstack.review.comparison import Prediction, compare
from twinstack.review.rows import row_data
from twinstack.screen.change_lines import DANGERS
from twinstack.screen.events import ChangeSetDiffers, ChangeSetMade
from twinstack.screen.fitting import columns
from twinstack.screen.text import TextScreen

RECORDED = {recorded.name: recorded for recorded in read_all()}
# as the deployer names its change sets
NAME = "twinstack-3f0e8d6e-3b1c-4d6a-9a53-0c7c2f7f2f10"
SIGNS = {"±": "Replace", "-": "Remove", "±?": "Replace?", "~": "Modify", ">": "Import", "+": "Add"}


def rows(recorded, changes=None):
    found = compare(Prediction(recorded.step), recorded.changes if changes is None else changes)
    return tuple(map(row_data, found))


def shown(event):
    written = io.StringIO()
    console = Console(file=written, width=80)
    TextScreen(console, console).tell(event)
    return written.getvalue().splitlines()


def review(name, *, asked=True):
    return shown(ChangeSetMade("primary", NAME, rows(RECORDED[name]), asked))


def too_wide(lines):
    return [line for line in lines if columns(line) > 80]


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("name", RECORDED)
def test_no_line_is_wider_than_the_screen(name, asked):
    assert too_wide(review(name, asked=asked)) == []


@pytest.mark.parametrize("name", RECORDED)
def test_there_is_no_table(name):
    assert not [line for line in review(name) if set(line) & set("│┃┏┓└┘━─|")]


@pytest.mark.parametrize("name", RECORDED)
def test_what_is_lost_comes_first_and_what_is_new_last(name):
    entries = [line.split()[0] for line in review(name)[1:] if line[:4] == "    " and line[4:5] in "±-~>+"]
    places = [DANGERS.index(SIGNS[sign]) for sign in entries]
    assert places
    assert all(before <= after for before, after in pairwise(places))


@pytest.mark.parametrize("name", RECORDED)
def test_every_entry_is_named(name):
    text = " ".join(" ".join(review(name)).split())
    assert [it.resource for it in RECORDED[name].changes if it.resource not in text] == []


def test_every_danger_is_shown_with_what_becomes_of_what_goes():
    assert review("every danger") == [
        f"  change set {NAME}: 1 replaced, 1",
        "      removed, 1 perhaps replaced, 1 modified, 1 may be touched",
        "    ± FlowLog AWS::EC2::FlowLog (replacement, ReplaceAndDelete)",
        "        TrafficType: ALL → REJECT (replaces it)",
        "    - DatabaseKeyAlias AWS::KMS::Alias (Delete)",
        "    ±? Instance1 AWS::RDS::DBInstance (replacement possible)",
        "        AutoMinorVersionUpgrade: false → true (may replace it)",
        "    ~ InstanceParameterGroup AWS::RDS::DBParameterGroup",
        "        Parameters.long_query_time: 1 → 2",
        "    may be touched, nothing in them is known to change: InstanceEvents",
    ]


def test_the_third_pass_says_what_may_be_replaced_and_what_may_be_touched_of_all_that_aws_lists():
    lines = review("pass 3", asked=False)
    text = "\n".join(lines)
    modified = [it.resource for it in RECORDED["pass 3"].changes if it.action == "Modify"]
    assert len(modified) == 16
    assert lines[:2] == [
        f"  change set {NAME}: 1 perhaps replaced,",
        "      8 modified, 11 added, 7 may be touched",
    ]
    assert "    ±? may be replaced, if what they refer to changes: ProbeScheduleMayCall\n" in text
    assert lines[-3:] == [
        "    may be touched, nothing in them is known to change: BackupBucketPolicy,",
        "        ExportRole, ExportStarterRole, ExportStateMachine, PrimaryReaderRecord,",
        "        S3Endpoint",
    ]


def test_long_values_are_folded_from_where_they_differ():
    lines = review("pass 3", asked=False)
    folded = [line for line in lines if line.endswith(" …") or "… " in line]
    assert folded
    assert too_wide(folded) == []


def test_what_differs_stands_side_by_side_within_the_screen():
    recorded = RECORDED["every danger"]
    changes = [replace(recorded.changes[0], action="Modify"), *recorded.changes[2:]]
    lines = shown(ChangeSetDiffers("primary", NAME, rows(recorded, changes)))
    assert too_wide(lines) == []
    assert lines == [
        f"  change set {NAME} is not what was",
        "      predicted:",
        "    predicted                              in the change set",
        "    3 as predicted",
        "    DatabaseKeyAlias: Remove               ~ DatabaseKeyAlias AWS::KMS::Alias",
        "                                           (Delete)",
        "      !! Modify, not Remove",
        "    FlowLog: Replace: TrafficType          nothing",
        "      !! not in the change set",
    ]
