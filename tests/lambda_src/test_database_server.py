"""The server that the other tests start."""

import pytest

from tests.lambda_src import database_server


def test_where_no_server_is_installed_the_tests_fail_with_how_to_install_it(monkeypatch, tmp_path):
    monkeypatch.setattr(database_server, "_PROGRAMS", str(tmp_path))
    with pytest.raises(AssertionError, match=r"apt-get install mariadb-server-core"):
        database_server.DatabaseServer(tmp_path / "data").__enter__()
