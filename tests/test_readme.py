"""What the README says about commands, options, exit codes and files is so."""

import re
import shlex
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import click
import pytest
import yaml

from local.environment import FOLDER
from tests.cli.here import here
from tests.cli.test_command_line import edit
from tests.cli.test_since import copied
from twinstack import errors
from twinstack.cli.commands import command_line
from twinstack.cli.drift import DRIFT_FOUND
from twinstack.cli.interruptions import EXIT_CODES
from twinstack.cli.options import Settings
from twinstack.cli.plan import CHANGES_PENDING
from twinstack.environment.file import EnvironmentModel, StackEntry, read_environment_file

__all__ = ["here"]

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
GLOBAL = set(Settings.__dataclass_fields__)


def section(heading):
    """The lines below a heading, up to the next one of the same or a higher level."""
    lines = iter(README.splitlines())
    level = next(line for line in lines if line.lstrip("#") == f" {heading}").count("#")
    return list(takewhile(lambda line: not re.match(rf"#{{1,{level}}} ", line), lines))


def table(heading, first):
    """The rows of the table whose first column has the given name, as lists of cells."""
    lines = section(heading)
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {first} |"))
    rows = takewhile(lambda line: line.startswith("|"), lines[start + 2 :])
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip("|"))] for row in rows]


def blocks(text, language):
    return re.findall(rf"^ *```{language}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)


def options_of(command, *, of_every_command):
    return {
        name
        for option in command.params
        if isinstance(option, click.Option) and (option.name in GLOBAL) is of_every_command
        for name in option.opts
        if name.startswith("--") and name != "--version"
    }


def shown_commands():
    """Every command line that a page shows, as (page, words after `python deploy.py`)."""
    for page in PAGES:
        for block in blocks(page.read_text(encoding="utf-8"), "bash"):
            for line in block.splitlines():
                found = re.search(r"(?:^|\s)python deploy\.py(.*)", line)
                if found:
                    yield page.name, shlex.split(found[1], comments=True)


def test_the_table_of_commands_is_that_of_the_command_line():
    assert {row[0].strip("`") for row in table("Commands", "command")} == set(command_line.commands)


@pytest.mark.parametrize("name", sorted(command_line.commands))
def test_each_command_is_shown_with_its_options(name):
    (row,) = [row for row in table("Commands", "command") if row[0] == f"`{name}`"]
    expected = options_of(command_line.commands[name], of_every_command=False)
    assert set(re.findall(r"--[a-z-]+", row[1])) == expected


def test_the_global_options_are_those_of_every_command():
    shown = {row[0].split()[0].strip("`") for row in table("Commands", "option")}
    assert shown == options_of(command_line, of_every_command=True)


def test_the_formats_are_those_of_the_commands():
    (row,) = [row for row in table("Commands", "option") if row[0].startswith("`--format")]
    formats = {
        choice
        for command in command_line.commands.values()
        for option in command.params
        if option.name == "format"
        for choice in option.type.choices
    }
    assert set(re.findall(r"`([a-z]+)`", row[1])) - set(command_line.commands) == formats


@pytest.mark.parametrize(("page", "words"), list(shown_commands()), ids=str)
def test_each_command_that_is_shown_can_be_given(page, words):
    named = [word for word in words if word in command_line.commands]
    command = command_line.commands[named[0] if named else "deploy"]
    known = {name for option in command.params for name in option.opts}
    assert {word for word in words if word.startswith("-")} <= known, page


def test_the_exit_codes_are_those_of_the_program():
    kinds = [errors.TwinStackError, *errors.TwinStackError.__subclasses__()]
    codes = {
        0,
        CHANGES_PENDING,
        DRIFT_FOUND,
        *EXIT_CODES.values(),
        click.UsageError.exit_code,
        *(kind.exit_code for kind in kinds),
    }
    assert [int(row[0]) for row in table("Exit codes", "code")] == sorted(codes)


def test_the_help_lists_the_same_exit_codes():
    told = re.search(r"Exit codes:(.*?)\.", command_line.help, re.DOTALL)[1]
    assert re.findall(r"\d+", told) == [row[0] for row in table("Exit codes", "code")]


def test_the_two_make_targets_stand_first_and_exist():
    targets = re.findall(r"^make (\w+)", blocks(README, "")[0], re.MULTILINE)
    assert targets == ["demo", "test"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {target for target in targets if f"\n{target}:" not in makefile} == set()


def test_the_environments_of_python_that_it_names_are_made():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"`{FOLDER}`" in README
    assert "venv .venv" in makefile


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_and_heading_that_is_linked_exists(page):
    text = page.read_text(encoding="utf-8")
    anchors = {
        re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in anchors, target
        elif not target.startswith("https://"):
            assert (page.parent / target.partition("#")[0]).exists(), target


def test_every_file_and_folder_that_is_named_exists():
    tree = blocks(section_text("Folders"), "")[0]
    parent = ROOT
    for line in tree.splitlines():
        name = line.split()[0]
        if not line.startswith(" "):
            parent = ROOT / name
        assert (parent if not line.startswith(" ") else parent / name).exists(), name


def test_the_tests_that_catch_the_ten_failures_exist():
    rows = table("Ten failures, and where each is caught", "#")
    assert [int(row[0]) for row in rows] == list(range(1, 11))
    there = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    assert set(re.findall(r"`(test_\w+\.py)`", " ".join(row[2] for row in rows))) <= there


def section_text(heading):
    return "\n".join(section(heading))


def test_the_environment_file_that_it_shows_is_one(tmp_path):
    (shown,) = blocks(section_text("The environment file"), "yaml")
    path = tmp_path / "shown.yaml"
    path.write_text(shown, encoding="utf-8")
    assert read_environment_file(str(path), ROOT, None, {}).suffix == "dev"
    assert set(yaml.safe_load(shown)) == set(EnvironmentModel.model_fields)


def test_every_key_of_a_stack_is_explained():
    text = section_text("The environment file")
    assert {key for key in StackEntry.model_fields if f"`{key}`" not in text} == set()


def quotes(heading):
    """The blocks of quoted lines below a heading, each as it was before it was quoted."""
    found = re.findall(r"(?:^>.*\n)+", section_text(heading) + "\n", re.MULTILINE)
    return [re.sub(r"^> ?", "", quote, flags=re.MULTILINE) for quote in found]


def planned(folder, here, *options):
    done = here(folder, "plan", "--offline", "--format", "markdown", *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_plans_that_it_shows_as_markdown_are_those_of_the_program(tmp_path, here):
    change, first = quotes("What a change would do")
    folder = copied(tmp_path)
    assert planned(folder, here) == first
    edit(folder, "BackupRetentionDays: 1\n", "BackupRetentionDays: 7\n")
    commit = re.compile(r"\([0-9a-f]{10}\)")
    assert commit.sub("", planned(folder, here, "--since", "main")) == commit.sub("", change)


def test_importing_the_entry_needs_no_more_than_the_package():
    asked = [sys.executable, str(ROOT / "deploy.py"), "--help"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "Commands:" in done.stdout
