"""What an expression may name besides its template: the stack that it is resolved for, and AWS's pseudo parameters.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html
"""

from __future__ import annotations

from dataclasses import dataclass

from twinstack.expressions.values import NO_VALUE, PseudoParameter, Value


@dataclass(frozen=True)
class Surroundings:
    """The stack that a template is resolved for.

    Attributes:
        role: The stack's role.
        region: Its region.
        stack_name: Its name.
        account: What tells its account from others; the number itself is not known offline.
    """

    role: str
    region: str
    stack_name: str
    account: str = ""

    def pseudo_parameters(self) -> dict[str, Value]:
        """Returns the pseudo parameters, those that only AWS knows as symbols."""
        partition, suffix = partition_of(self.region)
        return {
            "AWS::Region": self.region,
            "AWS::NoValue": NO_VALUE,
            "AWS::Partition": partition,
            "AWS::URLSuffix": suffix,
            "AWS::StackName": self.stack_name,
            "AWS::AccountId": PseudoParameter("AWS::AccountId", self.account),
            "AWS::StackId": PseudoParameter("AWS::StackId", self.role),
            "AWS::NotificationARNs": [],
        }


def partition_of(region: str) -> tuple[str, str]:
    """Returns the partition of a region and its domain suffix (AWS General Reference, ARNs)."""
    if region.startswith("cn-"):
        return "aws-cn", "amazonaws.com.cn"
    if region.startswith("us-gov-"):
        return "aws-us-gov", "amazonaws.com"
    if region.startswith("eusc-"):
        return "aws-eusc", "amazonaws.eu"
    return "aws", "amazonaws.com"
