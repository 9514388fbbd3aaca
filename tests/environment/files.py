"""Environments of two small stacks, written to a folder and read as the command line reads them."""

from pathlib import Path

from twinstack.environment.assembly import assemble
from twinstack.environment.file import read_environment_file
from twinstack.errors import InputError

# What a test writes after these lines begins in line 3.
HEAD = """\
project: pair
stacks: {one: {template: one.yaml, region: us-east-1}, two: {template: two.yaml, region: eu-west-1}}
"""
ONE = """\
Metadata: {TwinStack: {Role: one, Wiring: {Peer: two.Id}}}
Parameters:
  Size: {Type: Number, Default: 3, MaxValue: 9}
  Name: {Type: String, Default: from the template}
  Peer: {Type: String, Default: ''}
  Project: {Type: String}
  EnvironmentSuffix: {Type: String}
  Protected: {Type: String, AllowedValues: ['true', 'false']}
Resources: {Topic: {Type: 'AWS::SNS::Topic'}}
Outputs: {Id: {Value: !Ref Topic}}
"""
TWO = """\
Metadata: {TwinStack: {Role: two}}
Parameters:
  Name: {Type: String, Default: from the template}
  Secret: {Type: String, Default: none, NoEcho: true}
Resources: {Topic: {Type: 'AWS::SNS::Topic'}}
Outputs: {Id: {Value: !Ref Topic}}
"""


def written(text, **templates):
    """Writes an environment and its templates to the working directory; None is a template that is not there."""
    Path("environments").mkdir(exist_ok=True)
    Path("environments", "dev.yaml").write_text(text)
    for name, body in {"one": ONE, "two": TWO, **templates}.items():
        if body is not None:
            Path(f"{name}.yaml").write_text(body)


def read(text, option=None, variables=None, **templates):
    """The environment file of this text."""
    written(text, **templates)
    return read_environment_file("dev", Path.cwd(), option, variables or {})


def assembled(text, **templates):
    """The environment of this text."""
    return assemble(read(text, **templates), Path.cwd())


def said(call, *arguments, **given):
    """What is said where something is refused, a line each; `dev.yaml` stands for its path."""
    try:
        call(*arguments, **given)
    except InputError as error:
        return str(error).replace("environments/dev.yaml", "dev.yaml").splitlines()
    return []
