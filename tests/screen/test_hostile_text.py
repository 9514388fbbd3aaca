"""Whatever text comes from AWS or from a template: it neither colours nor moves a terminal, nor breaks JSON lines."""

import io
import json
import re
import unicodedata
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from rich.console import Console

from tests.screen.test_plans import document, worlds
from tests.screen.test_screens import EVENTS
from tests.systems import pair
from twinstack.screen import events as told
from twinstack.screen.json_lines import JsonScreen, json_text
from twinstack.screen.text import TextScreen

PLAN = told.PlanMade(document(worlds()[3], pair({"primary": {"VpcCidr": "10.9.0.0/16"}})))
ALL = [*(event for event, _ in EVENTS), PLAN]
# Escape sequences, C1 controls, a bell, an overprint, turned and invisible text, separators, half a character, a tag.
NASTY = ("\x1b[31m", "\x1b]0;title\x07", "\x9b2J", "\r", "\b", "\x7f", "\u202e", "\u200b", "\u2028", "\x85", "\ud800",
         "\U000e0041", "\n", "\t", "[red]", "🧨", "e\u0301")  # fmt: skip
HOSTILE = some.lists(some.sampled_from(NASTY) | some.text(max_size=3), min_size=1, max_size=5).map("".join)
# What rich itself writes: colours, a live line that is shown, erased and moved over, and a terminal that is cleared.
OWN = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\?25[lh]|\x1b\[2K|\x1b\[1A|\x1b\[2J|\x1b\[H|\r")
CHOSEN = {"action", "replacement", "operation", "difference", "status", "verdict", "foreseen", "recreation", "reason"}


def spoilt(value, text, key=""):
    """The value with the text in the place of every string that is free."""
    if isinstance(value, str):
        return value if key in CHOSEN else text
    if isinstance(value, dict):
        return {name: spoilt(item, text, name) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(spoilt(item, text, key) for item in value)
    return value


def hostile(event, text):
    return replace(event, **{field.name: spoilt(getattr(event, field.name), text) for field in fields(event)})


def wholly(event, text):
    """The same with the text in the strings that are chosen from a list as well, where they are no keys of ours."""
    changed = {field.name: getattr(event, field.name) for field in fields(event)}
    return replace(event, **{name: text if isinstance(value, str) else value for name, value in changed.items()})


def drawn(event, *, verbose, terminal):
    out = io.StringIO()
    colours = "truecolor" if terminal else None
    console = Console(file=out, highlight=False, emoji=False, force_terminal=terminal, width=80, color_system=colours)
    screen = TextScreen(console, console, verbose=verbose)
    screen.tell(event)
    screen.tell(told.Note(""))
    return out.getvalue()


def obeyed(text):
    return {char for char in text if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs")}


@pytest.mark.parametrize("event", ALL, ids=[type(event).__name__ for event in ALL])
@settings(max_examples=20)
@given(text=HOSTILE, verbose=some.booleans())
def test_no_kind_of_event_lets_text_colour_or_move_a_terminal(event, text, verbose):
    for spoilt_event in (hostile(event, text), wholly(event, text)):
        assert obeyed(OWN.sub("", drawn(spoilt_event, verbose=verbose, terminal=True))) - {"\t"} == set()
        if not isinstance(event, told.Printed):  # a document for a program comes out as it is
            assert obeyed(drawn(spoilt_event, verbose=verbose, terminal=False)) == set()


@pytest.mark.parametrize("event", ALL, ids=[type(event).__name__ for event in ALL])
@settings(max_examples=20)
@given(text=HOSTILE)
def test_every_kind_of_event_is_one_line_of_json_that_reads_as_it_was_told(event, text):
    spoilt_event, out = hostile(event, text), io.StringIO()
    JsonScreen(out).tell(spoilt_event)
    (line,) = out.getvalue().splitlines()
    assert obeyed(line) == set()
    read = json.loads(line)
    assert read.pop("event") == event.code
    assert read == json.loads(json.dumps({field.name: getattr(spoilt_event, field.name) for field in fields(event)}))


def test_the_colours_of_a_terminal_are_the_only_sequences_in_a_failure():
    shown = drawn(told.Failure("a\x1b[32mb", 1, ("do \x1b[0m it",)), verbose=False, terminal=True)
    assert re.findall(r"\x1b[^m]*m", shown) == ["\x1b[1;31m", "\x1b[0m", "\x1b[33m", "\x1b[0m"]
    assert r"a\x1b[32mb" in shown
    assert r"do \x1b[0m it" in shown


def test_a_document_is_written_as_it_is_to_a_program_and_with_its_controls_written_out_to_a_person():
    text = "a\x1b[2Jb\tc\nd"
    assert drawn(told.Printed(text), verbose=False, terminal=False).startswith(text)
    assert drawn(told.Printed(text), verbose=False, terminal=True).startswith("a\\x1b[2Jb\tc\nd")


def test_json_that_a_person_looks_at_has_every_control_as_an_escape_of_json():
    assert json_text({"a": "\x9b\u202e\U000e0041 é 🧨"}) == '{"a": "\\u009b\\u202e\\udb40\\udc41 é 🧨"}'


def test_what_json_cannot_hold_is_an_error_and_not_guessed_at():
    with pytest.raises(TypeError):
        json_text({"a": {1, 2}})
