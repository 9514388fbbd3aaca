"""What knows Aurora stays by itself."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_only_the_command_line_imports_what_knows_aurora():
    importing = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "twinstack").rglob("*.py")
        if re.search(r"twinstack\.dr\b", path.read_text(encoding="utf-8"))
    }
    assert {path for path in importing if not path.startswith("twinstack/dr/")} == {
        "twinstack/library/database_runs.py",
        "twinstack/cli/drill.py",
        "twinstack/cli/failback.py",
        "twinstack/cli/failover.py",
        "twinstack/library/false_drifts.py",
        "twinstack/cli/first_run.py",
        "twinstack/library/global_databases.py",
        "twinstack/cli/status.py",
        "twinstack/cli/switchover.py",
    }


def test_it_is_loaded_only_when_it_is_asked_for():
    script = (
        "import sys, twinstack.cli.commands, twinstack.cli.first_run, twinstack.cli.plan, twinstack.cli.deploy;"
        "import twinstack.cli.drift;"
        "print([name for name in sys.modules if name.startswith(('twinstack.dr.', 'boto3', 'cfnlint'))])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"
