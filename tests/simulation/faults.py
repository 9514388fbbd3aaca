"""What can go wrong with a call, as `twinstack.aws.boto` tells it, and when it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from twinstack.aws.errors import AwsError
from twinstack.errors import CredentialsError, TwinStackError, UnreachableError


@dataclass(frozen=True)
class Kind:
    """One kind of fault.

    Attributes:
        name: What it is called.
        make: Makes the error, of a call and a place.
        after_the_deed: Whether AWS has done what was asked.
        seconds: How long the caller waits for it.
        transient: Whether asking again helps.
    """

    name: str
    make: Callable[[str, str], TwinStackError]
    after_the_deed: bool = False
    seconds: float = 0.0
    transient: bool = True


def _refused(code: str, reason: str) -> Callable[[str, str], TwinStackError]:
    return lambda call, where: AwsError(call, code, reason, where)


def _unreachable(reason: str) -> Callable[[str, str], TwinStackError]:
    return lambda _call, where: UnreachableError(f"{where}: AWS cannot be reached: {reason}")


THROTTLED = Kind("throttled", _refused("Throttling", "Rate exceeded"))
INTERNAL = Kind("internal", _refused("InternalFailure", "an internal error has occurred"))
RESET = Kind("reset", _unreachable("Connection was closed before we received a valid response"))
LOST = Kind("lost", _unreachable("Connection was closed before we received a valid response"), after_the_deed=True)
TIMEOUT = Kind("timeout", _unreachable("Read timeout on endpoint URL"), after_the_deed=True, seconds=60.0)
DENIED = Kind("denied", _refused("AccessDenied", "User is not authorized to perform it"), transient=False)
EXPIRED = Kind(
    "expired",
    lambda _call, where: CredentialsError(f"{where}: the credentials have expired (ExpiredToken); sign in again"),
    transient=False,
)
KINDS = (THROTTLED, INTERNAL, RESET, LOST, TIMEOUT, DENIED, EXPIRED)


@dataclass
class Fault:
    """A fault that is going to happen.

    Attributes:
        kind: What happens.
        begins: From when on.
        ends: Until when.
        deployer: To whom; '' for everybody.
        region: In which region; '' for every one.
        call: At which call; '' for every one.
        service: At which service; '' for every one.
        times: How often at most.
        share: At which share of the calls.
    """

    kind: Kind
    begins: float = 0.0
    ends: float = float("inf")
    deployer: str = ""
    region: str = ""
    call: str = ""
    service: str = ""
    times: float = float("inf")
    share: float = 1.0

    def hits(self, time: float, deployer: str, service: str, region: str, call: str, random: Random) -> bool:
        """Whether it happens to a call now."""
        if self.times <= 0 or not self.begins <= time < self.ends:
            return False
        own = ((self.deployer, deployer), (self.service, service), (self.region, region), (self.call, call))
        if any(wanted not in ("", given) for wanted, given in own):
            return False
        if self.share < 1.0 and random.random() >= self.share:
            return False
        self.times -= 1
        return True


@dataclass
class Weather:
    """All faults of a world, and which of them have happened: to whom, at which service."""

    random: Random
    faults: list[Fault] = field(default_factory=list)
    happened: list[tuple[str, str, Kind]] = field(default_factory=list)

    def strikes(self, time: float, deployer: str, service: str, region: str, call: str) -> Kind | None:
        """Returns what goes wrong with a call, if anything does."""
        for fault in self.faults:
            if fault.hits(time, deployer, service, region, call, self.random):
                self.happened.append((deployer, service, fault.kind))
                return fault.kind
        return None

    def clear(self) -> None:
        """Ends all faults."""
        self.faults.clear()
