"""What can be asked again, and what keeps the asking within bounds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from twinstack.aws.errors import AwsError, NotSentError
from twinstack.errors import TwinStackError, UnreachableError

# As botocore has them, without LimitExceededException: that is CloudFormation's word for a quota of the account
# (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html#API_CreateChangeSet_Errors).
_THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "TooManyUpdates",
    }
)
_FAILING = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)
_FAILING_STATUSES = frozenset({500, 502, 503, 504})


class Trouble(Enum):
    """Why a call may be made again; the value is what that costs, as in botocore's retry quota."""

    THROTTLED = "throttled"
    FAILING = "failing"
    SILENT = "silent"

    @property
    def cost(self) -> int:
        """What one repetition takes from the budget."""
        return 10 if self is Trouble.SILENT else 5


UNANSWERED = frozenset({Trouble.FAILING, Trouble.SILENT})
"""AWS said nothing of its own, so a call that came to this may have been heard all the same."""


def trouble_of(error: TwinStackError) -> Trouble | None:
    """Returns why a call that came to this may be made again, None where AWS's answer is final."""
    if isinstance(error, UnreachableError):
        return None if isinstance(error, NotSentError) else Trouble.SILENT
    if not isinstance(error, AwsError):
        return None
    if error.code in _THROTTLED:
        return Trouble.THROTTLED
    if error.code in _FAILING or error.http_status in _FAILING_STATUSES or error.code in map(str, _FAILING_STATUSES):
        return Trouble.FAILING
    return None


@dataclass
class Budget:
    """The repetitions that all clients of a run have together.

    As botocore's retry quota (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html): a
    repetition takes tokens, a success gives back what its last one took, or one.
    """

    size: int = 500
    left: int = 500

    def take(self, trouble: Trouble) -> bool:
        """Takes the tokens of a repetition; returns whether there were enough."""
        if self.left < trouble.cost:
            return False
        self.left -= trouble.cost
        return True

    def give_back(self, trouble: Trouble | None) -> None:
        """Notes a success, after a repetition because of some trouble or at once."""
        self.left = min(self.size, self.left + (trouble.cost if trouble else 1))


@dataclass
class Pace:
    """How far apart the calls to a region are, in seconds.

    Additive increase, multiplicative decrease of the rate: being throttled doubles the gap, each success takes a
    little of it away.
    """

    gap: float = 0.0
    next: float = 0.0

    SMALLEST, LARGEST, STEP = 0.25, 8.0, 0.05

    def reserve(self, now: float) -> float:
        """Returns for how long the next call has to wait."""
        begin = max(now, self.next)
        self.next = begin + self.gap
        return begin - now

    def throttled(self) -> None:
        """Slows down."""
        self.gap = min(max(self.gap * 2, self.SMALLEST), self.LARGEST)

    def succeeded(self) -> None:
        """Speeds up."""
        self.gap = max(self.gap - self.STEP, 0.0)
