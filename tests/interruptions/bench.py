"""Deployments of the small pair to a local AWS that are cut short at one call, and what is there afterwards."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

import boto3

from tests.interruptions import pair
from tests.interruptions.commands import KEYS, ROOT, heeding
from tests.interruptions.proxy import BEFORE, DONE, Call, Proxy

GONE = ("DELETE_COMPLETE", "ROLLBACK_COMPLETE")


@dataclass(frozen=True)
class Cut:
    """Where a run is cut short: which call, by its number or the first of its action, when in it, by which signal."""

    call: int | str
    moment: str
    signal: signal.Signals


@dataclass(frozen=True)
class Ran:
    """One run.

    Attributes:
        code: The exit code, negative for the signal that killed it.
        events: What it told.
        noise: What it wrote besides.
        calls: What it asked AWS.
        hit: The call that it was cut short at, if it came so far.
        seconds: From the signal to the end.
    """

    code: int
    events: tuple[dict, ...]
    noise: str
    calls: tuple[Call, ...]
    hit: Call | None = None
    seconds: float = 0.0

    @property
    def wires(self):
        """The verdicts on the wires when they were read back."""
        return [wire["verdict"] for event in self.events if event["event"] == "wires" for wire in event["wires"]]


class Bench:
    """A local AWS behind a proxy, and a process that forks deployments.

    Args:
        endpoint: The local AWS.
        folder: Where each pair gets a folder.
    """

    def __init__(self, endpoint, folder):
        self.proxy = Proxy(endpoint)
        self._folder = folder
        self._clients = {
            region: boto3.client(
                "cloudformation", region, endpoint_url=endpoint, aws_access_key_id="test", aws_secret_access_key="test"
            )
            for region in pair.REGIONS.values()
        }
        self._stores = {
            region: boto3.client(
                "ssm", region, endpoint_url=endpoint, aws_access_key_id="test", aws_secret_access_key="test"
            )
            for region in pair.REGIONS.values()
        }
        with heeding():
            self._driver = subprocess.Popen(
                [sys.executable, "-m", "tests.interruptions.driver"],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], "HOME": str(folder), **KEYS},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._driver.stdout.readline() == "ready\n"

    def close(self):
        self._driver.stdin.close()
        self._driver.wait(10)
        self._driver.stdout.close()
        self.proxy.close()
        for client in (*self._clients.values(), *self._stores.values()):
            client.close()

    def deploy(self, suffix, cut=None, *arguments):
        """Deploys the pair of a suffix, and cuts the run short."""
        folder = pair.write(self._folder / suffix, suffix)
        out = folder / "out"
        out.unlink(missing_ok=True)
        struck = []
        pid = None

        def look_on(call, moment):
            if struck or cut is None or cut.call not in (call.number, call.action) or moment != cut.moment:
                return False
            struck.append((call, time.monotonic()))
            with suppress(ProcessLookupError):
                os.kill(pid, cut.signal)
            return moment in (BEFORE, DONE)

        self.proxy.begin(look_on)
        words = ["deploy", "--yes", "-e", "./dev.yaml", "--format", "json", "--endpoint-url", self.proxy.endpoint]
        order = {"folder": str(folder), "arguments": [*words, *arguments], "out": str(out)}
        print(json.dumps(order), file=self._driver.stdin, flush=True)
        pid = int(self._driver.stdout.readline())
        code, ended = json.loads(self._driver.stdout.readline())
        lines = out.read_text().splitlines()
        events = tuple(json.loads(line) for line in lines if line.startswith("{"))
        noise = "\n".join(line for line in lines if not line.startswith("{"))
        (hit, begun) = struck[0] if struck else (None, ended)
        return Ran(code, events, noise, tuple(self.proxy.calls), hit, ended - begun)

    def orphans(self, suffix):
        """Returns what was left that nobody needs: change sets, empty stacks, parameters that no stack made."""
        found = []
        for role, region in pair.REGIONS.items():
            for stack in self._stacks(region, suffix):
                if stack["StackStatus"] == "REVIEW_IN_PROGRESS":
                    found.append(f"{role}: empty stack")
                found += [f"{role}: change set {it}" for it in self._change_sets(region, stack["StackName"])]
            names = [it["Name"] for it in self._stores[region].describe_parameters()["Parameters"]]
            found += [f"{region}: parameter {name}" for name in names if "lock" in name.lower() and suffix in name]
        return found

    def values(self, suffix):
        """Returns, by role, the topic of each stack and the one that it was told of its peer's."""
        found = {}
        for role, region in pair.REGIONS.items():
            for stack in self._stacks(region, suffix):
                outputs = {it["OutputKey"]: it["OutputValue"] for it in stack.get("Outputs", ())}
                given = {it["ParameterKey"]: it["ParameterValue"] for it in stack.get("Parameters", ())}
                found[role] = (outputs.get("Topic"), given.get("PeerTopic"))
        return found

    def clear(self, suffix):
        """Deletes the stacks of a suffix, so that the next run finds few."""
        for region in pair.REGIONS.values():
            for stack in self._stacks(region, suffix):
                self._clients[region].delete_stack(StackName=stack["StackId"])

    def _stacks(self, region, suffix):
        names = [f"cut-{suffix}-{role}" for role in pair.REGIONS]
        stacks = self._clients[region].describe_stacks()["Stacks"]
        return [it for it in stacks if it["StackName"] in names and it["StackStatus"] not in GONE]

    def _change_sets(self, region, stack):
        listed = self._clients[region].list_change_sets(StackName=stack)["Summaries"]
        return [it["ChangeSetName"] for it in listed if it["ExecutionStatus"] in ("AVAILABLE", "UNAVAILABLE")]
