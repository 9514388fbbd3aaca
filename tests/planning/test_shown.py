"""What people are shown of values: a secret is hidden wherever its name stands."""

import json

import pytest

from twinstack.expressions.values import ArtifactValue
from twinstack.planning.shown import HIDDEN, differences, hidden, name_beside, text_of


def environment(password: str, *, name: str = "DB_PASSWORD") -> list[dict[str, str]]:
    return [{"Name": "PORT", "Value": "3306"}, {"Name": name, "Value": password}]


def test_the_value_beside_a_secrets_name_is_hidden() -> None:
    assert text_of([{"Name": "DB_PASSWORD", "Value": "x"}]) == '[{"Name": "DB_PASSWORD", "Value": "****"}]'
    assert text_of({"Key": "ApiToken", "Value": "x"}) == '{"Key": "ApiToken", "Value": "****"}'
    assert text_of({"OptionName": "DBPassword", "Value": "x"}) == '{"OptionName": "DBPassword", "Value": "****"}'


def test_the_value_beside_another_name_is_shown() -> None:
    assert text_of({"Key": "SecretArn", "Value": "arn"}) == '{"Key": "SecretArn", "Value": "arn"}'
    assert text_of({"Name": 7, "Value": "x"}) == '{"Name": 7, "Value": "x"}'


def test_a_changed_value_beside_a_secrets_name_is_hidden_before_and_after() -> None:
    (changed,) = differences("Environment", environment("old"), environment("new"))
    assert (changed.path, changed.before, changed.after) == ("Environment.1.Value", HIDDEN, HIDDEN)


def test_a_value_is_hidden_where_either_name_beside_it_is_a_secrets() -> None:
    named, value = differences("Environment", environment("old", name="USER"), environment("new"))
    assert (named.before, named.after) == ("USER", "DB_PASSWORD")
    assert (value.before, value.after) == (HIDDEN, HIDDEN)


def test_an_added_pair_hides_its_secret() -> None:
    (added,) = differences("Environment", environment("old")[:1], environment("new"))
    assert added.after == '{"Name": "DB_PASSWORD", "Value": "****"}'


def test_items_of_a_list_of_secrets_are_hidden() -> None:
    (changed,) = differences("Passwords.Password", ["a", "b"], ["a", "c"])
    assert (changed.path, changed.before, changed.after) == ("Passwords.Password.1", HIDDEN, HIDDEN)


def test_a_number_is_hidden_like_a_text() -> None:
    assert text_of({"MasterUserPassword": 12345678, "Port": 3306}) == '{"MasterUserPassword": "****", "Port": 3306}'


def test_what_aws_gives_as_a_list_under_a_secrets_name_is_hidden() -> None:
    assert hidden("Passwords/Password/3", '["a", 1]') == '["****", "****"]'
    assert hidden("Ports/Port/3", '["a", 1]') == '["a", 1]'


def test_text_in_other_letters_stays_readable() -> None:
    assert text_of({"Name": "Zürich", "Ports": [1]}) == '{"Name": "Zürich", "Ports": [1]}'
    assert text_of('{"password": "x", "Ort": "Zürich"}', "Text") == '{"password": "****", "Ort": "Zürich"}'


def test_a_value_of_the_deployers_own_bucket_is_named() -> None:
    assert text_of(ArtifactValue("eu-west-1", "", "artifacts", "Key(code)")) == "${artifacts:Key(code)}"


@pytest.mark.parametrize(
    "name",
    ["AWS_SECRET_ACCESS_KEY", "PRIVATE_KEY", "PrivateKey", "ApiKey", "API_KEY", "api-key", "DB_PASSWD", "Passphrase"],
)
def test_the_usual_names_of_secrets_are_known(name: str) -> None:
    assert text_of({name: "x"}) == f'{{"{name}": "****"}}'


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "KmsKeyId", "SecretId", "TokenValidityUnits", "Bypass"])
def test_the_names_of_other_things_are_not(name: str) -> None:
    assert text_of({name: "x"}) == f'{{"{name}": "x"}}'


def test_json_of_aws_is_hidden_at_any_depth() -> None:
    assert hidden("Environment", '{"Variables":{"DB_PASSWORD":"x","A":"b"}}') == (
        '{"Variables": {"DB_PASSWORD": "****", "A": "b"}}'
    )
    assert hidden("/Environment", json.dumps(environment("x")[1:])) == '[{"Name": "DB_PASSWORD", "Value": "****"}]'


def test_a_text_that_only_begins_like_json_is_shown_as_it_is() -> None:
    assert hidden("/Pattern", "[a-z]+") == "[a-z]+"
    assert hidden("/MasterUserPassword", "[a-z]+") == HIDDEN


def test_json_that_aws_cut_off_is_hidden_where_it_names_a_secret() -> None:
    assert hidden("/Environment", '{"Variables":{"DB_PASSWORD":"x","A":"b') == HIDDEN
    assert hidden("/Environment", '{"Variables":{"A":"b') == '{"Variables":{"A":"b'


@pytest.mark.parametrize("nothing", [None, "", "null"])
def test_nothing_is_not_hidden(nothing: str | None) -> None:
    assert hidden("/MasterUserPassword", nothing) == nothing


def test_a_single_value_of_aws_is_hidden_by_the_name_beside_it() -> None:
    whole = json.dumps({"Properties": {"Containers": [{"Environment": environment("x")}]}})
    name = name_beside("/Properties/Containers/0/Environment/1/Value", "", whole)
    assert name == "DB_PASSWORD"
    assert hidden("/Properties/Containers/0/Environment/1/Value", "x", name) == HIDDEN


def test_the_name_beside_a_value_is_the_secrets_one_if_either_is() -> None:
    before, after = (json.dumps(environment("x", name=name)) for name in ("DB_PASSWORD", "USER"))
    assert name_beside("/1/Value", after, before) == "DB_PASSWORD"


@pytest.mark.parametrize("path", ["/Port", "/9/Value", "/Environment/x/Value", "/Value", ""])
def test_a_place_without_a_name_beside_it_has_none(path: str) -> None:
    assert name_beside(path, json.dumps({"Environment": environment("x")}), "[]", '"text"', "", "{") == ""
