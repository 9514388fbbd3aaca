"""An update of the linked pair is watched over by the alarms that its environment names, as far as they are calm."""

from tests.flagship.conftest import ROOT, Pair
from twinstack.screen.events import Note, Warning_

KEYS = "rollback_triggers: {alarms: [CpuHigh, MemoryLow, DatabaseDown], monitoring_minutes: 10}\n"


def alarm(pair, role, logical_id):
    """The name of an alarm of the pair."""
    api = pair.client("cloudformation", role)
    found = api.describe_stack_resource(StackName=f"tradingdb-dev-{role}", LogicalResourceId=logical_id)
    return found["StackResourceDetail"]["PhysicalResourceId"]


def test_an_update_carries_the_alarms_that_are_ok_and_says_which_are_left_out(pair, tmp_path):
    for name, state in (("CpuHigh", "OK"), ("DatabaseDown", "OK"), ("MemoryLow", "ALARM")):
        client = pair.client("cloudwatch", "primary")
        client.set_alarm_state(AlarmName=alarm(pair, "primary", name), StateValue=state, StateReason="the test says so")
    file = tmp_path / "dev.yaml"
    file.write_text(
        (ROOT / "environments" / "dev.yaml").read_text().replace("LogRetentionDays: 7", "LogRetentionDays: 14") + KEYS
    )
    sent = {}
    api = pair.client("cloudformation", "primary")
    changed = Pair(pair.endpoint, pair.account, str(file))

    run = changed.run()
    execute = run.clients["primary"].cloudformation.execute_change_set

    def noted(arn, token, **options):
        sent.update(api.describe_change_set(ChangeSetName=arn)["RollbackConfiguration"], **options)
        execute(arn, token, **options)

    run.clients["primary"].cloudformation.execute_change_set = noted
    told = changed.deploy(run.clients)

    names = [trigger["Arn"].rpartition(":")[2] for trigger in sent["RollbackTriggers"]]
    assert names == [alarm(pair, "primary", name) for name in ("CpuHigh", "DatabaseDown")]
    assert (sent["MonitoringTimeInMinutes"], sent["disable_rollback"]) == (10, False)
    texts = [event.text for event in (*told.only(Note), *told.only(Warning_))]
    assert "primary: MemoryLow is no rollback trigger of this update: it is ALARM now" in texts
    watched = "  primary: rolled back if CpuHigh or DatabaseDown goes into ALARM during this update and for 10 minutes"
    assert f"{watched} after it" in texts
    assert "secondary: CpuHigh is no rollback trigger of this update: it is INSUFFICIENT_DATA now" in texts
