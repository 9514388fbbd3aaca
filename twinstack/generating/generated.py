"""Writes the templates of `templates_src` and the deployer's policies into `generated/`, and says what is not current.

The generated files are committed and reviewed, so a run that changes nothing writes nothing, and CI asks `stale`.
"""

from __future__ import annotations

import difflib
import importlib
from pathlib import Path
from types import ModuleType

from deployer_policy import FILE, render_policies
from twinstack.errors import InputError
from twinstack.files import write_whole

FOLDER = "generated"


def render_all() -> dict[str, str]:
    """Renders every template.

    Returns:
        The text of each file, by its name.

    Raises:
        InputError: A template module does not import, or its template does not assemble.
    """
    package, rendering = _load("templates_src"), _load("templates_src.rendering")
    texts = {}
    for name, build in package.TEMPLATES.items():
        try:
            texts[name] = str(rendering.render(build()))
        except (AttributeError, KeyError, NameError, TypeError, ValueError) as error:
            raise InputError(_explain(f"the template {name} does not assemble", error)) from error
    return texts


def write(root: Path) -> list[Path]:
    """Writes the files that are not current.

    Args:
        root: The folder that holds `generated/`.

    Returns:
        The files that were written; the others already had these bytes.
    """
    written = []
    for path, text in _files(root):
        if _read(path) != text:
            write_whole(path, text)
            written.append(path)
    return written


def stale(root: Path) -> str:
    """Says what `write` would change.

    Args:
        root: The folder that holds `generated/`.

    Returns:
        A unified diff from the committed files to the current ones; empty when they are current.
    """
    diffs = []
    for path, text in _files(root):
        name = path.relative_to(root).as_posix()
        committed = _read(path)
        before = [] if committed is None else committed.splitlines(keepends=True)
        origin = "/dev/null" if committed is None else f"a/{name}"
        diffs.append("".join(difflib.unified_diff(before, text.splitlines(keepends=True), origin, f"b/{name}")))
    return "".join(diffs)


def is_current(root: Path) -> bool:
    """Whether the generated files are what the modules beside them make, where there are any."""
    return not (root / "templates_src" / "__init__.py").is_file() or not stale(root)


def _files(root: Path) -> list[tuple[Path, str]]:
    texts = render_all()
    policies = render_policies(texts, root)
    if policies is not None:
        texts[FILE] = policies
    return [(root / FOLDER / name, text) for name, text in texts.items()]


def _read(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8", errors="replace") if path.is_file() else None


def _load(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise InputError(_explain(f"{name} does not import", error)) from error


def _explain(what: str, error: BaseException) -> str:
    """One line that says where in our own code it went wrong."""
    place = ""
    traceback = error.__traceback__
    while traceback is not None:
        file = Path(traceback.tb_frame.f_code.co_filename)
        if "templates_src" in file.parts:
            place = f"{file.parent.name}/{file.name}:{traceback.tb_lineno}: "
        traceback = traceback.tb_next
    if isinstance(error, SyntaxError) and error.filename:
        place = f"{Path(error.filename).parent.name}/{Path(error.filename).name}:{error.lineno}: "
    return f"{place}{what}: {type(error).__name__}: {error}; correct the module and generate again"
