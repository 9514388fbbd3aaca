"""Replicas of secrets: promoting one, removing one, making one with the secret, and what holds a deletion up.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_StopReplicationToReplica.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RemoveRegionsFromReplication.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
"""

from __future__ import annotations

import json
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import secretsmanager

Answer = tuple[int, dict[str, str], bytes]
Asked = dict[str, Any]


def install() -> None:
    """Add the two operations, and complete creating and deleting."""
    others, create, delete = (
        secretsmanager.handle_request,
        secretsmanager._create_secret,
        secretsmanager._delete_secret,
    )
    ours = {"RemoveRegionsFromReplication": _remove, "StopReplicationToReplica": _promote}

    async def with_ours(method: str, path: str, headers: dict[str, str], body: bytes, *rest: Any) -> Answer:
        act = ours.get(headers.get("x-amz-target", "").rpartition(".")[2])
        answer: Answer = act(json.loads(body)) if act else await others(method, path, headers, body, *rest)
        return answer

    def created(asked: Asked) -> Answer:
        answer: Answer = create(asked)
        if answer[0] == 200 and asked.get("AddReplicaRegions"):
            made = json.loads(answer[2])
            replicas = {"SecretId": made["ARN"], "AddReplicaRegions": asked["AddReplicaRegions"]}
            status = json.loads(secretsmanager._replicate_secret_to_regions(replicas)[2])
            answer = json_response({**made, "ReplicationStatus": status["ReplicationStatus"]})
        return answer

    def deleted(asked: Asked) -> Answer:
        _name, secret = secretsmanager._resolve(asked.get("SecretId"))
        regions = [status["Region"] for status in (secret or {}).get("ReplicationStatus", ())]
        if regions:
            return _refused(f"You can't delete a secret that is replicated to {', '.join(regions)}.")
        answer: Answer = delete(asked)
        return answer

    secretsmanager.handle_request = with_ours
    secretsmanager._create_secret = created
    secretsmanager._delete_secret = deleted


def _remove(asked: Asked) -> Answer:
    _name, secret = secretsmanager._resolve(asked["SecretId"])
    if secret is None:
        return _missing()
    if secretsmanager._is_replica(secret):
        return _refused("You can't perform this operation on a replica secret.")
    regions = asked["RemoveReplicaRegions"]
    kept = [status for status in secret["ReplicationStatus"] if status["Region"] not in regions]
    secret["ReplicationStatus"] = [status for status in secret["ReplicationStatus"] if status["Region"] in regions]
    secretsmanager._delete_replicas(secret)
    secret["ReplicationStatus"] = kept
    return json_response({"ARN": secret["ARN"], "ReplicationStatus": kept})  # type: ignore[no-any-return]


def _promote(asked: Asked) -> Answer:
    """Called where the replica is: it becomes a secret of its own, and the primary forgets it."""
    _name, secret = secretsmanager._resolve(asked["SecretId"])
    if secret is None:
        return _missing()
    if not secretsmanager._is_replica(secret):
        return _refused("You can't stop the replication of a secret that is no replica.")
    secretsmanager._unlink_from_primary(secret)
    for name in ("_PrimarySecretArn", "_PrimaryRegion"):
        secret.pop(name)
    return json_response({"ARN": secret["ARN"]})  # type: ignore[no-any-return]


def _missing() -> Answer:
    words = "Secrets Manager can't find the specified secret."
    return error_response_json("ResourceNotFoundException", words, 400)  # type: ignore[no-any-return]


def _refused(words: str) -> Answer:
    return error_response_json("InvalidRequestException", words, 400)  # type: ignore[no-any-return]
