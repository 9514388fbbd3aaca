"""Taking the stacks down and keeping what a person names."""

from dataclasses import replace

import pytest

from tests.rollout.deployments import Deployments
from tests.systems import PRIMARY, SECONDARY, template
from twinstack.aws.api import StackDescription
from twinstack.errors import InputError, RefusedError, TwinStackError
from twinstack.planning.steps import resolver_for
from twinstack.planning.world import Live
from twinstack.rollout.deletion.deployed import Deployed
from twinstack.rollout.deletion.retaining import with_retained
from twinstack.rollout.destroying import DestroyOptions, destroy
from twinstack.screen.events import ChangeSetMade, Left, Note, StepDone


def left(pair):
    return {(row["stack"], row["resource"]): row["why"] for event in pair.screen.of(Left) for row in event.resources}


def ends(pair, role, resource):
    """How the events of a stack that is gone say that a resource ended."""
    (stack,) = [each for each in pair.aws[role]._stacks if each.name == pair.name(role)]
    return [event.status for event in stack.events if event.resource == resource][-1]


def test_what_is_named_is_kept_by_an_update_of_the_live_template_and_listed_as_left(live):
    live.destroy(retain=("Vpc",))
    assert live.stacks() == []
    assert {ends(live, role, "Vpc") for role in ("primary", "secondary")} == {"DELETE_SKIPPED"}
    assert ends(live, "primary", "Table") == "DELETE_COMPLETE"
    asks = "kept, as --retain asks"
    assert left(live) == {("secondary", "Vpc"): asks, ("primary", "Vpc"): asks}


def test_each_stack_is_told_once_what_to_keep(live):
    live.destroy(retain=("Vpc", "primary.Cluster"))
    assert [event.text for event in live.screen.of(Note) if "keep" in event.text] == [
        "Telling the stack secondary to keep Vpc",
        "Telling the stack primary to keep Vpc, Cluster",
    ]


def test_the_question_says_what_is_kept(live):
    live.destroy(retain=("primary.Vpc",))
    assert live.questions == ["Delete pair-dev-secondary, pair-dev-primary, and keep primary: Vpc?"]


def test_a_role_before_the_id_means_that_stack_alone(live):
    live.destroy(retain=("primary.Vpc",))
    assert (ends(live, "primary", "Vpc"), ends(live, "secondary", "Vpc")) == ("DELETE_SKIPPED", "DELETE_COMPLETE")


def test_what_a_kept_resource_refers_to_is_kept_with_it(live):
    live.destroy(retain=("primary.Route",))
    assert left(live) == {
        ("primary", "Route"): "kept, as --retain asks",
        ("primary", "Table"): "kept, since Route would not be whole without it",
        ("primary", "Vpc"): "kept, since Route would not be whole without it",
    }
    assert ends(live, "primary", "Vpc") == "DELETE_SKIPPED"


def test_all_that_was_named_is_why_something_else_is_kept(live):
    live.destroy(retain=("primary.Route", "primary.Table"))
    assert left(live)["primary", "Vpc"] == "kept, since Route and Table would not be whole without it"


def test_nothing_else_of_the_live_template_changes(live):
    live.templates["primary"] = PRIMARY.replace("'AWS::EC2::VPC', ", "'AWS::EC2::VPC', Metadata: {Note: new}, ")
    live.destroy(retain=("primary.Bucket",))
    first = live.screen.of(ChangeSetMade)[0]
    assert first.stack == "primary"
    assert [(row["resource"], row["action"], row["properties"]) for row in first.changes] == [
        ("Bucket", "Modify", ["DeletionPolicy"])
    ]


LOOP = """
    Metadata: {TwinStack: {Role: primary}}
    Transform: AWS::LanguageExtensions
    Resources:
      Key: {Type: 'AWS::KMS::Key'}
      Other: {Type: 'AWS::KMS::Key'}
      Fn::ForEach::Stores:
        - Name
        - [One, Two]
        - Store${Name}: {Type: 'AWS::S3::Bucket', Properties: {Key: !Ref Key}}
"""


def test_what_a_loop_makes_is_kept_by_its_own_name_with_what_it_refers_to(tmp_path):
    run = Deployments(tmp_path, {"primary": LOOP}).run()
    state = Live("CREATE_COMPLETE", template(LOOP), {}, {}, {})
    found = StackDescription("stack-1", "pair-dev-primary", "CREATE_COMPLETE", "", {}, {}, {})
    resources = resolver_for(run.planner.system.stacks["primary"], state.template, {}, {}).resources()
    stack = Deployed(found, resources, {name: name.lower() for name in resources})
    kept = with_retained(run, {"primary": state}, {"primary": stack}, ["StoreOne"])
    assert kept["primary"].retained == {
        "StoreOne": "kept, as --retain asks",
        "Key": "kept, since StoreOne would not be whole without it",
    }


def test_a_bucket_that_is_kept_may_be_full_and_is_not_emptied(live):
    bucket = live.stack("primary").listed["Bucket"].physical_id
    live.buckets["primary"].put(bucket, "key", b"data")
    with pytest.raises(RefusedError, match="is not empty"):
        live.destroy()
    live.destroy(retain=("primary.Bucket",), empty_buckets=True)
    assert not live.buckets["primary"].is_empty(bucket)
    assert ends(live, "primary", "Bucket") == "DELETE_SKIPPED"


def test_an_id_that_no_stack_has_is_an_error_with_those_that_there_are(live):
    live.forget_calls()
    with pytest.raises(InputError) as error:
        live.destroy(retain=("Vpc", "Vps", "third.Vpc"))
    assert str(error.value) == (
        "--retain Vps --retain third.Vpc: no stack has such a resource; there are: "
        "secondary: Bucket, Cluster, Peering, Route, Table, Vpc; primary: Bucket, Cluster, Route, Table, Vpc"
    )
    assert live.mutations() == []


def test_where_there_is_no_stack_nothing_can_be_kept(pair):
    with pytest.raises(InputError, match=r"--retain Vpc: no stack has such a resource; there are: none$"):
        pair.destroy(retain=("Vpc",))


def test_declined_nothing_is_updated(live):
    live.forget_calls()
    with pytest.raises(RefusedError, match="declined"):
        live.destroy(confirm=lambda _question: False, retain=("Vpc",))
    assert live.mutations() == []


def test_a_deletion_that_failed_is_done_with_what_failed_retained(live):
    live.aws["secondary"].fail("Peering", "it is in use")
    with pytest.raises(TwinStackError, match="DELETE_FAILED: it is in use"):
        live.destroy()
    live.aws["secondary"].fail("Peering", "it is in use")
    live.destroy(retain=("Peering",))
    assert live.stacks() == []
    assert ends(live, "secondary", "Peering") == "DELETE_SKIPPED"
    assert [event.status for event in live.screen.of(StepDone)].count("DELETE_COMPLETE") == 2


def test_a_stack_that_takes_no_update_is_refused_before_anything_is_deleted(live):
    live.stack("primary").status = "UPDATE_ROLLBACK_FAILED"
    live.forget_calls()
    with pytest.raises(RefusedError) as error:
        live.destroy(retain=("primary.Vpc", "primary.Cluster"))
    assert str(error.value) == (
        "primary: pair-dev-primary is UPDATE_ROLLBACK_FAILED and takes no update, so it cannot be told to keep Vpc, "
        "Cluster; bring it to rest by `deploy`, or delete it without --retain, which works again when a deletion has "
        "failed"
    )
    assert live.mutations() == []


def test_what_the_template_keeps_already_needs_no_update(tmp_path):
    kept = {"primary": PRIMARY.replace("'AWS::EC2::VPC', ", "'AWS::EC2::VPC', DeletionPolicy: Retain, ")}
    pair = Deployments(tmp_path, {**kept, "secondary": SECONDARY})
    pair.deploy()
    before = len(pair.aws["primary"].requests)
    pair.destroy(retain=("primary.Vpc",))
    assert len(pair.aws["primary"].requests) == before + 1  # which unlinks it
    assert left(pair)["primary", "Vpc"] == "kept, as --retain asks"


def test_an_objection_ends_it_before_anything_is_touched(live):
    live.forget_calls()
    run = replace(live.run(), objections=lambda planner, world, retained: ["not now", "nor then"])
    with pytest.raises(RefusedError, match="not now\nnor then"):
        destroy(run, DestroyOptions())
    assert (live.mutations(), live.questions) == ([], [])
