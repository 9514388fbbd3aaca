"""SimulatePrincipalPolicy: whom AWS does not simulate, and who does not exist.

The emulator answers `implicitDeny` for both. It evaluates the policies of its users and roles, one resource a request.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

import re
from typing import Any

from ministack.services import iam

_ENTITY = re.compile(r"arn:aws[\w-]*:iam::\d{12}:(?P<kind>user|group|role)/(?:.*/)?(?P<name>[^/]+)")


def install() -> None:
    """Look at the principal first: not the root of an account, nor a role that was assumed."""
    simulate = iam._IAM_HANDLERS["SimulatePrincipalPolicy"]

    def simulated(asked: dict[str, Any]) -> Any:
        principal = iam._p(asked, "PolicySourceArn")
        entity = _ENTITY.fullmatch(principal)
        if not entity:
            words = f"Invalid Entity Arn: {principal} does not clearly define entity type and name."
            return iam._error(400, "InvalidInput", words)
        known = {"user": iam._users, "group": iam._groups, "role": iam._roles}[entity["kind"]]
        if entity["name"] not in known:
            words = f"The {entity['kind']} with name {entity['name']} cannot be found."
            return iam._error(404, "NoSuchEntity", words)
        return simulate(asked)

    iam._IAM_HANDLERS["SimulatePrincipalPolicy"] = simulated
