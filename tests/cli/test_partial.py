"""What the reading commands say and exit with when a stack cannot be read."""

import json

import pytest

from tests.rollout.deployments import Deployments, with_note
from twinstack.cli import events, outputs, plan, status
from twinstack.cli.options import Settings
from twinstack.errors import CredentialsError, PartialError, UnreachableError
from twinstack.library import database_runs, deployer

WHY = "secondary could not be read: eu-west-1: describe_stack was refused: AccessDenied: the test says so"
EXPIRED = CredentialsError("secondary (eu-west-1): AWS does not take the credentials: ExpiredToken: expired")


@pytest.fixture
def live(tmp_path, monkeypatch):
    pair = Deployments(tmp_path)
    pair.deploy()
    for module in (events, outputs, deployer, status):
        run = pair.run()
        monkeypatch.setattr(module, "read_environment", lambda settings, run=run: (run.environment, run.planner))
        if module is deployer:
            monkeypatch.setattr(module, "make_run", lambda *given, **named: pair.run(allowed=named["allowed"]))
        elif module is status:
            monkeypatch.setattr(database_runs, "brief_clients", lambda *_given, run=run: run.clients)
            # Of its database only RDS itself could tell.
            monkeypatch.setattr(status, "has_global_database", lambda _system: False)
        else:
            monkeypatch.setattr(module, "connect", lambda *given, run=run, **named: run.clients)
    return pair


def refuse(live, *roles, error="AccessDenied"):
    for role in roles:
        live.aws[role].refuse("describe_stack", error, times=100)


def planned(**options):
    given = {"out": None, "offline": False, "since": None, "detailed_exitcode": False}
    return plan.run(
        Settings(format=options.pop("format", "text")),
        **{**given, "allow_replace": (), "allow_delete": (), "abandon": (), **options},
    )


READERS = {
    "status": lambda: status.run(Settings(), watch=None),
    "outputs": lambda: outputs.run(Settings()),
    "events": lambda: events.run(Settings(), stack=None, limit=50),
}


@pytest.mark.parametrize("reader", READERS)
def test_what_could_be_read_is_shown_and_the_rest_named_with_exit_code_7(live, capsys, reader):
    assert READERS[reader]() == 0
    refuse(live, "secondary")
    with pytest.raises(PartialError) as error:
        READERS[reader]()
    assert (str(error.value), error.value.exit_code) == (f"partial: {WHY}", 7)
    assert "primary" in capsys.readouterr().out


@pytest.mark.parametrize("reader", READERS)
def test_when_not_one_stack_could_be_read_it_fails(live, reader):
    refuse(live, "primary", "secondary")
    with pytest.raises(UnreachableError, match="none of the stacks could be read") as error:
        READERS[reader]()
    assert error.value.exit_code == 1


@pytest.mark.parametrize("reader", [*READERS, "plan"])
def test_expired_credentials_are_never_partial(live, reader):
    refuse(live, "secondary", error=EXPIRED)
    with pytest.raises(CredentialsError):
        {**READERS, "plan": planned}[reader]()


def test_events_that_break_off_are_shown_as_far_as_they_go(live, capsys):
    live.aws["secondary"].refuse("events", "AccessDenied")
    with pytest.raises(PartialError, match=r"secondary could not be read: .*AccessDenied"):
        events.run(Settings(), stack=None, limit=50)
    assert "primary" in capsys.readouterr().out


def test_the_events_of_one_stack_that_cannot_be_read_are_a_failure(live):
    refuse(live, "secondary")
    with pytest.raises(UnreachableError):
        events.run(Settings(), stack="secondary", limit=50)


def test_outputs_for_a_program_stay_one_document_when_they_are_partial(live, capsys):
    refuse(live, "secondary")
    with pytest.raises(PartialError):
        outputs.run(Settings(format="json"))
    assert list(json.loads(capsys.readouterr().out)) == ["primary"]


class TestPlan:
    def test_a_partial_plan_is_7_with_its_reason_in_the_last_line(self, live, capsys):
        refuse(live, "secondary")
        assert planned() == 7
        assert " ".join(capsys.readouterr().err.split()).endswith(f"partial: {WHY}")

    @pytest.mark.parametrize("changed", [False, True], ids=["nothing to do", "changes pending"])
    def test_it_is_7_with_detailed_exit_codes_too(self, live, changed):
        if changed:
            live.templates["primary"] = with_note(live.templates["primary"])
        refuse(live, "secondary")
        assert planned(detailed_exitcode=True) == 7

    def test_a_plan_for_a_program_stays_one_document(self, live, capsys):
        refuse(live, "secondary")
        assert planned(format="json") == 7
        shown = capsys.readouterr()
        assert json.loads(shown.out)["partial"] is True
        assert "partial: secondary" in shown.err

    def test_what_deploy_would_refuse_beats_it(self, live):
        live.templates["primary"] = live.templates["primary"].replace("      Bucket:\n", "      Other:\n")
        refuse(live, "secondary")
        assert planned() == 4

    def test_a_saved_plan_that_is_partial_is_7(self, live, tmp_path):
        live.templates["primary"] = with_note(live.templates["primary"])
        refuse(live, "secondary")
        with pytest.raises(PartialError):
            planned(out=str(tmp_path / "saved.json"))
        assert (tmp_path / "saved.json").is_file()

    def test_a_whole_plan_is_0_or_3(self, live):
        assert planned(detailed_exitcode=True) == 0
        live.templates["primary"] = with_note(live.templates["primary"])
        assert planned() == 0
        assert planned(detailed_exitcode=True) == 3
