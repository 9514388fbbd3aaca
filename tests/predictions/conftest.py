"""One local AWS for the cases."""

from tests.local.conftest import account, local_aws, local_state, local_venv, stack

__all__ = ["account", "local_aws", "local_state", "local_venv", "stack"]
