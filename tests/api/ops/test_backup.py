"""The drill: what was backed up comes back, every table of it, and anything less is noticed before it is used."""

from __future__ import annotations

import json
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from zipfile import ZipFile

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from api.embedded.cluster import APP, OWNER, Cluster
from api.embedded.roles import ensure_database
from api.operations.backup import back_up
from api.operations.data_dir import DataDir, claim
from api.operations.fingerprint import differences, fingerprint
from api.operations.restore import at, restore
from api.operations.store import Store
from api.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from api.operations.fingerprint import Content


def store_at(cluster: Cluster, url: str) -> Store:
    database = conninfo_to_dict(url)["dbname"]
    return Store(url, cluster.url(APP, str(database)), cluster)


def content(url: str) -> dict[str, Content]:
    with psycopg.connect(url) as connection:
        return fingerprint(connection)


@pytest.fixture(scope="module")
def full(cluster: Cluster, sample_database: str) -> Store:
    return store_at(cluster, cluster.url(OWNER, sample_database))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    data = claim(tmp_path_factory.mktemp("backed-up") / "data")
    (data.secrets / "key").write_text("a key that must survive")
    return data


@pytest.fixture(scope="module")
def backup(full: Store, data: DataDir, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("backups") / "full.minqing"
    back_up(full, data, file)
    return file


@pytest.fixture
def empty(cluster: Cluster, fresh_database: Callable[[], str]) -> Store:
    return store_at(cluster, fresh_database())


def test_every_table_and_file_comes_back(full: Store, backup: Path, empty: Store, tmp_path: Path) -> None:
    other = claim(tmp_path / "data")
    restore(backup, empty, other, force=False)
    before, after = content(full.owner_url), content(empty.owner_url)
    assert before["public.household"].rows > 1000
    assert differences(before, after) == []
    assert (other.secrets / "key").read_text() == "a key that must survive"
    assert backup.stat().st_mode & 0o077 == 0


def test_postgresqls_own_tools_bring_everything_back_without_ours(
    full: Store, backup: Path, cluster: Cluster, bare_database: str, tmp_path: Path
) -> None:
    """The dump inside a backup goes through a plain ``pg_restore``, which empties the search path."""
    with ZipFile(backup) as archive:
        archive.extract("store.dump", tmp_path)
    command = [cluster.binaries.program("pg_restore"), "--exit-on-error", f"--dbname={bare_database}"]
    done = subprocess.run([*command, tmp_path / "store.dump"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert differences(content(full.owner_url), content(bare_database)) == []


@pytest.fixture
def bare_database(cluster: Cluster, full: Store) -> str:
    """A database in which nothing is, on a server that knows our roles."""
    assert full
    ensure_database(cluster.url(database="postgres"), "bare_of_ours")
    return cluster.url(OWNER, "bare_of_ours")


def test_one_changed_value_in_one_column_is_a_difference(full: Store, fresh_copy: str) -> None:
    """The control of the drill."""
    before = content(full.owner_url)
    with psycopg.connect(fresh_copy) as connection:
        connection.execute("UPDATE compound SET address = address || '!' WHERE id = (SELECT id FROM compound LIMIT 1)")
    assert [line.split(":")[0] for line in differences(before, content(fresh_copy))] == ["public.compound"]


@pytest.fixture
def fresh_copy(cluster: Cluster, sample_template: str, copy_of: Callable[[str], str]) -> str:
    return cluster.url(OWNER, copy_of(sample_template))


def rewritten(backup: Path, target: Path, change: Callable[[str, bytes], bytes]) -> Path:
    with ZipFile(backup) as source, ZipFile(target, "w") as written:
        for member in source.namelist():
            written.writestr(member, change(member, source.read(member)))
    return target


def one_row_fewer(member: str, content: bytes) -> bytes:
    if member != "manifest.json":
        return content
    manifest = json.loads(content)
    manifest["tables"]["public.household"]["rows"] += 1
    return json.dumps(manifest).encode()


def cut_short(member: str, content: bytes) -> bytes:
    return content[: len(content) // 2] if member == "store.dump" else content


def newer(member: str, content: bytes) -> bytes:
    return json.dumps({**json.loads(content), "layout": 99}).encode() if member == "manifest.json" else content


WRONG: dict[Callable[[str, bytes], bytes], str] = {
    one_row_fewer: "not what was backed up",
    cut_short: "Not restored",
    newer: "newer version",
}


@pytest.mark.parametrize("change", list(WRONG))
def test_a_backup_that_is_not_right_changes_nothing(
    backup: Path, fresh_copy: str, cluster: Cluster, tmp_path: Path, change: Callable[[str, bytes], bytes]
) -> None:
    before = content(fresh_copy)
    wrong = rewritten(backup, tmp_path / "wrong.minqing", change)
    with pytest.raises(Trouble, match=WRONG[change]):
        restore(wrong, store_at(cluster, fresh_copy), claim(tmp_path / "data"), force=True)
    assert content(fresh_copy) == before


def test_a_store_with_data_is_not_replaced_unasked(
    backup: Path, fresh_copy: str, cluster: Cluster, tmp_path: Path
) -> None:
    with pytest.raises(Trouble, match="add --force"):
        restore(backup, store_at(cluster, fresh_copy), claim(tmp_path / "data"), force=False)


def test_a_file_that_is_no_backup_is_refused(empty: Store, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear all")
    with pytest.raises(Trouble, match="no backup of ours"):
        restore(tmp_path / "letter.txt", empty, claim(tmp_path / "data"), force=False)


def test_an_existing_file_is_not_overwritten(full: Store, data: DataDir, backup: Path) -> None:
    before = backup.read_bytes()
    with pytest.raises(Trouble, match="exists already"):
        back_up(full, data, backup)
    assert backup.read_bytes() == before


@contextmanager
def somebody_writing(url: str) -> Iterator[None]:
    over = threading.Event()

    def write() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not over.is_set():
                connection.execute("INSERT INTO person (name) VALUES ('newcomer')")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


def test_numbers_and_dump_agree_while_people_go_on_working(
    cluster: Cluster, fresh_copy: str, empty: Store, data: DataDir, tmp_path: Path
) -> None:
    with somebody_writing(fresh_copy):
        back_up(store_at(cluster, fresh_copy), data, tmp_path / "busy.minqing")
    restore(tmp_path / "busy.minqing", empty, claim(tmp_path / "data"), force=False)
    taken, later = content(empty.owner_url), content(fresh_copy)
    assert [line.split(":")[0] for line in differences(taken, later)] == ["public.person"]


def test_another_database_of_the_same_server_is_named_by_its_address() -> None:
    assert at("postgresql://a:b@host:1/x?y=z", "postgres") == "postgresql://a:b@host:1/postgres?y=z"
