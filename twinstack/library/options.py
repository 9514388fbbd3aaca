"""What to work on and how AWS is reached: the same for a program and for the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from twinstack.rollout.run.under_way import UnderWay
from twinstack.screen.events import Screen
from twinstack.screen.secrets import Secrets


def never(_screen: Screen, _problem: str) -> bool:
    """Has nobody to sign in again."""
    return False


@dataclass
class Options:
    """What to work on, and how AWS is reached. Paths are relative to the working directory.

    Attributes:
        environment: An environment's name, or its file.
        environment_suffix: The suffix; None for what ENVIRONMENT_SUFFIX and the file say.
        local: Whether the local AWS is used.
        profile: The AWS profile, if any.
        endpoint_url: Another endpoint than AWS's own, if any.
        under_way: What goes on on AWS because of this work, by the ARN of the stack.
        secrets: What is never told.
        sign_in_again: Asked when AWS no longer takes the credentials: told the reason, returns whether to try again.
    """

    environment: str = "dev"
    environment_suffix: str | None = None
    local: bool = False
    profile: str | None = None
    endpoint_url: str | None = None
    under_way: UnderWay = field(default_factory=UnderWay)
    secrets: Secrets = field(default_factory=Secrets)
    sign_in_again: Callable[[Screen, str], bool] = never

    def roles_moving(self) -> str:
        """Returns what goes on on AWS of a change of roles, and how to see its end."""
        running = "; ".join(self.under_way.operations.values())
        return f"AWS goes on with {running}; `status` shows it." if running else "Nothing was changed."
