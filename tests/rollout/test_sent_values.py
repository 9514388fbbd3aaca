"""What the request for a change set says of each parameter, by where its value comes from."""

import pytest

from tests.systems import planner, system
from twinstack.errors import NotConvergedError
from twinstack.planning.world import Absent, Live
from twinstack.rollout.change_sets.preparing import request_for

PRODUCER = """
    Metadata: {TwinStack: {Role: producer}}
    Resources: {Topic: {Type: 'AWS::SNS::Topic'}}
    Outputs: {Id: {Value: !Ref Topic}}
"""
CONSUMER = """
    Metadata: {TwinStack: {Role: consumer, Wiring: {Wired: producer.Id, Optional: producer.Other}}}
    Parameters:
      Wired: {Type: String}
      Optional: {Type: String, Default: ''}
      Given: {Type: String}
      Size: {Type: Number, Default: 3}
    Resources: {Queue: {Type: 'AWS::SQS::Queue'}}
"""
GIVEN = system({"producer": PRODUCER, "consumer": CONSUMER}, {"consumer": {"Given": "here"}})
LIVE = Live("UPDATE_COMPLETE", GIVEN.stacks["consumer"].template, {"Wired": "old", "Optional": "kept"}, {}, {})


def produced(**outputs):
    return Live("UPDATE_COMPLETE", GIVEN.stacks["producer"].template, {}, outputs, {})


@pytest.mark.parametrize(
    ("producer", "consumer", "wired", "optional"),
    [
        (produced(Id="new", Other="more"), Absent(), "new", "more"),
        (produced(Id="new"), Absent(), "new", ""),
        (produced(Id="new"), LIVE, "new", None),
        (produced(), LIVE, None, None),
        (Absent(), LIVE, None, None),
    ],
    ids=["creation", "creation without the optional one", "one kept", "both stale", "both kept"],
)
def test_a_value_is_sent_as_text_and_one_that_is_kept_as_the_stacks_own(producer, consumer, wired, optional):
    step = planner(GIVEN).step({"producer": producer, "consumer": consumer}, "consumer")
    sent = request_for(step, lambda: "id").parameters
    assert sent == {"Wired": wired, "Optional": optional, "Given": "here", "Size": "3"}


def test_a_value_that_nobody_has_made_yet_is_never_sent():
    first = planner(GIVEN).step({"producer": Absent(), "consumer": Absent()}, "producer")
    step = planner(GIVEN).step({"producer": first.after, "consumer": Absent()}, "consumer")
    with pytest.raises(NotConvergedError, match="consumer: the value of parameter Wired is still unknown"):
        request_for(step, lambda: "id")
