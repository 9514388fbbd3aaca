"""Where a stack's values come from: overrides of its region, parameters, the environment's keys, the template."""

from pathlib import Path

import pytest

from tests.environment.files import HEAD, ONE, TWO, assembled, read, written
from twinstack.environment.assembly import assemble, given_at
from twinstack.environment.file import read_environment_file
from twinstack.environment.secret_values import readable_templates, secret_values, secret_wires

ROOT = Path(__file__).parents[2]
OWN = {"Project": "pair", "EnvironmentSuffix": "dev", "Protected": "false"}
DEFAULT = "one.yaml:4"


@pytest.mark.parametrize(
    ("keys", "value", "where"),
    [
        pytest.param("", None, DEFAULT, id="nowhere: the template's default"),
        pytest.param("parameters: {Name: all}\n", "all", "dev.yaml:3", id="parameters"),
        pytest.param("parameters: {Name: ''}\n", "", "dev.yaml:3", id="empty in parameters"),
        pytest.param("parameter_overrides:\n  us-east-1: {Name: here}\n", "here", "dev.yaml:4", id="override"),
        pytest.param(
            "parameters: {Name: all}\nparameter_overrides:\n  us-east-1: {Name: here}\n",
            "here",
            "dev.yaml:5",
            id="override before parameters",
        ),
        pytest.param(
            "parameter_overrides:\n  us-east-1: {Name: here}\nparameters: {Name: all}\n",
            "here",
            "dev.yaml:4",
            id="override before parameters, whichever is written first",
        ),
        pytest.param(
            "parameters: {Name: all}\nparameter_overrides:\n  us-east-1: {Name: ''}\n",
            "",
            "dev.yaml:5",
            id="empty override before parameters",
        ),
        pytest.param(
            "parameters: {Name: all}\nparameter_overrides:\n  eu-west-1: {Name: there}\n",
            "all",
            "dev.yaml:3",
            id="override of another region",
        ),
        pytest.param(
            "parameter_overrides:\n  eu-west-1: {Name: there}\n", None, DEFAULT, id="override of another region alone"
        ),
    ],
)
def test_a_parameter_has_the_value_of_its_region_of_all_or_of_the_template(keys, value, where):
    environment = assembled(HEAD + keys)
    stack = environment.system.stacks["one"]
    assert stack.parameters == OWN | ({} if value is None else {"Name": value})
    assert given_at(environment.file, stack, "Name").removeprefix("environments/") == where


def test_each_stack_gets_the_parameters_that_its_template_has():
    stacks = assembled(HEAD + "parameters: {Name: all, Size: 4, Secret: x}\n").system.stacks
    assert stacks["one"].parameters == OWN | {"Name": "all", "Size": "4"}
    assert stacks["two"].parameters == {"Name": "all", "Secret": "x"}


def test_the_environment_fills_what_is_named_after_its_own_keys():
    own = "project: shop\nprotected: true\nenvironment_suffix: test\n"
    text = HEAD.replace("project: pair\n", "tags: {}\n") + own
    environment = assembled(text)
    stack = environment.system.stacks["one"]
    assert stack.parameters == {"Project": "shop", "EnvironmentSuffix": "test", "Protected": "true"}
    places = [given_at(environment.file, stack, name) for name in ("Project", "Protected", "EnvironmentSuffix")]
    assert places == [f"environments/dev.yaml:{line}" for line in (3, 4, 5)]


def test_a_stack_is_what_its_entry_says():
    text = """\
project: pair
stacks:
  one: {template: one.yaml, region: us-east-1, role_arn: service, assume_role: there, stack_name: Legacy}
  two: {template: two.yaml, region: eu-west-1}
update_order: [two, one]
tags: {Team: trading, Role: mine, Project: other}
"""
    environment = assembled(text)
    one, two = environment.system.stacks.values()
    assert (environment.name, environment.system.update_order) == ("dev", ("two", "one"))
    assert (one.role, one.name, one.region, one.account, one.service_role) == (
        "one",
        "Legacy",
        "us-east-1",
        "there",
        "service",
    )
    assert (two.role, two.name, two.region, two.account, two.service_role) == (
        "two",
        "pair-dev-two",
        "eu-west-1",
        "",
        None,
    )
    assert one.tags == {"Team": "trading", "Project": "pair", "EnvironmentSuffix": "dev", "Role": "one"}
    assert two.tags == {"Team": "trading", "Project": "pair", "EnvironmentSuffix": "dev", "Role": "two"}


def test_wires_of_the_file_count_where_the_template_has_none():
    text = """\
project: pair
stacks:
  one: {template: one.yaml, region: us-east-1}
  two:
    template: two.yaml
    region: eu-west-1
    wiring:
      Name: one.Id
"""
    (wire,) = (
        assembled(text, two=TWO.partition("\n")[2].replace(", Default: from the template", ""))
        .system.stacks["two"]
        .template.wires
    )
    assert (wire.parameter, wire.source, wire.where) == ("Name", "one.Id", "environments/dev.yaml:8")


def test_the_secrets_of_a_file_are_all_that_a_secret_parameter_is_given():
    text = (
        HEAD
        + "parameters: {Secret: a, Name: b}\nparameter_overrides: {us-east-1: {Secret: c}, eu-west-1: {Secret: d}}\n"
    )
    file = read(text)
    assert sorted(secret_values(file, readable_templates(file, Path.cwd()))) == ["a", "c", "d", "none"]


def test_the_secrets_of_every_template_are_known_and_one_without_a_default_gives_none():
    one = ONE.replace("Name: {Type: String, Default: from the template}", "Name: {Type: String, NoEcho: true}")
    file = read(HEAD + "parameters: {Secret: a, Name: b}\n", one=one)
    assert sorted(secret_values(file, readable_templates(file, Path.cwd()))) == ["", "a", "b", "none"]


def test_a_wire_to_a_stack_that_is_not_there_brings_no_secret():
    assert secret_wires(assembled(HEAD, one=ONE.replace("two.Id", "three.Id")).system) == {"one": set(), "two": set()}


def test_templates_that_cannot_be_read_are_passed_over():
    file = read(HEAD, one="Resources: [", two=TWO)
    assert [template.metadata["Role"] for template in readable_templates(file, Path.cwd())] == ["two"]


@pytest.mark.parametrize(("name", "protected"), [("dev", False), ("prod", True)])
def test_the_projects_own_environments_fit_its_templates(name, protected, monkeypatch):

    monkeypatch.chdir(ROOT)
    environment = assemble(read_environment_file(name, ROOT, None, {}), ROOT)
    assert (environment.name, environment.file.model.protected) == (name, protected)
    assert list(environment.system.stacks) == ["primary", "secondary"]


def test_templates_are_found_from_another_folder_too(tmp_path, monkeypatch):

    written(HEAD)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    environment = assemble(read_environment_file("dev", tmp_path, None, {}), tmp_path)
    assert [stack.template.source for stack in environment.system.stacks.values()] == [
        f"{tmp_path}/one.yaml",
        f"{tmp_path}/two.yaml",
    ]
