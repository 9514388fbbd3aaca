"""Worlds from seeds: nothing breaks a rule, and a seed is always the same world."""

import pytest

from tests.simulation.seeds import run_seed

CHUNKS = [range(begin, begin + 25) for begin in range(0, 300, 25)]


@pytest.mark.parametrize("seeds", CHUNKS, ids=lambda seeds: f"{seeds.start}-{seeds.stop - 1}")
def test_no_rule_is_broken(seeds):
    broken = {seed: [str(one) for one in world.broken] for seed in seeds if (world := run_seed(seed)).broken}
    assert broken == {}


@pytest.mark.parametrize("seed", [3, 17, 42])
def test_the_same_seed_is_the_same_world(seed):
    assert run_seed(seed).trace == run_seed(seed).trace
