"""Put a backup back: beside what is there, compared table by table, and only then in its place.

Until the restored store has shown the very content that the backup was taken with, nothing of the present one is
touched; afterwards the migrations that are newer than the backup run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit
from zipfile import BadZipFile, ZipFile

import psycopg
from psycopg import sql

from api.embedded.roles import ensure_database, ensure_roles
from api.operations.data_dir import LAYOUT, PRODUCT
from api.operations.fingerprint import Content, differences, fingerprint
from api.operations.store import prepare
from api.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from api.operations.data_dir import DataDir
    from api.operations.store import Store

RESTORING = "minqing_restoring"
REPLACED = "minqing_replaced"
EMPTY_PATH = b"SELECT pg_catalog.set_config('search_path', '',"
PUBLIC_PATH = b"SELECT pg_catalog.set_config('search_path', 'public',"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says that it holds."""

    made: str
    tables: Mapping[str, Content]


def read_manifest(archive: ZipFile, name: str) -> Manifest:
    """The manifest of a backup.

    Raises:
        Trouble: It is no backup of ours, or a newer version made it.
    """
    try:
        said = json.loads(archive.read("manifest.json"))
        ours = said["product"] == PRODUCT
        tables = {table: Content(**content) for table, content in said["tables"].items()}
        layout, made = int(said["layout"]), str(said["made"])
    except (KeyError, ValueError, TypeError) as error:
        raise no_backup(name) from error
    if not ours:
        raise no_backup(name)
    if layout > LAYOUT:
        raise Trouble(
            f"{name} 由更新的版本备份。请先升级本程序。", f"{name} was made by a newer version. Upgrade this program."
        )
    return Manifest(made, tables)


def no_backup(name: str) -> Trouble:
    """What to say of a file that is no backup, or a damaged one."""
    return Trouble(f"{name} 不是民情地图的备份，或已损坏。", f"{name} is no backup of ours, or it is damaged.")


def restore(source: Path, store: Store, data: DataDir, *, force: bool) -> Manifest:
    """Put the backup in ``source`` in the place of ``store``; with ``force`` even where there are data.

    Raises:
        Trouble: It is no backup, it is damaged, the store is not empty, or the result is not what was backed up.
            The store is as it was.
    """
    try:
        with ZipFile(source) as archive:
            manifest = read_manifest(archive, source.name)
            if not force and holds_data(store.owner_url):
                raise Trouble(
                    "数据库里已有数据，没有动它。确定要替换，请加 --force。",
                    "The store holds data and was left alone. To replace them, add --force.",
                )
            _restore_beside(archive, store, manifest)
            _swap(store.owner_url)
            _put_files(archive, data.root)
    except (BadZipFile, FileNotFoundError) as error:
        raise no_backup(str(source)) from error
    (data.root / "shape.json").unlink(missing_ok=True)
    prepare(store, data)
    return manifest


def holds_data(owner_url: str) -> bool:
    """Whether the store holds any place."""
    with psycopg.connect(owner_url) as connection:
        if connection.execute("SELECT to_regclass('district')").fetchone() == (None,):
            return False
        return connection.execute("SELECT 1 FROM district LIMIT 1").fetchone() is not None


def at(owner_url: str, database: str) -> str:
    """The same server and role, another database.

    >>> at("postgresql://minqing@/minqing?host=/run/x", "postgres")
    'postgresql://minqing@/postgres?host=/run/x'
    """
    return urlunsplit(urlsplit(owner_url)._replace(path=f"/{database}"))


def _restore_beside(archive: ZipFile, store: Store, manifest: Manifest) -> None:
    maintenance, beside = at(store.owner_url, "postgres"), at(store.owner_url, RESTORING)
    _drop(maintenance, RESTORING)
    ensure_database(maintenance, RESTORING)
    try:
        ensure_roles(beside)
        _fill(archive, store, beside)
        _compare(beside, manifest)
    except BaseException:
        _drop(maintenance, RESTORING)
        raise


def _compare(url: str, manifest: Manifest) -> None:
    with psycopg.connect(url) as connection:
        wrong = differences(manifest.tables, fingerprint(connection))
    if wrong:
        raise Trouble(
            f"恢复的内容与备份不符，没有采用：{'；'.join(wrong[:3])}",
            f"What was restored is not what was backed up and was not used: {'; '.join(wrong[:3])}",
        )


def _fill(archive: ZipFile, store: Store, url: str) -> None:
    """Run the dump's own statements, read by pg_restore, through psql into the database at ``url``."""
    with tempfile.NamedTemporaryFile(prefix="minqing-restore-") as dump:
        with archive.open("store.dump") as stored:
            shutil.copyfileobj(stored, dump, 1 << 20)
        dump.flush()
        read = [store.program("pg_restore"), "--no-owner", "--file=-", dump.name]
        write = [store.program("psql"), "-X", "-q", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1", f"--dbname={url}"]
        with (
            tempfile.TemporaryFile() as complaints,
            subprocess.Popen(read, stdout=subprocess.PIPE, stderr=complaints, cwd="/") as reader,  # noqa: S603  # fixed words
            subprocess.Popen(write, stdin=subprocess.PIPE, stderr=complaints, cwd="/") as writer,  # noqa: S603  # fixed words
        ):
            assert reader.stdout is not None
            assert writer.stdin is not None
            with suppress(BrokenPipeError):  # the writer has given up, and says why
                _pass_on(reader.stdout, writer.stdin)
            reader.stdout.close()
            writer.wait()
            reader.wait()
            complaints.seek(0)
            said = complaints.read().decode(errors="replace").strip()
    if writer.returncode or reader.returncode:
        first = said.splitlines()[0] if said else "?"
        raise Trouble(f"恢复失败，原有数据没有改动：{first}", f"Not restored; the present data are untouched: {first}")


def _pass_on(source: IO[bytes], target: IO[bytes]) -> None:
    """Hand the statements over, with ``public`` on the search path.

    A dump empties the path; then neither our checks find PostGIS's functions nor triggers its ``=``.
    """
    for line in source:
        if line.startswith(EMPTY_PATH):
            target.write(line.replace(EMPTY_PATH, PUBLIC_PATH))
            break
        target.write(line)
    shutil.copyfileobj(source, target, 1 << 20)
    target.close()


def _swap(owner_url: str) -> None:
    present = urlsplit(owner_url).path.lstrip("/")
    maintenance = at(owner_url, "postgres")
    _drop(maintenance, REPLACED)
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with psycopg.connect(maintenance) as connection:  # one transaction: both names change, or neither
        connection.execute(rename.format(sql.Identifier(present), sql.Identifier(REPLACED)))
        connection.execute(rename.format(sql.Identifier(RESTORING), sql.Identifier(present)))
    _drop(maintenance, REPLACED)


def _drop(maintenance: str, database: str) -> None:
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def _put_files(archive: ZipFile, root: Path) -> None:
    for member in archive.infolist():
        if not member.filename.startswith("files/"):
            continue
        target = (root / member.filename.removeprefix("files/")).resolve()
        if not target.is_relative_to(root.resolve()):
            raise no_backup(str(archive.filename))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with archive.open(member) as source, target.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            shutil.copyfileobj(source, file)
