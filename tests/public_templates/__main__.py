"""The command line: see the package's description."""

import argparse
import sys
from pathlib import Path

from tests.public_templates.counting import count, parameters_of, read
from tests.public_templates.packages import PACKAGES, fetch
from tests.public_templates.running import run
from tests.public_templates.table import HEAD, judge, row
from tests.public_templates.templates import TEMPLATES, Public
from tests.public_templates.values import values_for

# Folders of the packages with JSON and YAML that is no template, or is one that is meant to be refused.
_OTHERS = {"bad", "src", "results", "schemas", "specs", "registry", "node_modules"}


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.public_templates")
    parser.add_argument("folder", type=Path, help="where the packages are, or shall be downloaded to")
    parser.add_argument("--all", action="store_true", help="plan every template of the packages, without the linter")
    parser.add_argument("--only", default="", help="only the templates with this in their path")
    asked = parser.parse_args()
    fetch(asked.folder)
    chosen = everything(asked.folder) if asked.all else TEMPLATES
    print(HEAD)
    verdicts = [verdict for verdict in (tried(asked, public) for public in chosen) if verdict]
    wrong = [verdict for verdict in verdicts if verdict.wrong]
    print(f"\n{len(verdicts)} templates, {len(wrong)} {'to look at' if asked.all else 'wrong'}", file=sys.stderr)
    return 1 if wrong else 0


def tried(asked, public):
    """Runs one template and prints its row; returns the verdict, or None for a template that is not asked for."""
    path = asked.folder / public.folder / public.name
    template = read(path) if asked.only in str(path) else None
    if template is None:
        return None
    values = values_for(parameters_of(template)) | public.values
    verdict = judge(public, run(path, values, lints=not asked.all), count(template, values))
    if verdict.wrong or not asked.all:
        print(row(public, verdict), flush=True)
    return verdict


def everything(folder):
    for package in PACKAGES:
        for path in sorted((folder / package.folder).rglob("*")):
            if path.suffix in {".yaml", ".yml", ".json", ".template"} and _is_template(path):
                yield Public(package.folder, str(path.relative_to(folder / package.folder)), "")


def _is_template(path):
    if "IntegDefaultTestDeployAssert" in path.name or _OTHERS.intersection(path.parts) or not path.is_file():
        return False
    template = read(path)
    return template is not None and isinstance(template.template.get("Resources"), dict)


if __name__ == "__main__":
    sys.exit(main())
