"""The server that the other tests start."""

import pymysql
import pytest

from lambda_src.probe.connection import Access, Endpoint, ask, connect
from lambda_src.probe.credentials import Credentials
from tests.lambda_src import database_server


def test_where_no_server_is_installed_the_tests_fail_with_how_to_install_it(monkeypatch, tmp_path):
    monkeypatch.setattr(database_server, "_PROGRAMS", str(tmp_path))
    with pytest.raises(AssertionError, match=r"apt-get install mariadb-server-core"):
        database_server.DatabaseServer(tmp_path / "data").__enter__()


def test_servers_side_by_side_do_not_clear_each_others_temporary_tables(server, plain_server, authority):
    access = Access(authority.certificate)
    with connect(Endpoint(database_server.HOST, server.port), Credentials("owner", "owner-password"), access) as own:
        folder = ask(own, "SELECT @@tmpdir")
    other = {"host": database_server.HOST, "port": plain_server.port, "ssl_disabled": True}
    with pymysql.connect(**other, user="owner", password="owner-password") as connection:
        assert ask(connection, "SELECT @@tmpdir") != folder
