"""`python -m tests.mutation.page FILE`: writes what was measured for people, each survivor with its reason."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import yaml

from tests.mutation.measured import Module, Survivor, read

REASONS = Path(__file__).with_name("reasons.yaml")
HEAD = """\
<!-- Made by `make generate` from tests/mutation/; edit that. -->
# Which changes of the code no test notices

`make mutate` changes the planner, the review, the rollout, the table of statuses, what reads environments and templates, and the lint rules in one place at a time with [mutmut](https://pypi.org/project/mutmut/), and runs the tests that are about the changed function: those of the planner for the planner, those of the rollout for the rollout.
Tests that take seconds each are left out (`tests/mutation/areas.py`), so what only they notice counts as not noticed. What mutmut does not change: what stands outside of functions, such as tables. Properties it does change; they are written out for it.
A module that is not in the table was not run. Of most modules a sample was run: it is drawn by chance, by the size of the modules, and is the same each time.

```bash
make mutate                          # goes on where the last run ended; hours from nothing
make mutate SAMPLE=400               # so many of each area, the same ones each time
make mutate MODULES='planning.passes planning.steps'
make mutate SAMPLE=0                 # runs nothing; what was measured of functions that have changed is forgotten
make mutate AGAIN=1                  # what was not noticed is run anew, after the tests have changed
```

{noticed} of {run} were noticed, {percent} %. Of {mutants} that there are, {left} were not run.

| module | changes | run | noticed | of these never ended | not noticed |
|---|---|---|---|---|---|
{rows}

## Not noticed

Each with the reason why it is no defect, or with the gap in the tests that it shows.
"""  # noqa: E501


@dataclass(frozen=True)
class Reason:
    """Why some survivors are no defects.

    Attributes:
        function: Where they are, as a pattern: planning.passes._search.
        becomes: What the code becomes, as a pattern.
        reason: Why that is no defect.
    """

    function: str
    becomes: str
    reason: str

    def covers(self, module: Module, survivor: Survivor) -> bool:
        """Whether it is the reason of a survivor."""
        place = f"{module.name}.{survivor.function}"
        return fnmatch(place, self.function) and fnmatch(survivor.becomes, self.becomes)


def reasons() -> list[Reason]:
    """Returns the reasons, as they were written by hand."""
    return [Reason(**it) for it in yaml.safe_load(REASONS.read_text(encoding="utf-8")) or ()]


def reason_of(module: Module, survivor: Survivor, known: Sequence[Reason]) -> str | None:
    """Returns the reason of a survivor, None where none was written."""
    return next((it.reason for it in known if it.covers(module, survivor)), None)


def markdown() -> str:
    """Returns the page, without a newline at its end."""
    modules = read()
    run, noticed = (sum(getattr(it, name) for it in modules) for name in ("run", "noticed"))
    mutants = sum(it.mutants for it in modules)
    head = HEAD.format(
        noticed=noticed,
        run=run,
        percent=f"{100 * noticed / max(run, 1):.1f}",
        mutants=mutants,
        left=mutants - run,
        rows="\n".join(map(_row, modules)),
    )
    return "\n".join([head, *_survivors(modules)]).rstrip()


def _row(module: Module) -> str:
    counts = (module.mutants, module.run, module.noticed, module.never_ended, module.run - module.noticed)
    return f"| `{module.name}` | {' | '.join(map(str, counts))} |"


def _survivors(modules: Sequence[Module]) -> Iterator[str]:
    known = reasons()
    for module in modules:
        if module.survivors:
            yield f"### {module.name}\n"
        for survivor in module.survivors:
            times = f" ({survivor.times} times)" if survivor.times > 1 else ""
            yield f"- `{survivor.function}`{times}: {reason_of(module, survivor, known) or '**no reason yet**'}\n"
            yield "  ```diff"
            yield from (f"  -{line}" for line in survivor.was.splitlines())
            yield from (f"  +{line}" for line in survivor.becomes.splitlines())
            yield "  ```"
        if module.survivors:
            yield ""


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(markdown() + "\n", encoding="utf-8")
