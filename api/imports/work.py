"""The whole way of a layer into the store: understood, compared, looked over, mended, entered; one transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from api.imports.book import Book
from api.imports.enter_buildings import enter_buildings
from api.imports.enter_others import enter_areas, enter_barriers, enter_codes
from api.imports.enter_places import enter_places
from api.imports.known import box_of, comparison, stock
from api.imports.outcome import Outcome
from geo.crs.datum import Datum
from geo.crs.detection import Detection, Verdict, detect
from geo.errors import InvalidInputError
from geo.exchange.carry import carried, declared_reading, said_to_be
from geo.exchange.checks import Expectation, check
from geo.exchange.columns import BY_WORD, guess
from geo.exchange.delivery import delivery_of
from geo.exchange.faults import Severity, mended
from geo.exchange.purposes import WANTED, Purpose

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from uuid import UUID

    from psycopg import Connection

    from geo.crs.reading import Reading
    from geo.exchange.delivery import Delivery
    from geo.exchange.faults import Fault
    from geo.exchange.layer import Layer

ENTER: Mapping[Purpose, Callable[[Book, Delivery, Outcome], None]] = {
    Purpose.DISTRICT: enter_places,
    Purpose.SUBDISTRICT: enter_places,
    Purpose.COMMUNITY: enter_places,
    Purpose.COMPOUND: enter_places,
    Purpose.BUILDING: enter_buildings,
    Purpose.BARRIER: enter_barriers,
    Purpose.AREA: enter_areas,
    Purpose.CODE: enter_codes,
}
REMEMBERED = "SELECT columns FROM import_mapping WHERE source = %s AND purpose = %s"
REMEMBER = """
INSERT INTO import_mapping (source, purpose, columns, datum) VALUES (%s, %s, %s, %s)
ON CONFLICT (source, purpose) DO UPDATE SET columns = excluded.columns, datum = excluded.datum, used_at = now()
"""
AUTO = "auto"
DOUBT_FROM = 0.35
"""The confidence from which on a finding stops a load until somebody has decided; below, it is only told."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody said of a layer.

    Attributes:
        purpose: what it is taken for.
        source: whose list it is; a second delivery from the same source finds the same places.
        columns: our field → the file's column, before every guess; "" means: none.
        datum: "" as declared, unless the comparison speaks against it; "auto" as the comparison finds; or a datum.
    """

    purpose: Purpose
    source: str
    columns: Mapping[str, str] = field(default_factory=dict)
    datum: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """A layer that has been looked over, nothing entered yet.

    Attributes:
        choice: what was said.
        layer: degrees WGS-84.
        reading: how its numbers were read.
        found: what the comparison says.
        columns: our field → its column.
        faults: row by row.
    """

    choice: Choice
    layer: Layer
    reading: Reading
    found: Detection
    columns: Mapping[str, str]
    faults: tuple[Fault, ...]

    @property
    def says_otherwise(self) -> bool:
        """Whether the comparison reads the numbers otherwise than the file declares, and nobody has decided."""
        return not self.choice.datum and self.found.verdict is Verdict.OTHER_READING

    @property
    def in_doubt(self) -> bool:
        """Whether the comparison says so firmly enough that nothing is entered before somebody decides."""
        return self.says_otherwise and self.found.confidence >= DOUBT_FROM


def columns_of(connection: Connection, layer: Layer, choice: Choice) -> dict[str, str]:
    """Our field → the layer's column: as said, as remembered from this source, else as guessed.

    Raises:
        InvalidInputError: a column that was named is not there.
    """
    for ours, theirs in choice.columns.items():
        if theirs and theirs not in layer.columns:
            raise InvalidInputError(f"{ours}={theirs}: 没有这一列 / no such column; {', '.join(layer.columns)}")
    row = connection.execute(REMEMBERED, [choice.source, choice.purpose.value]).fetchone()
    before = {k: v for k, v in (row[0] if row else {}).items() if v in layer.columns}
    said = {**before, **{k: v for k, v in choice.columns.items() if v}}
    wanted = [name for name in WANTED[choice.purpose].fields if name not in choice.columns or choice.columns[name]]
    guesses = guess(layer.columns, wanted=wanted, chosen=said)
    return {g.field: g.column for g in guesses if g.confidence > BY_WORD or g.field in said}


def look(
    connection: Connection, layer: Layer, choice: Choice, *, progress: Callable[[str, int, int], None] = lambda *_: None
) -> Looked:
    """Understand a layer and look it over.

    Args:
        connection: the store, as somebody who may read it.
        layer: as it came.
        choice: what was said of it.
        progress: told the stage, how much of it is done, and how much there is.

    Raises:
        InvalidInputError: nothing in it can be what it is taken for.
    """
    columns = columns_of(connection, layer, choice)
    progress("comparing", 0, 1)
    declared = declared_reading(layer)
    placed = not (shapely.is_missing(layer.geometry) | shapely.is_empty(layer.geometry)).all()
    found = detect(layer.geometry, comparison(connection, layer.geometry) if placed else None, declared=declared)
    reading = _reading(layer, choice, found)
    laid = carried(layer, reading, Datum.WGS84) if placed else layer
    progress("checking", 0, len(layer))
    faults = check(laid, _expectation(connection, laid, choice, columns)) if WANTED[choice.purpose].dimensions else ()
    progress("checking", len(layer), len(layer))
    return Looked(choice, laid, reading, found, columns, faults)


def _reading(layer: Layer, choice: Choice, found: Detection) -> Reading:
    if choice.datum == AUTO:
        return found.reading
    if choice.datum:
        said = said_to_be(layer, Datum(choice.datum))
        # A projection or an order that only the comparison knows stays; the datum is the person's word.
        plain = found.reading.in_degrees and not found.reading.swapped and not found.reading.squeezed
        return said if plain else replace(found.reading, datum=said.datum)
    return declared_reading(layer)


def _expectation(connection: Connection, layer: Layer, choice: Choice, columns: Mapping[str, str]) -> Expectation:
    parent = WANTED[choice.purpose].parent
    parents = None
    if parent in {"district", "subdistrict", "community", "compound"}:
        above = stock(connection, parent, choice.source, box_of(layer.geometry))
        parents = above.shapes[~above.stand_ins()] if len(above) else None
    kind = choice.purpose.value
    return Expectation(kind, columns, parents if parents is not None and len(parents) else None, outside=False)


def enter(
    connection: Connection,
    import_id: UUID,
    looked: Looked,
    accepted: Collection[int] = (),
    *,
    leave_out: Collection[int] = (),
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> tuple[Outcome, Book]:
    """Enter what was looked over; rows whose faults block them and were not mended stay out.

    Args:
        connection: the store, as somebody who may change it; the caller commits or rolls back.
        import_id: whose changes are noted.
        looked: what ``look`` found.
        accepted: numbers of the faults whose mends somebody accepted.
        leave_out: rows of the file (from 1) that somebody does not want.
        progress: told the stage.

    Raises:
        InvalidInputError: this purpose cannot be entered.
    """
    if looked.choice.purpose not in ENTER:
        raise InvalidInputError(f"{looked.choice.purpose.value}: 暂不支持 / not yet supported.")
    taken = [fault for number, fault in enumerate(looked.faults) if number in accepted]
    layer, rows = _mended(looked, taken)
    outcome = Outcome()
    blocked = {f.row for n, f in enumerate(looked.faults) if f.severity is Severity.BLOCKS and n not in accepted}
    blocked |= set(leave_out)
    free = np.array([at for at, row in enumerate(rows) if int(row) not in blocked], dtype=np.intp)
    book = Book(connection, import_id, looked.choice.source)
    progress("entering", 0, len(free))
    delivery = delivery_of(layer, looked.choice.purpose, looked.columns, rows)
    if len(free):
        ENTER[looked.choice.purpose](book, delivery.take(free), outcome)
    held = [at for at, row in enumerate(rows) if int(row) in blocked]
    for at in held:
        outcome.note(delivery, at, "held")
    _remember(connection, looked)
    progress("entering", len(free), len(free))
    return outcome, book


def _mended(looked: Looked, taken: list[Fault]) -> tuple[Layer, np.ndarray[Any, np.dtype[np.intp]]]:
    gone: set[int] = set()
    for fault in taken:
        gone |= fault.mend.drop if fault.mend is not None else frozenset()
    rows = np.array([row + 1 for row in range(len(looked.layer)) if row not in gone], dtype=np.intp)
    return mended(looked.layer, taken), rows


def _remember(connection: Connection, looked: Looked) -> None:
    choice = looked.choice
    connection.execute(
        REMEMBER, [choice.source, choice.purpose.value, json.dumps(dict(looked.columns)), looked.reading.datum.value]
    )
