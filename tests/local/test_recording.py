"""What counts as dropped: a property that nobody asked for."""

import copy
import json

import pytest

from local.plugin.dropped import UNREAD, Ledger, dropped_by_create, dropped_by_update
from local.plugin.recording import Recorded, replaced

GIVEN = {"Name": "a", "Config": {"One": 1, "Two": 2}, "Rules": [{"Id": 1, "Extra": 1}, {"Id": 2}]}


def unasked(act):
    properties = Recorded(GIVEN)
    act(properties)
    return {".".join(path) for path in properties.unasked()}


@pytest.mark.parametrize(
    ("act", "left"),
    [
        (lambda p: None, {"Name", "Config", "Rules"}),
        (lambda p: p["Name"], {"Config", "Rules"}),
        (lambda p: (p.get("Name"), p["Config"].get("One"), p["Rules"]), {"Config.Two"}),
        (lambda p: (p["Name"], p["Config"], [rule["Id"] for rule in p["Rules"]]), {"Rules.Extra"}),
        (lambda p: ("Name" in p, p["Config"], p["Rules"]), set()),
        (json.dumps, set()),
        (dict, set()),
        (lambda p: {**p}, set()),
        (copy.deepcopy, set()),
        (lambda p: replaced(p, {"Name": "b"}).get("Name"), {"Config", "Rules"}),
    ],
    ids=[
        "nothing",
        "one",
        "a member",
        "in a list",
        "contained",
        "dumped",
        "copied",
        "unpacked",
        "deep copy",
        "replaced",
    ],
)
def test_what_is_left(act, left):
    assert unasked(act) == left


def test_an_update_drops_changes_that_it_does_not_look_at():
    old = {"Kept": 1, "Changed": 1, "Removed": 1, "Seen": 1}
    new = Recorded({"Kept": 1, "Changed": 2, "Seen": 2, "Before": 1})
    new.get("Seen")
    assert dropped_by_update(old, new, {"Before", "Gone"}, ()) == {"Changed", "Removed", "Before"}


def test_a_property_without_effect_is_listed_only_when_it_is_given():
    properties = Recorded({"Config": {"One": 1}, "Rules": [{"Id": 1}]})
    json.dumps(properties)
    assert dropped_by_create(properties, ["Config.One", "Config.Two", "Rules.Id", "Other"]) == {
        "Config.One",
        "Rules.Id",
    }


def test_a_ledger_forgets_what_a_stack_no_longer_holds(tmp_path):
    file = tmp_path / "ledger.json"
    ledger = Ledger(file)
    for stack, resource in (("one", "A"), ("one", "B"), ("two", "A")):
        ledger.record(("us-east-1", stack, resource), "AWS::X::Y", ["Tags"], {})
    ledger.keep_only("us-east-1", "one", {"B"})
    assert [(row["stack"], row["resource"]) for row in json.loads(file.read_text())] == [("one", "B"), ("two", "A")]
    ledger.record(("us-east-1", "one", "B"), "AWS::X::Y", [], {})
    ledger.keep_only("us-east-1", "two", ())
    assert json.loads(file.read_text()) == []


def test_a_ledger_says_why(tmp_path):
    file = tmp_path / "ledger.json"
    Ledger(file).record(("us-east-1", "one", "A"), "AWS::X::Y", ["Tags", "Code"], {"Code": "not run"})
    found = {row["property"]: row["reason"] for row in json.loads(file.read_text())}
    assert found == {"Code": "not run", "Tags": UNREAD}
