"""A copy of the project for mutmut to work in.

mutmut leaves functions with a decorator as they are, and so every property. In the copy a decorator is written out as
a call below the function, which means the same: `needed = property(needed)`.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import libcst as cst

from tests.mutation.areas import Area

ROOT = Path(__file__).parents[2]
WRITTEN_OUT = ("property", "cached_property", "cache", "contextmanager")
SETTINGS = """
[mutmut]
source_paths =
    {packages}
only_mutate =
    {code}
do_not_mutate =
    {without}
also_copy =
    {copied}
pytest_add_cli_args_test_selection =
    {tests}
pytest_add_cli_args =
    --override-ini=addopts=
    -p
    tests.mutation.fresh
timeout_multiplier = 20
use_git_change_detection = false
on_dependency_change = ignore
"""


def folder_of(area: Area) -> Path:
    """Returns the folder in which mutmut works."""
    return ROOT / ".mutation" / area.name


def copy(area: Area) -> Path:
    """Copies the project for an area, and returns the folder; what has not changed is left alone."""
    folder = folder_of(area)
    names = _run("git", "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    for name in names:
        source, target = ROOT / name, folder / name
        if not source.is_file():
            continue
        content = source.read_bytes()
        if area.has(name):
            content = cst.parse_module(content).visit(_DecoratorsWrittenOut()).bytes
        if name == "setup.cfg":
            content += _settings(area, names).encode()
        _write(target, content)
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        if path.is_file() and not name.startswith("mutants/") and name not in names:
            path.unlink()
            (folder / "mutants" / name).unlink(missing_ok=True)
    return folder


def _settings(area: Area, names: list[str]) -> str:
    copied = {name.partition("/")[0] for name in names} - {*area.packages, "tests", "setup.cfg", "pyproject.toml"}
    return SETTINGS.format(
        packages="\n    ".join(area.packages),
        code="\n    ".join(area.code),
        without="\n    ".join(("tests/*", *area.without)),
        copied="\n    ".join(sorted(copied)),
        tests="\n    ".join([*area.tests, *(f"--deselect={name}" for name in area.left_out)]),
    )


def _write(target: Path, content: bytes) -> None:
    """Writes a file that differs; mutmut goes by the time of a file."""
    if not target.exists() or target.read_bytes() != content:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _run(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


class _DecoratorsWrittenOut(cst.CSTTransformer):
    def leave_FunctionDef(  # noqa: N802
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.FlattenSentinel[cst.BaseStatement]:
        names = [it.decorator.value for it in original_node.decorators if isinstance(it.decorator, cst.Name)]
        if len(names) != 1 or names[0] not in WRITTEN_OUT:
            return updated_node
        name = original_node.name.value
        assigned = cst.parse_statement(f"{name} = {names[0]}({name})")
        return cst.FlattenSentinel([updated_node.with_changes(decorators=()), assigned])
