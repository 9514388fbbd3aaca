"""What a template's own constraints say of a value, before AWS is asked."""

import pytest

from twinstack.environment.constraints import broken_constraint


@pytest.mark.parametrize("value", ["0", "35", "-1", "+2", "0.5", ".5", "5.", "1e3", "1.5E-3"])
def test_a_number_in_any_form_that_cloudformation_takes(value):
    assert broken_constraint({"Type": "Number"}, value) is None


@pytest.mark.parametrize("value", ["", "x", "1,5", "1e", "0x10", "."])
def test_what_is_no_number_is_said(value):
    assert broken_constraint({"Type": "Number"}, value) == f"{value!r} is not a number"
