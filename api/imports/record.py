"""Writes down what an import is, found and did, so that a page can show it and an undo can follow it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from psycopg import sql

from geo.exchange.faults import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from psycopg import Connection

    from api.imports.outcome import Outcome
    from api.imports.work import Looked
    from geo.crs.detection import Detection
    from geo.exchange.fault_list import FaultList
    from geo.exchange.faults import Fault, Mend
    from geo.exchange.layer import Layer

FAULTS_SHOWN = 400
"""Faults whose shapes before and after are kept for the map; the sentences of all are."""
CORNERS_SHOWN = 2_000
CATEGORIES_SHOWN = 300
NEW = """
INSERT INTO import (account_id, file_name, source, bytes, state) VALUES (%s, %s, %s, %s, %s) RETURNING id
"""


def open_import(connection: Connection, file_name: str, source: str, size: int, state: str = "waiting") -> UUID:
    """A new import that belongs to nobody but the store's owner: the command line's."""
    row = connection.execute(NEW, [None, file_name[:300], source[:300], size, state]).fetchone()
    assert row is not None
    return row[0]  # type: ignore[no-any-return] # a key of the store


def finding_of(found: Detection) -> dict[str, Any]:
    """What the comparison says, as plain data."""
    return {
        "verdict": found.verdict.value, "datum": found.datum.value, "epsg": found.reading.epsg,
        "swapped": found.reading.swapped, "squeezed": found.reading.squeezed, "shift_m": round(found.shift_m, 1),
        "bearing": round(found.bearing, 1), "confidence": round(found.confidence, 3), "zh": found.zh, "en": found.en,
    }  # fmt: skip


def all_faults(looked: Looked, outcome: Outcome) -> FaultList:
    """What was wrong with the rows, and what else came up on entering; each fault of a row once."""
    return looked.faults.and_new(outcome.faults)


def write_faults(connection: Connection, import_id: UUID, faults: Sequence[Fault], layer: Layer) -> None:
    """All faults, in the place of those noted before."""
    connection.execute("DELETE FROM import_fault WHERE import_id = %s", [import_id])
    rows = ((import_id, number, *_fault_row(number, fault, layer)) for number, fault in enumerate(faults))
    _insert(connection, "import_fault", FAULT_COLUMNS, rows)


def _fault_row(number: int, fault: Fault, layer: Layer) -> tuple[Any, ...]:
    before, after = _pictures(fault, layer) if number < FAULTS_SHOWN else (None, None)
    mend = (None, None) if fault.mend is None else (fault.mend.zh, fault.mend.en)
    kinds = (fault.kind.value, fault.severity.value)
    return (fault.row, fault.field, *kinds, fault.zh, fault.en, *mend, before, after)


FAULT_COLUMNS = (
    "import_id",
    "number",
    "row",
    "field",
    "kind",
    "severity",
    "zh",
    "en",
    "mend_zh",
    "mend_en",
    "before",
    "after",
)
ROW_COLUMNS = ("import_id", "number", "row", "outcome", "place_id", "name", "detail")


def write_outcome(connection: Connection, import_id: UUID, outcome: Outcome) -> None:
    """What became of each row."""
    connection.execute("DELETE FROM import_row WHERE import_id = %s", [import_id])
    rows = (
        (import_id, number, row.row, row.outcome, row.place_id, row.name[:200], json.dumps(row.detail))
        for number, row in enumerate(outcome.rows)
    )
    _insert(connection, "import_row", ROW_COLUMNS, rows)


def summary_of(looked: Looked, outcome: Outcome, tally: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """The figures of a finished import, as plain data."""
    faults = all_faults(looked, outcome)
    return {
        "rows": outcome.counts(),
        "places": {kind: dict(counted) for kind, counted in tally.items()},
        "faults": dict(sorted(Counter(fault.kind.value for fault in faults).items())),
        "held": _held(faults, outcome),
        "categories": [asdict(word) for word in looked.translated[:CATEGORIES_SHOWN]],
    }


def _held(faults: FaultList, outcome: Outcome) -> dict[str, int]:
    """How many rows were kept out for what, each for the first reason that was found."""
    why: dict[int, str] = {}
    for fault in faults:
        if fault.severity is Severity.BLOCKS:
            why.setdefault(fault.row, fault.kind.value)
    return dict(Counter(why.get(row.row or 0, "left-out") for row in outcome.rows if row.outcome == "held"))


def _insert(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """In bulk past row-level security, which COPY does not know: into a table of one's own, and from there."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    parts = {"names": names, "table": sql.Identifier(table), "arriving": sql.Identifier(f"arriving_{table}")}
    connection.execute(sql.SQL("CREATE TEMP TABLE {arriving} AS SELECT {names} FROM {table} LIMIT 0").format(**parts))
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {arriving} ({names}) FROM STDIN").format(**parts)) as copy,
    ):
        for row in rows:
            copy.write_row(row)
    connection.execute(sql.SQL("INSERT INTO {table} ({names}) SELECT {names} FROM {arriving}").format(**parts))
    connection.execute(sql.SQL("DROP TABLE {arriving}").format(**parts))


def _pictures(fault: Fault, layer: Layer) -> tuple[str | None, str | None]:
    """What stands there and what would, as {shape, values}; JSON texts."""
    row = fault.row - 1
    before = layer.geometry[row] if 0 <= row < len(layer) else None
    known = fault.field in layer.columns and 0 <= row < len(layer)
    value = layer.table.column(fault.field)[row].as_py() if known else None
    old = {"shape": _geojson(before), "value": _plain(value)}
    return json.dumps(old), None if fault.mend is None else json.dumps(_after(fault, fault.mend))


def _after(fault: Fault, mend: Mend) -> dict[str, Any]:
    row = fault.row - 1
    values = [_plain(value) for (at, _), value in mend.values.items() if at == row]
    return {
        "shape": _geojson(mend.shapes.get(row)), "gone": row in mend.drop, "value": values[0] if values else None
    }  # fmt: skip


def _geojson(shape: shapely.Geometry | None) -> Any:
    if shape is None or shapely.is_empty(shape) or shapely.get_num_coordinates(shape) > CORNERS_SHOWN:
        return None
    return json.loads(shapely.to_geojson(shapely.transform(shape, lambda points: np.round(points, 7))))


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float | str | bool) else str(value)
