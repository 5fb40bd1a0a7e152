"""A napkin city of one's own, and a way to load layers into it as the command line does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg
import pyarrow as pa
import pytest
import shapely

from api.imports import record
from api.imports.work import Choice, enter, look
from geo.exchange.layer import Layer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from api.imports.book import Book
    from api.imports.outcome import Outcome
    from api.imports.work import Looked
    from geo.exchange.purposes import Purpose

DEGREE = 0.001
WEST, SOUTH = 104.0, 30.6


def square(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle in thousandths of a degree on the napkin."""
    return shapely.box(WEST + west * DEGREE, SOUTH + south * DEGREE, WEST + east * DEGREE, SOUTH + north * DEGREE)


def layer(title: str, shapes: list[Any], /, **columns: list[Any]) -> Layer:
    """A layer of the given columns."""
    return Layer(title, pa.table(columns), np.array(shapes, dtype=object), 4326, source=f"{title}.gpkg")


@dataclass
class Loaded:
    """What came of one load."""

    id: UUID
    looked: Looked
    outcome: Outcome
    book: Book

    def came_to(self) -> dict[str, int]:
        """The counts of rows that are not 0."""
        return {name: count for name, count in self.outcome.counts().items() if count}


@dataclass
class City:
    """The store of a test, within one transaction of its owner."""

    connection: psycopg.Connection

    def load(self, given: Layer, purpose: Purpose, *, source: str = "", mend: bool = False, **columns: str) -> Loaded:
        """Load one layer."""
        looked = look(self.connection, given, Choice(purpose, source or given.name, columns))
        accepted = [n for n, fault in enumerate(looked.faults) if fault.mend is not None] if mend else []
        import_id = record.open_import(self.connection, given.name, source or given.name, 1, "entered")
        outcome, book = enter(self.connection, import_id, looked, accepted)
        record.write_faults(self.connection, import_id, record.all_faults(looked, outcome), looked.layer)
        record.write_outcome(self.connection, import_id, outcome)
        return Loaded(import_id, looked, outcome, book)

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a question."""
        return self.connection.execute(query.encode(), values).fetchall()


@pytest.fixture
def city(fresh_city: Callable[[], str]) -> Iterator[City]:
    with psycopg.connect(fresh_city()) as connection:
        yield City(connection)
        connection.rollback()


@pytest.fixture
def bare(fresh_database: Callable[[], str]) -> Iterator[City]:
    """A store with no place in it."""
    with psycopg.connect(fresh_database()) as connection:
        yield City(connection)
        connection.rollback()
