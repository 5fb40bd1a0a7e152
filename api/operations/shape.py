"""Bring the store to the newest shape, and see at a glance when it already has it.

Alembic takes a second or two to import and most starts have nothing to migrate. So the step reached is noted beside
the data with the hash of the migrations that led there; while both still hold, Alembic is not asked.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import psycopg

from api.operations.data_dir import write_json
from api.settings import ROOT
from api.trouble import Trouble

if TYPE_CHECKING:
    from pathlib import Path

    from api.operations.data_dir import DataDir


def bring_up_to_date(owner_url: str, data: DataDir) -> None:
    """Run the migrations that the store at ``owner_url`` does not have yet.

    Raises:
        Trouble: The store was shaped by a newer version.
    """
    wanted = {"migrations": _migrations(), "step": _step(owner_url)}
    note = data.root / "shape.json"
    if wanted["step"] is not None and _noted(note) == wanted:
        return
    from api.migrations import NewerStoreError, upgrade  # noqa: PLC0415  # a second or two that most starts can save

    try:
        upgrade(owner_url)
    except NewerStoreError as error:
        raise Trouble(
            f"数据库由更新的版本建立，没有动它。请升级本程序。（{error}）",
            f"The store was shaped by a newer version and was left alone. Upgrade this program. ({error})",
        ) from error
    write_json(note, {**wanted, "step": _step(owner_url)})


def _noted(note: Path) -> object:
    try:
        return json.loads(note.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def _migrations() -> str:
    digest = hashlib.sha256()
    for path in sorted((ROOT / "api" / "migrations" / "versions").glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _step(owner_url: str) -> str | None:
    with psycopg.connect(owner_url) as connection:
        if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return None if row is None else str(row[0])
