"""Other people use the rules alone: three lines of configuration in a folder of their own."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lint_rules.test_fixtures import FIXTURES
from tests.templates.pair import ROOT

PAGE = (ROOT / "docs" / "rules.md").read_text()


def documented():
    """The configuration that the page shows."""
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(text.splitlines()) == 3
    return text


@pytest.mark.parametrize(("fixture", "rules"), [("bad.yaml", {"E9504"}), ("good.yaml", set())])
def test_three_lines_in_an_empty_folder_are_enough(fixture, rules, tmp_path):
    (tmp_path / ".cfnlintrc").write_text(documented())
    shutil.copy(FIXTURES / "E9504" / fixture, tmp_path / "mine.yaml")
    done = subprocess.run(
        [Path(sys.executable).parent / "cfn-lint", "--format", "parseable"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert {line.split(":")[5] for line in done.stdout.splitlines()} == rules
