"""What a template's own constraints say of a value, before AWS is asked."""

import pytest

from twinstack.environment.constraints import broken_constraint


@pytest.mark.parametrize("value", ["0", "35", "-1", "+2", "0.5", ".5", "5.", "1e3", "1.5E-3"])
def test_a_number_in_any_form_that_cloudformation_takes(value):
    assert broken_constraint({"Type": "Number"}, value) is None


@pytest.mark.parametrize("value", ["", "x", "1,5", "1e", "0x10", "."])
def test_what_is_no_number_is_said(value):
    assert broken_constraint({"Type": "Number"}, value) == f"{value!r} is not a number"


@pytest.mark.parametrize(
    ("declared", "value", "problem"),
    [
        ({"AllowedPattern": r"\p{Alnum}+"}, "a b", None),  # Java's, which Python does not read: AWS says it
        ({"AllowedPattern": "[a-z]+"}, "A", "'A' does not match [a-z]+"),
        ({"Type": "String", "MinValue": 3}, "abc", None),
        ({"Type": "Number", "MinValue": 3}, "2", "'2' breaks MinValue 3"),
        ({"Type": "Number", "MinValue": 3}, "3", None),
        ({"Type": "Number", "MinValue": "2.5"}, "2.4", "'2.4' breaks MinValue 2.5"),
        ({"Type": "Number", "MaxValue": 3}, "3", None),
        ({"Type": "Number", "MaxValue": 3}, "3.1", "'3.1' breaks MaxValue 3"),
        ({"Type": "Number", "MaxLength": 1}, "35", None),
        ({"MinLength": 3}, "abc", None),
        ({"MinLength": 3}, "ab", "'ab' breaks MinLength 3 characters"),
        ({"MaxLength": "3"}, "abc", None),
        ({"MaxLength": "3"}, "abcd", "'abcd' breaks MaxLength 3 characters"),
        ({"MinLength": "x"}, "abc", "its MinLength 'x' is not a number"),
        ({"AllowedValues": ["a", True, 3]}, "true", None),
        ({"AllowedValues": ["a", True, 3]}, "b", "'b' is not one of a, true, 3"),
        ({"AllowedValues": []}, "b", None),
        ({"AllowedPattern": "[a-z]+"}, "abc", None),
        ({"AllowedPattern": "[a-z]+"}, "abc1", "'abc1' does not match [a-z]+"),
        ({"AllowedPattern": "b"}, "abc", "'abc' does not match b"),
        ({"AllowedPattern": 7}, "7", None),
        (
            {"AllowedPattern": "[a-z]+", "ConstraintDescription": "lower case"},
            "A",
            "'A' does not match [a-z]+ (lower case)",
        ),
        ({"Type": "List<Number>", "MaxValue": 3}, "1, 2 ,3", None),
        ({"Type": "List<Number>", "MaxValue": 3}, "1,4", "'4' breaks MaxValue 3"),
        ({"Type": "List<Number>"}, "1,x", "'x' is not a number"),
        ({"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]}, "a,b", None),
        ({"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]}, "a,c", "'c' is not one of a, b"),
        ({"Type": "String", "AllowedValues": ["a", "b"]}, "a,b", "'a,b' is not one of a, b"),
        ({"Type": "Number", "NoEcho": True}, "hunter2", "the value (NoEcho) is not a number"),
        ({"AllowedPattern": "[a-z]+", "NoEcho": True}, "S3CRET", "the value (NoEcho) does not match [a-z]+"),
        ({"AllowedPattern": "[a-z]+", "NoEcho": "true"}, "S3CRET", "the value (NoEcho) does not match [a-z]+"),
    ],
)
def test_a_constraint_is_read_as_cloudformation_reads_it_and_shows_no_secret(declared, value, problem):
    assert broken_constraint(declared, value) == problem
