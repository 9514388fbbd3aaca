"""What was changed by hand is text from anybody: it is shown, and obeyed by no terminal."""

from twinstack.screen.drift_text import drift_lines, preview_lines
from twinstack.screen.events import RevertPreviewed

EVIL = "\x1b[2J\x1b[32mnone drifted\rok\nok"


def text(lines):
    return "\n".join(line for line, _ in lines)


def test_a_value_made_by_hand_does_not_write_on_the_terminal():
    difference = {
        "property": "/Name",
        "difference": "NOT_EQUAL",
        "expected": "a",
        "actual": EVIL,
        "means": "",
        "source": "",
    }
    resource = {"resource": "Topic", "type": "AWS::SNS::Topic", "status": "MODIFIED", "differences": [difference]}
    stack = {
        "stack": "primary",
        "name": "pair-dev-primary",
        "region": "us-east-1",
        "status": "DRIFTED",
        "drifted": True,
        "reason": "",
        "checked": 1,
        "resources": [resource],
        "false_drifts": [],
        "not_checked": [],
    }
    shown = text(drift_lines([stack], verbose=True))
    assert r"/Name: expected a, is \x1b[2J\x1b[32mnone drifted\rok\nok" in shown
    assert "\x1b" not in shown


def test_nor_does_it_in_the_preview_of_the_way_back():
    detail = {"property": "/Name", "before": EVIL, "after": "a"}
    change = {"action": "Modify", "resource": "Topic", "type": "T", "replacement": "False", "details": [detail]}
    shown = text(preview_lines(RevertPreviewed("primary", "us-east-1", (change,), ""), verbose=False))
    assert r"/Name: \x1b[2J\x1b[32mnone drifted\rok\nok -> a" in shown
    assert "\x1b" not in shown
