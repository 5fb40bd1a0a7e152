"""Forgets what has been kept long enough, by rules kept as data (migrations 0025, 0100); the worker does it nightly."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection


def apply(connection: Connection, now: datetime) -> dict[str, int]:
    """Apply every rule as of ``now`` (never ahead of the store's clock); how many rows each of them touched."""
    return dict(connection.execute("SELECT kind, rows FROM apply_retention(%s)", [now]).fetchall())
