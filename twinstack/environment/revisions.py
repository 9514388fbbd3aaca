"""A git revision's files, written out beside the working tree, which is left alone, as is its index."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from twinstack import children
from twinstack.errors import InputError, TwinStackError

# What may run or leave something out in a person's own repository has no place in a copy that is read once.
_PLAINLY = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.sparseCheckout=false")


@dataclass(frozen=True)
class Revision:
    """A commit.

    Attributes:
        name: How it was asked for, such as HEAD~1.
        commit: Its whole id.
    """

    name: str
    commit: str

    @property
    def short(self) -> str:
        """The first characters of its id, which people read."""
        return self.commit[:10]

    def __str__(self) -> str:
        return self.short if self.commit.startswith(self.name) else f"{self.name} ({self.short})"


@dataclass(frozen=True)
class Tree:
    """The files of a revision, in a folder that is gone afterwards.

    Attributes:
        revision: The revision.
        repository: The top folder of the working tree.
        here: The folder of the working tree that paths are relative to.
        copy: The top folder of the copy.
    """

    revision: Revision
    repository: Path
    here: Path
    copy: Path

    @property
    def root(self) -> Path:
        """The folder of the copy that stands for `here`."""
        return self.copy / self.here.relative_to(self.repository)

    def file(self, path: Path) -> Path:
        """Returns where a file of the working tree stands in the copy.

        Raises:
            InputError: It is outside of the repository, or the revision does not have it.
        """
        whole = self.here / path
        try:
            found = self.copy / (whole.parent.resolve() / whole.name).relative_to(self.repository)
        except ValueError:
            raise InputError(f"{path}: is outside of the git repository {self.repository}") from None
        if not found.is_file():
            raise InputError(f"{path}: git has no such file in {self.revision}; is it made, and not committed?")
        return found

    def check(self, path: Path, where: str) -> None:
        """Checks that what a file of the revision names is there, among the files of the revision.

        Raises:
            InputError: It is not, or it leads elsewhere, where nobody knows what was there then.
        """
        named = self.root / path
        if not named.resolve().is_relative_to(self.copy):
            raise InputError(f"{where}: {path} leads out of the git repository; what was there then is not known")
        if not named.exists():
            raise InputError(f"{where}: git has no {path} in {self.revision}; is it made, and not committed?")


@contextmanager
def exported(name: str, here: Path) -> Iterator[Tree]:
    """Writes out the files of a revision for as long as they are read.

    Args:
        name: The revision, as git takes it.
        here: The folder of the working tree that paths are relative to.

    Raises:
        InputError: There is no git, no repository, or no such revision.
        TwinStackError: Something is wrong with the revision's own files. The message names them as git does,
            `REVISION:FILE`.
    """
    repository = Path(_git(here, name, "rev-parse", "--show-toplevel")).resolve()
    revision = Revision(name, _commit(here, name))
    with tempfile.TemporaryDirectory(prefix="twinstack-") as folder:
        copy = Path(folder).resolve() / "tree"
        copy.mkdir()
        index = {**os.environ, "GIT_INDEX_FILE": str(Path(folder).resolve() / "index")}
        _git(repository, name, "read-tree", revision.commit, environment=index)
        _git(repository, name, "checkout-index", "--all", f"--prefix={copy}/", environment=index)
        try:
            yield Tree(revision, repository, here.resolve(), copy)
        except TwinStackError as error:
            causes = str(error).replace(f"{copy}/", f"{revision.short}:")
            raise type(error)(f"git revision {revision} cannot be planned as a deployment:\n{causes}") from None


def _commit(here: Path, name: str) -> str:
    if name.startswith("-"):
        raise InputError(f"--since {name}: not a git revision")
    try:
        return _git(here, name, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    except InputError:
        raise InputError(
            f"--since {name}: git knows no such revision here. A shallow clone lacks older ones: fetch it, with "
            "`git fetch --unshallow` or, in a workflow, with a larger `fetch-depth`"
        ) from None


def _git(folder: Path, name: str, *words: str, environment: dict[str, str] | None = None) -> str:
    """Runs git; returns what it prints.

    Raises:
        InputError: It cannot be run, or it fails.
    """
    try:
        done = children.run(["git", *_PLAINLY, *words], folder=folder, environment=environment)
    except FileNotFoundError:
        raise InputError(f"--since {name}: git is not installed here, or not on the PATH") from None
    except OSError as error:
        raise InputError(f"--since {name}: git cannot be run: {error.strerror}") from None
    if done.returncode != 0:
        said = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
        raise InputError(f"--since {name}: git {words[0]} in {folder}: {said}")
    return done.stdout.removesuffix("\n")
