"""What wires carry: kept, emptied only on request, and read back after the last pass."""

from dataclasses import replace

import pytest

from tests.rollout.deployments import with_note, with_output
from tests.systems import PRIMARY, SECONDARY
from twinstack.errors import NotConvergedError
from twinstack.rollout.change_sets.preparing import prepare
from twinstack.screen.events import PlanMade, StepDone, WiresRead


def verdicts(deployments):
    """The verdict on every wire, but for those that match."""
    (event,) = deployments.screen.of(WiresRead)
    return {f"{w['stack']}.{w['parameter']}": w["verdict"] for w in event.wires if w["verdict"] != "matches"}


def switched_off(live):
    """The secondary no longer puts out its bucket."""
    live.templates["secondary"] = SECONDARY.replace("Default: 'true'", "Default: 'false'")


def test_a_feature_turned_off_in_the_producer_blanks_nothing(live):
    before = live.stack("primary").content.values["PeerBucket"]
    switched_off(live)
    live.deploy()
    assert [event.stack for event in live.screen.of(StepDone)] == ["secondary"]
    assert "BucketArn" not in live.stack("secondary").content.outputs
    assert live.stack("primary").content.values["PeerBucket"] == before != ""
    assert verdicts(live) == {"primary.PeerBucket": "stale"}
    assert live.screen.of(PlanMade)[0].plan["stale"] == [{"stack": "primary", "parameter": "PeerBucket"}]


def test_a_stale_value_is_kept_by_a_later_update_too(live):
    before = live.stack("primary").content.values["PeerBucket"]
    switched_off(live)
    live.deploy()
    live.templates["primary"] = with_note(live.templates["primary"])
    live.deploy()
    assert live.aws["primary"].requests[-1].parameters["PeerBucket"] is None
    assert live.stack("primary").content.values["PeerBucket"] == before


def test_a_stale_value_is_emptied_when_it_is_unlinked(live):
    switched_off(live)
    live.deploy()
    live.deploy(unlink=frozenset({("primary", "PeerBucket")}))
    assert [event.stack for event in live.screen.of(StepDone)] == ["primary"]
    assert live.stack("primary").content.values["PeerBucket"] == ""
    assert live.stack("primary").content.values["PeeringId"] != ""
    assert verdicts(live) == {"primary.PeerBucket": "empty"}


def test_a_wire_that_is_emptied_on_request_is_no_difference_although_there_is_a_value_for_it(live):
    live.deploy(unlink=frozenset({("primary", "PeerBucket")}))
    assert live.stack("primary").content.values["PeerBucket"] == ""
    assert verdicts(live) == {"primary.PeerBucket": "unlinked"}


def at_the_last_step(live, change):
    """Calls `change` when the last step is done: between the last pass and the reading back."""
    live.templates["primary"] = with_output(live.templates["primary"])
    live.screen.react = lambda event: change() if isinstance(event, StepDone) else None


def by_hand(live, role, **parameters):
    """Updates a stack as a person in the console would."""
    stack, aws = live.stack(role), live.aws[role]
    request = replace(aws.requests[-1], name="by-hand", operation="UPDATE", token="")
    request = replace(request, parameters={**stack.content.values, **parameters})
    change_set = prepare(aws, request, live.clock).change_set
    aws.execute_change_set(change_set.arn, "by-hand")
    live.clock.sleep(1000)


def test_a_parameter_changed_by_hand_meanwhile_does_not_converge(live):
    at_the_last_step(live, lambda: by_hand(live, "primary", PeeringId="pcx-of-someone-else"))
    with pytest.raises(NotConvergedError) as error:
        live.deploy()
    assert error.value.exit_code == 6
    assert str(error.value) == (
        "after the last pass primary would change again; these wires differ: primary.PeeringId <- secondary.PeeringId; "
        "run `plan` to see what is left, then `deploy` again"
    )
    assert verdicts(live) == {"primary.PeeringId": "differs"}


def test_an_output_tampered_with_meanwhile_does_not_converge(live):
    def tamper():
        live.stack("secondary").content.outputs["PeeringId"] = "pcx-new"

    at_the_last_step(live, tamper)
    with pytest.raises(NotConvergedError, match="primary would change again"):
        live.deploy()
    assert verdicts(live) == {"primary.PeeringId": "differs"}


def test_a_parameter_changed_by_hand_is_put_right_by_the_next_run(live):
    by_hand(live, "primary", PeeringId="pcx-of-someone-else")
    live.deploy()
    assert [event.stack for event in live.screen.of(StepDone)] == ["primary"]
    assert live.stack("primary").content.values["PeeringId"] == live.stack("secondary").content.outputs["PeeringId"]


def test_a_difference_that_alters_no_resource_is_unused_and_converges(pair):
    pair.templates["secondary"] = SECONDARY.replace(", SourceRegion: !Ref SourceRegion", "")
    pair.deploy()
    pair.stack("secondary").content.values["SourceRegion"] = "elsewhere"
    assert pair.deploy().passes == ()
    assert verdicts(pair) == {"secondary.SourceRegion": "unused"}


def test_a_wire_that_cannot_be_read_back_is_unknown_and_no_difference(live):
    live.aws["secondary"].refuse("describe_stack", "Throttling", times=99)
    live.deploy()
    assert set(verdicts(live).values()) == {"unknown"}


def test_each_wire_is_read_back_with_both_its_values(live):
    live.deploy()
    (read,) = live.screen.of(WiresRead)
    peering = live.stack("secondary").content.outputs["PeeringId"]
    assert read.wires[0] == {
        "stack": "primary",
        "parameter": "PeeringId",
        "source": "secondary.PeeringId",
        "value": peering,
        "produced": peering,
        "verdict": "matches",
    }


def test_what_a_secret_wire_carries_cannot_be_compared(pair):
    pair.templates["secondary"] = SECONDARY.replace(
        "GlobalCluster: {Type: String}", "GlobalCluster: {Type: String, NoEcho: true}"
    )
    pair.deploy()
    (read,) = pair.screen.of(WiresRead)
    assert [wire for wire in read.wires if wire["parameter"] == "GlobalCluster"] == [
        {
            "stack": "secondary",
            "parameter": "GlobalCluster",
            "source": "primary.GlobalCluster",
            "value": "****",
            "produced": "****",
            "verdict": "not comparable",
        }
    ]


@pytest.mark.parametrize("unreadable", ["primary", "secondary"])
def test_of_a_wire_that_cannot_be_read_at_one_end_the_other_is_shown(live, unreadable):
    live.aws[unreadable].refuse("describe_stack", "Throttling", times=99)
    live.deploy()
    (read,) = live.screen.of(WiresRead)
    wire = next(wire for wire in read.wires if wire["parameter"] == "PeeringId")
    peering = "" if unreadable == "secondary" else live.stack("secondary").content.outputs["PeeringId"]
    value = "" if unreadable == "primary" else live.stack("primary").content.values["PeeringId"]
    assert (wire["value"], wire["produced"], wire["verdict"]) == (value, peering, "unknown")


SECRETIVE = PRIMARY.replace(
    "      VpcCidr: {Type: String, Default: 10.0.0.0/16}\n",
    "      VpcCidr: {Type: String, Default: 10.0.0.0/16}\n      Token: {Type: String, NoEcho: true}\n",
).replace("Engine: aurora-mysql", "Engine: aurora-mysql, Token: !Ref Token")


@pytest.fixture
def secretive(pair):
    pair.templates["primary"] = SECRETIVE
    pair.environment["parameters"] = {"Token": "hush-hush"}
    return pair


def test_a_secret_parameter_is_sent_and_never_told(secretive):
    secretive.deploy()
    assert secretive.stack("primary").content.values["Token"] == "hush-hush"
    told = secretive.told()
    secretive.templates["primary"] = with_note(SECRETIVE)
    secretive.deploy()
    assert "hush-hush" not in told + secretive.told()
    assert "****" in told


def test_a_secret_parameter_does_not_make_a_second_run(secretive):
    secretive.deploy()
    assert secretive.deploy().passes == ()


@pytest.mark.parametrize("given", ["", "hush-hush"])
def test_a_secret_parameter_that_a_condition_asks_about_converges_empty_or_not(pair, given):
    """AWS masks an empty value too, and a mask is not empty."""
    pair.templates["primary"] = SECRETIVE.replace("Token: !Ref Token", "Token: !If [HasToken, one, none]").replace(
        "    Conditions:\n", "    Conditions:\n      HasToken: !Not [!Equals [!Ref Token, '']]\n", 1
    )
    pair.environment["parameters"] = {"Token": given}
    pair.deploy()
    assert pair.deploy().passes == ()


def test_taking_links_away_keeps_a_secret_parameter_as_it_is(secretive):
    secretive.deploy()
    secretive.destroy()
    assert secretive.aws["primary"].requests[-1].parameters["Token"] is None
