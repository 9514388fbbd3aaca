"""Stage `parts`: bucket, keys, secret, zone and health checks by themselves."""

from __future__ import annotations

import json

from twinstack.aws.errors import AwsError
from twinstack.dr.first_run.checks.answers import Answer, compared, not_answered
from twinstack.dr.first_run.checks.check import Check
from twinstack.dr.first_run.checks.primary import writer_name
from twinstack.dr.first_run.checks.scene import PRIMARY, Scene

_PASSWORD_LENGTH = 32
# What a master password must not have, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html
_REFUSED_BY_RDS = "/\"@ '"


def artifact_bucket(scene: Scene) -> Answer:
    """Whether a template that is too large went through the deployer's own bucket."""
    role = PRIMARY
    found = scene.run.cloudformation(role).describe_stack(scene.artifact_stacks()[role].name)
    size = len(scene.stacks[role].template.text.encode())
    status = found.status if found else "absent"
    return compared(
        "the stack of the bucket, and a stack made from a template in it",
        f"the bucket's stack is {status}; {scene.stacks[role].name} was made from {size:,} bytes",
        same=found is not None and bool(found.outputs.get("Bucket")),
    )


def artifact_bucket_gone(scene: Scene) -> Answer:
    """Whether the removal took the deployer's own stacks with it."""
    left = [
        f"{stack.name} in {stack.region}"
        for role, stack in scene.artifact_stacks().items()
        if scene.run.cloudformation(role).describe_stack(stack.name) is not None
    ]
    return compared("both stacks of the bucket are gone", f"left: {', '.join(left) or 'none'}", same=not left)


def bucket_names(scene: Scene) -> Answer:
    """Whether a name in the account's own namespace was accepted in both regions."""
    answered, same = [], True
    for role, region in scene.regions.items():
        name, wanted = scene.physical_id(role, "AccessLogBucket"), scene.pair.stacks[role].region
        found = region.bucket_region(name)
        answered.append(f"{name} in {found}")
        same = same and name.endswith("-an") and found == wanted
    return compared("a bucket -an in each region", ", ".join(answered), same=same)


def keys_in_use(scene: Scene) -> Answer:
    """Whether log group, topic and flow log work with the operations key."""
    answered, same = [], True
    for role, region in scene.regions.items():
        key = scene.physical_id(role, "OperationsKey")
        group = scene.physical_id(role, "FlowLogGroup")
        state = region.key_state(key)
        uses = {
            "log group": region.log_group_keys(group).get(group, ""),
            "topic": region.topic_key(scene.physical_id(role, "Topic")),
        }
        flow_log = region.flow_log_status(scene.physical_id(role, "FlowLog"))
        unlike = [what for what, used in uses.items() if key not in used]
        answered.append(f"{role}: key {state}, flow log {flow_log}, under another key: {', '.join(unlike) or 'none'}")
        same = same and state == "Enabled" and flow_log == "ACTIVE" and not unlike
    return compared(
        "log group and topic under the operations key, flow log ACTIVE without an error, in both regions",
        "; ".join(answered),
        same=same,
    )


def secret_made(scene: Scene) -> Answer:
    """Whether the password has the form that RDS wants; what it is stays here."""
    text = scene.regions[PRIMARY].secret_text(scene.physical_id(PRIMARY, "DatabaseSecret"))
    password = str(json.loads(text).get("password", ""))
    refused = sum(character in _REFUSED_BY_RDS or not character.isprintable() for character in password)
    return compared(
        f"{_PASSWORD_LENGTH} characters, none of those that RDS refuses",
        f"{len(password)} characters, {refused} of those that RDS refuses",
        same=len(password) == _PASSWORD_LENGTH and not refused,
    )


def secret_gone(scene: Scene) -> Answer:
    """Whether a secret that goes with its stack is gone at once or waits; its name is made anew each time."""
    found = scene.regions[PRIMARY].secret(scene.physical_id(PRIMARY, "DatabaseSecret"))
    answered = "gone" if found is None else "waits for its deletion" if found.deleted else "still there"
    return compared("gone", answered, same=found is None)


def zone_made(scene: Scene) -> Answer:
    """Whether Route 53 made the private zone."""
    database, domain = scene.parameter(PRIMARY, "DatabaseName"), scene.parameter(PRIMARY, "DomainName")
    wanted = f"{database}-{scene.run.environment.file.suffix}.{domain}"
    found = scene.regions[PRIMARY].hosted_zone(scene.physical_id(PRIMARY, "PrivateZone"))
    return compared(f"the zone {wanted}", f"the zone {found.name}", same=found.name == wanted)


def health_checks_made(scene: Scene) -> Answer:
    """Whether Route 53 took an alarm and a calculated check with one child."""
    region = scene.regions[PRIMARY]
    own, readers = (scene.physical_id(PRIMARY, name) for name in ("OwnHealthCheck", "ReaderHealthCheck"))
    kinds = [region.health_check(check).kind for check in (own, readers)]
    try:
        seen = sorted(set(region.health_observations(own)))
    except AwsError as error:  # what was made is known all the same
        seen = [f"not told: {error.code}: {error.reason}"]
    expected, told = "CLOUDWATCH_METRIC and CALCULATED, and what they observe", "; ".join(seen) or "nothing yet"
    answered, same = f"{', '.join(kinds)}; observed: {told}", kinds == ["CLOUDWATCH_METRIC", "CALCULATED"]
    if same and (not seen or told.startswith("not told")):
        return not_answered(expected, "the checks are made; what they observe was not told", answered)
    return compared(expected, answered, same=same)


CHECKS = (
    Check(
        "artifact-bucket", artifact_bucket, emulator="the local AWS reads any bucket, without rights and without TLS"
    ),
    Check("bucket-namespace", bucket_names, emulator="the local AWS knows no namespaces of buckets"),
    Check("keys", keys_in_use, emulator="the local AWS enforces no key policy"),
    Check("secret", secret_made),
    Check("zone", zone_made, emulator="the local AWS takes any domain"),
    Check("health-checks", health_checks_made, emulator="the local AWS evaluates no health check"),
    Check(
        "global-endpoint-alone",
        writer_name,
        emulator="the local AWS gives every global cluster an endpoint, and shows it",
    ),
    Check("artifact-bucket", artifact_bucket_gone, afterwards=True),
    Check("secret-gone", secret_gone, emulator="the local AWS deletes at once, whatever the window", afterwards=True),
)
