"""Whatever a name or a value holds, a line stays a line, fits the screen, and is obeyed by no terminal."""

import io
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.console import Console

from twinstack.screen import events as told
from twinstack.screen.change_lines import lines_of, side_by_side
from twinstack.screen.escaping import escaped
from twinstack.screen.fitting import WIDTH, columns, cut, wrapped
from twinstack.screen.text import TextScreen

NASTY = "\n\r\t\x00\x07\x08\x1b[31m\x1b]0;title\x07\x7f\x9b\u2028\u2029\u202e\u200b\ud800"
TEXTS = st.text(st.one_of(st.sampled_from(NASTY + "漢字🙂é\u0301[/red]:smile:\\ "), st.characters()), max_size=200)
SHORT = TEXTS.filter(lambda text: columns(escaped(text)) <= 20)
MANY = settings(derandomize=True, deadline=None, max_examples=300)


def value(path="P", before="old", after="new"):
    return {"path": path, "before": before, "after": after, "recreation": "Always"}


def entry(resource="Topic", *values, **more):
    return {
        "action": "Modify",
        "resource": resource,
        "type": "AWS::SNS::Topic",
        "replacement": "True",
        "policy_action": "ReplaceAndDelete",
        "properties": ["P"],
        "values": values,
        "foreseen": "certain",
        "predicted": "Modify: P",
        "problems": [],
        **more,
    }


def is_plain(text):
    return not any(unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs") for character in text)


@MANY
@given(TEXTS, TEXTS, SHORT)
@example("a\nb", "c\r\nd", "x")
@example("\x1b[2J", "\u202eabc", "P")
@example("漢" * 100, "字" * 100, "P")
def test_any_value_is_shown_on_lines_that_fit(before, after, path):
    shown = list(lines_of([entry("Topic", value(path, before, after))], (), "    ", verbose=False))
    assert 2 <= len(shown) <= 4
    for line, _ in shown:
        assert is_plain(line)
        assert columns(line) <= WIDTH


@MANY
@given(TEXTS, TEXTS)
def test_verbose_shows_all_of_any_value_and_still_obeys_nothing(before, after):
    shown = [line for line, _ in lines_of([entry("Topic", value("P", before, after))], (), "", verbose=True)]
    assert all(is_plain(line) for line in shown)
    whole = "".join(line.strip() for line in shown)
    for text in (before, after):
        for part in text.split("\n"):
            assert escaped(part).strip() in whole


@MANY
@given(TEXTS, TEXTS)
def test_any_name_is_shown_on_lines_that_fit_unless_a_word_of_it_is_longer(name, other):
    changes = [entry(name, foreseen=other, action="Remove")]
    for line, _ in lines_of(changes, [entry(name), entry(other, replacement="False")], "    ", verbose=False):
        assert is_plain(line)
        assert columns(line) <= WIDTH or len(line.split()) == 1


@MANY
@given(TEXTS, TEXTS, TEXTS)
def test_any_difference_stands_in_two_columns(name, predicted, problem):
    changes = [entry(name, predicted=predicted, problems=[problem])]
    for line, _ in side_by_side(changes, "    "):
        assert is_plain(line)
        assert columns(line) <= WIDTH or len(line.split()) <= 2


@MANY
@given(TEXTS, TEXTS)
def test_the_screen_prints_what_it_was_given_and_interprets_nothing(name, text):
    written = io.StringIO()
    console = Console(file=written, width=80, force_terminal=False)
    shown = entry(name, value("P", text, None))
    TextScreen(console, console).tell(told.ChangeSetMade("primary", "set", (shown,)))
    lines = [line for line, _ in lines_of([shown], (), "    ", verbose=False)]
    assert written.getvalue().split("\n") == ["  change set set: 1 replaced", *lines, ""]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\nb", r"a\nb"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\u202e", r"\u202e"),
        ("tab\t", r"tab\t"),
        ("漢字 é", "漢字 é"),
        ("\ud800", r"\ud800"),
        (r"C:\new", r"C:\new"),
    ],
)
def test_what_a_terminal_might_obey_is_written_out(text, said):
    assert escaped(text) == said


@pytest.mark.parametrize(
    ("text", "room", "said"),
    [("abc", 3, "abc"), ("abcd", 3, "a …"), ("漢字漢字", 8, "漢字漢字"), ("漢字漢字x", 8, "漢字漢 …")],
)
def test_what_is_too_long_is_cut_by_the_columns_it_takes(text, room, said):
    assert cut(text, room) == said


def test_a_text_is_broken_between_words_and_further_lines_are_indented():
    assert wrapped("one two three four", "  ", 12) == ["  one two", "      three", "      four"]


def test_a_long_word_stays_whole_so_that_it_can_be_copied_or_is_broken_to_fill_a_column():
    assert wrapped("a " + "x" * 20, "", 10) == ["a", "    " + "x" * 20]
    assert wrapped("a " + "x" * 20, "", 10, whole_words=False) == ["a", "x" * 10, "x" * 10]


def test_a_text_of_nothing_is_one_empty_line():
    assert wrapped("", "  ") == ["  "]
