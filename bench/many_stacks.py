"""How long `plan --offline` takes for forty stacks in five regions, as a process: eight hubs, each with four spokes.

Every spoke needs its hub, every hub its spokes in turn and the hub before it; each template has twenty resources.
Run it from the project's root: `.venv/bin/python -m bench.many_stacks`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

REGIONS = ["us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2", "us-west-2"]


def write(folder: Path) -> None:
    """Writes the environment and its templates."""
    wires: dict[str, list[tuple[str, bool]]] = {}
    for hub in range(8):
        before = [(f"hub{hub - 1}", True)] if hub else []
        wires[f"hub{hub}"] = [*before, *((f"spoke{hub}{number}", False) for number in range(4))]
        wires |= {f"spoke{hub}{number}": [(f"hub{hub}", True)] for number in range(4)}
    stacks = {}
    for number, (role, taken) in enumerate(wires.items()):
        (folder / f"{role}.yaml").write_text(yaml.safe_dump(_template(role, taken), sort_keys=False))
        stacks[role] = {"template": str(folder / f"{role}.yaml"), "region": REGIONS[number % len(REGIONS)]}
    environment = {"project": "many", "stacks": stacks}
    (folder / "environment.yaml").write_text(yaml.safe_dump(environment, sort_keys=False))


def _template(role: str, taken: list[tuple[str, bool]]) -> dict[str, object]:
    parameters = {
        f"From{source}": {"Type": "String", **({} if needed else {"Default": ""})} for source, needed in taken
    }
    topics = {
        f"Topic{number}": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"DisplayName": {"Fn::Sub": f"${{AWS::StackName}} {number}"}},
        }
        for number in range(19)
    }
    joined = {"Fn::Join": ["-", [{"Ref": name} for name in parameters]]}
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [{"Key": "Of", "Value": joined}]}}
    return {
        "Metadata": {"TwinStack": {"Role": role, "Wiring": {f"From{source}": f"{source}.Id" for source, _ in taken}}},
        "Parameters": parameters,
        "Resources": {**topics, "Queue": queue},
        "Outputs": {"Id": {"Value": {"Ref": "Topic0"}}},
    }


def main() -> None:
    """Prints the seconds of five runs, the fastest first, and the plan's first line."""
    with tempfile.TemporaryDirectory() as name:
        write(Path(name))
        command = [sys.executable, "deploy.py", "plan", "--offline", "-e", f"{name}/environment.yaml"]
        seconds = []
        for _ in range(5):
            begun = time.perf_counter()
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            seconds.append(time.perf_counter() - begun)
    print(done.stdout.splitlines()[0])
    print("seconds:", ", ".join(f"{second:.2f}" for second in sorted(seconds)))


if __name__ == "__main__":
    main()
