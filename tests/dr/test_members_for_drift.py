"""Which clusters count as members when drift is judged: each by what its own region says."""

import pytest

from tests.dr.fake_database import EAST, OLD, WEST, Aws
from tests.dr.versions.pairs import PAIR, versioned
from twinstack.aws.errors import AwsError
from twinstack.cli.options import Settings
from twinstack.library import false_drifts
from twinstack.screen.events import Warning_

DENIED = AwsError("DescribeGlobalClusters", "AccessDenied", "not allowed", "here")


class Screen(list):
    tell = list.append


@pytest.fixture
def members(monkeypatch):
    """Asks with written answers: what each region sees, None for no such database."""

    def ask(east, west):
        seen = {EAST: east, WEST: west}

        class Region:
            def __init__(self, make, where):
                self._region = make

            def global_cluster(self, name):
                found = seen[self._region]
                if isinstance(found, AwsError):
                    raise found
                return found and Aws(found[0], dict.fromkeys(found, OLD))("", self._region).global_cluster(name)

        system, screen = versioned(PAIR, OLD), Screen()
        monkeypatch.setattr(false_drifts, "access", lambda settings, screen, start_local: None)
        monkeypatch.setattr(
            "twinstack.aws.sessions.client_makers",
            lambda system, access: {role: stack.region for role, stack in system.stacks.items()},
        )
        monkeypatch.setattr("twinstack.dr.aws.boto.BotoRegion", Region)
        found = false_drifts._members(Settings(), system, screen, "trading")
        return found and [arn.rpartition("trading-")[2] for arn in found], screen

    return ask


@pytest.mark.parametrize(
    ("east", "west", "counted"),
    [
        ((EAST, WEST), (EAST, WEST), [WEST, EAST]),
        ((EAST,), None, [EAST]),
        ((EAST, WEST), None, [EAST]),
        (None, (WEST,), [WEST]),
        (DENIED, (WEST, EAST), [WEST, EAST]),
        (None, None, []),
    ],
    ids=["both", "detached", "detached and not noticed elsewhere", "the primary detached", "one denied", "all gone"],
)
def test_a_cluster_counts_when_its_own_region_counts_it(members, east, west, counted):
    assert members(east, west) == (counted, [])


def test_when_no_region_answers_it_is_said_and_counts_as_drift(members):
    found, screen = members(DENIED, DENIED)
    assert found is None
    (warning,) = screen
    assert isinstance(warning, Warning_)
    assert "so it counts as drift: " in warning.text
