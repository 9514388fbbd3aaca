"""docs/first-real-run.md is made from its data, and each row that moved says by what."""

import pytest
from pydantic import ValidationError

from tests.templates.pair import ROOT
from twinstack.dr.first_run.page import Page, kind, markdown, read_page

STAGES = ["checks", "change-set", "parts", "network", "primary", "secondary", "linked", "probes", "in-use", "removal"]
ROW = {"id": "a-row", "look_for": "it is there", "sure": "high"}
DOCS = "https://docs.aws.amazon.com/a/page.html"


def page(*rows, **more):
    stage = {"key": "checks", "title": "Without creating anything", "price": "free", "rows": [*rows]}
    return Page.model_validate({"intro": "Before.\n", "stages": [stage], "outro": "After.\n", **more})


def test_the_page_is_current():
    assert (ROOT / "docs" / "first-real-run.md").read_text(encoding="utf-8") == markdown(read_page()) + "\n"


def test_the_stages_go_from_what_costs_nothing_to_taking_it_down():
    assert [stage.key for stage in read_page().stages] == STAGES


def test_a_row_shows_what_to_look_for_how_sure_we_are_and_who_says_so():
    row = {**ROW, "sure": "certain", "was": "low", "why": "young", "sources": [DOCS]}
    assert f"| it is there | young | certain (was low) | [AWS's documentation]({DOCS}) |" in markdown(page(row))


def test_what_to_run_has_a_column_where_a_row_names_something():
    assert "| do | look for |" in markdown(page({**ROW, "do": "`aws s3 ls`"}))
    assert "| do | look for |" not in markdown(page(ROW))


def test_moved_rows_are_counted_by_their_first_source():
    issue = "https://github.com/aws/a-repository/issues/7"
    text = markdown(
        page(
            {**ROW, "id": "one", "was": "low", "sources": [DOCS, issue]},
            {**ROW, "id": "two", "was": "low", "sources": [DOCS]},
            {**ROW, "id": "three", "was": "certain", "sources": [issue]},
            {**ROW, "id": "four", "sources": [issue]},
        )
    )
    assert "Of 4 rows 3 moved" in text
    assert "| AWS's documentation | 2 |\n| an issue thread | 1 |" in text
    assert "Now 0 certain, 4 high, 0 medium, 0 low, 0 none." in text


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (DOCS, "AWS's documentation"),
        ("https://repost.aws/knowledge-center/x", "AWS's blogs, answers and workshops"),
        ("https://aws.amazon.com/blogs/database/x/", "AWS's blogs, answers and workshops"),
        ("https://github.com/awsdocs/a-guide/blob/1/doc_source/a.md", "AWS's documentation"),
        ("https://github.com/owner/name/issues/7", "an issue thread"),
        ("https://github.com/owner/name/pull/7", "an issue thread"),
        ("https://github.com/owner/name/blob/main/a.java", "source code"),
        ("https://example.com/x", "another page"),
    ],
)
def test_an_address_says_what_kind_of_source_it_is(address, name):
    assert kind(address) == name


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{**ROW, "was": "low"}], "it moved, and no source says why"),
        ([{**ROW, "was": "high", "sources": [DOCS]}], "`was` is what `sure` is"),
        ([ROW, ROW], "more than one row is called a-row"),
        ([{**ROW, "sure": "surely"}], "Input should be 'certain', 'high', 'medium', 'low' or 'none'"),
        ([{**ROW, "sources": ["a page I remember"]}], "String should match pattern"),
        ([{**ROW, "note": "x"}], "Extra inputs are not permitted"),
    ],
)
def test_a_page_that_is_not_in_order_is_refused(rows, says):
    with pytest.raises(ValidationError, match=says):
        page(*rows)
