"""Real PostGIS for every test that asks: one private, throw-away cluster per test process.

Fixtures:
    cluster            session: the running cluster (unix socket, fsync off); among several workers a copy of the run's
                       own, with all templates in it (tests/ready_store.py)
    template           session: a migrated database, the name to copy from
    database           module: a fresh copy of the template, dropped afterwards
    database_url       module: its owner's address ``postgresql://minqing@/…`` (migrations, loading, looking behind)
    app_database_url   module: the same database as the service sees it, role ``minqing_app`` under row-level security
    fresh_database     a function ``() -> owner's address`` for tests that need a copy of their own
    sample_database    module: a fresh copy of a database with the sample subdistrict in it
    serve              a function ``(database name) -> address``: the real service, in a process of its own
    sample_address     module: a running service over ``sample_database``
"""

from __future__ import annotations

import itertools
import os
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from api.embedded import cluster as clusters
from api.embedded.cluster import APP, OWNER, Cluster
from api.operations import data_dir, service
from api.operations.listening import listen
from api.operations.store import Store
from api.settings import Settings
from tests import longest_first, ready_store
from tests.ready_store import SAMPLE_TEMPLATE, TEMPLATE, copy_database, drop_databases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A loaded machine is slow, not wrong: nothing in these tests is told by a clock.
hypothesis.settings.register_profile("minqing", deadline=None)
hypothesis.settings.load_profile("minqing")

AMONG_SEVERAL = "PYTEST_XDIST_WORKER" in os.environ
_numbers = itertools.count(1)
_seconds: defaultdict[str, float] = defaultdict(float)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not item.nodeid.endswith(f"::{item.name}"):  # schemathesis; workers take tests of one address for one test
            item._id = item.id.with_params(item.name.partition("[")[2].removesuffix("]"))
    addresses = [item.nodeid for item in items]
    assert len(set(addresses)) == len(addresses), "two tests with one address: of these only one would be run"
    if AMONG_SEVERAL:
        longest_first.in_order(items)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[report.nodeid.split("::", 1)[0]] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not AMONG_SEVERAL:
        config = session.config
        if config.getoption("dist", "no") != "no" and config.args_source is config.ArgsSource.TESTPATHS:
            longest_first.remember(_seconds)
        ready_store.clear(config._tmp_path_factory.getbasetemp())  # type: ignore[attr-defined]  # no other way


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with ready_store.home() as home:
        made = clusters.locate(home)
        if AMONG_SEVERAL:
            ready_store.lay_out(made, tmp_path_factory.getbasetemp().parent)
        else:
            clusters.create(made, durable=False)
        server = clusters.start(made, durable=False)
        yield made
        clusters.stop(server)


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    if not AMONG_SEVERAL:
        ready_store.make_template(cluster)
    return TEMPLATE


@pytest.fixture(scope="module")
def copy_of(cluster: Cluster) -> Iterator[Callable[[str], str]]:
    made: list[str] = []

    def copy(template: str) -> str:
        name = f"test_{next(_numbers)}"
        copy_database(cluster, template, name)
        made.append(name)
        return name

    yield copy
    drop_databases(cluster, made)


@pytest.fixture
def fresh_database(cluster: Cluster, template: str, copy_of: Callable[[str], str]) -> Callable[[], str]:
    return lambda: cluster.url(OWNER, copy_of(template))


@pytest.fixture(scope="module")
def database(template: str, copy_of: Callable[[str], str]) -> str:
    return copy_of(template)


@pytest.fixture(scope="module")
def database_url(cluster: Cluster, database: str) -> str:
    return cluster.url(OWNER, database)


@pytest.fixture(scope="module")
def app_database_url(cluster: Cluster, database: str) -> str:
    return cluster.url(APP, database)


@pytest.fixture(scope="session")
def sample_template(cluster: Cluster, template: str) -> str:
    assert template
    if not AMONG_SEVERAL:
        ready_store.make_sample(cluster)
    return SAMPLE_TEMPLATE


@pytest.fixture(scope="module")
def sample_database(sample_template: str, copy_of: Callable[[str], str]) -> str:
    return copy_of(sample_template)


@pytest.fixture(scope="module")
def serve(cluster: Cluster) -> Iterator[Callable[[str], str]]:
    with ExitStack() as services:

        def start(database: str) -> str:
            home = Path(services.enter_context(tempfile.TemporaryDirectory(prefix="mq-data-")))
            data = data_dir.claim(home / "data")
            store = Store(cluster.url(OWNER, database), cluster.url(APP, database), None)
            listening = services.enter_context(listen("127.0.0.1", 0))
            process = service.start(Settings(data_dir=data.root), data, store, listening)
            services.callback(service.stop, process)
            service.wait_until_ready(process, listening, data)
            host, port = service.here(listening)
            return f"http://{host}:{port}"

        yield start


@pytest.fixture(scope="module")
def sample_address(serve: Callable[[str], str], sample_database: str) -> str:
    return serve(sample_database)
