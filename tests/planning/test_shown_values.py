"""What is secret by its name is hidden wherever it stands; everything else is shown as it is."""

import pytest

from twinstack.expressions.values import NO_VALUE, REF, PseudoParameter, ResourceValue, Text
from twinstack.planning.shown import HIDDEN, differences, hidden, text_of

ACCOUNT = PseudoParameter("AWS::AccountId", "primary")
LOGIN = ResourceValue("primary", "Login", REF, 1)
SECRETS = [
    pytest.param("MasterUserPassword", "s3cr3t", id="a property"),
    pytest.param("Environment", {"Variables": {"DB_PASSWORD": "s3cr3t"}}, id="a variable"),
    pytest.param("Environment", {"Variables": {"AWS_SECRET_ACCESS_KEY": "s3cr3t"}}, id="a key of AWS"),
    pytest.param("Environment", {"Variables": {"api_key": "s3cr3t"}}, id="a key of something else"),
    pytest.param("Containers", [{"Environment": [{"Name": "DB_PASSWORD", "Value": "s3cr3t"}]}], id="a named value"),
    pytest.param("Parameters", [{"ParameterKey": "Token", "ParameterValue": "s3cr3t"}], id="a parameter"),
    pytest.param("DefinitionString", '{"login": {"password": "s3cr3t"}}', id="in JSON"),
    pytest.param("SecretString", Text(('{"p":"s3cr3t","a":"', ACCOUNT, '"}')), id="beside what AWS makes"),
]


@pytest.mark.parametrize(("name", "value"), SECRETS)
def test_a_secret_is_hidden(name, value):
    shown = [
        text_of(value, name),
        *(text for it in differences(name, NO_VALUE, value) for text in (it.before, it.after)),
    ]
    assert any(HIDDEN in text for text in shown if text)
    assert not [text for text in shown if text and "s3cr3t" in text]


def test_a_number_can_be_a_secret():
    assert text_of({"PIN_PASSWORD": 12345}, "Variables") == '{"PIN_PASSWORD": "****"}'


def test_a_changed_secret_is_hidden_by_the_name_beside_it_before_or_after():
    def named(name, value):
        return [{"Name": name, "Value": value}]

    for before, after in (("DB_PASSWORD", "DB_PASSWORD"), ("DB_PASSWORD", "DB_HOST"), ("DB_HOST", "DB_PASSWORD")):
        changed = list(differences("Environment", named(before, "one"), named(after, "two")))
        assert (changed[-1].path, changed[-1].before, changed[-1].after) == ("Environment.0.Value", HIDDEN, HIDDEN)


def test_what_aws_gives_as_a_whole_property_is_hidden_in_part():
    assert hidden("Environment", '{"Variables":{"DB_PASSWORD":"s3cr3t","DB_HOST":"h"}}') == (
        '{"Variables": {"DB_PASSWORD": "****", "DB_HOST": "h"}}'
    )


def test_json_without_a_secret_is_shown_as_it_is_written():
    assert text_of('{"a":1,  "Key":"b"}', "DefinitionString") == '{"a":1,  "Key":"b"}'
    assert text_of("{not json", "DefinitionString") == "{not json"


@pytest.mark.parametrize(
    "value",
    [
        "{{resolve:secretsmanager:login:SecretString:password}}",
        Text(("{{resolve:secretsmanager:", LOGIN, ":SecretString:password}}")),
        LOGIN,
    ],
    ids=["of a name", "of a resource's name", "of a resource"],
)
def test_a_reference_to_a_secret_is_shown(value):
    assert text_of(value, "MasterUserPassword") != HIDDEN


@pytest.mark.parametrize("name", ["SecretArn", "MasterUserSecretKmsKeyId", "SubnetIds", "KeyName", "PasswordLength"])
def test_what_only_speaks_of_a_secret_is_shown(name):
    assert text_of("value", name) == "value"
