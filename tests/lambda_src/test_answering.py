"""The answer to CloudFormation: that it always comes, what the function inside is told, and what is tried again."""

import io
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.error import HTTPError

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from lambda_src.probe import answer, answering
from tests.lambda_src.conftest import Context
from tests.lambda_src.database_server import HOST

ENVIRONMENT = {"MAKER_FUNCTION": "maker"}
STACK = "arn:aws:cloudformation:eu-west-1:1:stack/pair/1"
MADE = {"Status": "SUCCESS", "Reason": "probe was made"}
DENIED = {"Status": "FAILED", "Reason": "AccessDenied (1045)"}


class ResponseBucket:
    """Where CloudFormation waits for answers."""

    def __init__(self):
        self.answers = []
        self.content_types = []
        self.failures = 0
        bucket = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if bucket.failures:
                    bucket.failures -= 1
                    self.send_error(503)
                    return
                bucket.answers.append(json.loads(body))
                bucket.content_types.append(self.headers["Content-Type"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = HTTPServer((HOST, 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.url = f"http://{HOST}:{self._server.server_port}/response?X-Amz-Signature=a-signature"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def bucket():
    with ResponseBucket() as running:
        yield running


def refused(code):
    return ClientError({"Error": {"Code": code, "Message": "a text of AWS"}}, "Invoke")


class Maker:
    """The function inside as Lambda shows it; its states and answers come one after the other, the last one stays."""

    def __init__(self, *answers, states=("Active",)):
        self.states = list(states)
        self.answers = list(answers) or [MADE]
        self.calls = []

    def get_function_configuration(self, *, FunctionName):  # noqa: N803  # boto3's name
        self.calls.append(("look", FunctionName))
        found = self._next(self.states)
        return {"State": found}

    def invoke(self, *, FunctionName, InvocationType, Payload):  # noqa: N803  # boto3's names
        self.calls.append(("invoke", FunctionName, InvocationType, json.loads(Payload)))
        found = self._next(self.answers)
        error = {"FunctionError": "Unhandled"} if isinstance(found, dict) and "errorType" in found else {}
        return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(found).encode()), **error}

    @staticmethod
    def _next(given):
        found = given.pop(0) if len(given) > 1 else given[0]
        if isinstance(found, Exception):
            raise found
        return found

    def invocations(self):
        return [call for call in self.calls if call[0] == "invoke"]


class Time(Context):
    """Lambda's time, which passes while there is a pause."""

    def pause(self, seconds):
        self._seconds -= seconds


def event(request="Create", url="http://127.0.0.1:1/", **changes):
    there = {} if request == "Create" else {"PhysicalResourceId": answering.PHYSICAL_ID}
    return {
        "RequestType": request,
        "ResponseURL": url,
        "StackId": STACK,
        "RequestId": "request",
        "LogicalResourceId": "ProbeUser",
        "ResourceType": "Custom::ProbeUser",
        "ResourceProperties": {"ServiceToken": "arn", "Host": "writer", "Port": "3306"},
        **there,
        **changes,
    }


@pytest.fixture
def ask(bucket, log):
    """Sends a request of CloudFormation's and returns the physical id, the status and the reason of the one answer."""

    def send(maker, request="Create", *, seconds=300.0, environment=ENVIRONMENT, **changes):
        time = Time(seconds)
        answering.run(event(request, bucket.url, **changes), time, environment, maker, time.pause)
        (line,) = log()
        answered = bucket.answers.pop()
        assert bucket.answers == []
        assert line == {"Request": request, "Status": answered["Status"], "Reason": answered["Reason"]}
        assert [answered[name] for name in ("StackId", "RequestId", "LogicalResourceId")] == [
            STACK,
            "request",
            "ProbeUser",
        ]
        return answered["PhysicalResourceId"], answered["Status"], answered["Reason"]

    return send


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
def test_what_the_function_inside_says_is_the_answer(ask, request_type):
    assert ask(Maker(MADE), request_type) == ("probe-user", "SUCCESS", "probe was made")
    there = "probe-user-not-made" if request_type == "Create" else "probe-user"
    assert ask(Maker(DENIED), request_type) == (there, "FAILED", "AccessDenied (1045)")


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
def test_the_function_inside_is_told_what_is_asked_and_never_where_the_answer_goes(ask, request_type):
    maker = Maker()
    ask(maker, request_type)
    properties = {"ServiceToken": "arn", "Host": "writer", "Port": "3306"}
    told = {"RequestType": request_type, "ResourceProperties": properties}
    assert maker.invocations() == [("invoke", "maker", "RequestResponse", told)]


@pytest.mark.parametrize("code", ["ResourceNotReadyException", "ResourceConflictException", "ENINotReadyException"])
def test_an_idle_function_refuses_the_first_call_is_waited_for_and_called_again(ask, code):
    maker = Maker(refused(code), MADE, states=["Inactive", "Pending", "Pending", "Active"])
    assert ask(maker) == ("probe-user", "SUCCESS", "probe was made")
    assert [call[0] for call in maker.calls] == ["look", "invoke", "look", "look", "look", "invoke"]


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
def test_a_function_that_never_gets_ready_is_answered_for_while_there_is_time(ask, request_type):
    maker = Maker(refused("ResourceNotReadyException"), states=["Inactive", "Pending"])
    status, reason = ask(maker, request_type)[1:]
    assert (status, reason) == ("FAILED", "The function that makes the user could not be called in time: Pending")
    # 300 seconds, less the answer's and one call's: no call begins that could not end in time
    assert len(maker.calls) - 1 == 1 + (300 - 15 - 70) // 5 + 1


def test_whatever_else_lambda_refuses_is_tried_again_and_named(ask):
    assert ask(Maker(refused("TooManyRequestsException"), MADE))[1] == "SUCCESS"
    assert ask(Maker(states=[refused("ThrottlingException"), "Active"]))[1] == "SUCCESS"
    reason = "The function that makes the user could not be called in time: AccessDeniedException"
    assert ask(Maker(refused("AccessDeniedException"))) == ("probe-user-not-made", "FAILED", reason)


GONE = refused("ResourceNotFoundException")


@pytest.mark.parametrize("there", ["probe-user", "probe-user-not-made"])
def test_delete_succeeds_when_the_function_inside_is_gone(ask, there):
    for maker in (Maker(GONE), Maker(states=[GONE])):
        assert ask(maker, "Delete", PhysicalResourceId=there)[:2] == (there, "SUCCESS")


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_nothing_is_made_by_a_function_that_is_gone(ask, request_type):
    maker = Maker(states=[GONE])
    reason = "The function that makes the user was not called: ResourceNotFoundException"
    assert ask(maker, request_type)[1:] == ("FAILED", reason)
    assert len(maker.calls) == 1


def test_a_create_that_failed_can_be_rolled_back_whatever_broke_it(ask):
    for maker in (Maker(DENIED), Maker({"errorType": "Sandbox.Timedout"}), Maker(refused("AccessDeniedException"))):
        there, status, reason = ask(maker, "Delete", PhysicalResourceId="probe-user-not-made")
        assert (there, status) == ("probe-user-not-made", "SUCCESS")
        assert reason.startswith("Was never made: ")


def test_a_create_that_failed_half_way_is_rolled_back_in_full(ask):
    dropped = {"Status": "SUCCESS", "Reason": "probe was dropped"}
    answered = ask(Maker(dropped), "Delete", PhysicalResourceId="probe-user-not-made")
    assert answered == ("probe-user-not-made", "SUCCESS", "probe was dropped")


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
def test_a_function_that_ends_without_an_answer_is_answered_for_and_not_quoted(ask, request_type):
    failed = {"errorType": "Sandbox.Timedout", "errorMessage": "a text with a password"}
    reason = "The function that makes the user failed: Sandbox.Timedout; see its log"
    assert ask(Maker(failed), request_type)[1:] == ("FAILED", reason)


@pytest.mark.parametrize("given", [None, [], "done", {}, {"Status": "PERHAPS"}])
def test_an_answer_without_a_status_is_a_failure(ask, given):
    assert ask(Maker(given))[1:] == ("FAILED", "The function that makes the user gave no status")


def test_a_call_that_is_not_answered_is_not_made_twice(ask):
    maker = Maker(ReadTimeoutError(endpoint_url="https://lambda.eu-west-1.amazonaws.com/"))
    assert ask(maker)[1:] == ("FAILED", "The function that makes the user did not answer: ReadTimeoutError")
    assert len(maker.invocations()) == 1


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
def test_when_time_runs_out_it_answers_before_lambda_ends_it(ask, request_type):
    released = threading.Event()

    class Hanging(Maker):
        def invoke(self, **_):
            released.wait(10)

    reason = "The function that makes the user did not answer: TimeoutError"
    assert ask(Hanging(), request_type, seconds=answering.RESERVE_SECONDS + 0.05)[1:] == ("FAILED", reason)
    released.set()


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
def test_a_function_that_is_set_up_wrongly_is_answered_for(ask, request_type):
    assert ask(Maker(), request_type, environment={})[1:] == ("FAILED", "'MAKER_FUNCTION' is missing")


def test_an_answer_that_is_not_taken_is_sent_again(bucket, ask, monkeypatch):
    monkeypatch.setattr(answer.time, "sleep", lambda _: None)
    bucket.failures = 2
    assert ask(Maker())[1] == "SUCCESS"


def test_an_answer_that_is_never_taken_fails_the_function_so_that_lambda_calls_it_again(bucket):
    bucket.failures = 3
    with pytest.raises(HTTPError, match="503") as caught:
        answer.send(event(url=bucket.url), "probe-user", answer.SUCCESS, "", lambda _: None)
    assert "a-signature" not in str(caught.value)
    caught.value.close()
    assert bucket.answers == []


def test_the_answer_has_the_empty_content_type_that_its_address_is_signed_for(bucket, ask):
    ask(Maker())
    assert bucket.content_types == [""]


def test_a_long_reason_is_cut_to_what_cloudformation_takes(bucket):
    answer.send(event(url=bucket.url), "probe-user", answer.FAILED, "x" * 5000)
    (answered,) = bucket.answers
    assert len(json.dumps(answered)) < 4096


def test_the_address_of_the_answer_is_not_logged(bucket, capsys):
    for maker in (Maker(), Maker(DENIED), Maker({"errorType": "KeyError", "errorMessage": bucket.url})):
        answering.run(event(url=bucket.url), Time(300), ENVIRONMENT, maker)
    assert "a-signature" not in "".join(capsys.readouterr()) + json.dumps(bucket.answers)


def test_lambda_calls_the_handler(monkeypatch, bucket):
    monkeypatch.setattr(answering, "lambda_client", lambda: Maker(MADE))
    monkeypatch.setenv("MAKER_FUNCTION", "maker")
    answering.handler(event(url=bucket.url), Context(300))
    (answered,) = bucket.answers
    assert (answered["Status"], answered["Reason"]) == ("SUCCESS", "probe was made")
