"""`python -m template_scans [--json]`: scan generated/, and fail on whatever docs/decisions.md does not account for."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from template_scans import with_checkov, with_cloudformation_validate
from template_scans.findings import compare, read_accepted

ROOT = Path(__file__).parents[1]
TOOLS = (with_checkov, with_cloudformation_validate)


def main(arguments: list[str]) -> int:
    """Print what is wrong, or with `--json` every finding; the exit code."""
    templates = sorted((ROOT / "generated").glob("*ary.yaml"))
    found = [finding for tool in TOOLS for template in templates for finding in tool.scan(template)]
    if arguments == ["--json"]:
        print(json.dumps([asdict(finding) for finding in found]))
        return 0
    names = {tool.TOOL for tool in TOOLS}
    accepted = [entry for entry in read_accepted(ROOT / "docs" / "decisions.md") if entry.tool in names]
    wrong = compare(found, accepted)
    for line in wrong:
        print(line)
    if not wrong:
        print(f"{len(found)} findings in {len(templates)} templates, accepted by {len(accepted)} entries.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
