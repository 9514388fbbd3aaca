"""The parameter store does what a lock relies on."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from twinstack.aws.parameter_store import BotoParameterStore


@pytest.fixture
def name(account):
    return f"/twinstack/{account.unique('lock')}/lock"


@pytest.fixture
def store(account):
    return BotoParameterStore(lambda: account.client("ssm"), "primary (us-east-1)")


def test_of_two_creations_only_the_first_succeeds(account, name):
    ssm = account.client("ssm")
    assert ssm.put_parameter(Name=name, Value="a", Type="String", Overwrite=False)["Version"] == 1
    with pytest.raises(ssm.exceptions.ParameterAlreadyExists):
        ssm.put_parameter(Name=name, Value="b", Type="String", Overwrite=False)
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "a"


def test_writing_again_counts_on_and_moves_the_time(account, name):
    ssm = account.client("ssm")
    ssm.put_parameter(Name=name, Value="a", Type="String")
    before = ssm.get_parameter(Name=name)["Parameter"]["LastModifiedDate"]
    assert ssm.put_parameter(Name=name, Value="a", Type="String", Overwrite=True)["Version"] == 2
    assert ssm.get_parameter(Name=name)["Parameter"]["LastModifiedDate"] > before


def test_an_answer_says_when_it_was_given(account, name):
    ssm = account.client("ssm")
    ssm.put_parameter(Name=name, Value="a", Type="String")
    answer = ssm.get_parameter(Name=name)
    told = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    assert abs(told - datetime.now(UTC)) < timedelta(seconds=30)
    assert abs(told - answer["Parameter"]["LastModifiedDate"]) < timedelta(seconds=30)


def test_regions_have_parameters_of_their_own(account, name):
    account.client("ssm").put_parameter(Name=name, Value="a", Type="String")
    west = account.client("ssm", "eu-west-1")
    with pytest.raises(west.exceptions.ParameterNotFound):
        west.get_parameter(Name=name)


def test_the_store_creates_reads_writes_and_deletes(store, name):
    assert store.read(name) is None
    assert store.create(name, "a")
    assert not store.create(name, "b")
    store.overwrite(name, "c")
    found = store.read(name)
    assert (found.value, found.version) == ("c", 2)
    assert 0 <= found.age < 30
    store.delete(name)
    assert store.read(name) is None
    store.delete(name)
