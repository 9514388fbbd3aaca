"""Servers that are up, read-only, without TLS or silent; secrets; and what is written to the log."""

import json
import shutil
import socket
import sys
import threading
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.lambda_src.database_server import HOST, Authority, DatabaseServer
from twinstack.packaging import fetch_wheels

ROOT = Path(__file__).parents[2]
# the very wheels that are shipped
sys.path += map(str, fetch_wheels(ROOT / "lambda_src" / "requirements.txt", ROOT / ".twinstack" / "wheels"))

# what quoting and formatting trip over
MASTER_PASSWORD = "master'%s\\-password"
PROBE_PASSWORD = "probe\"%(name)s'; --password"
ARRIVED_PASSWORD = "arrived-password"
MASTER_ARN, PROBE_ARN = "arn:aws:secretsmanager:eu-west-1:1:secret:m", "arn:aws:secretsmanager:eu-west-1:1:secret:p"
ARRIVED_ARN = "arn:aws:secretsmanager:eu-west-1:1:secret:a"
ACCOUNTS = {
    MASTER_ARN: ("dbadmin", MASTER_PASSWORD),
    PROBE_ARN: ("probe", PROBE_PASSWORD),
    ARRIVED_ARN: ("arrived", ARRIVED_PASSWORD),
}

# The master may make users and no more, so that the tests show that nothing else is needed.
_SETUP = (
    "CREATE DATABASE trading",
    "CREATE TABLE trading.orders (id INT)",
    f"CREATE USER 'dbadmin'@'%' IDENTIFIED BY {json.dumps(MASTER_PASSWORD)}",
    "GRANT CREATE USER ON *.* TO 'dbadmin'@'%'",
    f"CREATE USER 'arrived'@'%' IDENTIFIED BY '{ARRIVED_PASSWORD}' REQUIRE SSL",
    "CREATE USER 'owner'@'%' IDENTIFIED BY 'owner-password'",
    "GRANT ALL ON *.* TO 'owner'@'%' WITH GRANT OPTION",
)


class FakeSecrets:
    """Secrets Manager, as far as it is asked."""

    def __init__(self, values):
        self.values = values

    def get_secret_value(self, *, SecretId):  # noqa: N803  # boto3's name
        if SecretId not in self.values:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")
        return {"SecretString": self.values[SecretId]}


class Context:
    """What Lambda says about the time that is left."""

    def __init__(self, seconds=60.0):
        self._seconds = seconds

    def get_remaining_time_in_millis(self):
        return int(self._seconds * 1000)


@pytest.fixture
def secrets():
    return FakeSecrets(
        {arn: json.dumps({"username": name, "password": password}) for arn, (name, password) in ACCOUNTS.items()}
    )


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "own")


@pytest.fixture(scope="session")
def other_authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "other")


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """The data of a server that was set up and stopped."""
    folder = tmp_path_factory.mktemp("data")
    setup = folder / "setup.sql"
    setup.write_text("".join(f"{statement};\n" for statement in _SETUP))
    with DatabaseServer(folder / "template", f"--init-file={setup}"):
        pass
    return folder / "template"


def _tls(authority):
    return [
        f"--ssl-ca={authority.certificate}",
        f"--ssl-cert={authority.server_certificate}",
        f"--ssl-key={authority.server_key}",
    ]


@pytest.fixture(scope="session")
def server(data, authority):
    """A writer that takes TLS, and plain connections of users that may."""
    copy = shutil.copytree(data, data.with_name("writer"))
    with DatabaseServer(copy, *_tls(authority)) as running:
        yield running


@pytest.fixture(scope="session")
def read_only_server(data, authority):
    """A server that takes no writes, as a reader of Aurora says of itself."""
    copy = shutil.copytree(data, data.with_name("reader"))
    with DatabaseServer(copy, *_tls(authority), "--innodb-read-only") as running:
        yield running


@pytest.fixture(scope="session")
def plain_server(data):
    """A server that knows no TLS."""
    copy = shutil.copytree(data, data.with_name("plain"))
    with DatabaseServer(copy, "--skip-ssl") as running:
        yield running


class SilentServer:
    """Takes connections and says nothing, or one byte after the other of a greeting without end."""

    def __init__(self, *, dripping=False):
        self._dripping = dripping
        self._listening = socket.create_server((HOST, 0))
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self.port = self._listening.getsockname()[1]

    def __enter__(self):
        self._threads[0].start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listening.close()

    def _accept(self):
        while not self._ending.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._hold, args=(connection,)))
            self._threads[-1].start()

    def _hold(self, connection):
        with connection:
            if self._dripping:
                connection.send(b"\xff\xff\xff\x00")  # the head of a packet of 16 MiB
            while not self._ending.wait(0.1):
                if self._dripping:
                    connection.send(b"\x0a")


@pytest.fixture
def silent_server():
    with SilentServer() as running:
        yield running


@pytest.fixture
def dripping_server():
    with SilentServer(dripping=True) as running:
        yield running


@pytest.fixture(autouse=True)
def log(capsys):
    """Returns the lines that were logged since it was last called; none of all lines holds a password."""

    def read():
        captured = capsys.readouterr()
        for _, password in ACCOUNTS.values():
            for written in (password, json.dumps(password)[1:-1], repr(password)[1:-1]):
                assert written not in captured.out + captured.err
        return [json.loads(line) for line in captured.out.splitlines()]

    yield read
    read()
