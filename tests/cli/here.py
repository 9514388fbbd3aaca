"""The command line in this process, where a process of its own would only load cfn-lint once more."""

import subprocess
import sys

import pytest

from twinstack.cli import main

FOREIGN = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "ENVIRONMENT_SUFFIX")


@pytest.fixture
def here(monkeypatch, capsys):
    """Runs a command in a folder, without the credentials and settings of whoever runs the tests."""

    def run(folder, *arguments):
        for name in FOREIGN:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HOME", str(folder))
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["deploy.py", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, ended.value.code, told.out, told.err)

    return run
