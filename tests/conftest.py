"""Real PostGIS for every test that asks: one private, throw-away cluster per test process.

Fixtures:
    cluster            session: the running cluster (unix socket, fsync off)
    template           session: a migrated database, the name to copy from
    database           module: a fresh copy of the template, dropped afterwards
    database_url       module: its owner's address ``postgresql://minqing@/…`` (migrations, loading, looking behind)
    app_database_url   module: the same database as the service sees it, role ``minqing_app`` under row-level security
    fresh_database     a function ``() -> owner's address`` for tests that need a copy of their own
"""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from api.embedded import cluster as clusters
from api.embedded.cluster import APP, OWNER, Cluster
from api.embedded.roles import ensure_database, ensure_roles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEMPLATE = "template_minqing"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    home = Path(tempfile.mkdtemp(prefix="mq-", dir="/tmp"))
    home.chmod(0o755)
    made = clusters.locate(home)
    clusters.create(made)
    server = clusters.start(made, durable=False)
    yield made
    clusters.stop(server)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    ensure_database(cluster.url(database="postgres"), TEMPLATE)
    ensure_roles(cluster.url(database=TEMPLATE))
    if importlib.util.find_spec("api.migrations") is not None:
        upgrade = importlib.import_module("api.migrations").upgrade
        upgrade(cluster.url(database=TEMPLATE))
    return TEMPLATE


@pytest.fixture(scope="session")
def copy_database(cluster: Cluster, template: str) -> Iterator[Callable[[], str]]:
    made: list[str] = []

    def copy() -> str:
        name = f"test_{next(_numbers)}"
        with psycopg.connect(cluster.url(database="postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        made.append(name)
        return name

    yield copy
    with psycopg.connect(cluster.url(database="postgres"), autocommit=True) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def fresh_database(cluster: Cluster, copy_database: Callable[[], str]) -> Callable[[], str]:
    return lambda: cluster.url(OWNER, copy_database())


@pytest.fixture(scope="module")
def database(copy_database: Callable[[], str]) -> str:
    return copy_database()


@pytest.fixture(scope="module")
def database_url(cluster: Cluster, database: str) -> str:
    return cluster.url(OWNER, database)


@pytest.fixture(scope="module")
def app_database_url(cluster: Cluster, database: str) -> str:
    return cluster.url(APP, database)
