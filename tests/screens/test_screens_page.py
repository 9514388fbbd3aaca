"""The page of the operator's screens is made, and its screens fit."""

import pytest

from tests.local.conftest import ROOT
from tests.screens.page import SCREENS, WIDTHS, drawn, page
from twinstack.screen.fitting import columns


def test_the_page_is_what_the_screens_show():
    assert (ROOT / "docs" / "screens.md").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("title", [title for title in SCREENS if title.startswith("status")])
def test_no_line_of_the_status_is_wider_than_the_screen(title, width):
    assert [line for line in drawn(SCREENS[title](), width).split("\n") if columns(line) > width] == []
