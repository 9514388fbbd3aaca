"""The zip of a folder of code, for Lambda: the same bytes on any machine, at any time.

A package holds the folder, under its own name, and beside it the wheels that `requirements.txt` next to the folder
pins by hash. Its name in the artifact bucket is made of its content, so that a stack sees new code when there is some
and only then. Nothing is compressed: the bytes would depend on the machine's zlib.
"""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from twinstack import children
from twinstack.errors import InputError, TwinStackError

_CODE = {".py", ".pem"}
_PINNED = re.compile(r"(?P<name>[\w.-]+)==[\w.]+\s+--hash=sha256:(?P<sha256>[0-9a-f]{64})")
# the first date that a zip can hold
_TIME = (1980, 1, 1, 0, 0, 0)
_READABLE_FILE = 0o100644 << 16
_UNIX = 3
_FETCH_SECONDS = 300


@dataclass(frozen=True)
class Package:
    """A zip that Lambda takes."""

    content: bytes
    sha256: str

    def key(self, folder: str) -> str:
        """Returns the package's name in the artifact bucket, e.g. `code/lambda_src/probe/<sha256>.zip`."""
        return f"code/{folder}/{self.sha256}.zip"


def build(folder: Path, cache: Path) -> Package:
    """Packages a folder with the wheels it needs.

    Args:
        folder: the code; what is not Python or a certificate stays behind.
        cache: where wheels are kept; what is missing there is fetched from the package index.

    Raises:
        InputError: There is no such code, or a requirement is not pinned.
        TwinStackError: A wheel could not be fetched.
    """
    paths = [path for path in folder.rglob("*") if path.suffix in _CODE and path.is_file()]
    if not paths:
        raise InputError(f"{folder}: no code to package; is the path of artifacts.Key(…) relative to this folder?")
    files = {f"{folder.name}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in paths}
    for wheel in fetch_wheels(folder.with_name("requirements.txt"), cache):
        files |= _files_of(wheel)
    content = _zip(files)
    return Package(content, hashlib.sha256(content).hexdigest())


def fetch_wheels(requirements: Path, cache: Path) -> list[Path]:
    """Returns the pinned wheels, in the order of the file; asks the package index only for what is not in the cache.

    Raises:
        InputError: A requirement is not pinned to one version and one hash.
        TwinStackError: A wheel could not be fetched.
    """
    wanted = _pinned(requirements)
    cached = _wheels_by_hash(cache)
    if not set(wanted.values()) <= cached.keys():
        _fetch(requirements, cache)
        cached = _wheels_by_hash(cache)
    for name, sha256 in wanted.items():
        if sha256 not in cached:
            raise InputError(f"{requirements}: the hash of {name} is not that of a wheel for every platform")
    return [cached[sha256] for sha256 in wanted.values()]


def _pinned(requirements: Path) -> dict[str, str]:
    """Returns the hash of each requirement; a folder without the file needs nothing."""
    if not requirements.exists():
        return {}
    pinned = {}
    for number, line in enumerate(requirements.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _PINNED.fullmatch(line.strip())
        if match is None:
            raise InputError(f"{requirements}:{number}: write NAME==VERSION --hash=sha256:HASH, on one line")
        pinned[match["name"]] = match["sha256"]
    return pinned


def _wheels_by_hash(cache: Path) -> dict[str, Path]:
    """Returns the pure-Python wheels of the cache; any other would not be the same on every machine."""
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in sorted(cache.glob("*-none-any.whl"))}


def _fetch(requirements: Path, cache: Path) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    # into a folder of its own first: another run may be reading the cache
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]
        command += ["--no-deps", "--only-binary=:all:", "--require-hashes"]
        command += ["--dest", folder, "--requirement", str(requirements)]
        try:
            pip = children.run(command, seconds=_FETCH_SECONDS)
        except subprocess.TimeoutExpired:
            raise TwinStackError(f"{requirements}: the package index did not answer; try again") from None
        if pip.returncode != 0:
            raise TwinStackError(
                f"{requirements}: pip could not fetch what it pins; is the package index reachable from here? "
                f"Wheels put into {cache} by hand are taken too.\n{pip.stderr.strip()}"
            )
        for wheel in Path(folder).iterdir():
            wheel.replace(cache / wheel.name)


def _files_of(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = _UNIX
            entry.external_attr = _READABLE_FILE
            archive.writestr(entry, files[name])
    return buffer.getvalue()
