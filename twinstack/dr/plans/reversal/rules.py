"""What must not happen to a cluster because of the role that it has now, and why.

CloudFormation knows the stacks as they were deployed. After a switchover or a failover the stack of the primary holds a
cluster that reads, and it would send it what only a writer takes.
See https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from twinstack.dr.plans.reversal.effects import Effect, Part
from twinstack.expressions.values import NO_VALUE
from twinstack.planning.advice import Action, Refusal

# RDS refuses them of a cluster that reads: "Cannot specify user name for cross region replication cluster"
# (https://github.com/crossplane-contrib/provider-aws/issues/2072).
OF_WRITERS = {
    "MasterUserPassword": "password",
    "MasterUsername": "user",
    "MasterUserAuthenticationType": "sign-in of the user",
    "MasterUserSecret": "secret of the user",
    "ManageMasterUserPassword": "managed password",
    "DatabaseName": "database name",
}
# Some of these take effect by a restart only, at once or in the maintenance window.
_RESTARTING = ("DBInstanceClass", "DBClusterParameterGroupName", "DBParameterGroupName", "CACertificateIdentifier")


@dataclass(frozen=True)
class Standing:
    """The role of the cluster in the stack of an effect.

    Attributes:
        reads: Whether it reads.
        writes: Whether it writes; neither where nobody could say.
        reversed: Whether another stack than the primary's has the writer, or may have for all that is known.
        why: Why something must not happen, to be put behind what would happen.
        way_out: What to do instead.
    """

    reads: bool
    writes: bool
    reversed: bool
    why: str
    way_out: str

    @property
    def may_read(self) -> bool:
        """Whether the cluster reads, or may for all that is known."""
        return self.reads or not self.writes

    @property
    def may_write(self) -> bool:
        """Whether the cluster writes, or may for all that is known."""
        return self.writes or not self.reads


def refused(effect: Effect, standing: Standing) -> Iterator[Refusal]:
    """Yields what must not be done of one change, a sentence for each property."""
    yield from _RULES.get(effect.part, _nothing)(effect, standing)


def restarts(effect: Effect) -> bool:
    """Whether a change may restart the instances of a cluster."""
    if effect.change.action != "Modify":
        return False
    if effect.part is Part.PARAMETERS:
        return bool(effect.properties)
    named = [detail.name for detail in effect.properties]
    return effect.part in (Part.CLUSTER, Part.INSTANCE) and any(name in _RESTARTING for name in named)


def _nothing(_effect: Effect, _standing: Standing) -> Iterator[Refusal]:
    yield from ()


def _cluster(effect: Effect, standing: Standing) -> Iterator[Refusal]:
    said = False
    for detail in effect.properties:
        if detail.name in OF_WRITERS and standing.may_read:
            what = f"AWS takes no {OF_WRITERS[detail.name]} of a cluster that reads"
            yield _refusal(effect, standing, "Modify", f"{detail.name} would change, and {what}", detail.name)
        elif detail.name == "SourceRegion" and standing.reversed:
            what = (
                "it is the region that the cluster was first copied from, which does not follow the roles: a change "
                "replaces the cluster"
            )
            yield _refusal(effect, standing, "Replace", f"SourceRegion would change; {what}", detail.name)
        elif detail.name == "GlobalClusterIdentifier" and standing.reversed:
            gone = detail.after in (NO_VALUE, "", None)
            what = "would go, which detaches the cluster and lets it take writes of its own" if gone else "would change"
            action: Action = "Detach" if gone else "Replace"
            yield _refusal(effect, standing, action, f"GlobalClusterIdentifier {what}", detail.name)
        else:
            continue
        said = True
    if not said:
        yield from _goes(effect, standing, "the cluster")


def _instance(effect: Effect, standing: Standing) -> Iterator[Refusal]:
    if standing.may_write:
        yield from _goes(effect, standing, "an instance of the cluster")


def _global_cluster(effect: Effect, standing: Standing) -> Iterator[Refusal]:
    yield from _goes(effect, standing, "the global cluster")


def _goes(effect: Effect, standing: Standing, what: str) -> Iterator[Refusal]:
    """Yields a refusal of a resource that is removed or replaced while the roles are reversed."""
    if not standing.reversed:
        return
    if effect.change.action == "Remove":
        yield _refusal(effect, standing, "Remove", f"{what} would be removed")
    elif effect.recreates:
        names = [detail.name for detail in effect.properties if detail.recreation != "Never"]
        would = "would" if effect.change.action == "Replace" else "may"
        since = f", since {', '.join(names)} would change" if names else ""
        yield _refusal(effect, standing, "Replace", f"{what} {would} be replaced{since}", *names[:1])


def _writes(effect: Effect, standing: Standing) -> Iterator[Refusal]:
    if standing.may_read and effect.change.action != "Remove":
        what = "it is given the writer endpoint of a cluster that reads, so it could not write there and would fail"
        yield _refusal(effect, standing, "Modify", f"its function would run, and {what}")


def _refusal(effect: Effect, standing: Standing, action: Action, what: str, name: str = "") -> Refusal:
    sentence = f"{effect.at(name)}: {what}; {standing.why}: {standing.way_out}"
    return Refusal(effect.site.role, effect.change.resource, effect.change.type, action, sentence)


_RULES: dict[Part, Callable[[Effect, Standing], Iterator[Refusal]]] = {
    Part.CLUSTER: _cluster,
    Part.INSTANCE: _instance,
    Part.GLOBAL_CLUSTER: _global_cluster,
    Part.WRITES: _writes,
}
