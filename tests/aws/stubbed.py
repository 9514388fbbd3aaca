"""Clients whose services give the answers that are queued for them."""

from contextlib import contextmanager

import boto3
from botocore.stub import Stubber


@contextmanager
def stubbed_clients():
    """Yields what returns the stub of a service, and what makes its client; every answer has to be fetched."""
    clients, stubs = {}, {}

    def stub(service):
        if service not in clients:
            given = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "us-east-1"}
            clients[service] = boto3.client(service, **given)
            stubs[service] = Stubber(clients[service])
            stubs[service].activate()
        return stubs[service]

    def make(service):
        stub(service)
        return clients[service]

    yield stub, make
    for service, made in stubs.items():
        made.assert_no_pending_responses()
        clients[service].close()
