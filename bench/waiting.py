"""How long the engine waits after AWS is done, how often it asks, and what that makes of the whole time.

On the virtual clock of `tests/simulation`: the flagship with usual durations and 150 to 300 ms a call. Run it from the
project's root: `.venv/bin/python -m bench.waiting`.
"""

from __future__ import annotations

import argparse

from tests.simulation.waiting import measure, report


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.waiting", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many rollouts")
    options = parser.parse_args()
    print("\n".join(report([measure(seed) for seed in range(options.seeds)])))


if __name__ == "__main__":
    main()
