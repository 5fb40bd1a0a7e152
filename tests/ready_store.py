"""A stopped cluster with the migrated store and the sample in it, made once a run, which every worker copies.

To make it takes some twenty seconds, most of them the sample's year; to copy it, one. Only a run of several workers
makes it: a test that is run alone makes no more than it asks for (tests/conftest.py).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from api.embedded import cluster as clusters
from api.embedded.account import as_account
from api.embedded.cluster import OWNER, Cluster
from api.embedded.roles import ensure_database, ensure_roles
from api.loading import load_sample
from api.migrations import upgrade

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TEMPLATE = "template_minqing"
SAMPLE_TEMPLATE = "template_sample"
GIBIBYTE = 1024**3
MEMORY = Path("/dev/shm")
ROOM = 4 * GIBIBYTE
"""A worker's cluster takes up to one; half of what is free stays for browsers and compilers."""


def free_memory() -> int:
    """The bytes that this machine, and the container we may be in, has left."""
    said = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    free = int(said["MemAvailable"].split()[0]) * 1024
    group = Path("/sys/fs/cgroup")
    with contextlib.suppress(OSError, ValueError):  # no group, or one without a limit ("max")
        limit, taken = (int((group / f"memory.{name}").read_text()) for name in ("max", "current"))
        free = min(free, limit - taken)
    return free


def somewhere() -> Path:
    """Where a cluster is put that nobody will miss: in memory, where there is plenty, so that no disk is waited for."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK | os.X_OK):
        free = min(shutil.disk_usage(MEMORY).free, free_memory() // 2)
        if free >= ROOM:
            return MEMORY
    return Path("/tmp")


@contextmanager
def home() -> Iterator[Path]:
    """A directory for a cluster, gone afterwards; those of runs that were killed are swept away."""
    place = somewhere()
    for left in place.glob("mq-*/alive"):
        with contextlib.suppress(OSError), left.open("w") as whose:
            fcntl.flock(whose, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left.parent, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix="mq-", dir=place))
    made.chmod(0o755)
    try:
        with (made / "taken").open("w") as alive:
            fcntl.flock(alive, fcntl.LOCK_EX)
            (made / "taken").rename(made / "alive")
            yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def make_template(cluster: Cluster) -> None:
    """The migrated, empty store."""
    ensure_database(cluster.url(database="postgres"), TEMPLATE)
    ensure_roles(cluster.url(database=TEMPLATE))
    upgrade(cluster.url(database=TEMPLATE))


def copy_database(cluster: Cluster, template: str, name: str) -> None:
    """Copy a database to which nobody is connected; files are copied, so that nothing goes through the log."""
    with psycopg.connect(cluster.url(database="postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')


def drop_databases(cluster: Cluster, names: Iterable[str]) -> None:
    """Drop databases, whoever is still connected to them."""
    with psycopg.connect(cluster.url(database="postgres"), autocommit=True) as connection:
        for name in names:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def make_sample(cluster: Cluster) -> None:
    """The migrated store with the sample in it."""
    copy_database(cluster, TEMPLATE, SAMPLE_TEMPLATE)
    load_sample(cluster.url(OWNER, SAMPLE_TEMPLATE))


def lay_out(cluster: Cluster, shared: Path) -> None:
    """Put a copy of the run's cluster where ``cluster`` is to be; whoever of the workers comes first makes it."""
    kept = shared / "store"
    with (shared / "store.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _make(cluster)
            _copy(cluster.directory, shared / "store.part")
            (shared / "store.part").rename(kept)
            return
    _copy(kept, cluster.directory)
    if not cluster.account.is_ours:
        for path in (cluster.directory, *cluster.directory.rglob("*")):
            os.chown(path, cluster.account.uid, cluster.account.gid)


def clear(shared: Path) -> None:
    """Leave nothing behind: pytest keeps the directories of its last runs."""
    shutil.rmtree(shared / "store", ignore_errors=True)


def _make(cluster: Cluster) -> None:
    clusters.create(cluster, durable=False)
    server = clusters.start(cluster, durable=False)
    try:
        make_template(cluster)
        make_sample(cluster)
    finally:
        clusters.stop(server)
    # The log of all that was written is of no use to anybody, and would be copied every time.
    reset = [cluster.binaries.program("pg_resetwal"), "--pgdata", str(cluster.directory)]
    subprocess.run(as_account(cluster.account, reset), check=True, capture_output=True, cwd="/")


def _copy(one: Path, other: Path) -> None:
    shutil.copytree(one, other, symlinks=True)
