"""The emulator's environment: made when it is missing or made of something else."""

import subprocess
from pathlib import Path

import pytest

from local import environment
from local.environment import LocalEnvironmentError
from twinstack import children


@pytest.fixture
def commands(monkeypatch):
    """The commands that were run; making an environment only makes its interpreter."""
    run = []

    def recorded(command, **_options):
        run.append(command)
        if "venv" in command:
            python = Path(command[-1]) / "bin" / "python"
            python.parent.mkdir(parents=True)
            python.touch()
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(children, "run", recorded)
    return run


def test_it_is_made_once_and_says_so(tmp_path, commands):
    said = []
    folder = tmp_path / environment.FOLDER
    assert environment.ensure(folder, said.append) == folder / "bin" / "python"
    assert [command[1:3] for command in commands] == [["-m", "venv"], ["-m", "pip"]]
    assert len(said) == 1
    assert str(folder) in said[0]
    environment.ensure(folder, said.append)
    assert (len(commands), len(said)) == (2, 1)


def test_it_is_made_anew_for_other_requirements(tmp_path, commands, monkeypatch):
    folder = tmp_path / environment.FOLDER
    environment.ensure(folder, str)
    (folder / "left-over").touch()
    other = tmp_path / "requirements.txt"
    other.write_text("ministack==1.5.34\n")
    monkeypatch.setattr(environment, "REQUIREMENTS", other)
    environment.ensure(folder, str)
    assert len(commands) == 4
    assert not (folder / "left-over").exists()


def test_an_interrupted_one_is_made_anew(tmp_path, commands):
    folder = tmp_path / environment.FOLDER
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").touch()
    environment.ensure(folder, str)
    assert len(commands) == 2


def test_a_failure_names_the_command_and_its_last_words(tmp_path, monkeypatch):
    failed = subprocess.CompletedProcess([], 1, "", "first\nno matching distribution")
    monkeypatch.setattr(children, "run", lambda *_args, **_options: failed)
    with pytest.raises(LocalEnvironmentError, match=r"(?s)-m venv.*no matching distribution"):
        environment.ensure(tmp_path / "new", str)


def test_the_emulator_is_pinned_exactly():
    (line,) = environment.REQUIREMENTS.read_text().splitlines()
    assert line.startswith("ministack==")
