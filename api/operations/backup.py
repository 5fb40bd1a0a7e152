"""Write everything that must survive into one file: the store, and what lies beside it in the data directory.

The file is a zip of ``manifest.json`` (what it holds, table by table), ``store.dump`` (pg_dump's custom format) and
``files/``. Numbers and dump are taken from one snapshot, so that they agree while people go on working. It holds
the keys too: keep it as safe as the data directory.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile

import psycopg

from api.operations.data_dir import LAYOUT, PRODUCT, readable
from api.operations.fingerprint import fingerprint
from api.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.operations.data_dir import DataDir
    from api.operations.store import Store

NOT_KEPT = {"postgres", "run", "logs", "lock", "running.json", "shape.json", "minqing.json", "cache"}
SNAPSHOT = "SELECT pg_export_snapshot(), (SELECT version_num FROM alembic_version)"


def back_up(store: Store, data: DataDir, target: Path) -> None:
    """Write a backup of ``store`` and ``data`` to ``target``, whole or not at all.

    Raises:
        Trouble: ``target`` exists, may not be written, or the disk is full.
    """
    if target.exists():
        raise Trouble(f"{target} 已存在，没有覆盖。", f"{target} exists already and was not overwritten.")
    half = target.with_name(target.name + ".part")
    try:
        with readable(target.parent):
            half.touch(mode=0o600)
            with ZipFile(half, "w", ZIP_STORED) as archive:
                _write(store, data, archive)
            half.replace(target)
    finally:
        half.unlink(missing_ok=True)


def _write(store: Store, data: DataDir, archive: ZipFile) -> None:
    with psycopg.connect(store.owner_url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = connection.execute(SNAPSHOT).fetchone()
        assert row is not None
        snapshot, step = row
        manifest = {
            "product": PRODUCT,
            "layout": LAYOUT,
            "step": step,
            "made": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "tables": {name: asdict(content) for name, content in fingerprint(connection).items()},
        }
        archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=2))
        with archive.open("store.dump", "w", force_zip64=True) as dump, _pg_dump(store, snapshot) as source:
            shutil.copyfileobj(source, dump, 1 << 20)
    for path in kept_files(data.root):
        archive.write(path, f"files/{path.relative_to(data.root)}")


@contextmanager
def _pg_dump(store: Store, snapshot: str) -> Iterator[IO[bytes]]:
    command = [store.program("pg_dump"), "--format=custom", f"--snapshot={snapshot}", f"--dbname={store.owner_url}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/") as process:  # noqa: S603  # fixed words
        assert process.stdout is not None
        assert process.stderr is not None
        yield process.stdout
        said = process.stderr.read().decode(errors="replace").strip()
    if process.returncode != 0:
        raise Trouble(f"pg_dump 失败：{said}", f"pg_dump failed: {said}")


def kept_files(root: Path) -> list[Path]:
    """The files of a data directory that a backup carries."""
    kept = (place for place in sorted(root.iterdir()) if place.name not in NOT_KEPT)
    return [
        path for place in kept for path in ([place] if place.is_file() else sorted(place.rglob("*"))) if path.is_file()
    ]
