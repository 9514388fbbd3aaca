"""A deletion while a region does not answer: refused before the lock is asked for, and soon."""

from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace

import pytest

from twinstack.aws.errors import AwsError
from twinstack.aws.side_by_side import in_turn
from twinstack.cli.destroy import take_down
from twinstack.errors import CredentialsError, RefusedError, UnreachableError
from twinstack.planning.world import Live, Unknown
from twinstack.rollout.deletion.silent import SILENT_AFTER, refuse_silent
from twinstack.rollout.destroying import DestroyOptions

NO_ROUTE = UnreachableError("no route")


class HangsError(UnreachableError):
    """Stands for a call that comes back from nowhere."""


def asked_beside(call):
    """Makes a call in no thread; one that hangs has no answer yet."""
    answer = in_turn(call)
    return Future() if answer.done() and isinstance(answer.exception(), HangsError) else answer


@contextmanager
def no_lock_to_be_had(_run):
    pytest.fail("the lock was asked for")
    yield


def lose(live, role, error=NO_ROUTE, times=1000):
    live.aws[role].refuse("describe_stack", error, times=times)


def refused(live, **changed):
    with pytest.raises(RefusedError) as error:
        refuse_silent(replace(live.run(), ask=asked_beside, **changed), ("Vpc",))
    return str(error.value)


def test_with_the_region_of_the_lock_lost_it_exits_4_and_asks_for_no_lock(live):
    lose(live, "primary")
    run = replace(live.run(), ask=asked_beside)
    assert take_down(run, no_lock_to_be_had, DestroyOptions()) == 4
    assert (live.mutations(), live.questions) == ([], [])
    assert "primary (us-east-1) does not answer" in live.told()


@pytest.mark.parametrize(
    ("error", "why"), [(HangsError("never seen"), "primary: no answer within 10 s"), (NO_ROUTE, "no route")]
)
def test_it_says_which_region_is_silent_and_what_stands(live, error, why):
    lose(live, "primary", error)
    assert refused(live) == (
        f"primary (us-east-1) does not answer, so nothing was deleted: {why}\n"
        "What stands: secondary (eu-west-1): stack pair-dev-secondary, CREATE_COMPLETE\n"
        "Run `destroy` again when it answers"
    )


@pytest.mark.parametrize("error", [HangsError("never seen"), NO_ROUTE])
@pytest.mark.parametrize("lost", ["primary", "secondary"])
def test_it_is_refused_within_the_deadline_whichever_region_is_lost(live, lost, error):
    begun = live.clock.now()
    lose(live, lost, error)
    refused(live)
    assert SILENT_AFTER <= live.clock.now() - begun < SILENT_AFTER + 4


def test_who_knows_the_stacks_says_how_to_go_on(live):
    lose(live, "primary")
    given = {}

    def object_(_planner, world, retained):
        given.update(world=world, retained=retained)
        return ["detach it", "keep it"]

    assert refused(live, objections=object_) == "detach it\nkeep it"
    assert given["world"]["primary"] == Unknown("no route")
    assert isinstance(given["world"]["secondary"], Live)
    assert given["retained"] == ("Vpc",)


@pytest.mark.parametrize("code", [503, 500])
def test_a_region_whose_cloudformation_is_failing_counts_as_silent(live, code):
    lose(live, "primary", AwsError("DescribeStacks", "Unknown", "failing", "primary", http_status=code))
    assert "primary (us-east-1) does not answer" in refused(live)


def test_a_region_that_is_silent_for_a_moment_holds_nothing_up(live):
    lose(live, "primary", times=3)
    refuse_silent(replace(live.run(), ask=asked_beside), ())
    assert 0 < sum(live.clock.waits) < 1.5


@pytest.mark.parametrize("code", ["AccessDenied", "Throttling"])
def test_a_refusal_is_an_answer(live, code):
    lose(live, "primary", code)
    refuse_silent(replace(live.run(), ask=asked_beside), ())
    assert live.clock.waits == []


def test_with_no_region_answering_the_network_is_to_blame(live):
    for role in live.aws:
        lose(live, role)
    with pytest.raises(UnreachableError, match="none of the stacks could be read:\nno route\nno route"):
        refuse_silent(replace(live.run(), ask=asked_beside), ())


def test_credentials_that_are_not_taken_are_an_error_of_their_own(live):
    lose(live, "primary")
    lose(live, "secondary", CredentialsError("expired"))
    with pytest.raises(CredentialsError):
        refuse_silent(replace(live.run(), ask=asked_beside), ())
