"""The terms under which the plugin changes the emulator's private parts."""

import subprocess
from pathlib import Path

import pytest

from local import environment, process
from local.plugin import contract_terms

PLUGIN = Path(environment.__file__).parent


def ask(venv, script):
    """Run a script where the plugin runs; its output."""
    done = subprocess.run(
        [str(venv / "bin" / "python"), "-c", script],
        env={"PYTHONPATH": str(PLUGIN), "GATEWAY_PORT": "9", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture
def venv(local_aws, local_venv):
    return local_venv


def test_the_emulator_is_the_one_that_the_terms_are_about(venv):
    assert ask(venv, "from plugin.contract import broken; print(broken())") == "[]\n"


def test_the_version_stands_in_the_requirements_too():
    assert environment.REQUIREMENTS.read_text() == f"ministack=={contract_terms.VERSION}\n"


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("import ministack.services.rds as m; m._cluster_xml = lambda c: ''", "services.rds._cluster_xml has changed"),
        ("import ministack.services.rds as m; del m._clusters", "services.rds._clusters does not exist"),
        (
            "import ministack.services.s3 as m; del m._maybe_replicate",
            "services.s3._maybe_replicate has changed: missing",
        ),
        ("from plugin import contract as c; c.VERSION = '2'", "ministack is 1.5.33, not 2"),
    ],
    ids=["rewritten", "renamed", "removed", "another version"],
)
def test_a_change_in_the_emulator_is_found(venv, change, finding):
    # exec of a file would be needed for a real function: inspect wants source, which a lambda in -c has not
    script = f"""
import inspect, linecache
source = {change!r}
linecache.cache["changed"] = (len(source), None, [source], "changed")
exec(compile(source, "changed", "exec"))
from plugin.contract import broken
print(broken())
"""
    assert finding in ask(venv, script)


def test_everything_that_is_replaced_is_under_contract(venv):
    """Installing the plugin replaces nothing but what the terms name."""
    script = """
import importlib, pkgutil, sys, tempfile, types
from pathlib import Path
import ministack.app
from ministack import services
from plugin.contract_terms import REPLACED
def functions():
    return {
        (module, name): value
        for module, loaded in list(sys.modules.items()) if module.startswith("ministack.")
        for name, value in vars(loaded).items() if isinstance(value, types.FunctionType)
    }
from plugin import launch
import plugin.types.table, plugin.operations, plugin.change_sets, plugin.registry, plugin.imports
before = functions()
launch.install(Path(tempfile.mkdtemp()), Path(SCHEMAS))
for key, value in functions().items():
    if before.get(key) is not value:
        original = before[key]
        named = f"{original.__module__}.{original.__qualname__}".removeprefix("ministack.")
        if named not in REPLACED:
            print(key, named)
"""
    assert ask(venv, f"SCHEMAS = {str(process._schemas())!r}\n{script}") == ""


@pytest.mark.parametrize(
    ("kind", "name", "recreation"),
    [
        ("AWS::RDS::DBCluster", "DatabaseName", "Always"),
        ("AWS::RDS::DBCluster", "GlobalClusterIdentifier", "Conditionally"),
        ("AWS::RDS::DBCluster", "BackupRetentionPeriod", "Never"),
        ("AWS::Route53::HealthCheck", "HealthCheckConfig", "Conditionally"),
        ("AWS::ECS::TaskDefinition", "Cpu", "Always"),
        ("AWS::ECS::TaskDefinition", "Tags", "Never"),
        ("AWS::CDK::Metadata", "Analytics", "Never"),
        ("Custom::Thing", "Size", "Conditionally"),
    ],
)
def test_what_replaces_a_resource_is_what_its_schema_says(venv, kind, name, recreation):
    script = f"""
from pathlib import Path
from plugin import replacement
from ministack.services.cloudformation import provisioners
replacement.install(Path({str(process._schemas())!r}))
print(provisioners._property_recreation({kind!r}, {name!r}))
"""
    assert ask(venv, script) == f"{recreation}\n"
