"""`lint`: the environment's templates under cfn-lint, for the regions they are deployed to, and as a pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinstack.cli.options import Settings
from twinstack.library.linting import lint_environment
from twinstack.screen.events import Done

if TYPE_CHECKING:
    from twinstack.linting.lint import Level


def run(settings: Settings, *, fail_on: Level) -> int:
    """Runs the command; returns the exit code."""
    screen = settings.screen()
    environment, _ = lint_environment(settings, screen, fail_on=fail_on)
    stacks = environment.system.stacks.values()
    regions = ", ".join(sorted({stack.region for stack in stacks}))
    templates = "1 template" if len(stacks) == 1 else f"{len(stacks)} templates"
    screen.tell(Done(f"Nothing to correct in {templates} for {regions}."))
    return 0
