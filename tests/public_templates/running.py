"""Runs `lint` and `plan --offline` on one template, as its owner would."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass
class Outcome:
    """What the two commands did."""

    lint_code: int
    findings: list
    plan_code: int
    passes: int = 0
    resources: dict = field(default_factory=dict)
    left_to_aws: list = field(default_factory=list)
    said: str = ""
    traceback: bool = False

    @property
    def refused(self):
        return self.plan_code != 0


def run(path, values, *, lints=True):
    """Makes an environment for a template, and runs both commands in it."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        template = shutil.copyfile(path, folder / path.name)
        stack = {"template": template.name, "region": "us-east-1", "wiring": {}}
        environment = {"project": "public", "stacks": {"one": stack}, "parameters": values}
        (folder / "environment.yaml").write_text(json.dumps(environment), encoding="utf-8")
        lint = _command(folder, "lint") if lints else subprocess.CompletedProcess([], 0, "", "")
        plan = _command(folder, "plan", "--offline")
    return _outcome(lint, plan)


def _command(folder, *words):
    command = [sys.executable, str(ROOT / "deploy.py"), "-e", "environment.yaml", "--format", "json", *words]
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)


def _outcome(lint, plan):
    findings = [each for each in _events(lint.stdout) if each["event"] == "finding"]
    outcome = Outcome(lint.returncode, findings, plan.returncode)
    outcome.traceback = "Traceback" in lint.stderr + plan.stderr
    if plan.returncode == 0:
        document = json.loads(plan.stdout)
        outcome.passes = len(document["passes"])
        steps = [step for made in document["passes"] for step in made["steps"]]
        outcome.resources = {each["resource"]: each["type"] for step in steps for each in step["changes"]}
        outcome.left_to_aws = sorted({name for step in steps for name in step["left_to_aws"]})
    else:
        outcome.said = "\n".join(each.get("text", "") for each in _events(plan.stdout) if each["event"] == "error")
        outcome.said = outcome.said or plan.stderr[-400:]
    return outcome


def _events(text):
    for line in text.splitlines():
        try:
            each = json.loads(line)
        except ValueError:
            continue
        if isinstance(each, dict) and "event" in each:
            yield each
