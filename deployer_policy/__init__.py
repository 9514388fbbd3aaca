"""The IAM policies of the role that deploys, computed from what is deployed.

`permissions.py` asks the resource schemas which actions the templates' types need, `facts.py` reads from templates
and environments what the policies are narrowed to, `scopes.py` is the table that says how far each action can be
narrowed, and `documents.py` writes the policies. See `docs/deployer-role.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deployer_policy.documents import policies, render
from deployer_policy.facts import facts_of
from deployer_policy.permissions import permissions_of_all
from twinstack.environment.file import EnvironmentModel, read_environment_file
from twinstack.marked_yaml import parse_marked, read_marked

FILE = "deployer-policy.json"
_ARTIFACT_BUCKET = Path(__file__).parents[1] / "twinstack" / "rollout" / "steps" / "artifact_bucket.yaml"


def render_policies(texts: Mapping[str, str], root: Path) -> str | None:
    """Renders the policies for the environments of a folder.

    Args:
        texts: The text of each template, by its name.
        root: The folder that holds `environments/`.

    Returns:
        The text of the file; None without an environment, as there is no project then to narrow anything to.

    Raises:
        InputError: An environment cannot be read, or an action has no place in the table of scopes.
    """
    environments = _environments(root)
    if not environments:
        return None
    facts = facts_of(templates(texts), environments)
    return render(policies(permissions_of_all(facts), facts))


def templates(texts: Mapping[str, str]) -> tuple[Mapping[str, Any], ...]:
    """Returns the bodies of the given templates and of the deployer's own."""
    own = read_marked(_ARTIFACT_BUCKET).data
    return (*(parse_marked(text, name).data for name, text in texts.items()), own)


def _environments(root: Path) -> tuple[EnvironmentModel, ...]:
    files = sorted((root / "environments").glob("*.yaml"))
    return tuple(read_environment_file(str(file), root, None, {}).model for file in files)
