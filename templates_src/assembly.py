"""The template that both regions start from, and what each side knows of the other.

A concern module adds its resources to a `RegionTemplate` and hangs whatever needs the other region on the
`OtherRegion` it is given; so the same module serves both regions and no copy per region exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from troposphere import AWSObject, If, NoValue, Output, Ref, Template

Role = Literal["primary", "secondary"]
AnyResource = TypeVar("AnyResource", bound=AWSObject)


class RegionTemplate(Template):
    """A template that remembers under which heading each of its resources stands."""

    def __init__(self, role: Role, description: str) -> None:
        super().__init__(Description=description)
        self.role: Role = role
        self.headings: dict[str, str] = {}
        self.heading = ""
        self.set_version()
        # AWS::LanguageExtensions is what lets DeletionPolicy hold an intrinsic:
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-aws-languageextensions.html
        self.set_transform("AWS::LanguageExtensions")
        self.set_metadata({"TwinStack": {"Role": role, "Wiring": {}}})

    @property
    def wiring(self) -> dict[str, str]:
        """Which parameter is filled from which output: parameter name to `role.Output`."""
        wires: dict[str, str] = self.metadata["TwinStack"]["Wiring"]
        return wires

    def concern(self, title: str) -> None:
        """Start a concern: its first resource is printed below this heading."""
        self.heading = title

    def put(self, resource: AnyResource) -> AnyResource:
        """Add a resource, the first of a concern with the concern's heading."""
        if self.heading not in self.headings.values():
            self.headings[str(resource.title)] = self.heading
        self.add_resource(resource)
        return resource

    def put_out(self, name: str, description: str | None, value: object) -> None:
        """Add an output."""
        described: dict[str, Any] = {} if description is None else {"Description": description}
        self.add_output(Output(name, **described, Value=value))


@dataclass(frozen=True)
class OtherRegion:
    """What one side knows of the other, and the condition under which it knows it.

    Attributes:
        role: the other side's role.
        linked: the condition that says the values are there; None where they are required and so always there.
        region: its region.
        vpc_cidr: its VPC's CIDR.
        peering: the peering connection between the two VPCs.
        bucket_arn: its backup bucket, as replication and IAM name it.
        bucket_name: the same bucket, as metrics name it; a wire of its own, since cutting it out of an ARN that
            is still empty can fail the template even where nothing uses it.
        backup_key_arn: the key its backup bucket is encrypted with.
    """

    role: Role
    linked: str | None
    region: Ref
    vpc_cidr: Ref
    peering: Ref
    bucket_arn: Ref
    bucket_name: Ref
    backup_key_arn: Ref

    def attributes(self) -> dict[str, Any]:
        """The resource attributes of something that exists only when the other side is known."""
        return {} if self.linked is None else {"Condition": self.linked}

    def if_known(self, value: object) -> object:
        """A property value that is there only when the other side is known."""
        return value if self.linked is None else If(self.linked, value, NoValue)
