"""checkov: security rules. It is told not to ask Prisma Cloud for anything, so it needs no network."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from template_scans.findings import Finding

TOOL = "checkov"
_OPTIONS = ("--framework", "cloudformation", "--output", "json", "--quiet", "--compact", "--skip-download")


def scan(template: Path) -> list[Finding]:
    """What checkov finds in one template.

    Raises:
        RuntimeError: checkov could not read the template, or looked at nothing in it.
    """
    command = [str(Path(sys.executable).parent / TOOL), "--file", str(template), *_OPTIONS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        report = json.loads(done.stdout)
        failed, summary = report["results"]["failed_checks"], report["summary"]
    except (ValueError, KeyError, TypeError) as error:
        raise RuntimeError(f"checkov gave no report on {template}: {done.stdout[:200]}{done.stderr[-500:]}") from error
    if summary["parsing_errors"] or not summary["passed"]:
        raise RuntimeError(f"checkov could not read {template}")
    return [
        Finding(TOOL, check["check_id"], template.stem, check["resource"].rpartition(".")[2], check["check_name"])
        for check in failed
    ]
