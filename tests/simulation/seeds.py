"""What a seed comes to: who deploys what and when, who edits by hand, what goes wrong, and who is killed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.simulation import faults, rules
from tests.simulation.assembled import EVERYTHING_NAMED
from tests.simulation.deployer import Deployer
from tests.simulation.environments import BASE, VARIANTS, Variant
from tests.simulation.faults import Fault
from tests.simulation.line import MOMENTS
from tests.simulation.scheduler import EndlessError
from tests.simulation.world import World
from tests.small_pair import REGIONS
from twinstack.rollout.guards.guards import Allowed

_TRANSIENT = (faults.THROTTLED, faults.INTERNAL, faults.RESET, faults.LOST, faults.TIMEOUT)
_FAILING = ("Vpc", "Table", "Route", "Cluster", "Bucket", "Peering")
_OPERATIONS = ("deploy",) * 8 + ("saved plan", "destroy")
PARTS = ("faults", "kills", "several", "operator", "failures", "lag")


def world_from(seed: int, **parts: bool) -> tuple[World, Variant]:
    """Returns the world of a seed, ready to run, and the files that the last run has.

    Args:
        seed: The seed.
        parts: Which parts of a world may happen; all unless they are named as false.
    """
    may = {**dict.fromkeys(PARTS, True), **parts}
    random = Random(seed)
    world = World(Random(random.random()), protected=random.random() < 0.35)
    if not may["lag"]:
        world.lag_share = 0.0
    before, target = random.choice(VARIANTS), random.choice(VARIANTS)
    if random.random() < 0.6:
        world.add("first", "deploy", before)
        world.run()
        world.scheduler.wait(2.0)
    here = world.scheduler.now()
    count = random.choice((1, 1, 2, 2, 3)) if may["several"] else 1
    deployers = [_deployer(world, random, number, target) for number in range(1, count + 1)]
    if may["faults"]:
        _plan_faults(world, random, here)
    if may["failures"]:
        _plan_failures(world, random, here)
    if may["operator"]:
        _plan_edits(world, random, here)
    if may["kills"]:
        _plan_ends(world, random, here, deployers)
    return world, target


def run_seed(seed: int, **parts: bool) -> World:
    """Runs the world of a seed to its end, and returns it."""
    world, target = world_from(seed, **parts)
    try:
        world.finish(target)
    except EndlessError as error:
        world.breaks(rules.CONVERGES, str(error))
    finally:
        world.clear()
    return world


def _some_time(random: Random) -> float:
    """Returns a moment of a rollout: mostly early, where most happens."""
    return random.random() ** 2 * 900.0


def _deployer(world: World, random: Random, number: int, target: Variant) -> Deployer:
    variant = target if random.random() < 0.7 else random.choice((BASE, *VARIANTS))
    allowed = EVERYTHING_NAMED if random.random() < 0.5 else Allowed()
    at = 0.0 if number == 1 else random.random() ** 2 * 500.0
    declines = random.choice((1, 2)) if random.random() < 0.04 else 0
    return world.add(
        f"run-{number}",
        random.choice(_OPERATIONS),
        variant,
        at,
        allowed,
        declines=declines,
        machine=random.choice(("a laptop", "a pipeline", "a pipeline")),
    )


def _plan_faults(world: World, random: Random, here: float) -> None:
    if random.random() < 0.4:
        share = random.choice((0.005, 0.02, 0.1))
        world.weather.faults += [Fault(kind, begins=here, share=share / 5) for kind in _TRANSIENT]
    for _ in range(random.choice((0, 0, 0, 1, 1, 2))):
        begins = here + _some_time(random)
        world.weather.faults.append(
            Fault(
                random.choice(faults.KINDS),
                begins=begins,
                ends=begins + random.choice((5.0, 60.0, 400.0, 4000.0)),
                deployer=random.choice(("", "", "run-1", "run-2")),
                region=random.choice(("", *REGIONS.values())),
                service=random.choice(("", "cloudformation", "cloudformation", "ssm")),
            )
        )


def _plan_failures(world: World, random: Random, here: float) -> None:
    for _ in range(random.choice((0, 0, 0, 1, 2))):
        region, resource = random.choice(list(REGIONS.values())), random.choice(_FAILING)
        world.fail(here + _some_time(random), region, resource, stuck=random.random() < 0.3)


def _plan_edits(world: World, random: Random, here: float) -> None:
    for _ in range(random.choice((0, 0, 0, 1, 2))):
        role = random.choice(list(REGIONS))
        cloud, name = world.sites[REGIONS[role]].cloudformation, f"pair-dev-{role}"
        kind = random.choice(("update", "update", "delete", "change set", "policy"))
        world.act(here + _some_time(random), f"{kind} {name}", lambda it=(cloud, name, kind): _edit(*it))


def _edit(cloud, name: str, kind: str) -> None:
    stack = cloud.stack(name)
    assert stack.operation is None
    assert stack.status != "REVIEW_IN_PROGRESS" or kind == "change set"
    stack.time = cloud.clock.now()
    if kind == "update":
        cloud.update_by_hand(name, VpcCidr="10.9.0.0/16")
    elif kind == "delete":
        assert not stack.protected
        cloud.delete_by_hand(name)
    elif kind == "change set":
        stack.change_sets.pop(next(iter(stack.change_sets), ""), None)
    else:
        cloud.set_stack_policy(
            name, '{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}]}'
        )


def _plan_ends(world: World, random: Random, here: float, deployers: list[Deployer]) -> None:
    for deployer in deployers:
        what = random.random()
        if what < 0.25:
            _befall(world, random, here, deployer, lambda it=deployer: world.kill(it))
        elif what < 0.4:
            code = random.choice((130, 143))
            _befall(world, random, here, deployer, lambda it=deployer, code=code: world.interrupt(it, code))
        elif what < 0.55:
            seconds = random.choice((60.0, 200.0, 400.0, 600.0))
            _befall(world, random, here, deployer, lambda it=deployer, seconds=seconds: _hold(world, it, seconds))


def _befall(world: World, random: Random, here: float, deployer: Deployer, deed: Callable[[], None]) -> None:
    """Plans what befalls a deployer: at one of its calls, or at some time."""
    if random.random() < 0.6:
        deployer.ends[int(random.random() ** 2 * 160) + 1, random.choice(MOMENTS)] = deed
    else:
        world.scheduler.at(here + _some_time(random), deed)


def _hold(world: World, deployer: Deployer, seconds: float) -> None:
    """Has it stand still, but not between reading the lock and the request that follows: no check can help there."""
    last = deployer.line.calls[-1] if deployer.line.calls else None
    if last is not None and last.service == "ssm":
        world.scheduler.at(world.scheduler.now() + 0.9, lambda: _hold(world, deployer, seconds))
        return
    world.hold(deployer, seconds)
