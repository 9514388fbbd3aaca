"""E9520: a hosted zone on a name that AWS reserves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lint_rules import _reading, _rule, _values

# an unknown part hides nothing, as long as a dot ends it: my-example.com is anybody's
_RESERVED = re.compile(r"(^|\.)example\.(com|net|org)\.?$", re.IGNORECASE)


class ReservedZoneName(_rule.Rule):
    """A hosted zone is named example.com, example.net or example.org, or lies under one of them."""

    id = "E9520"
    shortdesc = "Hosted zone on a reserved name"
    description = "Route 53 refuses zones under the example domains: 'is reserved by AWS!', when the stack is deployed."
    fix = "name the zone under a domain of your own, or a private one such as test.local"
    source_url = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html"
    tags = ["resources", "route53"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, properties in _reading.properties(cfn, "AWS::Route53::HostedZone"):
            for text in sorted(_values.texts(cfn, properties.get("Name"))):
                if _RESERVED.search(text):
                    shown = text.replace(_values.UNKNOWN, "*")
                    yield ["Resources", name, "Properties", "Name"], f"AWS reserves {shown}"
