"""What a run tells, drawn for a person and written for a program."""

import io
import json
from dataclasses import fields

import pytest
from rich.console import Console

from tests.conftest import validate_line
from twinstack.screen import events as told
from twinstack.screen.events import Event
from twinstack.screen.json_lines import JsonScreen
from twinstack.screen.text import TextScreen

CHANGE = {
    "action": "Modify",
    "resource": "Cluster",
    "type": "AWS::RDS::DBCluster",
    "physical_id": "cluster-1",
    "replacement": "Conditional",
    "policy_action": "",
    "properties": ("Port", "Engine"),
    "values": (
        {"path": "Port", "before": "3306", "after": "3307", "recreation": "Never"},
        {"path": "Engine", "before": "aurora-mysql", "after": "aurora-postgresql", "recreation": "Conditionally"},
    ),
    "foreseen": "certain",
    "predicted": "",
    "problems": (),
}
ADDED = {**CHANGE, "action": "Add", "replacement": "False", "properties": (), "values": ()}
TOUCHED = {**CHANGE, "resource": "Record", "replacement": "False", "foreseen": "touched"}
PLAN = {
    "version": 1,
    "environment": "dev",
    "partial": False,
    "passes": [],
    "unknown": {},
    "waiting": [],
    "stale": [],
    "unused": [],
    "fewest_passes": True,
    "elsewhere": None,
    "since": None,
    "refused": [],
    "remarks": [],
}
WIRE = {"stack": "primary", "parameter": "PeeringId", "source": "secondary.PeeringId", "value": "pcx-1"}
STATUS = {"stack": "primary", "region": "us-east-1", "name": "pair-dev-primary", "status": "UPDATE_COMPLETE"}
PROGRESS = ("primary", "us-east-1", "2026-01-01T00:00:00", "Cluster", "AWS::RDS::DBCluster")
UNEXPLAINED = {"means": "", "source": ""}
DIFFERENCE = {
    "property": "/Versioning/Status",
    "difference": "NOT_EQUAL",
    "expected": "Enabled",
    "actual": "Suspended",
}
DRIFT = {
    "stack": "primary",
    "region": "us-east-1",
    "name": "pair-dev-primary",
    "status": "DRIFTED",
    "drifted": True,
    "reason": "Failed to detect drift on resources [Role]",
    "checked": 9,
    "resources": [
        {
            "resource": "Bucket",
            "type": "AWS::S3::Bucket",
            "physical_id": "bucket-1",
            "status": "MODIFIED",
            "checked": "2026-01-01T00:00:00+00:00",
            "differences": [
                {**DIFFERENCE, **UNEXPLAINED},
                {"property": "/Tags/1", "difference": "ADD", "expected": "null", "actual": "mine", **UNEXPLAINED},
                {
                    "property": "/Logging",
                    "difference": "REMOVE",
                    "expected": "on",
                    "actual": "null",
                    "means": "nobody sees who reads",
                    "source": "https://example.com/2",
                },
            ],
        },
        {
            "resource": "Queue",
            "type": "AWS::SQS::Queue",
            "physical_id": "queue-1",
            "status": "DELETED",
            "checked": "2026-01-01T00:00:00+00:00",
            "differences": [],
        },
    ],
    "false_drifts": [
        {
            **DIFFERENCE,
            "resource": "Disk",
            "type": "AWS::EC2::Volume",
            "property": "/KmsKeyId",
            "expected": "id",
            "actual": "arn",
            "why": "the same key",
            "source": "https://example.com/1",
        }
    ],
    "not_checked": [
        {"resource": "Role", "type": "AWS::IAM::Role", "reason": "Access Denied"},
        {"resource": "Zone", "type": "AWS::Route53::HostedZone", "reason": ""},
    ],
}
REVERTED = {
    "action": "Modify",
    "resource": "Bucket",
    "type": "AWS::S3::Bucket",
    "replacement": "False",
    "details": [{"property": "/Properties/Versioning", "before": "Suspended", "after": "Enabled"}],
}

# One event of each kind, and what a person reads of it.
EVENTS: list[tuple[Event, str]] = [
    (told.Note("looking"), "looking"),
    (told.Waiting("linting"), ""),
    (told.Warning_("mind the gap"), "Note: mind the gap"),
    (told.Failure("primary: it\nbroke", 1), "Error: primary: it\nError: broke"),
    (
        told.Failure("secondary: taken\nprimary: no more VPCs", 1, ("", "ask for more")),
        "Error: secondary: taken\nError: primary: no more VPCs\n  Hint: ask for more",
    ),
    (
        told.Finding("E3001", "error", "generated/primary.yaml:7", "no such type"),
        "generated/primary.yaml:7: E3001 error: no such type",
    ),
    (told.PlanMade(PLAN), "Plan for dev: nothing to do"),
    (told.StepBegun(1, 3, "primary", "us-east-1", "CREATE"), "Pass 1 of 3: create primary in us-east-1"),
    (
        told.ChangeSetMade("primary", "twinstack-1", (ADDED, CHANGE, TOUCHED)),
        "  change set twinstack-1: 1 perhaps replaced, 1 added, 1 may be touched\n"
        "    ±? Cluster AWS::RDS::DBCluster (replacement possible)\n"
        "        Port: 3306 → 3307\n"
        "        Engine: aurora-mysql → aurora-postgresql (may replace it)\n"
        "    + 1 resource\n"
        "    may be touched, nothing in them is known to change: Record",
    ),
    (
        told.ChangeSetDiffers(
            "primary",
            "twinstack-1",
            ({**CHANGE, "predicted": "Modify: Port", "problems": ("Engine is not predicted",)}, ADDED),
        ),
        "  change set twinstack-1 is not what was predicted:\n"
        "    predicted                              in the change set\n"
        "    1 as predicted\n"
        "    Cluster: Modify: Port                  ±? Cluster AWS::RDS::DBCluster\n"
        "                                           (replacement possible)\n"
        "      !! Engine is not predicted",
    ),
    (told.NothingToChange("primary"), "  primary: nothing to change"),
    (
        told.ResourceProgress(*PROGRESS, "CREATE_FAILED", "no more", 1, 4),
        "  00:00:00 primary    CREATE_FAILED      Cluster (AWS::RDS::DBCluster): no more",
    ),
    (told.StepDone("primary", "UPDATE_COMPLETE", 12.34), "  primary: UPDATE_COMPLETE after 12.3 s"),
    (told.StepFailed("primary", "ROLLBACK_COMPLETE", "no more"), "  primary: ROLLBACK_COMPLETE"),
    (told.StepSkipped("primary", "secondary failed"), "  primary: not run, because secondary failed"),
    (
        told.WiresRead(({**WIRE, "produced": "pcx-1", "verdict": "matches"},)),
        "Wires read back: 1 matches",
    ),
    (
        told.WiresRead(({**WIRE, "produced": "pcx-2", "verdict": "differs"},)),
        "primary  PeeringId  secondary.PeeringId  pcx-1 (put out: pcx-2)  differs",
    ),
    (told.OutputsRead({"primary": {"VpcId": "vpc-1"}}), "primary  VpcId   vpc-1"),
    (
        told.StatusRead(({**STATUS, "resources": 7, "protected": True, "reason": "done"},)),
        "primary  us-east-1  pair-dev-primary  UPDATE_COMPLETE  7          True",
    ),
    (
        told.StackEventRead(*PROGRESS, "UPDATE_COMPLETE", "why"),
        "2026-01-01 00:00:00 primary    UPDATE_COMPLETE    Cluster (AWS::RDS::DBCluster):\n      why",
    ),
    (
        told.DriftRead((DRIFT,)),
        "primary (pair-dev-primary) in us-east-1: 2 drifted of 9 resources that AWS looked at\n"
        "  not read whole: Failed to detect drift on resources [Role]\n"
        "  ~ Bucket AWS::S3::Bucket\n"
        "      /Versioning/Status: expected Enabled, is Suspended\n"
        "      /Tags/1: added: mine\n"
        "      /Logging: removed, expected on\n"
        "        nobody sees who reads: https://example.com/2\n"
        "  - Queue AWS::SQS::Queue: deleted outside of CloudFormation (queue-1)\n"
        "  Known false drift, not counted:\n"
        "    Disk AWS::EC2::Volume /KmsKeyId: expected id, is arn\n"
        "      the same key: https://example.com/1\n"
        "  ? Role AWS::IAM::Role: AWS could not look: Access Denied\n"
        "  Not looked at, since drift of these types is not detected: 1 resources (--verbose lists them)",
    ),
    (
        told.DriftRead(({**DRIFT, "status": "absent"},)),
        "primary (pair-dev-primary) in us-east-1: there is no such stack",
    ),
    (
        told.RevertPreviewed("primary", "us-east-1", (REVERTED,), ""),
        "primary in us-east-1: reverting would change (not done; its change set is deleted again):\n"
        "  Modify Bucket AWS::S3::Bucket\n"
        "      /Properties/Versioning: Suspended -> Enabled",
    ),
    (
        told.RevertPreviewed("primary", "us-east-1", (), "refused"),
        "primary in us-east-1: what reverting would change is not known: refused",
    ),
    (
        told.Left(({"stack": "primary", "resource": "Key", "type": "K", "physical_id": "k-1", "why": "pending"},)),
        "Left behind:\n  primary: Key k-1: pending",
    ),
    (
        told.NotEmulated(
            ({"type": "AWS::S3::Bucket", "property": "Replication", "where": "pair Bucket", "reason": "unknown"},)
        ),
        "  AWS::S3::Bucket: Replication (pair Bucket): unknown",
    ),
    (told.LocalAwsRead("http://127.0.0.1:4566", 12), "local AWS at http://127.0.0.1:4566 (pid 12)"),
    (told.LocalAwsRead(None, None), "the local AWS is not running"),
    (told.StageBegun("network", "The network", "0.2 USD an hour"), "network: The network (0.2 USD an hour)"),
    (
        told.RowAnswered("network", "peering", "it is active", "active", "failed", "differs", ""),
        "  differs           peering: failed\n                    expected: active",
    ),
    (
        told.RowAnswered("network", "packets", "they arrive", "", "", "not looked at", "skipped"),
        "  not looked at     packets: skipped",
    ),
    (
        told.StacksStanding(({"name": "x-primary", "region": "us-east-1", "status": "BUSY", "removal": "destroy"},)),
        "These stacks stand now, and cost what is in them:\n  x-primary in us-east-1: BUSY; remove it: destroy",
    ),
    (told.StacksStanding(()), "No stack of this run is left."),
    (told.RecordWritten("records/x.md", "records/x.json"), "  record: records/x.md and records/x.json"),
    (
        told.ChecksMade(
            "Before the switchover",
            (
                {"check": "versions", "verdict": "ok", "said": "equal", "fix": ""},
                {"check": "lag", "verdict": "failed", "said": "9 s", "fix": "wait"},
            ),
        ),
        "\nBefore the switchover\n  ok       versions: equal\n  failed   lag: 9 s\n           wait",
    ),
    (
        told.PreflightDone(({"check": "quota of VPCs (us-east-1)", "verdict": "ok", "said": "1 of 5", "fix": ""},)),
        "\nPreflight: 1 looked at, all well",
    ),
    (told.PhaseEnded("roles moved", 61.25, "eu-west-1 writes"), "    61.2 s  roles moved: eu-west-1 writes"),
    (
        told.RolesMoved("switchover", "trading", "us-east-1", "eu-west-1", 61.25, "by a look", "RPO", 12.0, 31.0),
        "\neu-west-1 writes in trading now, by a switchover from us-east-1\n"
        "  RTO          61.2 s, by a look\n  lag before   12 ms (RPO, 31 s old)",
    ),
    (
        told.DatabaseRead(
            "trading",
            "us-east-1 writes, as deployed",
            False,
            "trading.global",
            (
                {
                    "region": "us-east-1",
                    "stack": "primary",
                    "role": "writer",
                    "facts": [{"fact": "cluster", "said": "available", "verdict": "ok", "value": "3.10.4"}],
                },
                {
                    "region": "eu-west-1",
                    "stack": "secondary",
                    "role": "reader",
                    "facts": [{"fact": "RPO lag", "said": "9000 ms, 30 s ago", "verdict": "failed", "value": 9000.0}],
                },
            ),
            (),
            ("eu-west-1: lag: 9000 ms",),
        ),
        "Global database trading: us-east-1 writes, as deployed\n  writer endpoint trading.global\n",
    ),
    (told.Refreshed("2026-11-25 03:00:00 UTC"), "2026-11-25 03:00:00 UTC"),
    (told.Printed("as it is\n"), "as it is"),
    (told.Done("Done."), "Done."),
]
KINDS = {
    kind for kind in vars(told).values() if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
}


def drawn(*events, verbose=False, terminal=False):
    """What a person sees of some events: output and errors together."""
    out = io.StringIO()
    console = Console(file=out, highlight=False, emoji=False, force_terminal=terminal, width=100)
    screen = TextScreen(console, console, verbose=verbose)
    for event in events:
        screen.tell(event)
    return out.getvalue()


def written(event):
    """The one line that a program reads of an event."""
    out = io.StringIO()
    JsonScreen(out).tell(event)
    assert out.getvalue().count("\n") == 1
    return json.loads(out.getvalue())


def names(entries):
    return [type(event).__name__ for event, _ in entries]


def test_there_is_an_example_of_every_kind_of_event():
    assert {type(event) for event, _ in EVENTS} == KINDS
    assert len({kind.code for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize(("event", "text"), EVENTS, ids=names(EVENTS))
def test_a_person_reads(event, text):
    # Cells are filled up to the width of their column.
    assert text in "\n".join(line.rstrip() for line in drawn(event).splitlines())


@pytest.mark.parametrize("event", [event for event, _ in EVENTS], ids=names(EVENTS))
def test_a_program_reads_the_kind_and_every_value(event):
    line = written(event)
    validate_line(json.dumps(line))
    assert line.pop("event") == event.code
    assert set(line) == {field.name for field in fields(event)}


def test_values_of_a_json_line_are_those_of_the_event():
    assert written(told.ChangeSetMade("primary", "twinstack-1", (CHANGE,))) == {
        "event": "change-set",
        "stack": "primary",
        "name": "twinstack-1",
        "changes": json.loads(json.dumps([CHANGE])),
        "asked": False,
    }


def test_json_keeps_letters_of_every_language():
    out = io.StringIO()
    JsonScreen(out).tell(told.Note("Köln → 東京"))
    assert "Köln → 東京" in out.getvalue()


def test_a_kind_that_cannot_be_drawn_is_an_error_and_not_silence():
    class New(Event):
        code = "new"

    with pytest.raises(TypeError, match="no drawing for New"):
        drawn(New())


NASTY = [
    "[red]",
    "[/red]",
    "[bold]x[/]",
    ":secret:",
    "arn:aws:kms:eu-west-1:1:key:x",
    "\\[red]",
    "C:\\temp\\",
    "[link=x]",
    "{x}",
]


def nasty_events(text):
    yield told.Note(text)
    yield told.Warning_(text)
    yield told.Failure(text, 1)
    yield told.Finding(text, "error", "x", "y")
    yield told.StepBegun(1, 1, text, "us-east-1", "CREATE")
    yield told.ChangeSetMade("primary", "x", ({**CHANGE, "resource": text},))
    yield told.ResourceProgress("primary", "us-east-1", "2026-01-01T00:00:00", text, "T", "CREATE_FAILED", "", 1, 4)
    yield told.ResourceProgress("primary", "us-east-1", "2026-01-01T00:00:00", "It", "T", "CREATE_FAILED", text, 1, 4)
    yield told.StepSkipped("primary", text)
    yield told.WiresRead(({**WIRE, "value": text, "produced": "", "verdict": "stale"},))
    yield told.WiresRead(({**WIRE, "value": "x", "produced": text, "verdict": "differs"},))
    yield told.OutputsRead({"primary": {"Name": text}})
    yield told.StatusRead(({**STATUS, "status": text, "resources": 1, "protected": False, "reason": text},))
    yield told.StackEventRead("primary", "r", "t", "It", "T", "S", text)
    yield told.Left(({"stack": "s", "resource": "r", "type": "t", "physical_id": text, "why": "w"},))
    yield told.NotEmulated(({"type": "t", "property": text, "where": "w", "reason": "r"},))
    yield told.Printed(text)
    yield told.Done(text)
    yield told.PlanMade({**PLAN, "unknown": {"secondary": text}})


@pytest.mark.parametrize("text", NASTY)
def test_text_that_looks_like_markup_or_emoji_comes_out_as_it_is(text):
    for event in nasty_events(text):
        shown = drawn(event)
        assert text in shown, type(event).__name__
        assert text + "\\" not in shown, type(event).__name__


def test_text_that_a_terminal_would_obey_is_written_out():
    for event in nasty_events("a\x1b[2Jb\u202ec"):
        if not isinstance(event, told.Printed):  # a document for a program comes out as it is
            shown = drawn(event)
            assert r"a\x1b[2Jb\u202ec" in shown, type(event).__name__
            assert "\x1b" not in shown


@pytest.mark.parametrize("text", NASTY)
def test_the_live_line_of_a_terminal_shows_text_as_it_is(text):
    progress = told.ResourceProgress(
        "primary", "us-east-1", "2026-01-01T00:00:00", text, "T", "CREATE_COMPLETE", "", 1, 4
    )
    assert text in drawn(progress, told.Note("after"), terminal=True)


@pytest.mark.parametrize(
    ("character", "written"), [("\x1b[2K", "\\x1b[2K"), ("\r", "\\r"), ("\u202e", "\\u202e"), ("\u2028", "\\u2028")]
)
def test_a_character_that_a_terminal_obeys_is_written_out(character, written):
    assert drawn(told.Note(f"be{character}low")) == f"be{written}low\n"
    for event in nasty_events(f"be{character}low"):
        if not isinstance(event, told.Printed):
            assert character not in drawn(event), type(event).__name__


def test_a_value_of_several_lines_shows_the_line_that_differs():
    lines = "def handler(event, context):\n    return "
    changed = {
        **CHANGE,
        "values": ({"path": "Code", "before": f"{lines}1\n", "after": f"{lines}2\n", "recreation": "Never"},),
    }
    shown = drawn(told.ChangeSetMade("primary", "x", (changed,))).splitlines()
    assert shown[-2:] == [r"          - … n    return 1\n", r"          + … n    return 2\n"]
    whole = drawn(told.ChangeSetMade("primary", "x", (changed,)), verbose=True).splitlines()
    assert [line.strip() for line in whole[-6:]] == [
        "- def handler(event, context):",
        "return 1",
        "",
        "+ def handler(event, context):",
        "return 2",
        "",
    ]


def test_wires_that_match_are_counted_and_shown_only_when_asked():
    wires = told.WiresRead(({**WIRE, "produced": "pcx-1", "verdict": "matches"},))
    assert "pcx-1" not in drawn(wires)
    assert "pcx-1  matches" in drawn(wires, verbose=True)


def test_what_is_waited_for_is_shown_on_a_terminal_only():
    assert drawn(told.Waiting("linting")) == ""
    assert "linting" in drawn(told.Waiting("linting"), told.Done("Done."), terminal=True)


def test_a_change_set_that_a_person_is_asked_about_is_shown_whole():
    assert "Cluster" not in drawn(told.ChangeSetMade("primary", "x", (ADDED,)))
    assert "+ Cluster" in drawn(told.ChangeSetMade("primary", "x", (ADDED,), asked=True))


def test_without_a_terminal_there_are_no_control_codes():
    for event, _ in EVENTS:
        assert "\x1b" not in drawn(event, verbose=True)


def test_on_a_terminal_there_are_colours():
    assert "\x1b[" in drawn(told.Done("Done."), terminal=True)


def test_long_values_are_not_cut_or_broken_without_a_terminal():
    arn = "arn:aws:iam::123456789012:role/" + "x" * 90
    assert arn in drawn(told.OutputsRead({"primary": {"Role": arn}}))
    assert arn in drawn(told.Note(arn))


def progress(done, status="CREATE_COMPLETE"):
    return told.ResourceProgress(*PROGRESS, status, "", done, 8)


def test_without_a_terminal_progress_is_told_by_quarters():
    shown = drawn(*(progress(done) for done in range(9)))
    assert shown.splitlines() == [f"  primary: {done} of 8 resources" for done in (2, 4, 6, 8)]


def test_the_progress_of_a_next_step_begins_anew():
    shown = drawn(progress(8), told.StepDone("primary", "CREATE_COMPLETE", 1), progress(8))
    assert shown.count("8 of 8 resources") == 2


def test_the_progress_after_a_failed_step_begins_anew():
    shown = drawn(progress(8), told.StepFailed("primary", "ROLLBACK_COMPLETE", "x"), progress(8))
    assert shown.count("8 of 8 resources") == 2


def test_verbose_shows_every_event_of_an_operation():
    assert (
        drawn(progress(1), verbose=True) == "  00:00:00 primary    CREATE_COMPLETE    Cluster (AWS::RDS::DBCluster)\n"
    )


def test_added_resources_are_counted_and_listed_only_when_asked_for():
    event = told.ChangeSetMade("primary", "twinstack-1", (ADDED,))
    assert "Cluster" not in drawn(event)
    assert "+ Cluster AWS::RDS::DBCluster" in drawn(event, verbose=True)


def test_a_change_set_without_resources_is_said_to_change_outputs():
    assert "change set twinstack-1: outputs only" in drawn(told.ChangeSetMade("primary", "twinstack-1", ()))


def test_long_values_of_drift_are_folded_and_whole_with_verbose():
    long = {**DIFFERENCE, **UNEXPLAINED, "actual": "x" * 1234}
    event = told.DriftRead(({**DRIFT, "resources": [{**DRIFT["resources"][0], "differences": [long]}]},))
    assert f"is {'x' * 99}… (1,234 characters, all with --verbose)" in drawn(event)
    assert f"is {'x' * 1234}" in drawn(event, verbose=True)


def test_verbose_names_what_aws_did_not_look_at():
    assert "    Zone AWS::Route53::HostedZone\n" in drawn(told.DriftRead((DRIFT,)), verbose=True)


def test_a_plan_names_the_drifted_resources_that_it_changes():
    entry = {
        "stack": "primary",
        "resource": "Bucket",
        "status": "MODIFIED",
        "checked": "2026-11-20",
        "properties": ["/Size", "/Tags/0/Value"],
        "passes": [1, 3],
        "certain": True,
    }
    gone = {**entry, "resource": "Queue", "status": "DELETED", "properties": [], "passes": [3], "certain": False}
    text = drawn(told.PlanMade({**PLAN, "drift": {"resources": [entry, gone], "not_read": ["secondary: denied"]}}))
    assert (
        "Drifted: primary.Bucket (checked 2026-11-20): /Size, /Tags/0/Value changed by hand; pass 1 and 3 would change "
        "it\nDrifted: primary.Queue (checked 2026-11-20): deleted by hand; pass 3 may change it\n"
        "Drift not read: secondary: denied\n"
    ) in text
