"""A door to the local AWS, or to any endpoint, behind which chosen regions are lost.

    with SilentRegions(local_aws.endpoint) as door:
        door.silence("us-east-1")
        ...  # run with `--endpoint-url`, door.endpoint
        door.answer("us-east-1")

The region of a request is the one it is signed for (`Credential=KEY/DATE/REGION/SERVICE/aws4_request`). Route 53 and
IAM have one endpoint, of us-east-1, for all regions. botocore signs for us-east-1 when it chooses the endpoint, and for
the client's region when it is given one, as here; so they count as us-east-1 always and are lost with it, as their
control planes are. `silence("us-east-1", but=("route53", "iam"))` leaves them. What is not signed is passed on.

Their one region: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html

A silent region takes the whole request and never answers it. A broken one ends the connection without an answer. One
port serves all regions, so that no region can refuse before it has heard whom a request is for: a client sees a
connection that ended, not one that was refused. `REFUSING` is an endpoint which refuses everything.
"""

import http.client
import re
import socket
import struct
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

REFUSING = "http://127.0.0.1:1"

_SCOPE = re.compile(r"Credential=[^/,\s]+/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_OF_ONE_REGION = {"iam": "us-east-1", "route53": "us-east-1"}
_OF_ONE_CONNECTION = ("connection", "keep-alive", "transfer-encoding", "content-length")


@dataclass(frozen=True)
class Asked:
    """One request: whom it was for, what it wanted, when it came (`time.monotonic`), and if it was passed on."""

    region: str
    service: str
    operation: str
    at: float
    passed_on: bool


class SilentRegions:
    """The door; open inside `with`."""

    def __init__(self, endpoint):
        self._to = urlsplit(endpoint)
        self._lost = {}
        self._closed = threading.Event()
        self._server = None
        self.asked = []

    @property
    def lost(self):
        """The regions that are lost now."""
        return set(self._lost)

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def silence(self, *regions, but=()):
        """Let requests for `regions` go unanswered from now on, save those for the services `but`."""
        self._lose(regions, "silent", but)

    def cut(self, *regions, but=()):
        """Let connections that ask for `regions` end from now on, save those for the services `but`."""
        self._lose(regions, "cut", but)

    def answer(self, *regions):
        """Let `regions` answer again, all of them if none is named; what they did not answer stays unanswered."""
        for region in regions or tuple(self._lost):
            self._lost.pop(region, None)

    def _lose(self, regions, how, but):
        for region in regions:
            self._lost[region] = (how, frozenset(but))

    def __enter__(self):
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"door": self}))
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()

    def fate(self, region, service):
        """What becomes of a request: 'answers', 'silent' or 'cut'."""
        how, but = self._lost.get(region, ("answers", frozenset()))
        return "answers" if service in but else how

    def hold(self):
        """Wait until the door closes."""
        self._closed.wait()

    def passed_on(self, method, path, headers, body):
        """What the endpoint answers: its status, reason, headers and body."""
        there = http.client.HTTPConnection(self._to.hostname, self._to.port, timeout=120)
        try:
            there.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in [*headers, ("Content-Length", str(len(body))), ("Connection", "close")]:
                there.putheader(name, value)
            there.endheaders(body)
            answer = there.getresponse()
            return answer.status, answer.reason, answer.getheaders(), answer.read()
        finally:
            there.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    door: SilentRegions
    protocol_version = "HTTP/1.1"

    def _serve(self):
        body = self._body()
        region, service = _scope(self.headers.get("Authorization", ""), self.path)
        fate = self.door.fate(region, service)
        operation = _operation(self.headers.get("X-Amz-Target", ""), body) or f"{self.command} {self.path}"
        self.door.asked.append(Asked(region, service, operation, time.monotonic(), fate == "answers"))
        if fate == "answers":
            self._pass_on(body)
            return
        self.close_connection = True
        if fate == "silent":
            self.door.hold()
        # Nothing lingers: the client is told that the connection is gone, not that an answer has ended.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _serve  # noqa: N815

    def _body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # trailers: nothing behind the door reads them
        return b"".join(parts)

    def _pass_on(self, body):
        given = [(name, value) for name, value in self.headers.items() if name.lower() not in _OF_ONE_CONNECTION]
        try:
            status, reason, headers, answer = self.door.passed_on(self.command, self.path, given, body)
        except OSError as error:
            self.send_error(502, f"the endpoint behind the door does not answer: {error}")
            return
        self.send_response_only(status, reason)
        length = str(len(answer))
        for name, value in headers:
            if name.lower() == "content-length" and self.command == "HEAD":
                length = value
            elif name.lower() not in _OF_ONE_CONNECTION:
                self.send_header(name, value)
        self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else answer)

    def log_message(self, *_):
        """Say nothing."""


def _scope(authorization, path):
    """The region and the service that a request is signed for, in its header or in its address; empty without."""
    query = parse_qs(urlsplit(path).query)
    presigned = "".join(f"Credential={value}" for value in query.get("X-Amz-Credential", ()))
    found = _SCOPE.search(authorization) or _SCOPE.search(presigned)
    if not found:
        return "", ""
    return _OF_ONE_REGION.get(found["service"], found["region"]), found["service"]


def _operation(target, body):
    """The operation by name, for the services that send it: in a header (JSON), or as a field of the body (query)."""
    if target:
        return target.rpartition(".")[2]
    found = re.match(rb"(?:.*&)?Action=(\w+)", body)
    return found[1].decode() if found else ""
