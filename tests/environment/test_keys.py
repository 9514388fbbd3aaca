"""The keys of an environment file: what each may be, what it is when left out, and what is said when it is wrong."""

from pathlib import Path

import pytest

from tests.environment.files import HEAD, read, said, written
from twinstack.environment.file import read_environment_file
from twinstack.errors import InputError

KEYS = (
    "project, environment_suffix, protected, stacks, update_order, parameters, parameter_overrides, tags, "
    "rollback_triggers"
)
OF_A_STACK = "template, region, role_arn, assume_role, stack_name, wiring"
STACK_NAME = "a stack name: letters, digits and hyphens, beginning with a letter, at most 128 characters"
PROJECT = "lower-case letters, digits and hyphens, beginning with a letter"


def one(entry):
    return f"project: pair\nstacks:\n  one:\n    {entry}\n"


def project(name):
    return HEAD.replace("pair", name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", f"dev.yaml: an environment file has the keys {KEYS}; see the README", id="empty"),
        pytest.param("- a\n", f"dev.yaml: an environment file has the keys {KEYS}; see the README", id="a list"),
        pytest.param(
            HEAD.replace("project: pair", "tags: {}"), "dev.yaml:1: the key project is missing; add it", id="no project"
        ),
        pytest.param("tags: {}\nproject: pair\n", "dev.yaml:1: the key stacks is missing; add it", id="no stacks"),
        pytest.param(HEAD + "protect: true\n", f"dev.yaml:3: unknown key protect; the keys are {KEYS}", id="unknown"),
        pytest.param(
            HEAD + "tags: {}\ntags: {}\n", "dev.yaml:4: the key tags stands twice; keep one of them", id="twice"
        ),
        pytest.param(project("Pair"), f"dev.yaml:1: project: 'Pair' is not {PROJECT}", id="project in capitals"),
        pytest.param(
            project("9pair"), f"dev.yaml:1: project: '9pair' is not {PROJECT}", id="project with a digit first"
        ),
        pytest.param(project("a" * 32), f"dev.yaml:1: project: '{'a' * 32}' is not {PROJECT}", id="project too long"),
        pytest.param(project("a_b"), f"dev.yaml:1: project: 'a_b' is not {PROJECT}", id="project with an underscore"),
        pytest.param(
            project("7"), "dev.yaml:1: project: Input should be a valid string, not 7", id="project that is a number"
        ),
        pytest.param(
            HEAD + "protected: maybe\n",
            "dev.yaml:3: protected: Input should be a valid boolean, unable to interpret input, not 'maybe'",
            id="protected",
        ),
        pytest.param(
            "project: pair\nstacks: {}\n",
            "dev.yaml:2: stacks: Dictionary should have at least 1 item after validation, not 0, not {}",
            id="no stack",
        ),
        pytest.param(
            one("region: eu-west-1"), "dev.yaml:3: the key stacks.one.template is missing; add it", id="no template"
        ),
        pytest.param(one("template: a"), "dev.yaml:3: the key stacks.one.region is missing; add it", id="no region"),
        pytest.param(
            one("{template: a, region: Ireland}"),
            "dev.yaml:4: stacks.one.region: 'Ireland' is not a region code such as eu-west-1",
            id="region",
        ),
        pytest.param(
            one("{template: a, region: eu-west-1, wires: {}}"),
            f"dev.yaml:4: unknown key stacks.one.wires; the keys are {OF_A_STACK}",
            id="unknown key of a stack",
        ),
        pytest.param(
            one("{template: a, region: eu-west-1, stack_name: 9a}"),
            f"dev.yaml:4: stacks.one.stack_name: '9a' is not {STACK_NAME}",
            id="stack name",
        ),
        pytest.param(
            one("{template: a, region: eu-west-1, wiring: {Peer: 3}}"),
            "dev.yaml:4: stacks.one.wiring.Peer: Input should be a valid string, not 3",
            id="wire that is a number",
        ),
        pytest.param(
            one("{template: a, region: eu-west-1, role_arn: [a]}"),
            "dev.yaml:4: stacks.one.role_arn: Input should be a valid string, not ['a']",
            id="service role",
        ),
        pytest.param(
            HEAD + "update_order: one\n",
            "dev.yaml:3: update_order: Input should be a valid tuple, not 'one'",
            id="update order",
        ),
        pytest.param(
            HEAD + "parameters:\n  Size: {a: hidden}\n",
            "dev.yaml:4: parameters.Size: Input should be a valid string, not a dict",
            id="parameter, whose value is not shown",
        ),
        pytest.param(
            HEAD + "parameter_overrides:\n  us-east-1:\n    Size:\n",
            "dev.yaml:5: parameter_overrides.us-east-1.Size: Input should be a valid string, not a NoneType",
            id="override without a value",
        ),
        pytest.param(
            HEAD + "parameter_overrides:\n  Ireland: {Size: 3}\n",
            "dev.yaml:4: parameter_overrides.Ireland: 'Ireland' is not a region code such as eu-west-1",
            id="override of no region",
        ),
        pytest.param(
            HEAD + "tags:\n  Team: {a: b}\n",
            "dev.yaml:4: tags.Team: Input should be a valid string, not {'a': 'b'}",
            id="tag",
        ),
        pytest.param(
            HEAD + "rollback_triggers: {alarms: [A], wait: 3}\n",
            "dev.yaml:3: unknown key rollback_triggers.wait; the keys are alarms, monitoring_minutes",
            id="unknown key of the triggers",
        ),
    ],
)
def test_what_is_wrong_with_a_key_is_said_with_its_line(text, message):
    assert said(read, text) == [message]


def test_everything_that_is_wrong_is_said_at_once():
    assert said(read, "project: Pair\nprotect: true\n") == [
        f"dev.yaml:1: project: 'Pair' is not {PROJECT}",
        "dev.yaml:1: the key stacks is missing; add it",
        f"dev.yaml:2: unknown key protect; the keys are {KEYS}",
    ]


def test_what_is_left_out_has_its_default():
    model = read(HEAD).model
    assert (model.environment_suffix, model.protected, model.update_order) == ("dev", False, ())
    assert (model.parameters, model.parameter_overrides, model.tags, model.rollback_triggers) == ({}, {}, {}, None)
    entry = model.stacks["one"]
    assert (entry.role_arn, entry.assume_role, entry.stack_name, entry.wiring) == (None, None, None, None)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("35", "35"),
        ("1.5", "1.5"),
        ("true", "true"),
        ("no", "false"),
        ("'007'", "007"),
        ("[a, b]", "a,b"),
        ("[1, 2]", "1,2"),
        ("''", ""),
        ("2012-10-17", "2012-10-17"),
    ],
)
def test_a_value_is_text_as_cloudformation_takes_it(written, value):
    model = read(
        HEAD + f"parameters: {{Name: {written}}}\n"
        f"parameter_overrides: {{us-east-1: {{Name: {written}}}}}\n"
        f"tags: {{Name: {written}}}\n"
    ).model
    assert (model.parameters, model.parameter_overrides["us-east-1"], model.tags) == ({"Name": value},) * 3


@pytest.mark.parametrize("name", ["a", "a" * 31, "a-9"])
def test_a_project_may_be_called(name):
    assert read(project(name)).stack_name("one") == f"{name}-dev-one"


@pytest.mark.parametrize(
    ("option", "variable", "in_file", "suffix"),
    [
        ("flag", "variable", "file", "flag"),
        ("flag", None, None, "flag"),
        (None, "variable", "file", "variable"),
        (None, "variable", None, "variable"),
        (None, "", "file", "file"),
        (None, None, "file", "file"),
        (None, None, "7", "7"),
        (None, None, None, "dev"),
    ],
)
def test_the_suffix_is_that_of_the_option_the_variable_the_file_or_dev(option, variable, in_file, suffix):
    text = HEAD + (f"environment_suffix: {in_file}\n" if in_file else "")
    file = read(text, option, {} if variable is None else {"ENVIRONMENT_SUFFIX": variable})
    assert (file.suffix, file.stack_name("two"), file.stack_name("artifacts")) == (
        suffix,
        f"pair-{suffix}-two",
        f"pair-{suffix}-artifacts",
    )


MUST_BE = (
    "must be 1 to 16 lower-case letters, digits and single hyphens: it becomes part of the names of buckets, clusters "
    "and records"
)


@pytest.mark.parametrize(
    ("text", "option", "variable", "message"),
    [
        (HEAD, "Dev", "fine", "--environment-suffix: the environment suffix 'Dev' "),
        (HEAD, "", None, "--environment-suffix: the environment suffix '' "),
        (HEAD, None, "a_b", "the variable ENVIRONMENT_SUFFIX: the environment suffix 'a_b' "),
        (HEAD + "environment_suffix: a--b\n", None, None, "dev.yaml:3: the environment suffix 'a--b' "),
        (HEAD + "environment_suffix: -a\n", None, None, "dev.yaml:3: the environment suffix '-a' "),
        (HEAD + f"environment_suffix: {'a' * 17}\n", None, None, f"dev.yaml:3: the environment suffix '{'a' * 17}' "),
    ],
    ids=["option", "empty option", "variable", "two hyphens", "hyphen first", "too long"],
)
def test_a_wrong_suffix_is_told_with_where_it_comes_from(text, option, variable, message):
    variables = {"ENVIRONMENT_SUFFIX": variable} if variable else {}
    assert said(read, text, option, variables) == [message + MUST_BE]


def test_sixteen_characters_with_hyphens_are_a_suffix():
    assert read(HEAD, "abc-def-1234-567").suffix == "abc-def-1234-567"


@pytest.mark.parametrize(
    "given", ["environments/dev.yaml", "./environments/dev.yaml", "here.yaml", "here.yml", "./here"]
)
def test_a_path_is_taken_as_it_is_and_gives_the_environment_its_name(given):
    written(HEAD)
    Path("here.yaml").write_text(HEAD)
    Path("here.yml").write_text(HEAD)
    Path("here").write_text(HEAD)
    file = read_environment_file(given, Path.cwd(), None, {})
    assert (file.name, file.where()) == (Path(given).stem, f"{Path(given)}:1")


def test_a_name_is_a_file_in_environments_seen_from_where_one_is(tmp_path, monkeypatch):
    written(HEAD)
    assert read_environment_file("dev", Path.cwd(), None, {}).where("project") == "environments/dev.yaml:1"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    file = read_environment_file("dev", tmp_path, None, {})
    assert (file.name, file.where("project")) == ("dev", f"{tmp_path}/environments/dev.yaml:1")


@pytest.mark.parametrize(("there", "names"), [(["prod", "dev"], "dev, prod"), ([], "none")])
def test_an_environment_that_is_not_there_is_told_with_those_that_are(there, names):
    Path("environments").mkdir()
    for name in there:
        Path("environments", f"{name}.yaml").write_text(HEAD)
    with pytest.raises(InputError) as error:
        read_environment_file("test", Path.cwd(), None, {})
    assert str(error.value) == (
        f"environments/test.yaml: there is no such environment; there are {names}. Name one, or give a path"
    )


def test_a_path_to_nothing_is_told():
    with pytest.raises(InputError) as error:
        read_environment_file("./test.yaml", Path.cwd(), None, {})
    assert str(error.value) == "test.yaml: there is no such file"
