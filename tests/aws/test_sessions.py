"""Whom AWS is asked as, and where."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.stub import Stubber

from tests.systems import pair
from twinstack.aws import sessions
from twinstack.aws.sessions import Access, connect
from twinstack.errors import InputError
from twinstack.planning.system import System

ROLE = "arn:aws:iam::123456789012:role/deploys"


@pytest.fixture(autouse=True)
def caller(monkeypatch, tmp_path):
    """A caller with credentials of its own and no configuration files."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "the-caller")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def seen(clients, role):
    """Region, endpoint and access key of a stack's clients; both have the same."""
    pairs = set()
    for client in (clients[role].cloudformation._client, clients[role].buckets._client):
        key = client._request_signer._credentials.access_key
        pairs.add((client.meta.region_name, key))
    assert len(pairs) == 1
    return (*pairs.pop(), clients[role].cloudformation._client.meta.endpoint_url)


def abroad(clients, role, region="ap-south-1"):
    """Region, access key and endpoint of the client in another region of a stack's account."""
    client = clients[role].regions.cloudformation(region)._client
    return client.meta.region_name, client._request_signer._credentials.access_key, client.meta.endpoint_url


def test_other_regions_are_asked_as_the_caller_too_and_not_waited_for_long():
    clients = connect(pair(), Access())
    assert abroad(clients, "primary") == (
        "ap-south-1",
        "the-caller",
        "https://cloudformation.ap-south-1.amazonaws.com",
    )
    config = clients["primary"].regions.cloudformation("ap-south-1")._client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (3, 10)
    assert config.retries == {"mode": "standard", "total_max_attempts": 1}


def test_other_regions_of_the_local_aws_are_there_too():
    clients = connect(pair(), Access(None, "http://127.0.0.1:4566", local=True))
    assert abroad(clients, "primary") == ("ap-south-1", "test", "http://127.0.0.1:4566")


def test_each_stack_is_asked_for_in_its_region_as_the_caller():
    clients = connect(pair(), Access())
    assert seen(clients, "primary") == ("us-east-1", "the-caller", "https://cloudformation.us-east-1.amazonaws.com")
    assert seen(clients, "secondary") == ("eu-west-1", "the-caller", "https://cloudformation.eu-west-1.amazonaws.com")


@pytest.mark.parametrize("profile", [None, "prod"])
def test_the_local_aws_is_never_sent_real_credentials(monkeypatch, profile):
    monkeypatch.setenv("AWS_PROFILE", "one-that-is-not-there")
    clients = connect(pair(), Access(profile, "http://127.0.0.1:4566", local=True))
    assert seen(clients, "primary") == ("us-east-1", "test", "http://127.0.0.1:4566")
    assert seen(clients, "secondary") == ("eu-west-1", "test", "http://127.0.0.1:4566")


def test_a_profile_that_does_not_exist_is_named():
    with pytest.raises(InputError, match=r"credentials: .*prod"):
        connect(pair(), Access("prod"))


def test_a_named_profile_is_used(monkeypatch, tmp_path):
    (tmp_path / "credentials").write_text("[prod]\naws_access_key_id = of-prod\naws_secret_access_key = x\n")
    assert seen(connect(pair(), Access("prod")), "primary")[1] == "of-prod"


def with_account(account):
    given = pair()
    stacks = {role: type(stack)(**(vars(stack) | {"account": account})) for role, stack in given.stacks.items()}
    return System({**given.stacks, "secondary": stacks["secondary"]})


@pytest.fixture
def assumed(monkeypatch):
    """The access keys that are given one after the other to who assumes the role, and for how many minutes."""
    given: list[tuple[str, int]] = []
    original = boto3.Session.client

    def answering(session, service, **options):
        made = original(session, service, **options)
        if service == "sts":
            key, minutes = given.pop(0)
            stub = Stubber(made)
            answer = {
                "AccessKeyId": key,
                "SecretAccessKey": "x",
                "SessionToken": "t",
                "Expiration": datetime.now(UTC) + timedelta(minutes=minutes),
            }
            stub.add_response("assume_role", {"Credentials": answer}, {"RoleArn": ROLE, "RoleSessionName": "twinstack"})
            stub.activate()
        return made

    monkeypatch.setattr(boto3.Session, "client", answering)
    return given


def test_a_stack_in_another_account_is_asked_for_in_the_role_assumed_for_it(assumed):
    assumed.append(("an-assumed-role-1", 60))
    clients = connect(with_account(ROLE), Access())
    assert seen(clients, "primary")[1] == "the-caller"
    assert seen(clients, "secondary")[1] == "an-assumed-role-1"
    assert abroad(clients, "primary")[:2] == ("ap-south-1", "the-caller")
    assert abroad(clients, "secondary")[:2] == ("ap-south-1", "an-assumed-role-1")


def test_a_role_is_assumed_again_before_its_credentials_expire(assumed):
    assumed += [("an-assumed-role-1", 1), ("an-assumed-role-2", 60)]
    client = connect(with_account(ROLE), Access())["secondary"].cloudformation._client
    assert client._request_signer._credentials.get_frozen_credentials().access_key == "an-assumed-role-2"
    assert assumed == []


def test_a_role_can_be_assumed_with_a_named_profile(assumed, tmp_path):
    (tmp_path / "credentials").write_text("[prod]\naws_access_key_id = of-prod\naws_secret_access_key = x\n")
    assumed.append(("an-assumed-role-1", 60))
    clients = connect(with_account(ROLE), Access("prod"))
    assert seen(clients, "primary")[1] == "of-prod"
    assert seen(clients, "secondary")[1] == "an-assumed-role-1"


def test_without_credentials_a_role_that_is_to_be_assumed_is_an_error_of_the_caller(monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(
        InputError, match=r"secondary \(eu-west-1\): assuming .*role/deploys: no usable AWS credentials"
    ):
        connect(with_account(ROLE), Access())


def test_a_run_repeats_calls_itself_and_botocore_does_not_beneath_it():
    clients = connect(pair(), Access())["primary"]
    for client in (clients.cloudformation._client, clients.buckets._client, clients.drifts._client):
        assert client.meta.config.retries == {"mode": "standard", "total_max_attempts": 1}


def test_clients_that_nobody_makes_patient_repeat_calls_themselves():
    at_home = sessions.client_makers(pair(), Access())["primary"]("rds").meta.config
    assert at_home.retries == {"mode": "standard", "total_max_attempts": 6}
    looking = sessions.looking_makers(pair(), Access())["primary"]("rds", "eu-west-1").meta.config
    assert looking.retries == {"mode": "standard", "total_max_attempts": 2}
    assert (looking.connect_timeout, looking.read_timeout) == (3, 10)


def test_the_call_that_changes_roles_is_made_once_and_its_answer_waited_for():
    asking = sessions.looking_makers(pair(), Access(), sessions.Limits.ASKING)["primary"](
        "rds", "eu-west-1"
    ).meta.config
    assert asking.retries == {"mode": "standard", "total_max_attempts": 1}
    assert (asking.connect_timeout, asking.read_timeout) == (2, 30)


@pytest.mark.parametrize("limits", [sessions.Limits.LOOKING, sessions.Limits.BRIEF, sessions.Limits.ASKING])
def test_who_looks_into_regions_assumes_a_role_when_a_call_needs_it(assumed, limits):
    """None is given, so one that is assumed before ends the test."""
    makers = sessions.looking_makers(with_account(ROLE), Access(), limits)
    made = makers["secondary"]("rds", "eu-west-1")
    assumed.append(("an-assumed-role-1", 60))
    assert made._request_signer._credentials.get_frozen_credentials().access_key == "an-assumed-role-1"


def test_who_gives_up_soon_does_so_with_the_role_as_well(assumed, monkeypatch):
    configs = []
    given = boto3.Session.client

    def noting(session, service, **options):
        if service == "sts":
            configs.append(options["config"])
        return given(session, service, **options)

    monkeypatch.setattr(boto3.Session, "client", noting)
    clients = connect(with_account(ROLE), Access(), briefly=True)
    assert configs == []
    assumed.append(("an-assumed-role-1", 60))
    assert seen(clients, "secondary")[1] == "an-assumed-role-1"
    (brief,) = configs
    assert (brief.connect_timeout, brief.read_timeout, brief.retries["total_max_attempts"]) == (2, 3, 1)
