"""Runs deployments in forked processes, so that each begins at once: what takes a second to import is imported already.

It reads one line of JSON a run, `{"folder", "arguments", "out"}`, forks, and answers with the process's id, and with
how it ended. All of `main()` is run as a user runs it, but for the clock, which waits a tenth as long, and for lint,
which asks no AWS.
"""

import json
import os
import signal
import sys
import time

from twinstack import cli, clock
from twinstack.cli import commands
from twinstack.library import deployer, working
from twinstack.planning.resource_schemas import shipped_schemas

FASTER = 10


class FastClock(clock.SystemClock):
    def now(self):
        return time.monotonic() * FASTER

    def sleep(self, seconds):
        time.sleep(seconds / FASTER)


def main():
    working.SystemClock = FastClock
    deployer.lint_environment = lambda settings, _screen, fail_on: working.read_environment(settings)
    _warm()
    print("ready", flush=True)
    for line in sys.stdin:
        _run(**json.loads(line))


def _run(folder, arguments, out):
    pid = os.fork()
    if pid == 0:
        _become(folder, arguments, out)
    print(pid, flush=True)
    _, status = os.waitpid(pid, 0)
    print(json.dumps([os.waitstatus_to_exitcode(status), time.monotonic()]), flush=True)


def _become(folder, arguments, out):
    os.setsid()
    os.chdir(folder)
    written = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(written, 1)
    os.dup2(written, 2)
    sys.argv = ["deploy.py", *arguments]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        cli.main()
    except SystemExit as ended:
        os._exit(ended.code or 0)
    except BaseException:  # noqa: BLE001  what Python does with what nobody catches
        sys.excepthook(*sys.exc_info())
        os._exit(99)


def _warm():
    import rich.console  # noqa: F401
    from botocore import loaders

    from twinstack.aws import sessions  # noqa: F401
    from twinstack.rollout import deploying  # noqa: F401

    assert commands.command_line
    # one loader for all forks: reading AWS's own descriptions of its services is most of what a client takes to make
    loader = loaders.create_loader()
    loaders.create_loader = lambda *_: loader
    for service in ("cloudformation", "s3", "ec2", "ssm", "sts", "cloudwatch"):
        for kind in ("service-2", "endpoint-rule-set-1", "paginators-1"):
            loader.load_service_model(service, kind)
    for kind in ("AWS::SNS::Topic", "AWS::SSM::Parameter"):
        for region in ("us-east-1", "eu-west-1"):
            shipped_schemas(kind, region)


if __name__ == "__main__":
    main()
