"""The environment that the emulator lives in: `.venv-local`, apart from the deployer's own.

The emulator pins botocore to one exact release; in an environment of its own that pin reaches nobody else.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from twinstack import children
from twinstack.errors import TwinStackError
from twinstack.files import write_whole

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
FOLDER = ".venv-local"
_STAMP = "twinstack-requirements"
_QUIETLY = ("--quiet", "--no-input", "--disable-pip-version-check")
_PIP = ("-m", "pip", "install", *_QUIETLY, "--requirement", str(REQUIREMENTS))


class LocalEnvironmentError(TwinStackError):
    """The emulator's environment could not be made (exit code 1)."""


def ensure(folder: Path, say: Callable[[str], None]) -> Path:
    """The Python of the emulator's environment, made first when it is missing or holds something else.

    Args:
        folder: Where the environment is or will be, usually `.venv-local` in the project's root.
        say: Told what takes time, a sentence.

    Returns:
        The path of the environment's interpreter.

    Raises:
        LocalEnvironmentError: The environment could not be made.
    """
    python = folder / "bin" / "python"
    if not _is_made(folder, python):
        with _one_at_a_time(folder.parent):
            if not _is_made(folder, python):
                _make(folder, python, say)
    return python


def _make(folder: Path, python: Path, say: Callable[[str], None]) -> None:
    say(f"Making the local AWS's environment in {folder} (once, about a quarter of a minute).")
    if folder.exists():
        shutil.rmtree(folder)
    _run([sys.executable, "-m", "venv", str(folder)], folder)
    _run([str(python), *_PIP], folder)
    write_whole(folder / _STAMP, _wanted())


@contextmanager
def _one_at_a_time(parent: Path) -> Iterator[None]:
    """Hold the folder that the environment is in: two commands, or test workers, may want it at once."""
    parent.mkdir(parents=True, exist_ok=True)
    held = os.open(parent, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _wanted() -> str:
    made_of = REQUIREMENTS.read_bytes() + sys.version.encode()
    return hashlib.sha256(made_of).hexdigest()


def _is_made(folder: Path, python: Path) -> bool:
    stamp = folder / _STAMP
    return python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == _wanted()


def _run(command: list[str], folder: Path) -> None:
    done = children.run(command)
    if done.returncode:
        end = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise LocalEnvironmentError(
            f"The local AWS's environment {folder} could not be made: {' '.join(command)} ended with"
            f" {done.returncode}:\n{end}"
        )


if __name__ == "__main__":
    ensure(Path.cwd() / FOLDER, print)
