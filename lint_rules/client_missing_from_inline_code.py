"""E9551: inline code that imports a database client which is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lint_rules import _reading, _rule, _values

_IMPORT = {
    "python": re.compile(
        r"(?:^|;)[ \t]*(?:import[ \t]+(?:[\w. ]+,[ \t]*)*|from[ \t]+)"
        r"(pymysql|MySQLdb|mysql\.connector|psycopg2?|aiomysql)\b",
        re.MULTILINE,
    ),
    "nodejs": re.compile(r"(?:require\s*\(\s*|\bfrom\s+|\bimport\s+)['\"](mysql2?|pg)(?:/\w+)?['\"]"),
}


class ClientMissingFromInlineCode(_rule.Rule):
    """A function's inline code imports a client for MySQL or PostgreSQL, and no layer brings one."""

    id = "E9551"
    shortdesc = "Inline code that imports a database client the runtime does not have"
    description = (
        "Lambda's runtimes have no client for MySQL or PostgreSQL, and inline code is one file: the import fails on "
        "the first call, after the stack was created."
    )
    fix = "package the client with the code, or add a layer that has it"
    source_url = "https://docs.aws.amazon.com/lambda/latest/dg/python-package.html"
    tags = ["resources", "lambda"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, _ in _reading.resources(cfn, _reading.FUNCTION):
            for case in _values.cases(cfn, name):
                code = _values.dig(case, "Code", "ZipFile")
                if code is None or case.get("Layers"):
                    continue
                for text in _values.texts(cfn, code):
                    for client in _missing(_values.texts(cfn, case.get("Runtime")), text):
                        path: _rule.Path = ["Resources", name, "Properties", "Code"]
                        yield path, f"The inline code of {name} imports {client}, which Lambda does not have"


def _missing(runtimes: frozenset[str], text: str) -> Iterator[str]:
    if "except ImportError" in text or "except ModuleNotFoundError" in text:
        return
    for language, pattern in _IMPORT.items():
        if runtimes and all(runtime.startswith(language) for runtime in runtimes) and (found := pattern.search(text)):
            yield found[1]
