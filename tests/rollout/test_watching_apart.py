"""Operations beside each other: what befalls the following of one neither ends nor holds up that of another."""

from concurrent.futures import Future
from datetime import datetime

import pytest

from tests.fake_stacks import moment
from tests.rollout.deployments import Deployments, with_note
from tests.rollout.test_failures import THREE
from tests.rollout.test_waiting import after_execution
from twinstack.aws.side_by_side import beside, in_turn
from twinstack.errors import CredentialsError, TwinStackError, UnreachableError
from twinstack.rollout.deploying import deploy
from twinstack.rollout.operations import watching
from twinstack.screen.events import ResourceProgress, StepDone, StepFailed

LOOKS = ("events", "describe_stack")


@pytest.fixture
def two(tmp_path):
    """Two stacks that need nothing of each other; `archive` is the first to be asked about."""
    return Deployments(tmp_path, {role: THREE[role] for role in ("archive", "network")})


def sign_out(aws):
    for call in LOOKS:
        aws.refuse(call, CredentialsError("they have expired"), 10_000)


def sign_in(aws):
    for call in LOOKS:
        aws.allow(call)


def done(deployments):
    return [(event.stack, event.status) for event in deployments.screen.of(StepDone)]


@pytest.mark.parametrize("ask", [in_turn, beside])
def test_where_one_account_takes_no_credentials_the_others_are_followed_to_their_end_first(two, ask):
    aws, two.ask = two.aws["archive"], ask
    after_execution(aws, lambda: (sign_out(aws), aws.calls.clear()))
    asked = []

    def react(event):
        if isinstance(event, StepFailed):
            asked.extend(call for call, *_ in aws.calls)
            sign_in(aws)

    two.screen.react = react
    run = two.run()
    with pytest.raises(CredentialsError, match="they have expired"):
        deploy(run)
    assert done(two) == [("network", "CREATE_COMPLETE")]
    assert asked == ["events", "events"], "a person is asked to sign in where one is asked again, once"
    (failed,) = two.screen.of(StepFailed)
    assert (failed.stack, "run again, follows it" in failed.cause) == ("archive", True)
    assert [*run.under_way.operations.values()] == ["archive (eu-west-2): creating pair-dev-archive"]
    two.deploy()
    assert [two.status(role) for role in two.templates] == ["CREATE_COMPLETE", "CREATE_COMPLETE"]


def test_that_also_holds_for_what_an_earlier_run_has_begun(two):
    two.clock.interrupted_at = 8
    with pytest.raises(KeyboardInterrupt):
        two.deploy()
    assert [two.status(role) for role in two.templates] == ["CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS"]
    aws = two.aws["archive"]
    events = aws.events

    def then_signed_out(stack_id):
        found = [*events(stack_id)]
        sign_out(aws)
        return iter(found)

    aws.events = then_signed_out
    with pytest.raises(CredentialsError, match="they have expired"):
        two.deploy()
    assert done(two) == [("network", "CREATE_COMPLETE")]


def test_credentials_that_are_refused_once_are_asked_with_again_by_the_run_itself(two):
    """A thread must not ask a person to sign in: who follows does."""
    aws = two.aws["archive"]
    after_execution(aws, lambda: aws.refuse("events", CredentialsError("they have expired")))
    two.deploy()
    assert sorted(done(two)) == [("archive", "CREATE_COMPLETE"), ("network", "CREATE_COMPLETE")]


class SilenceError(UnreachableError):
    """What a call comes to, when its client gives up, in a region that accepts it and says nothing."""


class Hanging:
    """Makes calls; one that is not answered is made again when `answer` is called."""

    def __init__(self):
        self.open = []

    def __call__(self, call):
        answer = in_turn(call)
        if not isinstance(answer.exception(), SilenceError):
            return answer
        self.open.append((call, Future()))
        return self.open[-1][1]

    def answer(self):
        for call, future in self.open:
            future.set_result(call())
        self.open.clear()


@pytest.fixture(params=[LOOKS, LOOKS[1:]], ids=["nothing", "no stack"])
def hanging(two, monkeypatch, request):
    """The region of `archive` tells nothing any more once its creation has begun, or only events."""
    monkeypatch.setattr(watching, "PROMPT", 0)
    two.ask = hanging = Hanging()
    aws = two.aws["archive"]

    def hang(*_given):
        raise SilenceError

    after_execution(aws, lambda: vars(aws).update(dict.fromkeys(request.param, hang)))
    return hanging


def answers_again(two):
    for call in LOOKS:
        vars(two.aws["archive"]).pop(call, None)


def test_a_region_that_accepts_and_never_answers_holds_nothing_up(two, hanging):
    late = []

    def note(event):
        if isinstance(event, ResourceProgress) and event.stack == "network":
            happened = (datetime.fromisoformat(event.time) - moment(0)).total_seconds()
            late.append(two.clock.now() - happened)

    two.screen.react = note
    with pytest.raises(TwinStackError, match=r"archive .*cannot be followed any longer: AWS does not answer"):
        two.deploy()
    assert len(late) == 4
    assert max(late) <= watching.LONGEST_WAIT + 1
    assert len(hanging.open) == 1
    assert 1200 < sum(two.clock.waits) < 1300
    assert done(two) == [("network", "CREATE_COMPLETE")]


def test_what_is_answered_late_is_taken_up(two, hanging):
    def react(event):
        if isinstance(event, ResourceProgress) and event.resource == "pair-dev-network" and event.done == event.total:
            answers_again(two)
            hanging.answer()

    two.screen.react = react
    two.deploy()
    assert sorted(done(two)) == [("archive", "CREATE_COMPLETE"), ("network", "CREATE_COMPLETE")]
    told = [(event.stack, event.resource) for event in two.screen.of(ResourceProgress)]
    assert told.count(("archive", "Bucket")) == 2


@pytest.mark.parametrize("begin", ["execute_change_set", "delete_stack"])
def test_a_deletion_that_cannot_be_followed_for_want_of_credentials_says_that(live, begin):
    """Of the primary: its change set unlinks it, and it is deleted last."""
    aws = live.aws["primary"]
    real = getattr(aws, begin)

    def begun(*given, **named):
        real(*given, **named)
        sign_out(aws)

    setattr(aws, begin, begun)
    with pytest.raises(CredentialsError, match="they have expired"):
        live.destroy()
    assert live.status("primary").endswith("_IN_PROGRESS")


def test_so_does_a_rollback_that_is_continued(live):
    aws = live.aws["primary"]
    live.templates["primary"] = with_note(live.templates["primary"])
    aws.fail("Table", "no", stuck=True)
    with pytest.raises(TwinStackError):
        live.deploy()
    assert live.status("primary") == "UPDATE_ROLLBACK_FAILED"
    real = aws.continue_update_rollback

    def begun(*given):
        real(*given)
        sign_out(aws)

    aws.continue_update_rollback = begun
    with pytest.raises(CredentialsError, match="they have expired"):
        live.deploy()
