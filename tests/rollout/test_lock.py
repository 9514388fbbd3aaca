"""One run at a time: who gets the lock, who is refused, and who stops because it was taken."""

import json
from dataclasses import replace

import pytest

from tests.fake_cloudformation import FakeClock
from tests.fake_parameters import FakeParameterStore
from tests.rollout.deployments import Deployments, Telling, with_note
from tests.systems import PRIMARY
from twinstack.aws.errors import AwsError
from twinstack.errors import BusyError, CredentialsError, Interrupted, TwinStackError, UnreachableError
from twinstack.planning.world import Absent
from twinstack.rollout.change_sets.preparing import prepare, request_for
from twinstack.rollout.guards.guards import Allowed
from twinstack.rollout.run.lock import NO_LOCK, held, place_of
from twinstack.rollout.run.parameter_lock import Holder, Place, holding
from twinstack.screen.events import Warning_

NAME = "/twinstack/pair-dev/lock"


def holder(run: str, who: str = "alice", **given) -> Holder:
    return Holder(
        run=run, who=who, host="laptop", pid=7, since="2026-01-01T10:00:00+00:00", what="deploy -e dev", **given
    )


ALICE, BOB, CAROL = holder("a"), holder("b", "bob"), holder("c", "carol")


class Store(FakeParameterStore):
    """A parameter store that fails where it is told to, and lets things happen just before or after a call."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.calls: list[str] = []
        self.failing: dict[str, TwinStackError] = {}
        self.before: dict[str, list] = {}
        self.after: dict[str, list] = {}

    def _call(self, name, *given):
        self.calls.append(name)
        for happens in self.before.pop(name, []):
            happens()
        if name in self.failing:
            raise self.failing[name]
        answer = getattr(FakeParameterStore, name)(self, *given)
        for happens in self.after.pop(name, []):
            happens()
        return answer

    def create(self, *given):
        return self._call("create", *given)

    def read(self, *given):
        return self._call("read", *given)

    def overwrite(self, *given):
        return self._call("overwrite", *given)

    def delete(self, *given):
        return self._call("delete", *given)

    def holder(self) -> str | None:
        return json.loads(self.written[NAME][0])["who"] if NAME in self.written else None

    def put(self, who: Holder) -> None:
        """Has somebody else write the lock."""
        self.written[NAME] = (who.model_dump_json(), 1, self.clock.now())


class Lock:
    """The lock of one environment, and those who want it."""

    def __init__(self) -> None:
        self.clock, self.screen = FakeClock(), Telling()
        self.store = Store(self.clock)
        self.ended: set[str] = set()

    def wanted_by(self, who: Holder, **given):
        place = Place(self.store, NAME)
        return held(place, who, self.clock, self.screen, has_ended=lambda it: it.run in self.ended, **given)

    def told(self) -> list[str]:
        return [event.text for event in self.screen.of(Warning_)]


@pytest.fixture
def lock():
    return Lock()


def denied(call: str) -> AwsError:
    return AwsError(call, "AccessDeniedException", "not allowed", "primary (us-east-1)")


# Taking and releasing


def test_the_lock_says_who_where_since_when_and_what(lock):
    with lock.wanted_by(ALICE):
        written = json.loads(lock.store.written[NAME][0])
    assert written == {
        "run": "a",
        "who": "alice",
        "host": "laptop",
        "pid": 7,
        "machine": "",
        "started": "",
        "since": "2026-01-01T10:00:00+00:00",
        "what": "deploy -e dev",
    }


def test_the_lock_is_released_at_the_end(lock):
    with lock.wanted_by(ALICE) as taken:
        assert taken.is_held
    assert lock.store.written == {}
    assert lock.told() == []


@pytest.mark.parametrize("error", [TwinStackError("a step failed"), Interrupted(143), KeyboardInterrupt()])
def test_the_lock_is_released_after_a_failure_and_an_interruption(lock, error):
    with pytest.raises(type(error)), lock.wanted_by(ALICE):
        raise error
    assert lock.store.written == {}


def test_a_run_without_a_rival_waits_for_nothing(lock):
    with lock.wanted_by(ALICE):
        pass
    assert lock.clock.waits == []
    assert lock.store.calls == ["create", "read", "read", "delete"]


def test_a_second_run_is_refused_and_told_who_holds_the_lock(lock):
    with lock.wanted_by(ALICE):
        lock.clock.sleep(12)
        with pytest.raises(BusyError) as refused, lock.wanted_by(BOB):
            pass
        assert lock.store.holder() == "alice"
    assert str(refused.value) == (
        "another run holds the lock /twinstack/pair-dev/lock: alice on laptop (process 7), since "
        "2026-01-01T10:00:00+00:00: deploy -e dev (last heard of 12 s ago). This run does nothing more on AWS. Wait "
        "until the other one has ended and run it again; if you know that it has, `deploy --break-lock` or "
        "`destroy --break-lock` takes the lock at once"
    )
    assert refused.value.exit_code == 5


def test_a_run_whose_creation_was_answered_by_nobody_still_has_and_releases_the_lock(lock):
    lock.store.put(ALICE)  # the first attempt came through, its answer did not
    with lock.wanted_by(ALICE) as taken:
        taken.check()
    assert lock.store.written == {}


def test_a_lock_created_by_a_call_without_answer_is_not_left_behind(lock):
    def answer_lost():
        raise UnreachableError("no answer")

    lock.store.after["create"] = [answer_lost]
    with pytest.raises(UnreachableError), lock.wanted_by(ALICE):
        pass
    assert lock.store.written == {}


def test_a_lock_released_at_the_moment_of_asking_is_taken(lock):
    lock.store.put(BOB)
    lock.store.before["read"] = [lock.store.written.clear]
    with lock.wanted_by(ALICE):
        assert lock.store.holder() == "alice"


# Taking over


def test_a_run_that_refreshes_keeps_the_lock_for_hours(lock):
    with lock.wanted_by(ALICE) as taken:
        for _ in range(240):
            lock.clock.sleep(30)
            assert taken.refresh()
        with pytest.raises(BusyError), lock.wanted_by(BOB):
            pass


def test_a_lock_that_was_not_refreshed_for_119_seconds_is_kept(lock):
    lock.store.put(ALICE)
    lock.clock.sleep(119)
    with pytest.raises(BusyError), lock.wanted_by(BOB):
        pass
    assert lock.store.holder() == "alice"


def test_a_lock_that_was_not_refreshed_for_120_seconds_is_taken_over_with_a_word(lock):
    lock.store.put(ALICE)
    lock.clock.sleep(120)
    with lock.wanted_by(BOB):
        assert lock.store.holder() == "bob"
    assert lock.told() == [
        "the lock /twinstack/pair-dev/lock is taken over from alice on laptop (process 7), since "
        "2026-01-01T10:00:00+00:00: deploy -e dev; it has not been heard of for 120 s"
    ]


def test_the_lock_of_a_run_whose_process_here_has_ended_is_taken_over_at_once(lock):
    lock.store.put(ALICE)
    lock.ended = {"a"}
    with lock.wanted_by(BOB):
        assert lock.store.holder() == "bob"
    assert lock.told()[0].endswith("; its process on this machine has ended")
    assert lock.clock.waits == [1.0]


def test_a_lock_can_be_broken(lock):
    lock.store.put(ALICE)
    lock.clock.sleep(12)
    with lock.wanted_by(BOB, break_it=True):
        assert lock.store.holder() == "bob"
    assert lock.told()[0].endswith("it was last heard of 12 s ago, and stops before the next thing that it would do")


def test_breaking_a_lock_that_nobody_holds_says_nothing(lock):
    with lock.wanted_by(BOB, break_it=True):
        assert lock.store.holder() == "bob"
    assert lock.told() == []


def test_of_two_that_take_over_at_once_the_slower_to_create_is_refused(lock):
    lock.store.put(ALICE)
    lock.clock.sleep(120)
    lock.store.after["delete"] = [lambda: lock.store.put(CAROL)]
    with pytest.raises(BusyError, match="carol"), lock.wanted_by(BOB):
        pass
    assert lock.store.holder() == "carol"
    assert lock.clock.waits == [120], "it need not wait to know"


def test_of_two_that_take_over_at_once_the_one_whose_lock_the_other_deleted_is_refused(lock):
    lock.store.put(ALICE)
    lock.clock.sleep(120)
    lock.clock.waits.clear()

    def carol_too():  # she read Alice's expired lock as well, deletes what she takes for it, and creates hers
        if lock.store.holder() == "bob":
            lock.store.put(CAROL)

    wait = lock.clock.sleep
    lock.clock.sleep = lambda seconds: (carol_too(), wait(seconds))
    with pytest.raises(BusyError, match="carol"), lock.wanted_by(BOB):
        pass
    assert lock.store.holder() == "carol"
    assert lock.clock.waits == [1], "another holder is no old answer, which would be asked for again"


def test_an_answer_that_shows_the_former_holder_again_and_again_is_believed_after_five_looks(lock):
    lock.store.put(ALICE)
    lock.clock.sleep(120)
    lock.clock.waits.clear()
    former = lock.store.read(NAME)
    lock.store.read = lambda name: former
    with pytest.raises(BusyError, match="alice on laptop"), lock.wanted_by(BOB):
        pass
    assert lock.clock.waits == [1] * 6


def test_a_late_answer_that_still_shows_the_former_holder_does_not_lose_the_lock(lock):
    lock.store.put(ALICE)
    lock.clock.sleep(120)
    mine = []

    def late():
        mine.append(lock.store.written[NAME])
        lock.store.put(ALICE)
        lock.store.after["read"] = [lambda: lock.store.written.update({NAME: mine[0]})]

    lock.store.before["read"] = [lambda: lock.store.before.update({"read": [late]})]
    with lock.wanted_by(BOB):
        assert lock.store.holder() == "bob"


def test_a_lock_whose_value_is_not_ours_to_read_is_held_by_somebody(lock):
    lock.store.written[NAME] = ("not JSON", 1, lock.clock.now())
    with pytest.raises(BusyError, match="somebody on an unknown machine"), lock.wanted_by(BOB):
        pass


# Holding


def test_who_only_looks_is_told_of_a_holder_that_keeps_others_out_and_touches_nothing(lock):
    place = Place(lock.store, NAME)

    def holds():
        return holding(place, lambda it: it.run in lock.ended)

    assert holds() is None
    lock.store.put(ALICE)
    lock.clock.sleep(119)
    assert holds() == ALICE
    lock.ended = {"a"}
    assert holds() is None
    lock.ended.clear()
    lock.clock.sleep(1)
    assert holds() is None
    assert (set(lock.store.calls), lock.store.holder(), lock.told()) == ({"read"}, "alice", [])


def test_the_holder_goes_on_while_the_lock_is_its_own(lock):
    with lock.wanted_by(ALICE) as taken:
        taken.check()


def test_the_holder_stops_when_another_run_has_the_lock(lock):
    with lock.wanted_by(ALICE) as taken:
        lock.store.put(BOB)
        with pytest.raises(BusyError, match="bob on laptop"):
            taken.check()
    assert lock.store.holder() == "bob", "another's lock is not released"


def test_the_holder_stops_when_the_lock_is_gone(lock):
    with lock.wanted_by(ALICE) as taken:
        lock.store.written.clear()
        with pytest.raises(BusyError) as error:
            taken.check()
    assert str(error.value) == (
        "the lock /twinstack/pair-dev/lock is gone: another run has taken it and is done, or somebody has deleted it; "
        "this run does nothing more on AWS, since what it showed may no longer be true. Run it again"
    )
    assert lock.clock.waits == [1.0]


def test_one_answer_that_shows_no_lock_does_not_stop_the_holder(lock):
    with lock.wanted_by(ALICE) as taken:
        mine = dict(lock.store.written)
        lock.store.written.clear()
        lock.store.after["read"] = [lambda: lock.store.written.update(mine)]
        taken.check()


def test_a_heart_that_finds_another_run_stops_and_leaves_its_lock(lock):
    with lock.wanted_by(ALICE) as taken:
        lock.store.put(BOB)
        assert not taken.refresh()
        assert lock.store.holder() == "bob"
        assert "overwrite" not in lock.store.calls


def test_a_heart_that_beats_once_more_after_the_end_writes_nothing(lock):
    with lock.wanted_by(ALICE) as taken:
        pass
    lock.store.put(ALICE)
    assert not taken.refresh()
    assert "overwrite" not in lock.store.calls


def test_a_holder_whose_heart_has_stopped_refreshes_before_it_goes_on(lock):
    with lock.wanted_by(ALICE) as taken:
        lock.clock.sleep(90)
        taken.check()
        with pytest.raises(BusyError, match="last heard of 1 s ago"), lock.wanted_by(BOB):
            pass


@pytest.mark.parametrize("error", [denied("PutParameter"), UnreachableError("no route")])
def test_a_holder_that_cannot_write_its_old_lock_again_begins_nothing_more(lock, error):
    with lock.wanted_by(ALICE) as taken:
        lock.clock.sleep(61)
        lock.store.failing["overwrite"] = error
        with pytest.raises(TwinStackError) as stopped:
            taken.check()
    assert str(stopped.value) == (
        f"{error}\nthe lock /twinstack/pair-dev/lock was last written 61 s ago and cannot be written now, so another "
        "run may take it at any moment: nothing more is begun; run again when it can be written"
    )


def test_a_holder_whose_lock_is_young_writes_nothing(lock):
    with lock.wanted_by(ALICE) as taken:
        lock.clock.sleep(59)
        taken.check()
    assert "overwrite" not in lock.store.calls


def test_a_holder_whose_old_lock_is_being_taken_over_stops(lock):
    with lock.wanted_by(ALICE) as taken:
        lock.clock.sleep(121)
        lock.store.after["overwrite"] = [lambda: lock.store.put(BOB)]
        with pytest.raises(BusyError, match="bob"):
            taken.check()


def test_a_holder_that_cannot_ask_does_not_go_on(lock):
    lost = UnreachableError("primary (us-east-1): AWS cannot be reached")
    with lock.wanted_by(ALICE) as taken:
        lock.store.failing["read"] = lost
        with pytest.raises(UnreachableError):
            taken.check()
        with pytest.raises(UnreachableError):
            taken.refresh()
        lock.store.failing.clear()
        taken.check()


# Where there can be no lock


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "ParameterLimitExceeded"])
def test_where_parameters_may_not_be_written_it_is_said_once_and_the_run_goes_on(lock, code):
    lock.store.failing["create"] = AwsError("PutParameter", code, "no", "primary (us-east-1)")
    with lock.wanted_by(ALICE) as taken:
        assert taken is NO_LOCK
        assert not taken.is_held
        taken.check()
        assert not taken.refresh()
    assert lock.told() == [
        f"primary (us-east-1): PutParameter was refused: {code}: no. So this run has no lock: nothing but "
        "CloudFormation's own refusals keeps another run from doing the same at the same time. Let nobody else deploy "
        "until it has ended."
    ]


def test_a_lock_that_may_be_written_and_not_read_is_none(lock):
    lock.store.failing["read"] = denied("GetParameter")
    with lock.wanted_by(ALICE) as taken:
        assert taken is NO_LOCK
    assert lock.store.written == {}
    assert len(lock.told()) == 1


def test_where_parameters_may_neither_be_written_nor_read_that_is_said_once(lock):
    lock.store.failing = {"create": denied("PutParameter"), "read": denied("GetParameter")}
    with lock.wanted_by(ALICE) as taken:
        assert taken is NO_LOCK
    assert len(lock.told()) == 1


def test_a_run_that_may_not_write_does_not_go_on_beside_a_holder_that_it_can_see(lock):
    lock.store.put(BOB)
    lock.store.failing["create"] = denied("PutParameter")
    with pytest.raises(BusyError, match="bob"), lock.wanted_by(ALICE):
        pass


def test_where_aws_does_not_answer_nothing_is_begun(lock):
    lock.store.failing["create"] = UnreachableError("primary (us-east-1): AWS cannot be reached: no route")
    with pytest.raises(UnreachableError) as error, lock.wanted_by(ALICE):
        pytest.fail("begun")
    assert str(error.value) == (
        "primary (us-east-1): AWS cannot be reached: no route; the lock /twinstack/pair-dev/lock could not be taken, "
        "so another run may be at work, and nothing was begun; try again, or go on without the lock with `deploy "
        "--break-lock` when you know that there is none"
    )
    assert error.value.exit_code == 1


def test_where_aws_does_not_answer_a_broken_lock_is_not_waited_for(lock):
    lock.store.failing["create"] = UnreachableError("primary (us-east-1): AWS cannot be reached: no route")
    with lock.wanted_by(ALICE, break_it=True) as taken:
        assert taken is NO_LOCK
    (told,) = lock.told()
    assert told.startswith("primary (us-east-1): AWS cannot be reached: no route. So this run has no lock: ")


@pytest.mark.parametrize(("break_it", "ended"), [(True, False), (False, True)])
def test_a_run_that_may_not_write_goes_on_where_the_holder_is_to_be_broken_or_has_ended(lock, break_it, ended):
    lock.store.put(BOB)
    lock.ended = {"b"} if ended else set()
    lock.store.failing["create"] = denied("PutParameter")
    with lock.wanted_by(ALICE, break_it=break_it) as taken:
        assert taken is NO_LOCK
    assert lock.store.holder() == "bob"


def test_credentials_that_aws_does_not_take_are_an_error_of_their_own(lock):
    lock.store.failing["create"] = CredentialsError("expired")
    lock.store.failing["read"] = CredentialsError("expired")
    with pytest.raises(CredentialsError), lock.wanted_by(ALICE, break_it=True):
        pytest.fail("begun")


def test_a_lock_that_cannot_be_released_is_said_and_hides_no_error(lock):
    lock.store.failing["delete"] = UnreachableError("primary (us-east-1): AWS cannot be reached")
    with pytest.raises(TwinStackError, match="a step failed"), lock.wanted_by(ALICE):
        raise TwinStackError("a step failed")
    assert lock.told() == [
        "primary (us-east-1): AWS cannot be reached. The lock /twinstack/pair-dev/lock is not released; it expires "
        "120 s after it was last written, and another run then takes it over"
    ]


# In a run


def test_the_lock_is_kept_beside_the_first_stack_of_the_file(tmp_path):
    deployments = Deployments(tmp_path)
    run = deployments.run()
    place = place_of(run.environment, run.clients)
    assert place.name == "/twinstack/pair-dev/lock"
    assert place.parameters is deployments.aws["primary"].parameters


class Taken:
    """A lock that another run takes after so many readings."""

    is_held = True

    def __init__(self, readings: int = 0) -> None:
        self.left = readings

    def check(self) -> None:
        if not self.left:
            raise BusyError("another run holds the lock")
        self.left -= 1

    def refresh(self) -> bool:
        return False


def with_lock(deployments: Deployments, lock) -> Deployments:
    """Every run of these deployments has this lock."""
    original = deployments.run
    deployments.run = lambda *given, **more: replace(original(*given, **more), lock=lock)
    return deployments


def test_nothing_is_executed_without_the_lock(tmp_path):
    deployments = with_lock(Deployments(tmp_path), Taken())
    with pytest.raises(BusyError):
        deployments.deploy()
    assert "execute_change_set" not in [call for _, call in deployments.mutations()]
    assert deployments.change_sets() == []


def test_the_lock_is_read_back_before_each_execution(tmp_path):
    deployments = with_lock(Deployments(tmp_path), Taken(2))
    with pytest.raises(BusyError):
        deployments.deploy()
    assert [call for _, call in deployments.mutations()].count("execute_change_set") == 2


def test_no_policy_is_narrowed_without_the_lock(tmp_path):
    deployments = Deployments(tmp_path, protected=True)
    deployments.deploy()
    deployments.templates["primary"] = with_note(PRIMARY)
    deployments.forget_calls()
    with pytest.raises(BusyError):
        with_lock(deployments, Taken()).deploy()
    before = [call for _, call in deployments.mutations()]
    assert "execute_change_set" not in before


@pytest.mark.parametrize("protected", [True, False])
def test_no_protection_is_set_or_lifted_without_the_lock(tmp_path, protected):
    deployments = Deployments(tmp_path, protected=not protected)
    deployments.deploy()
    deployments.environment["protected"] = protected
    deployments.forget_calls()
    with pytest.raises(BusyError):
        with_lock(deployments, Taken()).deploy()
    assert deployments.mutations() == []


def test_no_stack_is_deleted_without_the_lock(tmp_path):
    deployments = Deployments(tmp_path)
    deployments.deploy()
    deployments.forget_calls()
    with pytest.raises(BusyError):
        with_lock(deployments, Taken()).destroy()
    assert {call for _, call in deployments.mutations()} <= {"create_change_set", "delete_change_set"}
    assert sorted(deployments.stacks()) == ["pair-dev-primary", "pair-dev-secondary"]


def test_the_lock_is_read_back_before_each_deletion(tmp_path):
    deployments = Deployments(tmp_path)
    deployments.deploy()
    deployments.forget_calls()
    with pytest.raises(BusyError):
        with_lock(deployments, Taken(2)).destroy()  # for the update that unlinks, and the first deletion
    calls = [call for _, call in deployments.mutations()]
    assert (calls.count("execute_change_set"), calls.count("delete_stack")) == (1, 1)
    assert len(deployments.stacks()) == 1


def test_no_stack_that_holds_nothing_is_deleted_without_the_lock(tmp_path):
    deployments = Deployments(tmp_path)
    deployments.save()  # its change set is no abandoned one
    deployments.forget_calls()
    with pytest.raises(BusyError):
        with_lock(deployments, Taken()).destroy()
    assert deployments.mutations() == []
    assert deployments.stacks() == ["pair-dev-primary"]


def test_a_run_that_has_lost_the_lock_leaves_the_empty_stack_to_the_one_that_has_it(tmp_path):
    deployments = with_lock(Deployments(tmp_path), Taken())
    with pytest.raises(BusyError):
        deployments.deploy()
    assert deployments.change_sets() == []
    assert deployments.status("primary") == "REVIEW_IN_PROGRESS"


def test_it_is_left_too_when_aws_could_not_make_its_change_set(tmp_path):
    deployments = with_lock(Deployments(tmp_path), Taken())
    deployments.aws["primary"].broken_change_sets["pair-dev-primary"] = "no such property"
    with pytest.raises(TwinStackError, match="no such property"):
        deployments.deploy()
    assert deployments.change_sets() == []
    assert deployments.status("primary") == "REVIEW_IN_PROGRESS"


def test_a_run_that_has_lost_the_lock_deletes_nothing_of_others(tmp_path):
    deployments = Deployments(tmp_path)
    run = deployments.run()
    prepare(deployments.aws["primary"], request_for(first_step(run), run.new_id), run.clock)
    left = deployments.change_sets()
    with pytest.raises(BusyError):
        with_lock(deployments, Taken()).deploy()
    assert deployments.change_sets() == left
    assert len(left) == 1


def test_a_policy_that_was_narrowed_when_the_lock_was_taken_is_restored(tmp_path):
    deployments = Deployments(tmp_path, protected=True)
    deployments.deploy()
    deployments.templates["primary"] = with_note(PRIMARY)
    deployments.forget_calls()
    deployments.stack("primary").policies.clear()
    with pytest.raises(BusyError):
        with_lock(deployments, Taken(2)).deploy(allowed=Allowed(replace=("Vpc",)))
    assert "execute_change_set" not in [call for _, call in deployments.mutations()]
    before, during, after = deployments.stack("primary").policies
    assert before == after != during


def first_step(run):
    return run.planner.step(dict.fromkeys(run.planner.system.stacks, Absent()), "primary")
