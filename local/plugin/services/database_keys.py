"""A key that is disabled, or waits for its deletion, encrypts no new cluster, snapshot or export.

The code is the one that RDS lists for these operations; a name that belongs to no key is taken, as the emulator does.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services import kms, rds

from .snapshots import refused

_ENCRYPTING = ("CopyDBClusterSnapshot", "CreateDBCluster", "RestoreDBClusterFromSnapshot", "StartExportTask")

Answer = tuple[int, dict[str, str], bytes]
Asked = dict[str, Any]


def install() -> None:
    """Look at the key first."""
    for name in _ENCRYPTING:
        if name in rds._ACTION_MAP:
            rds._ACTION_MAP[name] = _with_a_usable_key(rds._ACTION_MAP[name])


def _with_a_usable_key(act: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    def acted(asked: Asked) -> Answer:
        key = kms._resolve_key(rds._p(asked, "KmsKeyId"))
        if key and key["KeyState"] != "Enabled":
            words = f"The specified KMS key [{key['Arn']}] is not accessible: it is {key['KeyState']}."
            return refused("KMSKeyNotAccessibleFault", words)
        return act(asked)

    return acted
