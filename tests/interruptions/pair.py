"""A small pair that needs each other's outputs: three passes, a few seconds on the local AWS."""

ENVIRONMENT = """\
project: cut
environment_suffix: {suffix}
stacks:
  primary: {{template: primary.yaml, region: us-east-1}}
  secondary: {{template: secondary.yaml, region: eu-west-1}}
"""
PRIMARY = """\
Metadata:
  TwinStack:
    Role: primary
    Wiring: {PeerTopic: secondary.Topic}
Parameters:
  PeerTopic: {Type: String, Default: ''}
Conditions:
  HasPeer: !Not [!Equals [!Ref PeerTopic, '']]
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Peer:
    Type: AWS::SSM::Parameter
    Condition: HasPeer
    Properties: {Type: String, Value: !Ref PeerTopic}
Outputs:
  Topic: {Value: !Ref Topic}
"""
SECONDARY = """\
Metadata:
  TwinStack:
    Role: secondary
    Wiring: {PeerTopic: primary.Topic}
Parameters:
  PeerTopic: {Type: String}
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Peer:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !Ref PeerTopic}
Outputs:
  Topic: {Value: !Ref Topic}
"""
REGIONS = {"primary": "us-east-1", "secondary": "eu-west-1"}


def write(folder, suffix="dev"):
    """Writes the pair and its environment into a folder; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dev.yaml").write_text(ENVIRONMENT.format(suffix=suffix))
    (folder / "primary.yaml").write_text(PRIMARY)
    (folder / "secondary.yaml").write_text(SECONDARY)
    return folder
