"""What our rules say of templates that nobody here wrote.

    pip download --no-deps --no-binary :all: cfn-lint && tar xzf cfn_lint-*.tar.gz
    .venv/bin/python -m tests.lint_rules.others cfn_lint-*/test/fixtures/templates

prints each finding of ours, a line each. docs/rules-on-other-templates.md has the findings of the last time, and why
each is right.
"""

import sys
from pathlib import Path

from twinstack.linting.lint import lint


def main(folder):
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".yaml", ".yml", ".json", ".template"})
    found = [finding for finding in lint(files, ["us-east-1"], config=None) if finding.rule[1:3] == "95"]
    for finding in found:
        print(f"{Path(finding.path).relative_to(folder)}:{finding.line}: {finding.rule} {finding.message}")
    print(f"{len(found)} findings in {len(files)} templates")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
