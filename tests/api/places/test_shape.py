"""The classes that read the store and the migrations that shape it tell the same story."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, inspect

import api.places.tables
import api.plans.tables
import api.rules.tables
from api.database import Row, synchronous
from api.migrations import downgrade, upgrade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Inspector

assert api.places.tables
assert api.plans.tables
assert api.rules.tables


@contextmanager
def inspected(url: str) -> Iterator[Inspector]:
    engine = create_engine(synchronous(url))
    yield inspect(engine)
    engine.dispose()


def test_tables_and_migrations_agree(database_url: str) -> None:
    with inspected(database_url) as store:
        stored = {name: {c["name"]: c["nullable"] for c in store.get_columns(name)} for name in Row.metadata.tables}
    declared = {name: {c.name: c.nullable for c in table.columns} for name, table in Row.metadata.tables.items()}
    assert declared == stored


def test_every_migration_can_be_taken_back_and_made_again(fresh_database: Callable[[], str]) -> None:
    url = fresh_database()
    downgrade(url, "base")
    with inspected(url) as store:
        assert set(store.get_table_names()) <= {"spatial_ref_sys", "alembic_version"}
    upgrade(url)
    with inspected(url) as store:
        assert "household" in store.get_table_names()
