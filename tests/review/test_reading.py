"""The two readings of a change set as one: nothing is lost, and values are there where AWS gave them."""

from dataclasses import replace

from tests.review.steps import dynamic, real, static
from twinstack.review.reading import united


def valued(detail, path="/Properties/DisplayName", before="a", after="b"):
    return replace(detail, path=path, before=before, after=after)


EDIT = static("DisplayName")


def test_a_detail_of_both_readings_is_there_once_with_its_values():
    assert united([real("Modify", "Topic", EDIT)], [real("Modify", "Topic", valued(EDIT))]) == (
        real("Modify", "Topic", valued(EDIT)),
    )


def test_what_only_the_reading_without_values_has_is_kept():
    touched = dynamic("KmsMasterKeyId", "Key.Arn")
    found = united(
        [real("Modify", "Topic", EDIT, touched), real("Add", "New")], [real("Modify", "Topic", valued(EDIT))]
    )
    assert found == (real("Modify", "Topic", valued(EDIT), touched), real("Add", "New"))


def test_what_only_the_reading_with_values_has_is_kept():
    other = real("Modify", "Other", valued(EDIT))
    found = united([real("Modify", "Topic", EDIT)], [other, real("Modify", "Topic", valued(EDIT), valued(static("B")))])
    assert found == (real("Modify", "Topic", valued(EDIT), valued(static("B"))), other)


def test_each_place_of_a_property_has_its_own_values():
    places = [valued(EDIT, f"/Properties/DisplayName/{place}") for place in (0, 1)]
    assert united([real("Modify", "Topic", EDIT)], [real("Modify", "Topic", *places)]) == (
        real("Modify", "Topic", *places),
    )


def test_a_detail_that_the_readings_judge_otherwise_is_there_as_both():
    judged = valued(replace(EDIT, dynamic=True, cause="Key.Arn"))
    assert united([real("Modify", "Topic", EDIT)], [real("Modify", "Topic", judged)]) == (
        real("Modify", "Topic", judged, EDIT),
    )


def test_what_the_entry_itself_says_is_what_the_reading_without_values_says():
    plain = real("Modify", "Vpc", static("CidrBlock", "Always"), replacement="True", policy_action="ReplaceAndDelete")
    assert united([plain], [replace(plain, replacement="Conditional", policy_action="")]) == (plain,)


def test_an_entry_that_is_listed_twice_stays_twice():
    listed = real("Modify", "Topic", EDIT)
    assert united([listed, listed], [listed]) == (listed, listed)
    assert united([listed], [listed, listed]) == (listed, listed)


def test_readings_without_a_change_come_to_none():
    assert united([], []) == ()
