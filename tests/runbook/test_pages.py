"""Every command of the runbook, and of the page on restoring, is run: in the order of the page, in its world."""

import re
from pathlib import Path

import pytest

from templates_src import TEMPLATES
from tests.runbook import scenery
from tests.runbook.pages import Command, says, scenes

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs" / name for name in ("runbook.md", "restore.md")]
_COMMAND = re.compile(r"^ *(?:python deploy\.py|aws) .*$", re.MULTILINE)
SCENES = [pytest.param(scene, id=f"{page.stem}-{scene.name}") for page in PAGES for scene in scenes(page)]


@pytest.mark.parametrize("scene", SCENES)
def test_each_command_does_and_says_what_the_page_promises(scene, world, monkeypatch, capsys):
    scenery.begin(scene.name, world)
    for step in scene.steps:
        if not isinstance(step, Command):
            scenery.happens(step.name, world)
            continue
        code, told = world.run(step.line, monkeypatch, capsys)
        assert code == step.code, f"{step.line}\n{told}"
        missing = [line for line in step.says if not says(told, line)]
        assert missing == [], f"{step.line}\n{told}"
    scenery.check_end(scene.name, world)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_command_stands_in_a_page_outside_of_what_is_run(page):
    """In no block of another language, and in no sentence but as a name."""
    run = {step.line for scene in scenes(page) for step in scene.steps if isinstance(step, Command)}
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    shown = {re.sub(r"\s+# exit \d+$", "", it.strip()) for it in _COMMAND.findall(text)}
    assert {re.sub(r"\s+", " ", it) for it in shown} == {re.sub(r"\s+", " ", it) for it in run}
    assert set(re.findall(r"^ *```(\w*)$", text, re.M)) <= {"", "bash", "text"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_alias_of_a_key_is_one_that_the_templates_make(page):
    named = set(re.findall(r"alias/[\w-]+", page.read_text(encoding="utf-8")))
    made = {
        body["Properties"]["AliasName"]["Fn::Sub"]
        for build in TEMPLATES.values()
        for body in build().to_dict()["Resources"].values()
        if body["Type"] == "AWS::KMS::Alias"
    }
    assert named
    assert named <= {it.replace("${Project}-${EnvironmentSuffix}", scenery.DATABASE) for it in made}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_scene_of_a_page_is_known(page):
    for scene in scenes(page):
        assert scene.name in scenery.BEGINNINGS, scene.name
        assert {step.name for step in scene.steps if not isinstance(step, Command)} <= set(scenery.EVENTS)
