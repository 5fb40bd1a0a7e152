"""A server that ``DATABASE_URL`` names is brought to the newest shape, or left alone with a sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import psycopg
import pytest

from api.embedded.roles import ensure_database, ensure_roles
from api.operations import store
from api.operations.data_dir import DataDir, claim
from api.settings import ROOT, Settings
from api.trouble import Trouble
from tests.api.waiting import until_somebody_waits

if TYPE_CHECKING:
    from pathlib import Path

    from api.embedded.cluster import Cluster


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    return claim(tmp_path / "data")


@pytest.fixture
def bare(cluster: Cluster, request: pytest.FixtureRequest) -> str:
    """The owner's address of a database in which nothing is."""
    name = f"bare_{abs(hash(request.node.name))}"
    ensure_database(cluster.url(database="postgres"), name)
    return cluster.url(database=name)


def prepare(url: str, data: DataDir) -> store.Store:
    found = store.find(Settings(database_url=url), data)
    store.prepare(found, data)
    return found


def test_a_bare_database_gets_the_newest_shape_and_the_service_its_own_role(bare: str, data: DataDir) -> None:
    found = prepare(bare, data)
    assert found.cluster is None
    with psycopg.connect(found.app_url) as connection:
        row = connection.execute("SELECT current_user, count(*) FROM district").fetchone()
    assert row == ("minqing_app", 0)
    assert (data.secrets / "app-password").stat().st_mode & 0o077 == 0


def test_a_store_of_a_newer_version_is_left_alone(bare: str, data: DataDir) -> None:
    prepare(bare, data)
    with psycopg.connect(bare) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Trouble, match="newer version"):
        prepare(bare, data)
    with psycopg.connect(bare) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def test_a_server_that_does_not_answer_is_a_sentence_without_the_password(data: DataDir) -> None:
    with pytest.raises(Trouble, match="does not let minqing in") as refused:
        prepare("postgresql://minqing:hush@127.0.0.1:9/minqing", data)
    assert "hush" not in str(refused.value)


def test_a_killed_migration_is_taken_up_again(bare: str, data: DataDir) -> None:
    ensure_roles(bare)
    migrate = f"from api.migrations import upgrade; upgrade({bare!r})"
    with psycopg.connect(bare) as in_the_way:
        in_the_way.execute("CREATE TABLE building ()")  # not committed: the migration has to wait at this name
        process = subprocess.Popen([sys.executable, "-c", migrate], cwd=ROOT)
        until_somebody_waits(bare)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        in_the_way.rollback()
    prepare(bare, data)
    with psycopg.connect(bare) as connection:
        assert connection.execute("SELECT count(*) FROM building").fetchone() == (0,)
