"""The embedded store keeps to itself, speaks Chinese and gives the service no power it does not need."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from api.embedded.cluster import Cluster


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


def test_the_store_listens_on_a_private_socket_only(cluster: Cluster, database_url: str) -> None:
    assert ask(database_url, "SHOW listen_addresses") == ""
    assert stat.S_IMODE(cluster.sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE(cluster.directory.stat().st_mode) == 0o700


def test_trigrams_see_chinese_characters_as_letters(database_url: str) -> None:
    assert ask(database_url, "SELECT show_trgm('吉福社区')") != []


def test_the_service_owns_nothing_and_is_bound_by_row_level_security(app_database_url: str) -> None:
    assert ask(app_database_url, "SELECT current_user") == "minqing_app"
    powers = "rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb"
    assert ask(app_database_url, f"SELECT {powers} FROM pg_roles WHERE rolname = current_user") is False
    owned = "SELECT count(*) FROM pg_class JOIN pg_roles r ON r.oid = relowner WHERE rolname = current_user"
    assert ask(app_database_url, owned) == 0


def test_the_service_may_not_make_tables(app_database_url: str) -> None:
    with psycopg.connect(app_database_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE public.mine ()")


def test_a_statement_of_the_service_is_cut_off_in_time(app_database_url: str) -> None:
    assert ask(app_database_url, "SHOW statement_timeout") == "15s"
