"""What holds for each example before anything is deployed."""

import pytest

from tests.local.conftest import ROOT

NAMES = sorted(folder.name for folder in (ROOT / "examples").iterdir() if folder.is_dir())
PASSES = {
    "certificate-elsewhere": "3 passes: edge → application → edge",
    "hub-and-spokes": "3 passes: hub → east + west → hub",
    "replicating-buckets": "3 passes: left → right → left",
    "security-groups": "3 passes: orders → payments → orders",
}


def test_there_are_four():
    assert sorted(PASSES) == NAMES


@pytest.mark.parametrize("name", PASSES)
def test_lint_finds_nothing(folder_of, name):
    assert folder_of(name).command("lint").startswith("Nothing to correct")


@pytest.mark.parametrize("name", PASSES)
def test_its_plan_is_the_one_in_its_readme(folder_of, name):
    example = folder_of(name)
    assert PASSES[name] in example.command("plan", "--offline")
    assert PASSES[name] in (example.folder / "README.md").read_text()
