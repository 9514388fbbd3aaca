"""E9524: a record identifier that every environment shares."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values

_ROUTED = ["Failover", "Weight", "Region", "GeoLocation", "MultiValueAnswer"]


class RecordIdentifierWithoutEnvironment(_rule.Rule):
    """The SetIdentifier of a routed record is a fixed text."""

    id = "E9524"
    shortdesc = "Record identifier that is the same in every environment"
    description = (
        "Identifiers such as Primary collide when two environments share a zone: one takes the other's record."
    )
    fix = "put the environment into it, such as !Sub 'primary-${EnvironmentSuffix}'"
    source_url = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-route53-recordset.html"
    )
    tags = ["resources", "route53"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for path, record, _ in _reading.records(cfn):
            for case in _values.scenarios(cfn, record, [*_ROUTED, "SetIdentifier"]):
                given = case.pop("SetIdentifier", None)
                # what names a parameter or a resource differs between environments; an import is not known
                if not case or given is None or _values.referred(given):
                    continue
                fixed = _values.texts(cfn, given)
                if not any(_values.UNKNOWN in text for text in fixed):
                    yield [*path, "SetIdentifier"], f"every environment has the identifier {' or '.join(sorted(fixed))}"
