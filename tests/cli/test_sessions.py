"""How AWS is reached: whose credentials are used, and for what."""

from io import StringIO
from threading import Thread

import pytest

from tests.systems import PRIMARY, template
from twinstack.aws.sessions import Access, connect
from twinstack.cli.asking import signed_in_again
from twinstack.errors import InputError
from twinstack.planning.system import Stack, System

LOCAL = Access(endpoint_url="http://127.0.0.1:9", local=True)


def system(account=""):
    return System({"primary": Stack("primary", "pair-dev-primary", "us-east-1", template(PRIMARY), account=account)})


def credentials(clients):
    client = clients["primary"].cloudformation._client
    found = client._request_signer._credentials
    client.close()
    clients["primary"].buckets._client.close()
    return found.access_key


def test_the_local_aws_never_sees_the_callers_profile_or_keys(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "real")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    assert credentials(connect(system(), LOCAL)) == "test"


def test_no_role_is_assumed_for_the_local_aws():
    assert credentials(connect(system("arn:aws:iam::123456789012:role/Deploy"), LOCAL)) == "test"


def test_a_profile_that_is_not_there_is_wrong_configuration(monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(InputError, match="nobody"):
        connect(system(), Access(profile="nobody"))


class Telling:
    def __init__(self, told):
        self.tell = told.append


class Terminal(StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("typed", "again"),
    [(Terminal("\n"), True), (Terminal(""), False), (StringIO("\n"), False)],
    ids=["Enter", "end", "no terminal"],
)
def test_whoever_sits_at_the_terminal_is_asked_to_sign_in_again_and_nobody_else(monkeypatch, typed, again):
    told = []
    monkeypatch.setattr("sys.stdin", typed)
    assert signed_in_again(Telling(told), "primary: they have expired") is again
    if typed.isatty():
        (warning,) = told
        assert warning.text.startswith("primary: they have expired\nSign in again in another window, then press Enter")
    else:
        assert told == []


def test_a_thread_beside_the_run_asks_nobody(monkeypatch):
    told, answers = [], []
    monkeypatch.setattr("sys.stdin", Terminal("\n"))
    thread = Thread(target=lambda: answers.append(signed_in_again(Telling(told), "expired")))
    thread.start()
    thread.join()
    assert (answers, told) == ([False], [])
