"""Files that are written whole or not at all: an interruption, a full disk or a second run never leaves half of one."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path

from twinstack.errors import InputError


def write_whole(path: Path, text: str, *, private: bool = False) -> None:
    """Writes a file in the place of the one that is there.

    The new text stands beside the file, and on the disk, before it takes its name. A link goes on pointing where it
    does, and what it points at is replaced. What is no file, such as a pipe, is written to as it is.

    Args:
        path: The file; its folder is made where it is missing.
        text: Its content, written as UTF-8 with the line ends that it has.
        private: Whether only its owner may read it. Otherwise it keeps its mode, or gets the usual one.

    Raises:
        InputError: It cannot be written; what was there before is unchanged.
    """
    content = text.encode("utf-8", errors="replace")
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
        else:
            _replace(Path(os.path.realpath(path)), content, private=private)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None


def _replace(path: Path, content: bytes, *, private: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name[:100]}.{uuid.uuid4().hex}.new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123  a file that is open already
            if path.exists() and not private:
                os.fchmod(handle, path.stat().st_mode & 0o777)
            file.write(content)
            file.flush()
            os.fsync(handle)
        os.replace(new, path)  # noqa: PTH105  the call that is atomic, named
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise
    _keep_name(path.parent)


def _keep_name(folder: Path) -> None:
    """Has the disk keep the new name as well, where the file system can be asked for that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
