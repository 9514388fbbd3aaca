"""The exit code and the last line of a run say what is true."""

from contextlib import nullcontext

import pytest

from tests.rollout.deployments import with_note
from twinstack.cli.deploy import roll_out
from twinstack.cli.destroy import take_down
from twinstack.errors import CredentialsError, Interrupted, UnreachableError
from twinstack.rollout.destroying import DestroyOptions
from twinstack.screen.events import Done, Failure, ResourceProgress

EXPIRED = CredentialsError("secondary (eu-west-1): AWS does not take the credentials: ExpiredToken: expired")


def last(deployments):
    return deployments.screen.events[-1]


def done(deployments):
    return [event.text for event in deployments.screen.of(Done)]


def test_a_whole_rollout_is_0(pair):
    assert roll_out(pair.run(), nullcontext) == 0
    assert last(pair).text.startswith("Done: 3 steps in 3 passes, ")
    assert roll_out(pair.run(), nullcontext) == 0
    assert last(pair) == Done("Nothing to do.")


def test_nothing_to_do_with_a_stack_that_cannot_be_read_is_7_and_the_last_line_says_which_and_why(live):
    live.aws["secondary"].refuse("describe_stack", "AccessDenied", times=100)
    assert roll_out(live.run(), nullcontext) == 7
    assert done(live) == ["Nothing to do with the stacks that could be read."]
    assert last(live) == Failure(
        "partial: secondary could not be read: eu-west-1: describe_stack was refused: AccessDenied: the test says so", 7
    )


def test_what_can_be_done_beside_a_stack_that_cannot_be_read_is_done(live):
    live.templates["primary"] = with_note(live.templates["primary"])
    live.aws["secondary"].refuse("describe_stack", UnreachableError("secondary: no\nroute"), times=100)
    assert roll_out(live.run(), nullcontext) == 7
    assert done(live)[0].startswith("Done with the stacks that could be read: 1 step in 1 pass, ")
    assert last(live) == Failure("partial: secondary could not be read: secondary: no route", 7)


def test_a_stack_that_can_no_longer_be_read_at_the_end_is_7_too(pair):
    def react(event):
        if isinstance(event, ResourceProgress) and (event.stack, event.status) == ("primary", "UPDATE_COMPLETE"):
            pair.aws["secondary"].refuse("describe_stack", "AccessDenied", times=100)

    pair.screen.react = react
    assert roll_out(pair.run(), nullcontext) == 7
    assert done(pair)[0].startswith("Done with the stacks that could be read: 3 steps in 3 passes, ")
    assert last(pair).text.startswith("partial: secondary could not be read: ")


def test_when_not_one_stack_can_be_read_it_is_1(live):
    for aws in live.aws.values():
        aws.refuse("describe_stack", "AccessDenied", times=100)
    assert roll_out(live.run(), nullcontext) == 1
    assert isinstance(last(live), Failure)


def test_a_failure_beats_a_stack_that_cannot_be_read(live):
    live.templates["primary"] = with_note(live.templates["primary"])
    live.aws["primary"].fail("Table", "no such route")
    live.aws["secondary"].refuse("describe_stack", "AccessDenied", times=100)
    assert roll_out(live.run(), nullcontext) == 1
    assert "no such route" in last(live).text


def test_a_declined_prompt_is_4(pair):
    assert roll_out(pair.run(confirm=lambda question: False), nullcontext) == 4
    assert last(pair).exit_code == 4


@pytest.mark.parametrize("call", ["describe_stack", "get_template"])
def test_credentials_that_have_expired_at_the_start_are_2_and_never_partial(live, call):
    live.aws["secondary"].refuse(call, EXPIRED, times=100)
    assert roll_out(live.run(), nullcontext) == 2
    assert last(live) == Failure(str(EXPIRED), 2)


def test_credentials_that_expire_in_the_middle_are_2_and_what_goes_on_is_named(pair):
    def react(event):
        if isinstance(event, ResourceProgress) and event.stack == "secondary":
            pair.aws["secondary"].refuse("events", EXPIRED, times=100)
            pair.aws["secondary"].refuse("describe_stack", EXPIRED, times=100)

    pair.screen.react = react
    run = pair.run()
    assert roll_out(run, nullcontext) == 2
    (goes_on,) = run.under_way.operations.values()
    assert "pair-dev-secondary" in goes_on
    assert last(pair).text.splitlines() == [
        f"on AWS this may go on: {goes_on}; the same command, run again, follows it",
        str(EXPIRED),
    ]
    pair.screen.react = lambda event: None
    for call in ("events", "describe_stack"):
        pair.aws["secondary"].allow(call)
    assert roll_out(pair.run(), nullcontext) == 0


def test_credentials_that_expire_after_a_failure_are_2_all_the_same(pair):
    pair.aws["primary"].fail("Vpc", "no")

    def react(event):
        if isinstance(event, ResourceProgress) and event.status == "CREATE_FAILED":
            for call in ("describe_stack", "events"):
                pair.aws["primary"].refuse(call, EXPIRED, times=100)

    pair.screen.react = react
    assert roll_out(pair.run(), nullcontext) == 2


def test_an_interruption_is_left_to_the_command_line(pair):
    def interrupt(question):
        raise Interrupted

    with pytest.raises(Interrupted):
        roll_out(pair.run(confirm=interrupt), nullcontext)


def test_a_deletion_ends_the_same_way(live):
    assert take_down(live.run(confirm=lambda question: False), nullcontext, DestroyOptions()) == 4
    assert last(live).exit_code == 4
    live.aws["secondary"].refuse("describe_stack", EXPIRED, times=100)
    assert take_down(live.run(), nullcontext, DestroyOptions()) == 2
    live.aws["secondary"].allow("describe_stack")
    assert take_down(live.run(), nullcontext, DestroyOptions()) == 0
    assert last(live) == Done("Every stack of the file is deleted.")
    assert take_down(live.run(), nullcontext, DestroyOptions()) == 0
    assert last(live) == Done("Nothing to delete.")


def test_a_deletion_beside_a_stack_that_cannot_be_read_is_refused(live):
    live.aws["secondary"].refuse("describe_stack", "AccessDenied", times=100)
    assert take_down(live.run(), nullcontext, DestroyOptions()) == 4
    assert live.mutations() == []
