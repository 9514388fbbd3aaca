"""Values for the parameters that a template leaves to whoever deploys it.

A value has to fit what the template asks of it and need not exist: offline nobody looks. So the type decides, then the
first of the texts below that fits `AllowedPattern` and the lengths.
"""

import re

BY_TYPE = {
    "AWS::EC2::AvailabilityZone::Name": "us-east-1a",
    "AWS::EC2::Image::Id": "ami-0123456789abcdef0",
    "AWS::EC2::Instance::Id": "i-0123456789abcdef0",
    "AWS::EC2::KeyPair::KeyName": "key",
    "AWS::EC2::SecurityGroup::GroupName": "group",
    "AWS::EC2::SecurityGroup::Id": "sg-0123456789abcdef0",
    "AWS::EC2::Subnet::Id": "subnet-0123456789abcdef0",
    "AWS::EC2::VPC::Id": "vpc-0123456789abcdef0",
    "AWS::EC2::Volume::Id": "vol-0123456789abcdef0",
    "AWS::Route53::HostedZone::Id": "Z0123456789ABCDEFGHIJ",
    "AWS::SSM::Parameter::Name": "/name/of/a/parameter",
}
TEXTS = (
    "text",
    "Passw0rd1234",
    "text-of-thirty-two-characters-ok",
    "10.0.0.0/16",
    "10.0.0.1",
    "someone@example.com",
    "www.example.com",
    "https://www.example.com/",
    "arn:aws:iam::111122223333:role/name",
    "key",
    "us-east-1",
    "us-east-1a",
    "vpc-0123456789abcdef0",
    "subnet-0123456789abcdef0",
    "ami-0123456789abcdef0",
    "ABCDEFGH",
    "1",
    "12345",
    "111122223333",
    "arn:aws:kinesis:us-east-1:111122223333:stream/name",
)


def values_for(parameters):
    """Returns a value for each declared parameter that has no default."""
    return {str(name): _as_text(_value(declared)) for name, declared in parameters.items() if "Default" not in declared}


def _value(declared):
    kind = declared.get("Type", "String")
    if declared.get("AllowedValues"):
        return declared["AllowedValues"][0]
    if kind.startswith("AWS::SSM::Parameter::Value"):
        return "/name/of/a/parameter"
    if kind.startswith("List<"):
        inner = kind[5:-1]
        return ",".join([BY_TYPE.get(inner, "1")] * 2)
    if kind == "Number":
        return declared.get("MinValue", 1)
    if kind in BY_TYPE:
        return BY_TYPE[kind]
    return next((text for text in TEXTS if _fits(declared, text)), "text")


def _fits(declared, text):
    shortest, longest = int(declared.get("MinLength", 0)), int(declared.get("MaxLength", 4096))
    return shortest <= len(text) <= longest and re.fullmatch(str(declared.get("AllowedPattern", ".*")), text)


def _as_text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)
