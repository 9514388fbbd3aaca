"""The walk along the page: what is asked, what stops it, and what is kept of it."""

import json
from datetime import UTC, datetime
from functools import partial

import pytest

from tests.fake_answers import Answers, refused
from tests.rollout.deployments import PAIR, Deployments
from twinstack.dr.first_run.checks.answers import Answer, Verdict, compared
from twinstack.dr.first_run.checks.check import Check
from twinstack.dr.first_run.checks.scene import Memory, Scene
from twinstack.dr.first_run.page import Page
from twinstack.dr.first_run.stages import Stage
from twinstack.dr.first_run.walk import Walk, walk_page
from twinstack.errors import InputError, RefusedError, TwinStackError
from twinstack.rollout.deploying import deploy
from twinstack.rollout.destroying import DestroyOptions, destroy
from twinstack.screen.events import RecordWritten, RowAnswered, StacksStanding, StageBegun

NOON = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)


def row(name):
    return {"id": name, "do": f"try {name}", "look_for": f"{name} | works", "why": "", "sure": "high"}


PAGE = Page.model_validate(
    {
        "intro": "",
        "outro": "",
        "stages": [
            {"key": key, "title": key.capitalize(), "price": price, "intro": "", "rows": list(map(row, rows))}
            for key, price, rows in (
                ("look", "free", ["versions", "by-eye"]),
                ("create", "1 USD an hour", ["created", "gone"]),
                ("use", "2 USD an hour", ["used"]),
                ("remove", "free", ["removed"]),
            )
        ],
    }
)


class Person:
    """Who answers the questions, and keeps them."""

    def __init__(self, no=(), despite=False, seen=Verdict.NOT_LOOKED_AT):
        self.no, self.despite, self.verdict = no, despite, seen
        self.questions = []

    def go_on(self, question):
        self.questions.append(question)
        return not any(word in question for word in self.no)

    def go_on_after_surprise(self, question):
        self.questions.append(question)
        return self.despite

    def seen(self, row):
        self.questions.append(row.id)
        return Answer(row.look_for, "a note", self.verdict)


def same(_scene):
    return compared("yes", "yes", same=True)


def differs(_scene):
    return compared("yes", "no", same=False)


def nothing(_scene):
    pass


class FirstRun:
    """A first run of the small pair in a fake AWS."""

    def __init__(self, folder, deployments=None, **checks):
        self.pair = deployments or Deployments(folder)
        self.folder = folder
        self.checks = dict.fromkeys(("versions", "created", "gone", "used", "removed"), same) | checks
        self.person = Person()
        self.hidden = str
        self.begin = {"create": lambda scene: deploy(scene.run), "remove": self._remove}
        self.end = nothing

    def _remove(self, scene):
        destroy(scene.run, DestroyOptions())

    def stages(self):
        check = {name: Check(name, ask) for name, ask in self.checks.items()}
        gone = Check("gone", self.checks["gone"], afterwards=True)
        return (
            Stage("look", (check["versions"],), free=True),
            Stage("create", (check["created"], gone), begin=self.begin["create"], end=self.end),
            Stage("use", (check["used"],)),
            Stage("remove", (check["removed"],), begin=self.begin["remove"], free=True),
        )

    def walk(self, up_to=None, page=PAGE):
        run = self.pair.run()
        self.told = self.pair.screen
        regions = dict.fromkeys(("primary", "secondary"), Answers(account="123456789012"))
        scene = Scene(run, regions, Memory(run.screen), local=False)
        walk = Walk(
            scene,
            page,
            self.person,
            lambda: NOON,
            self.folder,
            {"twinstack": "1"},
            "destroy it",
            self.stages(),
            self.hidden,
        )
        return walk_page(walk, up_to)

    def record(self):
        (path,) = (self.folder / "records").glob("*.json")
        return json.loads(path.read_text())

    def outcomes(self):
        return {stage["key"]: stage["outcome"] for stage in self.record()["stages"]}

    def verdicts(self):
        return {row["id"]: row["verdict"] for stage in self.record()["stages"] for row in stage["rows"]}

    def text(self):
        (path,) = (self.folder / "records").glob("*.md")
        return path.read_text()


@pytest.fixture
def first_run(tmp_path):
    return partial(FirstRun, tmp_path)


def test_each_stage_is_asked_for_with_its_price(first_run):
    run = first_run()
    run.walk()
    assert run.person.questions == [
        "Begin look (free)?",
        "by-eye",
        "Begin create (1 USD an hour)?",
        "Begin use (2 USD an hour)?",
        "Begin remove (free)?",
    ]


def test_a_whole_walk_answers_every_row_and_leaves_nothing(first_run):
    run = first_run()
    record = run.walk()
    assert set(run.outcomes().values()) == {"done"}
    assert {name: str(verdict) for name, verdict in run.verdicts().items()} == {
        "versions": "as expected",
        "by-eye": "not looked at",
        "created": "as expected",
        "gone": "as expected",
        "used": "as expected",
        "removed": "as expected",
    }
    assert (record.standing, run.pair.stacks()) == ([], [])


def test_what_is_asked_after_the_removal_is_asked_after_it(first_run):
    order = []
    run = first_run(
        created=lambda scene: (order.append("asked"), same(scene))[1],
        gone=lambda scene: (order.append("asked again"), same(scene))[1],
    )
    run.end = lambda scene: order.append("removed")
    run.walk()
    assert order == ["asked", "removed", "asked again"]


def test_the_record_names_what_was_expected_and_what_was_answered(first_run):
    run = first_run()
    run.walk()
    record, text = run.record(), run.text()
    assert (record["account"], record["suffix"], record["regions"]["primary"]) == ("123456789012", "dev", "us-east-1")
    assert "# First run of `dev`, suffix `dev`, 2026-11-25 12:00:00 UTC" in text
    assert "| versions | versions &#124; works | yes | yes | as expected | high |" in text
    works = "by-eye &#124; works"
    assert f"| by-eye | {works} | {works} | a note (seen by a person) | not looked at | high |" in text
    assert "local AWS" not in text
    assert [path.name for path in sorted((run.folder / "records").iterdir())] == [
        "first-run-dev-20261125T120000Z.json",
        "first-run-dev-20261125T120000Z.md",
    ]


def test_the_record_holds_nothing_secret_and_is_for_its_owner_alone(first_run):
    run = first_run(created=differs)
    run.hidden = lambda text: text.replace("a note", "HIDDEN").replace("does something else", "HIDDEN")
    with pytest.raises(TwinStackError):
        run.walk()
    written = [path.read_text() for path in (run.folder / "records").iterdir()]
    assert [("HIDDEN" in text, "a note" in text, "something else" in text) for text in written] == [
        (True, False, False)
    ] * 2
    assert {path.stat().st_mode & 0o777 for path in (run.folder / "records").iterdir()} == {0o600}


def test_up_to_a_stage_stops_after_it_and_says_what_stands(first_run):
    run = first_run()
    run.walk(up_to="create")
    assert run.outcomes() == {"look": "done", "create": "done", "use": "not reached", "remove": "not reached"}
    assert [(it["name"], it["removal"]) for it in run.record()["standing"]] == [
        ("pair-dev-primary", "destroy it"),
        ("pair-dev-secondary", "destroy it"),
    ]
    assert [len(event.stacks) for event in run.told.of(StacksStanding)] == [2]
    assert "- pair-dev-primary in us-east-1: UPDATE_COMPLETE. Remove it: `destroy it`" in run.text()


def test_declining_ends_the_walk_and_keeps_what_was_learned(first_run):
    run = first_run()
    run.person = Person(no=["create"])
    with pytest.raises(RefusedError, match="declined; create was not begun"):
        run.walk()
    assert run.outcomes() == {"look": "done", "create": "declined", "use": "not reached", "remove": "not reached"}
    assert run.verdicts() == {"versions": "as expected", "by-eye": "not looked at"}
    assert run.pair.mutations() == []


def test_a_surprise_stops_before_the_next_stage_that_costs(first_run):
    run = first_run(versions=differs)
    with pytest.raises(TwinStackError) as caught:
        run.walk()
    assert str(caught.value) == (
        "stopped before create, which costs: AWS does something else than expected:\n"
        "versions: expected yes; AWS answered no"
    )
    assert caught.value.exit_code == 1
    assert run.pair.mutations() == []
    assert run.outcomes()["create"] == "not reached"


def test_what_a_person_saw_otherwise_is_a_surprise_as_well(first_run):
    run = first_run()
    run.person = Person(seen=Verdict.DIFFERS)
    with pytest.raises(TwinStackError, match=r"by-eye: expected by-eye \| works; AWS answered a note"):
        run.walk()


def test_going_on_after_a_surprise_is_asked_for_and_still_ends_in_1(first_run):
    run = first_run(versions=differs)
    run.person = Person(despite=True)
    with pytest.raises(TwinStackError, match=r"^AWS does something else than expected:\nversions") as caught:
        run.walk()
    assert caught.value.exit_code == 1
    assert set(run.outcomes().values()) == {"done"}
    assert "Go on although 1 of the answers differ? What comes next costs more" in run.person.questions


def test_a_surprise_does_not_keep_the_stacks_from_being_removed(first_run):
    run = first_run(used=differs)
    with pytest.raises(TwinStackError):
        run.walk()
    assert run.outcomes()["remove"] == "done"
    assert run.pair.stacks() == []


def test_a_stage_that_fails_says_what_stands_and_what_removes_it(first_run):
    run = first_run()

    def fails(scene):
        deploy(scene.run, passes=1)
        raise refused("CreateDBCluster", "InsufficientCapacity")

    run.begin["create"] = fails
    with pytest.raises(TwinStackError, match="InsufficientCapacity"):
        run.walk()
    (create,) = [stage for stage in run.record()["stages"] if stage["key"] == "create"]
    assert (create["outcome"], create["failure"]) == (
        "failed",
        "here: CreateDBCluster was refused: InsufficientCapacity: ",
    )
    assert [it["name"] for it in run.record()["standing"]] == ["pair-dev-primary"]


def test_an_interruption_loses_nothing_of_the_record(first_run):
    def interrupted(_scene):
        raise KeyboardInterrupt

    run = first_run(created=interrupted)
    with pytest.raises(KeyboardInterrupt):
        run.walk()
    assert run.outcomes()["create"] == "interrupted"
    assert run.verdicts()["versions"] == "as expected"
    assert len(run.record()["standing"]) == 2


def test_the_record_is_written_after_every_stage(first_run):
    seen = []
    run = first_run(used=lambda scene: (seen.append(run.outcomes()), same(scene))[1])
    run.walk()
    assert seen == [{"look": "done", "create": "done", "use": "not reached", "remove": "not reached"}]
    assert len(run.told.of(RecordWritten)) == 5


def test_everything_is_told_as_events(first_run):
    run = first_run()
    run.walk()
    assert [(event.stage, event.price) for event in run.told.of(StageBegun)] == [
        ("look", "free"),
        ("create", "1 USD an hour"),
        ("use", "2 USD an hour"),
        ("remove", "free"),
    ]
    assert [event.row for event in run.told.of(RowAnswered)] == [
        "versions",
        "by-eye",
        "created",
        "gone",
        "used",
        "removed",
    ]


def test_a_protected_environment_is_refused(tmp_path):
    run = FirstRun(tmp_path, Deployments(tmp_path, protected=True))
    with pytest.raises(RefusedError, match=r"dev.yaml:\d+: the environment is protected"):
        run.walk()
    assert not (tmp_path / "records").exists()


def test_stacks_of_the_same_suffix_are_refused(first_run):
    run = first_run()
    run.pair.deploy()
    with pytest.raises(RefusedError, match=r"stacks of suffix dev already: pair-dev-primary in us-east-1 .*own with"):
        run.walk()
    assert run.person.questions == []


def test_an_environment_without_a_global_database_is_not_for_this(tmp_path):
    templates = {role: text.replace("AWS::RDS::GlobalCluster", "AWS::SNS::Topic") for role, text in PAIR.items()}
    with pytest.raises(InputError, match="is about a global database in two stacks"):
        FirstRun(tmp_path, Deployments(tmp_path, templates)).walk()


def test_after_some_passes_the_rest_of_the_plan_is_left(pair):
    planned = deploy(pair.run(), passes=1)
    assert len(planned.passes) == 3
    assert pair.stacks() == ["pair-dev-primary"]
    assert [len(deploy(pair.run()).passes), len(deploy(pair.run()).passes)] == [2, 0]
