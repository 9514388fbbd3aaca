"""Small parts of templates, each a turn that a rule takes: what it finds there, or that it stays silent.

`variations/` has them by rule, each with what is so in it, its resources or other sections, and the places of what is
found, of some also what is said. Parameters and conditions are those below. Only the rule itself runs: the parts are no
templates that AWS takes.
"""

from functools import cache
from pathlib import Path

import pytest
from cfnlint.decode.cfn_yaml import loads
from cfnlint.template import Template

from lint_rules import RULES
from tests.lint_rules.expected import REGIONS

FOLDER = Path(__file__).parent / "variations"
SECTIONS = ("Resources", "Outputs", "Metadata")
HEAD = """\
Parameters:
  Given: {Type: String}
  Name: {Type: String, Default: trades}
  Lag: {Type: String, AllowedValues: [AuroraGlobalDBReplicationLag, AuroraGlobalDBRPOLag, AuroraGlobalDBProgressLag]}
  Algorithm: {Type: String, AllowedValues: ['aws:kms', 'aws:kms:dsse']}
  Family: {Type: String, AllowedValues: [aurora-mysql5.7, aurora-mysql8.0]}
  Reference: {Type: String, Default: '{{resolve:secretsmanager:trades}}'}
  Hidden: {Type: String, NoEcho: true}
Conditions:
  Small: !Equals [!Ref Given, small]
"""


@cache
def rows():
    read = [loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))]
    return [(rule, row) for file in read for rule, those in file.items() if rule != "common" for row in those]


@pytest.mark.parametrize(("rule", "row"), rows(), ids=[f"{rule} {row['so']}" for rule, row in rows()])
def test_a_rule_finds_what_it_should(rule, row):
    body = loads(HEAD) | {name: row[name] for name in SECTIONS if name in row}
    (found,) = [it().match(Template("t.yaml", body, REGIONS)) for it in RULES if it.id == rule]
    assert ["/".join(map(str, match.path)) for match in found] == row["finds"]
    assert [match.message.partition(": ")[0] for match in found if "says" in row] == row.get("says", [])
