"""Each defect that is planted is found, and the same world holds without it."""

import pytest

from tests.simulation import rules
from tests.simulation.defects import DEFECTS, planted
from tests.simulation.seeds import run_seed

# The first seed that finds it, and the rule that it breaks there.
FOUND = {
    "carry-forward": (2, rules.WIRES),
    "guard": (6, rules.GUARDED),
    "lock": (49, rules.ALONE),
    "planner": (0, rules.TRUE),
    "policy": (7, rules.CLEAN),
    "token": (0, rules.CONVERGES),
}


def test_every_defect_has_a_seed():
    assert FOUND.keys() == DEFECTS.keys()


@pytest.mark.parametrize(("defect", "seed", "rule"), [(name, *found) for name, found in FOUND.items()])
def test_a_planted_defect_is_found(defect, seed, rule):
    assert run_seed(seed).broken == []
    with planted(defect):
        assert rule in {one.rule for one in run_seed(seed).broken}
