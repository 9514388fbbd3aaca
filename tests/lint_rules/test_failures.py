"""The ten failures that this project began with: each is caught before any AWS call, by `lint`.

`deploy` lints too: it stops at errors, and shows warnings.
"""

import shutil
from pathlib import Path

import pytest

from tests.cli.here import here
from tests.cli.test_command_line import run
from tests.templates.pair import ROOT

__all__ = ["here"]

FAILURES = Path(__file__).parent / "failures"
RULES = {
    "01_hosted_zone_on_a_reserved_name": "E9520",
    "02_resource_type_that_does_not_exist": "E3006",
    "03_property_that_does_not_exist": "E3002",
    "05_unused_resources_and_parameters": "W2001",
    "06_deprecated_lifecycle_forms": "W9546",
    "07_record_identifiers_that_collide": "E9524",
    "08_encrypted_replica_without_a_key_of_its_region": "E9502",
    "08_key_policy_open_to_everybody": "E9540",
    "09_password_passed_by_hand": "E9507",
}
ENVIRONMENT = """\
project: pair
stacks:
  primary: {template: template.yaml, region: us-east-1}
parameters: PARAMETERS
"""
VALUES = {
    "03": "{Destination: 'arn:aws:s3:::there', Key: key, Role: 'arn:aws:iam::111122223333:role/replicate'}",
    "05": "{Unused1: a, Unused2: a, Unused3: a, Unused4: a, Unused5: a}",
    "07": "{ZoneId: Z1, HealthCheckId: check, Reader: reader.corp.internal}",
    "08_encrypted": "{GlobalClusterIdentifier: trades}",
    "09": "{Password: secret-by-hand}",
}


def write(folder, name):
    shutil.copy(FAILURES / f"{name}.yaml", folder / "template.yaml")
    values = next((given for start, given in VALUES.items() if name.startswith(start)), "{}")
    (folder / "environments").mkdir()
    (folder / "environments" / "dev.yaml").write_text(ENVIRONMENT.replace("PARAMETERS", values))


STOPPING = [name for name, rule in RULES.items() if rule.startswith("E")]
# there are no credentials: a deployment that goes as far as AWS ends there
AT_AWS = "no usable AWS credentials"


@pytest.mark.parametrize("name", RULES)
def test_a_template_that_failed_is_refused_by_rule(name, tmp_path, here):
    write(tmp_path, name)
    done = here(tmp_path, "lint")
    assert done.returncode == 2, done.stderr
    assert RULES[name] in done.stdout
    assert "Error: lint found " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", STOPPING)
def test_no_deployment_begins_with_an_error(name, tmp_path, here):
    write(tmp_path, name)
    done = here(tmp_path, "deploy", "--yes")
    assert done.returncode == 2
    assert RULES[name] in done.stdout
    assert "Error: lint found " in done.stderr
    assert AT_AWS not in done.stderr


@pytest.mark.parametrize("name", [name for name in RULES if name not in STOPPING])
def test_a_deployment_goes_on_after_warnings_and_shows_them(name, tmp_path, here):
    write(tmp_path, name)
    done = here(tmp_path, "deploy", "--yes")
    assert RULES[name] in done.stdout
    assert "which stops nothing here." in done.stdout
    assert AT_AWS in done.stderr


def test_each_template_has_its_rule():
    assert {path.stem for path in FAILURES.glob("*.yaml")} == set(RULES)


@pytest.mark.parametrize("command", [["lint"], ["deploy", "--yes"]], ids=lambda command: command[0])
def test_04_a_module_that_imports_what_is_not_there_is_refused_with_its_line(command, tmp_path):
    write(tmp_path, "02_resource_type_that_does_not_exist")
    shutil.copy(ROOT / "deploy.py", tmp_path)
    modules = tmp_path / "templates_src"
    shutil.copytree(ROOT / "templates_src", modules, ignore=shutil.ignore_patterns("__pycache__"))
    with (modules / "primary.py").open("a") as file:
        file.write("from templates_src.backup import NotThere\n")
    done = run(tmp_path, *command, entry=tmp_path / "deploy.py")
    assert done.returncode == 2
    assert "templates_src/primary.py:" in done.stderr
    assert "NotThere" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["lint"], ["deploy", "--yes"]], ids=lambda command: command[0])
def test_10_the_suffix_comes_from_the_variable_and_is_checked(command, tmp_path):
    write(tmp_path, "02_resource_type_that_does_not_exist")
    done = run(tmp_path, *command, ENVIRONMENT_SUFFIX="Not A Suffix")
    assert done.returncode == 2
    assert "ENVIRONMENT_SUFFIX" in done.stderr
