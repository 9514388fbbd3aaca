"""What was measured, as it is kept: for each module how many mutants there are, and each one that was not noticed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = Path(__file__).with_name("measured.json")
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, order=True)
class Survivor:
    """A change that no test notices.

    Attributes:
        function: The function that is changed, with its class.
        was: The lines that it takes away.
        becomes: The lines that it brings.
        times: How often it can be made in the function.
    """

    function: str
    was: str
    becomes: str
    times: int = 1


@dataclass(frozen=True)
class Module:
    """What was measured of a module.

    Attributes:
        name: The module, in the package twinstack without that.
        mutants: How many mutants there are.
        run: How many of them were run.
        noticed: How many of these the tests noticed, those that never ended included.
        never_ended: How many of these never ended.
        survivors: The others.
    """

    name: str
    mutants: int
    run: int
    noticed: int
    never_ended: int
    survivors: tuple[Survivor, ...] = field(default=())

    @property
    def path(self) -> str:
        """Its file."""
        package = "" if self.name.startswith(("lint_rules.", "pair_rules.")) else "twinstack/"
        return f"{package}{self.name.replace('.', '/')}.py"


def measure() -> None:
    """Writes down what mutmut has found so far; of a module that was not run here, what is written down stays."""
    from tests.mutation.areas import AREAS
    from tests.mutation.mutants import NOTICED, UNDECIDED, difference, mutants_of

    known = {module.name: module for module in read() if is_there(module)}
    for area in AREAS:
        mutants = mutants_of(area)
        for name in sorted({mutant.module for mutant in mutants}):
            those = [mutant for mutant in mutants if mutant.module == name]
            ran = [mutant for mutant in those if mutant.outcome not in UNDECIDED]
            left = [mutant for mutant in ran if mutant.outcome not in NOTICED]
            if not ran and name in known:
                continue
            outcomes = Counter(mutant.outcome for mutant in ran)
            changes = Counter((mutant.function, *map("\n".join, difference(area, mutant))) for mutant in left)
            survivors = sorted(Survivor(*change, times) for change, times in changes.items())
            noticed = len(ran) - len(left)
            known[name] = Module(name, len(those), len(ran), noticed, outcomes["timeout"], tuple(survivors))
    write(known.values())


def is_there(module: Module) -> bool:
    """Whether a module is there still."""
    return (ROOT / module.path).exists()


def write(modules: Iterable[Module]) -> None:
    """Writes down what was measured."""
    rows = [asdict(module) for module in modules]
    FILE.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read() -> list[Module]:
    """Returns what was measured."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))
    return [Module(**{**row, "survivors": tuple(Survivor(**it) for it in row["survivors"])}) for row in rows]
