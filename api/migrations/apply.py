"""Brings a store to the newest shape, one process at a time."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from api.database import synchronous

# Any constant will do, as long as every process that migrates uses the same.
MIGRATION_LOCK = 0x6D696E71


class NewerStoreError(Exception):
    """The store was shaped by a newer version of this product."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _refuse_newer(connection: Connection, scripts: ScriptDirectory) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    for head in MigrationContext.configure(connection).get_current_heads():
        if head not in known:
            raise NewerStoreError(
                f"The store is at step {head}, which this version does not know; upgrade the product."
            )


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the store at ``url`` (the owner's role) to ``revision``; waits for whoever else is at it.

    Raises:
        NewerStoreError: the store was shaped by a newer version of this product.
    """
    engine = create_engine(synchronous(url))
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
            _refuse_newer(connection, ScriptDirectory.from_config(_config()))
            connection.commit()
            command.upgrade(_config(connection), revision)
            connection.commit()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
            connection.commit()
    finally:
        engine.dispose()


def downgrade(url: str, revision: str) -> None:
    """Take the store back to ``revision``; for tests of the migrations themselves."""
    engine = create_engine(synchronous(url))
    try:
        with engine.connect() as connection:
            command.downgrade(_config(connection), revision)
            connection.commit()
    finally:
        engine.dispose()
