"""A proxy between a deployer and the local AWS: it counts the calls, and hands each to whoever looks on."""

import http.client
import json
import re
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

BEFORE, DONE, ANSWERED = "before the call", "done, not answered", "answered"
# Every enabled region is looked into, all in the same way; two of them that are not the pair's stand for all.
REGIONS = ("us-east-1", "eu-west-1", "ap-south-1", "sa-east-1")
MOMENTS = (BEFORE, DONE, ANSWERED)


@dataclass(frozen=True)
class Call:
    """One call.

    Attributes:
        number: Which it is, from 1.
        region: The region that it was signed for.
        action: What it asks for.
    """

    number: int
    region: str
    action: str


class Proxy:
    """Forwards what comes to 127.0.0.1 and tells each call at three moments.

    Attributes:
        endpoint: Where it listens.
        calls: Those since the last `begin`, in order.
    """

    def __init__(self, upstream):
        self._upstream = urlsplit(upstream).netloc
        self._lock = threading.Lock()
        self.begin()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                with suppress(ConnectionError):
                    proxy.handle(self)

            do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = answer  # noqa: N815  http.server looks for these

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 100

            def handle_error(self, *_):
                pass  # a deployer that is killed leaves its connections

        self._server = Server(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def begin(self, look_on=None, change=None):
        """Counts from 1 again.

        Args:
            look_on: Told each call and its moment, in a thread of its own; when it returns true before a call, the
                call is not made; true when it is done, it is not answered.
            change: Gets the call and the answer's text, and returns what is answered.
        """
        self.calls = []
        self._look_on = look_on or (lambda _call, _moment: False)
        self._change = change or (lambda _call, text: text)

    def handle(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        with self._lock:
            call = Call(len(self.calls) + 1, _region(request), _action(request, body))
            self.calls.append(call)
            look_on, change = self._look_on, self._change
        if look_on(call, BEFORE):
            return _hang_up(request)
        status, headers, text = self._forward(request, body)
        if look_on(call, DONE):
            return _hang_up(request)
        text = change(call, _few_regions(call, text))
        request.send_response(status)
        for name, value in headers:
            if name.lower() not in ("connection", "content-length", "transfer-encoding", "server", "date"):
                request.send_header(name, value)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)
        request.wfile.flush()
        look_on(call, ANSWERED)
        return None

    def _forward(self, request, body):
        connection = http.client.HTTPConnection(self._upstream, timeout=30)
        try:
            headers = {name: value for name, value in request.headers.items() if name.lower() != "connection"}
            connection.request(request.command, request.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


def _hang_up(request):
    request.close_connection = True
    with suppress(OSError):
        request.connection.shutdown(socket.SHUT_RDWR)


def _region(request):
    signed = re.search(r"Credential=[^/]+/\d+/([^/]+)/", request.headers.get("Authorization", ""))
    return signed[1] if signed else "?"


def _action(request, body):
    if target := request.headers.get("X-Amz-Target"):
        return target.rpartition(".")[2]
    with suppress(UnicodeDecodeError, json.JSONDecodeError):
        if action := parse_qs(body.decode()).get("Action"):
            return action[0]
    return f"{request.command} {request.path.partition('?')[0]}"


def _few_regions(call, answer):
    if call.action != "DescribeRegions":
        return answer
    return re.sub(rb"<item>.*?</item>", lambda it: it[0] if _name(it[0]) in REGIONS else b"", answer, flags=re.DOTALL)


def _name(item):
    return re.search(rb"<regionName>(.*?)</regionName>", item)[1].decode()
