"""What happens to a call that AWS throttles, fails, does not answer or refuses: every call, each kind of fault."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from tests.fake_cloudformation import FakeClock
from tests.systems import pair
from twinstack.aws import api, drift_api
from twinstack.aws.api import CreatedChangeSet, StackClients, StackEvent, StoredParameter
from twinstack.aws.errors import AwsError, NotSentError, NotTakenHereError
from twinstack.aws.patience import patient
from twinstack.aws.renewal import Renewal
from twinstack.errors import CredentialsError, UnreachableError
from twinstack.screen.events import Note, Warning_

THROTTLED = AwsError("Call", "Throttling", "Rate exceeded", "primary")
FAILING = AwsError("Call", "InternalFailure", "sorry", "primary")
UNAVAILABLE = AwsError("Call", "Unheard", "", "primary", 503)
SILENT = UnreachableError("primary: AWS cannot be reached: Connection was closed")
DENIED = AwsError("Call", "AccessDenied", "not authorized", "primary")
QUOTA = AwsError("Call", "LimitExceededException", "too many stacks", "primary")
NOT_SENT = NotSentError("primary: the call cannot be made: too long")
EXPIRED = CredentialsError("primary: AWS does not take the credentials: ExpiredToken: expired")

MENDED = {"throttled": THROTTLED, "failing": FAILING, "503": UNAVAILABLE, "no answer": SILENT}
FINAL = {"denied": DENIED, "quota": QUOTA, "not sent": NOT_SENT, "expired": EXPIRED}


@dataclass
class Faulty:
    """A client of any kind: each call meets the next fault, while there are some, and is then answered.

    Attributes:
        faults: What the next calls come to; None is an answer.
        always: What every call comes to after those.
        answer: What a call is answered with.
        calls: The names of the calls so far.
    """

    faults: list[Exception | None] = field(default_factory=list)
    always: Exception | None = None
    answer: Any = "the answer"
    calls: list[str] = field(default_factory=list)

    def __getattr__(self, name):
        def call(*_given, **_named):
            self.calls.append(name)
            fault = self.faults.pop(0) if self.faults else self.always
            if fault is not None:
                raise fault
            return iter(()) if name == "events" else self.answer

        return call


@dataclass
class Telling:
    events: list = field(default_factory=list)

    def tell(self, event):
        self.events.append(event)


def clients_of(inner):
    return StackClients(inner, inner, inner, inner, inner, inner, inner)


@dataclass
class Scene:
    """A faulty AWS behind patient clients, with a clock that does not wait and a jitter of one half."""

    primary: Any = field(default_factory=Faulty)
    secondary: Any = field(default_factory=Faulty)
    renewed: Any = None
    person: list[bool] = field(default_factory=list)

    def __post_init__(self):
        self.clock, self.screen, self.advice = FakeClock(), Telling(), []

        def signed_in(advice):
            self.advice.append(advice)
            return self.person.pop(0) if self.person else False

        self.clients = patient(
            {"primary": clients_of(self.primary), "secondary": clients_of(self.secondary)},
            pair(),
            self.clock,
            self.screen,
            jitter=lambda: 0.5,
            renew=self.renewed and (lambda: dict.fromkeys(("primary", "secondary"), clients_of(self.renewed))),
            signed_in=signed_in,
        )
        self.aws = self.clients["primary"].cloudformation

    def told(self, kind=object):
        return [event.text for event in self.screen.events if isinstance(event, kind)]


# Every call of every client, with arguments for it.
CALLS = {
    "cloudformation": {
        "describe_stack": ("pair",),
        "describe_stacks": (),
        "deleted_stacks": ("pair",),
        "get_template": ("pair",),
        "create_change_set": (None,),
        "describe_change_set": ("arn",),
        "change_sets": ("id",),
        "change_set_events": ("arn",),
        "failed_events": ("operation",),
        "execute_change_set": ("arn", "token"),
        "delete_change_set": ("arn",),
        "delete_stack": ("id", "token"),
        "continue_update_rollback": ("id", "token"),
        "events": ("id",),
        "resources": ("id",),
        "set_termination_protection": ("pair",),
        "stack_policy": ("pair",),
        "set_stack_policy": ("pair", "{}"),
    },
    "drifts": {
        "detect": ("id",),
        "detection": ("detection",),
        "of_resources": ("id",),
        "create_revert_change_set": (None,),
        "describe_revert_change_set": ("arn",),
    },
    "buckets": {"is_empty": ("bucket",), "put": ("bucket", "key", b""), "empty": ("bucket",)},
    "alarms": {"describe": (("name",),)},
    "parameters": {"create": ("name", "value"), "read": ("name",)},
    "resources": {"exists": ("AWS::S3::Bucket", "bucket")},
}
# Calls that are made twice at most, and at once.
QUICK = {
    "regions": {"enabled": ()},
    "parameters": {"overwrite": ("name", "value"), "delete": ("name",)},
}
PROTOCOLS = {
    "cloudformation": api.CloudFormation,
    "drifts": drift_api.Drifts,
    "buckets": api.Buckets,
    "regions": api.Regions,
    "alarms": api.Alarms,
    "parameters": api.ParameterStore,
    "resources": api.ExistingResources,
}
EVERY = [(kind, name) for kind, names in CALLS.items() for name in names]
EVERY_QUICK = [(kind, name) for kind, names in QUICK.items() for name in names]


def make(scene, kind, name):
    arguments = {**CALLS.get(kind, {}), **QUICK.get(kind, {})}[name]
    named = {"enabled": True} if name == "set_termination_protection" else {}
    answer = getattr(getattr(scene.clients["primary"], kind), name)(*arguments, **named)
    return list(answer) if name == "events" else answer


def test_the_tables_name_every_call_that_there_is():
    there = {
        (kind, name)
        for kind, protocol in PROTOCOLS.items()
        for name in vars(protocol)
        if not name.startswith("_") and callable(vars(protocol)[name])
    }
    assert there == {
        *EVERY,
        *EVERY_QUICK,
        ("regions", "cloudformation"),
        ("parameters", "at_once"),
        ("cloudformation", "at_once"),
    }


@pytest.mark.parametrize("fault", MENDED)
@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_a_call_that_may_succeed_later_is_made_again_after_a_wait_and_nobody_is_told(kind, name, fault):
    scene = Scene(Faulty([MENDED[fault]]))
    make(scene, kind, name)
    assert scene.primary.calls[:2] == [name, name]
    assert sum(scene.clock.waits) == pytest.approx(0.75 if fault == "throttled" else 0.5, abs=0.26)
    assert scene.told() == []


@pytest.mark.parametrize("fault", MENDED)
@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_a_call_that_never_succeeds_ends_with_what_aws_said_last(kind, name, fault):
    scene = Scene(Faulty(always=MENDED[fault]))
    with pytest.raises(type(MENDED[fault])) as error:
        make(scene, kind, name)
    assert error.value is MENDED[fault]
    throttled = fault == "throttled"
    # twenty seconds where it has never answered before; throttling is an answer: two minutes
    assert (100 if throttled else 15) < scene.clock.time <= (120 if throttled else 20)
    assert len(scene.told()) == (0 if throttled else 1)


@pytest.mark.parametrize("fault", FINAL)
@pytest.mark.parametrize(("kind", "name"), EVERY + EVERY_QUICK)
def test_a_final_answer_is_not_asked_for_again(kind, name, fault):
    scene = Scene(Faulty([FINAL[fault]]))
    with pytest.raises(type(FINAL[fault])):
        make(scene, kind, name)
    assert (scene.primary.calls, scene.clock.waits, scene.told()) == ([name], [], [])


@pytest.mark.parametrize(("kind", "name"), EVERY + EVERY_QUICK)
def test_expired_credentials_are_renewed_once_without_a_word(kind, name):
    scene = Scene(Faulty(always=EXPIRED), renewed=Faulty())
    make(scene, kind, name)
    assert (scene.primary.calls, scene.renewed.calls[:1]) == ([name], [name])
    assert (scene.advice, scene.told()) == ([], [])


@pytest.mark.parametrize("fault", MENDED)
@pytest.mark.parametrize(("kind", "name"), EVERY_QUICK)
def test_a_look_and_a_lock_are_asked_twice_at_most_and_without_a_wait(kind, name, fault):
    scene = Scene(Faulty([MENDED[fault]], answer=[]))
    make(scene, kind, name)
    scene.primary.always = MENDED[fault]
    with pytest.raises(type(MENDED[fault])):
        make(scene, kind, name)
    assert scene.primary.calls == [name] * 4
    assert (scene.clock.waits, scene.told()) == ([], [])


def test_waits_grow_to_twenty_seconds_and_where_aws_has_answered_go_on_for_two_minutes():
    scene = Scene()
    scene.aws.describe_stack("pair")
    scene.primary.always = SILENT
    with pytest.raises(UnreachableError):
        scene.aws.describe_stack("pair")
    assert scene.clock.waits == [0.5, 1, 2, 4, 8, 16, 20, 20, 20, 20]


def test_an_outage_is_told_once_and_its_end_once():
    scene = Scene(Faulty(always=SILENT))
    for _ in range(5):
        with pytest.raises(UnreachableError):
            scene.aws.describe_stack("pair")
    assert scene.told(Warning_) == [
        "CloudFormation in us-east-1 does not answer; asking again: primary: AWS cannot be reached: Connection was "
        "closed"
    ]
    scene.primary.always = None
    scene.aws.describe_stack("pair")
    scene.aws.describe_stack("pair")
    assert scene.told(Note) == ["CloudFormation in us-east-1 answers again"]


def test_while_a_region_is_known_not_to_answer_each_call_is_made_once():
    scene = Scene(Faulty(always=SILENT))
    with pytest.raises(UnreachableError):
        scene.aws.describe_stack("pair")
    scene.primary.calls.clear()
    scene.clock.waits.clear()
    with pytest.raises(UnreachableError):
        scene.aws.describe_stack("pair")
    assert (scene.primary.calls, scene.clock.waits) == (["describe_stack"], [])


def test_a_refusal_is_an_answer_too():
    scene = Scene(Faulty([SILENT] * 3 + [DENIED]))
    with pytest.raises(AwsError):
        scene.aws.describe_stack("pair")
    assert scene.told(Note) == ["CloudFormation in us-east-1 answers again"]


def test_an_outage_in_one_region_is_none_in_another():
    scene = Scene(Faulty(always=SILENT))
    with pytest.raises(UnreachableError):
        scene.aws.describe_stack("pair")
    scene.secondary.faults = [SILENT]
    scene.clients["secondary"].cloudformation.describe_stack("pair")
    assert len(scene.told()) == 1


def test_throttling_slows_down_what_follows_in_that_region_and_success_speeds_it_up_again():
    scene = Scene(Faulty([THROTTLED] * 3))
    times = []
    for _ in range(30):
        scene.aws.describe_stack("pair")
        times.append(scene.clock.time)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert max(gaps[:3]) == pytest.approx(0.95, abs=0.06)
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] == 0
    before = scene.clock.time
    scene.clients["secondary"].cloudformation.describe_stack("pair")
    assert scene.clock.time == before


def test_all_clients_of_a_run_draw_on_one_budget():
    scene = Scene()
    scene.aws.describe_stack("pair")
    for kind in ("cloudformation", "buckets", "alarms", "parameters"):
        getattr(scene.clients["primary"], kind).read("")  # each has answered once
    scene.clock.sleep = lambda seconds: None  # as if no time passed: only the budget is left to end it
    scene.primary.always = SILENT
    scene.primary.calls.clear()
    for kind in ("cloudformation", "buckets", "alarms", "parameters"):
        with pytest.raises(UnreachableError):
            getattr(scene.clients["primary"], kind).read("")
    # 500 tokens at 10 each are 50 repetitions, and there are four calls
    assert len(scene.primary.calls) == 54


def test_success_gives_back_what_its_repetition_took():
    scene = Scene()
    for _ in range(200):
        scene.primary.faults = [SILENT]
        assert scene.aws.describe_stack("pair") == "the answer"


class TestCallsThatChangeSomething:
    """A lost answer leaves open whether the call was carried out; the repeated call must come to the same."""

    @pytest.mark.parametrize(
        ("call", "refusal"),
        [
            ("execute_change_set", "TokenAlreadyExistsException"),
            ("delete_stack", "TokenAlreadyExistsException"),
            ("continue_update_rollback", "TokenAlreadyExistsException"),
            ("delete_change_set", "ChangeSetNotFound"),
        ],
    )
    def test_a_refusal_that_shows_that_the_lost_call_was_carried_out_is_a_success(self, call, refusal):
        refused = AwsError(call, refusal, "", "primary")
        scene = Scene(Faulty([SILENT, refused]))
        make(scene, "cloudformation", call)
        assert scene.primary.calls == [call, call]
        scene = Scene(Faulty([refused]))
        with pytest.raises(AwsError):
            make(scene, "cloudformation", call)

    def test_an_execution_that_is_refused_when_it_is_asked_for_again_is_left_to_the_caller(self):
        scene = Scene(Faulty([SILENT, AwsError("ExecuteChangeSet", "InvalidChangeSetStatus", "", "primary")]))
        with pytest.raises(AwsError, match="InvalidChangeSetStatus"):
            scene.aws.execute_change_set("arn", "token")

    def test_the_request_for_a_change_set_is_the_same_request_when_it_is_made_again(self):
        seen = []

        class Aws(Faulty):
            def create_change_set(self, request):
                seen.append(request)
                if len(seen) == 1:
                    raise SILENT
                return CreatedChangeSet("arn", "id")

        request = object()
        assert Scene(Aws()).aws.create_change_set(request) == CreatedChangeSet("arn", "id")
        assert [it is request for it in seen] == [True, True]

    @pytest.mark.parametrize(
        ("there", "ours"), [("mine", True), ("another's", False)], ids=["our own", "another run's"]
    )
    def test_a_parameter_that_is_there_after_a_lost_answer_is_ours_when_it_has_our_value(self, there, ours):
        class Store(Faulty):
            def create(self, name, value):
                self.calls.append("create")
                if len(self.calls) == 1:
                    raise SILENT
                return False

            def read(self, name):
                return StoredParameter(there, 1, 0.0)

        assert Scene(Store()).clients["primary"].parameters.create("lock", "mine") is ours

    def test_a_parameter_that_was_there_before_is_not_ours_whatever_its_value(self):
        class Store(Faulty):
            def create(self, name, value):
                return False

            def read(self, name):
                return StoredParameter("mine", 1, 0.0)

        assert Scene(Store()).clients["primary"].parameters.create("lock", "mine") is False


def event(number):
    return StackEvent(f"event-{number}", datetime.fromtimestamp(number, UTC), "Vpc", "", "", "", "", "")


@dataclass
class Events:
    """A stack's events, the newest first, in pages of two; the reading of a page meets the next fault."""

    events: list[StackEvent]
    faults: dict[int, list[Exception]]
    reads: list[int] = field(default_factory=list)
    happens: list[StackEvent] = field(default_factory=list)

    def events_of(self):
        for page in range(0, len(self.events), 2):
            self.reads.append(page)
            if self.faults.get(page):
                self.events = [*self.happens, *self.events]
                raise self.faults[page].pop(0)
            yield from self.events[page : page + 2]


class TestEvents:
    def read(self, aws, count=None):
        class Aws(Faulty):
            def events(self, stack_id):
                return aws.events_of()

        scene = Scene(Aws())
        found = []
        for each in scene.aws.events("id"):
            found.append(each.event_id)
            if len(found) == count:
                break
        return found

    @pytest.mark.parametrize("page", [0, 2, 4])
    @pytest.mark.parametrize("fault", MENDED)
    def test_a_page_that_fails_neither_loses_nor_repeats_an_event(self, page, fault):
        aws = Events([event(number) for number in (5, 4, 3, 2, 1)], {page: [MENDED[fault]] * 3})
        assert self.read(aws) == ["event-5", "event-4", "event-3", "event-2", "event-1"]

    def test_what_happens_meanwhile_is_left_to_the_next_reading(self):
        aws = Events([event(number) for number in (5, 4, 3, 2, 1)], {2: [SILENT]}, happens=[event(7), event(6)])
        assert self.read(aws) == ["event-5", "event-4", "event-3", "event-2", "event-1"]

    def test_no_page_is_read_that_nobody_asks_for(self):
        aws = Events([event(number) for number in (5, 4, 3, 2, 1)], {})
        assert self.read(aws, count=1) == ["event-5"]
        assert aws.reads == [0]

    def test_a_page_that_never_comes_ends_the_reading_with_its_error(self):
        aws = Events([event(number) for number in (3, 2, 1)], {2: [SILENT] * 1000})
        with pytest.raises(UnreachableError):
            self.read(aws)

    def test_a_refused_page_ends_the_reading(self):
        aws = Events([event(number) for number in (3, 2, 1)], {2: [DENIED, DENIED]})
        with pytest.raises(AwsError, match="AccessDenied"):
            self.read(aws)

    def test_an_answer_that_lags_behind_what_was_shown_is_asked_for_again(self):
        aws = Events([event(3), event(2), event(1)], {2: [SILENT]})
        shown = aws.events

        def answers():
            if len(aws.reads) == 2:  # the first reading has broken off: one answer without its events, then the rest
                aws.reads.append(-1)
                aws.events = [event(1)]
            elif aws.events != shown:
                aws.events = shown
            return Events.events_of(aws)

        class Aws(Faulty):
            def events(self, stack_id):
                return answers()

        assert [each.event_id for each in Scene(Aws()).aws.events("id")] == ["event-3", "event-2", "event-1"]


class TestCredentials:
    def test_a_person_is_asked_to_sign_in_when_renewing_was_not_enough_and_the_call_goes_on(self):
        renewed = Faulty([EXPIRED])
        scene = Scene(Faulty(always=EXPIRED), renewed=renewed, person=[True])
        assert scene.aws.describe_stack("pair") == "the answer"
        assert scene.advice == [str(EXPIRED)]

    def test_without_a_person_it_ends(self):
        scene = Scene(Faulty(always=EXPIRED), renewed=Faulty(always=EXPIRED))
        with pytest.raises(CredentialsError):
            scene.aws.describe_stack("pair")
        assert scene.advice == [str(EXPIRED)]

    def test_every_client_goes_on_with_the_new_credentials(self):
        scene = Scene(Faulty(always=EXPIRED), Faulty(always=EXPIRED), renewed=Faulty())
        scene.aws.describe_stack("pair")
        scene.clients["secondary"].buckets.put("bucket", "key", b"")
        assert scene.secondary.calls == []
        assert scene.renewed.calls == ["describe_stack", "put"]

    def test_what_another_thread_has_renewed_since_the_call_is_not_renewed_again(self):
        made = []
        renewal = Renewal({}, lambda: made.append("renewed") or {}, lambda advice: False)
        for _ in range(2):  # both calls were made with the first clients
            renewal.after(EXPIRED, 0, renewed=False)
        assert (made, renewal.generation) == (["renewed"], 1)

    def test_nobody_is_asked_again_who_has_pressed_ctrl_c(self):
        scene = Scene(Faulty(always=EXPIRED), renewed=Faulty(always=EXPIRED))
        asked = []

        def interrupt(advice):
            asked.append(advice)
            raise KeyboardInterrupt

        scene.clients["primary"].cloudformation._patience.renewal._signed_in = interrupt
        with pytest.raises(KeyboardInterrupt):
            scene.aws.describe_stack("pair")
        with pytest.raises(CredentialsError):
            scene.aws.delete_change_set("arn")
        assert len(asked) == 1

    def test_an_outage_is_not_waited_for_in_silence_while_credentials_are_renewed(self):
        scene = Scene(Faulty([SILENT, EXPIRED]), renewed=Faulty([SILENT]))
        assert scene.aws.describe_stack("pair") == "the answer"
        assert (scene.primary.calls, scene.renewed.calls) == (["describe_stack"] * 2, ["describe_stack"] * 2)


def test_the_heart_of_a_lock_asks_once_and_renews_nothing():
    at_once = Faulty(always=EXPIRED)
    scene = Scene(Faulty(answer=at_once), renewed=Faulty())
    for fault in (SILENT, EXPIRED):
        at_once.always = fault
        with pytest.raises(type(fault)):
            scene.clients["primary"].parameters.at_once().overwrite("name", "value")
    assert at_once.calls == ["overwrite", "overwrite"]
    assert (scene.clock.waits, scene.told(), scene.renewed.calls) == ([], [], [])


class TestLooksIntoOtherRegions:
    """They are made for a look, and hold nothing up."""

    def look(self, *faults, renewed=None):
        abroad = Faulty(list(faults))
        scene = Scene(Faulty(answer=abroad), renewed=renewed)
        return scene, abroad, scene.clients["primary"].regions.cloudformation("ap-south-1")

    def test_a_look_is_taken_twice_and_without_a_wait_or_a_word(self):
        scene, abroad, aws = self.look(SILENT)
        assert aws.describe_stack("pair") == "the answer"
        abroad.always = SILENT
        with pytest.raises(UnreachableError):
            aws.describe_stack("pair")
        assert len(abroad.calls) == 4
        assert (scene.clock.waits, scene.told()) == ([], [])

    def test_a_region_that_does_not_know_credentials_that_are_good_at_home_cannot_be_looked_into(self):
        _, _, aws = self.look(*[NotTakenHereError("ap-south-1: UnrecognizedClientException")] * 2)
        with pytest.raises(UnreachableError, match="UnrecognizedClientException"):
            aws.describe_stack("pair")

    def test_credentials_that_have_expired_are_renewed_for_a_look_too(self):
        again = Faulty()
        scene, abroad, aws = self.look(EXPIRED, renewed=Faulty(answer=again))
        assert aws.describe_stack("pair") == "the answer"
        assert (abroad.calls, again.calls) == (["describe_stack"], ["describe_stack"])
        assert scene.told() == []


@pytest.mark.parametrize("fault", MENDED)
@pytest.mark.parametrize("name", ["events", "describe_stack"])
def test_whoever_watches_and_asks_again_anyway_is_told_at_once_and_held_up_by_nothing(name, fault):
    scene = Scene(Faulty([MENDED[fault]]))
    watching = scene.clients["primary"].cloudformation.at_once()
    with pytest.raises(type(MENDED[fault])):
        list(getattr(watching, name)("stack"))
    assert scene.primary.calls == [name]
    assert sum(scene.clock.waits) == 0


def test_an_outage_that_is_noticed_while_watching_is_told_once_for_its_region():
    scene = Scene(Faulty(always=SILENT))
    watching = scene.clients["primary"].cloudformation.at_once()
    for _ in range(9):
        with pytest.raises(UnreachableError):
            watching.describe_stack("stack")
    assert [type(event) for event in scene.screen.events] == [Warning_]
