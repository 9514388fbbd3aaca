"""How long linting takes: `deploy.py lint`, with our rules and those on pairs, beside cfn-lint alone.

    .venv/bin/python bench/linting.py [RUNS]

Both look at both templates in all regions of `environments/dev.yaml`. Each run is a process of its own.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
REGIONS = ("us-east-1", "eu-west-1")
COMMANDS = {
    "cfn-lint alone": [BIN / "cfn-lint", "-c", "I", "--config-file", "/dev/null", "--regions", *REGIONS, "--template"],
    "deploy.py lint": [sys.executable, "deploy.py", "lint"],
}


def seconds(command: list[str | Path]) -> float:
    """The time of one run."""
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start


def main(runs: int) -> None:
    """Run both in turn and print the medians."""
    COMMANDS["cfn-lint alone"] += ["generated/primary.yaml", "generated/secondary.yaml"]
    times = {name: [0.0] * runs for name in COMMANDS}
    for run in range(runs):
        for name, command in COMMANDS.items():
            times[name][run] = seconds(command)
    medians = {name: statistics.median(found) for name, found in times.items()}
    for name, median in medians.items():
        print(f"{name:16} {median:6.2f} s")
    print(f"{medians['deploy.py lint'] / medians['cfn-lint alone']:.2f} times as long")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
