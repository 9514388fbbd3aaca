"""Each test writes its environment to a working directory of its own."""

import pytest


@pytest.fixture(autouse=True)
def working_directory(tmp_path, monkeypatch):
    """The working directory; files are named as seen from there."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
