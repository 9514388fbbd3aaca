"""Several questions at once, and none that is waited for too long."""

import threading

import pytest

from twinstack.aws.errors import AwsError
from twinstack.aws.side_by_side import Silence, beside, in_turn, side_by_side
from twinstack.errors import CredentialsError, UnreachableError


def test_what_does_not_answer_in_time_is_a_silence_and_the_rest_is_there():
    never = threading.Event()
    found = side_by_side({"lost": never.wait, "here": lambda: 7}, 0.1)
    never.set()
    assert found == {"lost": Silence("lost: no answer within 0.1 s"), "here": 7}


def test_a_refusal_is_told_from_no_answer():
    def refuse():
        raise AwsError("DescribeGlobalClusters", "AccessDenied", "no", "east")

    def unreachable():
        raise UnreachableError("no way there")

    found = side_by_side({"refused": refuse, "lost": unreachable}, 5)
    assert found["refused"].refused
    assert found["lost"] == Silence("no way there")


def test_credentials_that_aws_does_not_take_end_everything():
    def ask():
        raise CredentialsError("expired")

    with pytest.raises(CredentialsError):
        side_by_side({"east": ask}, 5)


def test_a_defect_is_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        side_by_side({"east": lambda: 1 / 0}, 5)


def test_a_call_beside_others_is_not_waited_for_and_answers_in_the_end():
    may_end = threading.Event()
    answer = beside(lambda: may_end.wait(60) and threading.current_thread().daemon)
    assert not answer.done()
    may_end.set()
    assert answer.result(60) is True


@pytest.mark.parametrize("ask", [beside, in_turn])
def test_an_error_is_there_where_the_answer_is_taken(ask):
    def refuse():
        raise UnreachableError("no way there")

    with pytest.raises(UnreachableError, match="no way there"):
        ask(refuse).result(60)


def test_a_defect_beside_others_is_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        beside(lambda: 1 / 0).result(60)
