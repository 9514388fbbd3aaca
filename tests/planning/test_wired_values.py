"""What a wired parameter gets: a row for each state of the producer, kind of wire and value that the stack had."""

import pytest

from tests.systems import planner, system
from twinstack.planning.steps import known
from twinstack.planning.world import Absent, Live, Unknown

PRODUCER = """
    Metadata: {TwinStack: {Role: producer}}
    Resources: {Topic: {Type: 'AWS::SNS::Topic'}}
    Outputs: {Id: {Value: !Ref Topic}}
"""
CONSUMER = """
    Metadata: {TwinStack: {Role: consumer, Wiring: {Id: producer.Id}}}
    Parameters:
      Id: PARAMETER
    Resources: {Queue: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Ref Id}}}
"""
REQUIRED, OPTIONAL = "{Type: String}", "{Type: String, Default: ''}"
# What the consumer's stack had: a value, an empty one, none at all (its template had no such parameter), or no stack.
OLD, EMPTY, NONE, ABSENT = "old", "", None, "no stack"
WAITS = "waits"
# What is sent: the producer's value, one that AWS will have made, the stack's own value again, or the empty default.
NEW, MADE = ("new", "wire", False), ("made", "wire", False)
KEPT, STALE = ("old", "previous", False), ("old", "previous", True)
DEFAULT = ("", "default", False)

TABLE = [
    # producer         wire      the stack had  what is sent
    ("absent",         REQUIRED, OLD,           KEPT),
    ("absent",         REQUIRED, EMPTY,         WAITS),
    ("absent",         REQUIRED, NONE,          WAITS),
    ("absent",         REQUIRED, ABSENT,        WAITS),
    ("absent",         OPTIONAL, OLD,           KEPT),
    ("absent",         OPTIONAL, EMPTY,         DEFAULT),
    ("absent",         OPTIONAL, NONE,          DEFAULT),
    ("absent",         OPTIONAL, ABSENT,        DEFAULT),
    ("unknown",        REQUIRED, OLD,           KEPT),
    ("unknown",        REQUIRED, EMPTY,         WAITS),
    ("unknown",        REQUIRED, NONE,          WAITS),
    ("unknown",        REQUIRED, ABSENT,        WAITS),
    ("unknown",        OPTIONAL, OLD,           KEPT),
    ("unknown",        OPTIONAL, EMPTY,         DEFAULT),
    ("unknown",        OPTIONAL, NONE,          DEFAULT),
    ("unknown",        OPTIONAL, ABSENT,        DEFAULT),
    ("with output",    REQUIRED, OLD,           NEW),
    ("with output",    REQUIRED, EMPTY,         NEW),
    ("with output",    REQUIRED, NONE,          NEW),
    ("with output",    REQUIRED, ABSENT,        NEW),
    ("with output",    OPTIONAL, OLD,           NEW),
    ("with output",    OPTIONAL, EMPTY,         NEW),
    ("with output",    OPTIONAL, NONE,          NEW),
    ("with output",    OPTIONAL, ABSENT,        NEW),
    ("without output", REQUIRED, OLD,           STALE),
    ("without output", REQUIRED, EMPTY,         WAITS),
    ("without output", REQUIRED, NONE,          WAITS),
    ("without output", REQUIRED, ABSENT,        WAITS),
    ("without output", OPTIONAL, OLD,           STALE),
    ("without output", OPTIONAL, EMPTY,         DEFAULT),
    ("without output", OPTIONAL, NONE,          DEFAULT),
    ("without output", OPTIONAL, ABSENT,        DEFAULT),
    ("made before",    REQUIRED, OLD,           MADE),
    ("made before",    REQUIRED, EMPTY,         MADE),
    ("made before",    REQUIRED, NONE,          MADE),
    ("made before",    REQUIRED, ABSENT,        MADE),
    ("made before",    OPTIONAL, OLD,           MADE),
    ("made before",    OPTIONAL, EMPTY,         MADE),
    ("made before",    OPTIONAL, NONE,          MADE),
    ("made before",    OPTIONAL, ABSENT,        MADE),
]  # fmt: skip


def id_of(row):
    producer, wire, had, _ = row
    had = {EMPTY: "had an empty value", NONE: "had none", OLD: "had a value"}.get(had, had)
    return f"{producer}, {'required' if wire == REQUIRED else 'optional'}, {had}"


def produced(stack, outputs):
    return Live("UPDATE_COMPLETE", stack.template, {}, outputs, {})


def states(given):
    """The producer in each of its states."""
    stack = given.stacks["producer"]
    nothing = {"producer": Absent(), "consumer": Absent()}
    return {
        "absent": Absent(),
        "unknown": Unknown("Throttling"),
        "with output": produced(stack, {"Id": "new"}),
        "without output": produced(stack, {}),
        "made before": planner(given).step(nothing, "producer").after,
    }


@pytest.mark.parametrize(("producer", "wire", "had", "sent"), TABLE, ids=map(id_of, TABLE))
def test_a_wired_parameter_gets(producer, wire, had, sent):
    given = system({"producer": PRODUCER, "consumer": CONSUMER.replace("PARAMETER", wire)})
    state = states(given)[producer]
    values = {} if had is NONE else {"Id": had}
    live = Live("UPDATE_COMPLETE", given.stacks["consumer"].template, values, {}, {})
    consumer = Absent() if had == ABSENT else live
    step = planner(given).step({"producer": state, "consumer": consumer}, "consumer")
    assert step.operation == ("CREATE" if had == ABSENT else "UPDATE")
    if sent == WAITS:
        assert ([it.parameter for it in step.missing], step.parameters) == (["Id"], ())
        assert (step.needed, step.after) == (False, None)
        return
    (parameter,) = step.parameters
    value, source, stale = sent
    assert (step.missing, parameter.source, parameter.stale) == ((), source, stale)
    assert parameter.before == (None if had in (NONE, ABSENT) else had)
    if value == "made":
        assert known(parameter.value) is None
        assert parameter.value == state.outputs["Id"] == step.after.parameters["Id"]
    else:
        assert parameter.value == step.after.parameters["Id"] == value


def test_the_table_has_each_case_once():
    assert len({row[:3] for row in TABLE}) == len(TABLE) == 5 * 2 * 4
