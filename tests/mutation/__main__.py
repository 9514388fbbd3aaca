"""`python -m tests.mutation`: mutates, runs the tests of each mutant, and writes down which were not noticed.

A run that is interrupted goes on where it was: what has been run is not run again, unless its function has changed.
"""

from __future__ import annotations

from fnmatch import fnmatch

import click

from tests.mutation.areas import AREAS
from tests.mutation.copying import copy
from tests.mutation.measured import measure
from tests.mutation.mutants import NOTICED, UNDECIDED, generate, mutants_of, run, sampled

BATCH = 250  # An interruption loses nothing; this only says how often one is told how far it is.


@click.command()
@click.option("--sample", type=int, help="So many mutants of each area, spread over its modules by their size.")
@click.option("--area", "only", type=click.Choice([area.name for area in AREAS]), help="Only this area.")
@click.option("--module", "patterns", multiple=True, help="Only such modules: planning.passes, rollout.*")
@click.option("--again", is_flag=True, help="Run anew what was not noticed, where the tests have changed.")
def main(sample: int | None, only: str | None, patterns: tuple[str, ...], again: bool) -> None:
    """Says which changes of the code no test notices."""
    for area in (area for area in AREAS if only in (None, area.name)):
        copy(area)
        generate(area)
        chosen = [it for it in mutants_of(area) if any(fnmatch(it.module, pattern) for pattern in patterns or "*")]
        if sample is not None:
            chosen = sampled(chosen, sample)
        names = [it.name for it in chosen if it.outcome in UNDECIDED or (again and it.outcome not in NOTICED)]
        for start in range(0, len(names), BATCH):
            run(area, names[start : start + BATCH])
            click.echo(f"{area.name}: {min(start + BATCH, len(names))} of {len(names)} run")
    measure()


if __name__ == "__main__":
    main()
