"""A local AWS, and a proxy before it."""

import socket

import pytest

from local import process
from tests.interruptions import pair
from tests.interruptions.bench import ROOT
from tests.interruptions.commands import PATIENCE, Command
from tests.interruptions.proxy import Proxy
from twinstack.clock import SystemClock


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory):
    state, clock = tmp_path_factory.mktemp("local-aws"), SystemClock()
    yield process.start_in(state, ROOT / ".venv-local", print, clock)
    process.stop_in(state, clock)


@pytest.fixture
def proxy(local_aws):
    proxy = Proxy(local_aws.endpoint)
    yield proxy
    proxy.close()


@pytest.fixture
def folder(tmp_path):
    return pair.write(tmp_path, "dev")


@pytest.fixture
def command(folder):
    """Runs a command in the folder of the pair, and ends it when the test is over."""
    begun = []

    def run(*arguments, **given):
        begun.append(Command(folder, *arguments, **given))
        return begun[-1]

    yield run
    for each in begun:
        each.kill()


@pytest.fixture
def silent():
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        yield server
