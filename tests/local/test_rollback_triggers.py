"""Rollback triggers of a change set are kept and shown; no alarm is evaluated here."""

import pytest
from botocore.exceptions import ClientError

TOPIC = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}


def triggers(number):
    return [
        {"Arn": f"arn:aws:cloudwatch:us-east-1:000000000000:alarm:{place}", "Type": "AWS::CloudWatch::Alarm"}
        for place in range(number)
    ]


def test_they_come_back_as_they_were_given(stack):
    given = {"RollbackTriggers": triggers(2), "MonitoringTimeInMinutes": 10}
    assert stack.change_set(TOPIC, RollbackConfiguration=given)["RollbackConfiguration"] == given


@pytest.mark.parametrize("options", [{}, {"RollbackConfiguration": {}}], ids=["nothing said", "none wanted"])
def test_without_them_there_are_none(stack, options):
    assert stack.change_set(TOPIC, **options)["RollbackConfiguration"] == {}


def test_more_than_five_are_refused(stack):
    with pytest.raises(ClientError, match="at most 5 rollback triggers"):
        stack.change_set(TOPIC, RollbackConfiguration={"RollbackTriggers": triggers(6)})
