"""The mutants that mutmut has made of an area, and what became of each."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import chdir
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

from tests.mutation.areas import AREAS, Area
from tests.mutation.copying import folder_of

# What `mutmut run` begins with, without the run: names can only be chosen from mutants that are there.
GENERATE = """
import os
from mutmut import __main__ as mutmut
os.makedirs("mutants", exist_ok=True)
mutmut.copy_src_dir()
mutmut.copy_also_copy_files()
mutmut.create_mutants(1)
"""
SEED = 12
NOTICED = ("killed", "timeout")
UNDECIDED = ("not checked", "suspicious", "segfault", "check was interrupted by user")


@dataclass(frozen=True)
class Mutant:
    """One change of the code.

    Attributes:
        name: Its name in mutmut.
        path: The file that it changes.
        outcome: What became of it, in mutmut's words.
    """

    name: str
    path: str
    outcome: str

    @property
    def module(self) -> str:
        """The module, in the package twinstack without that: planning.passes, lint_rules._values."""
        return self.path.removeprefix("twinstack/").removesuffix(".py").replace("/", ".")

    @property
    def function(self) -> str:
        """The function that it changes, with its class."""
        name, of = orig_function_and_class_names_from_key(self.name)
        return f"{of}.{name}" if of else name


def generate(area: Area) -> None:
    """Has the mutants of an area made anew where its code has changed."""
    subprocess.run([sys.executable, "-c", GENERATE], cwd=folder_of(area), check=True, stdout=subprocess.DEVNULL)


def mutants_of(area: Area) -> list[Mutant]:
    """Returns the mutants of an area, none before they were made."""
    folder = folder_of(area)
    found = []
    for meta in sorted(folder.glob("mutants/**/*.py.meta")):
        path = str(meta.relative_to(folder / "mutants")).removesuffix(".meta")
        if path in area.without:
            continue
        outcomes = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
        found += [Mutant(name, path, status_by_exit_code[code]) for name, code in outcomes.items()]
    return found


def every_mutant() -> list[Mutant]:
    """Returns the mutants of all areas."""
    return [mutant for area in AREAS for mutant in mutants_of(area)]


def difference(area: Area, mutant: Mutant) -> tuple[list[str], list[str]]:
    """Returns the lines that a mutant takes away, and those that it brings."""
    with chdir(folder_of(area)):
        lines = get_diff_for_mutant(mutant.name, path=mutant.path).splitlines()[2:]
    return tuple([line[1:].strip() for line in lines if line.startswith(sign)] for sign in "-+")


def sampled(mutants: Iterable[Mutant], number: int) -> list[Mutant]:
    """Returns a sample over all modules, by their size; a larger one has all that a smaller one has."""
    by_module: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        by_module[mutant.module].append(mutant)
    total = sum(map(len, by_module.values()))
    chosen = []
    for _, those in sorted(by_module.items()):
        those.sort(key=lambda mutant: sha256(f"{SEED} {mutant.name}".encode()).digest())
        chosen += those[: min(number, max(1, round(number * len(those) / total)))]
    return chosen


def run(area: Area, names: Sequence[str]) -> None:
    """Runs the tests of mutants, one after the other."""
    command = [str(Path(sys.executable).with_name("mutmut")), "run", "--max-children", "1", *names]
    log = folder_of(area) / "mutmut.log"
    with log.open("a", encoding="utf-8") as told:
        done = subprocess.run(command, cwd=folder_of(area), stdout=told, stderr=told, check=False)
    if done.returncode:
        sys.exit(f"mutmut ended with {done.returncode}; see {log}")
