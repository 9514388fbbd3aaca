"""A spread of the table's cuts: wherever a run is cut short, the next one converges and leaves nothing behind."""

import signal

import pytest

from tests.interruptions.bench import Bench, Cut
from tests.interruptions.proxy import ANSWERED, BEFORE, DONE
from tests.interruptions.table import cut_short

# By the first call of an action.
CUTS = [
    ("PutParameter", BEFORE, signal.SIGTERM),
    ("PutParameter", DONE, signal.SIGKILL),
    ("CreateChangeSet", DONE, signal.SIGINT),
    ("CreateChangeSet", ANSWERED, signal.SIGKILL),
    ("DescribeChangeSet", BEFORE, signal.SIGTERM),
    ("ExecuteChangeSet", BEFORE, signal.SIGKILL),
    ("ExecuteChangeSet", DONE, signal.SIGINT),
    ("DeleteParameter", DONE, signal.SIGKILL),
]


@pytest.fixture(scope="module")
def bench(local_aws, tmp_path_factory):
    bench = Bench(local_aws.endpoint, tmp_path_factory.mktemp("pairs"))
    yield bench
    bench.close()


@pytest.mark.parametrize(("action", "moment", "number"), CUTS)
def test_the_next_run_converges(bench, action, moment, number):
    suffix = f"t{CUTS.index((action, moment, number))}"
    row = cut_short(bench, suffix, Cut(action, moment, number))
    assert row.run.hit.action == action
    assert row.problems == ()


def test_a_cut_that_leaves_something_behind_is_noticed(bench):
    bench.deploy("left", Cut("CreateChangeSet", DONE, signal.SIGKILL))
    assert [it.split(" twinstack")[0] for it in bench.orphans("left")] == [
        "primary: empty stack",
        "primary: change set",
        "us-east-1: parameter /twinstack/cut-left/lock",
    ]
    bench.clear("left")
