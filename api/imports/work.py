"""The whole way of a layer into the store: understood, compared, looked over, mended, entered; one transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from api.imports import journeys
from api.imports.book import Book
from api.imports.enter_buildings import enter_buildings
from api.imports.enter_grids import enter_grids
from api.imports.enter_issues import CATEGORIES, enter_issues
from api.imports.enter_issues import theirs as their_words
from api.imports.enter_others import enter_areas, enter_barriers, enter_codes
from api.imports.enter_places import enter_places
from api.imports.enter_tracks import enter_tracks
from api.imports.enter_units import enter_households, enter_units
from api.imports.known import box_of, comparison, stock
from api.imports.outcome import Outcome
from geo.crs.datum import Datum
from geo.crs.detection import Detection, Verdict, detect
from geo.errors import InvalidInputError
from geo.exchange import casework
from geo.exchange.carry import carried, declared_reading, said_to_be
from geo.exchange.checks import Expectation, check
from geo.exchange.columns import BY_WORD, guess
from geo.exchange.delivery import delivery_of
from geo.exchange.fault_list import FaultList
from geo.exchange.faults import Kind, Severity, mended
from geo.exchange.matching import NONE, match
from geo.exchange.pointing import pointed
from geo.exchange.purposes import WANTED, Purpose

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from uuid import UUID

    from numpy.typing import NDArray
    from psycopg import Connection

    from geo.crs.reading import Reading
    from geo.exchange.delivery import Delivery
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
    Purpose.TRACK: enter_tracks,
    Purpose.GRID: enter_grids,
    Purpose.UNIT: enter_units,
    Purpose.HOUSEHOLD: enter_households,
}
REMEMBERED = "SELECT columns, categories FROM import_mapping WHERE source = %s AND purpose = %s"
REMEMBER = """
INSERT INTO import_mapping (source, purpose, columns, datum, categories) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (source, purpose) DO UPDATE SET columns = excluded.columns, datum = excluded.datum,
  categories = import_mapping.categories || excluded.categories, used_at = now()
"""
BY_WORDS = {Purpose.ISSUE, Purpose.BUILDING, Purpose.UNIT, Purpose.HOUSEHOLD}
"""Rows of these may be known by an address or a name alone."""
LEVELS_ABOVE = ("subdistrict_code", "subdistrict", "district_code", "district")
"""What a list of codes says in further columns of the places above each row."""
ROWS_AT_ONCE = 20_000
"""Reports that are understood and entered at a time: a million at once would not fit into memory."""
AUTO = "auto"
NO_COLUMN = ""
"""What a person says who wants no guess for a field."""
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
        categories: for reports: the list's own word → our category, before every guess.
    """

    purpose: Purpose
    source: str
    columns: Mapping[str, str] = field(default_factory=dict)
    datum: str = ""
    categories: Mapping[str, str] = field(default_factory=dict)


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
        came: the shapes in the file's own numbers.
        translated: for reports: each category of the list and what it is here.
    """

    choice: Choice
    layer: Layer
    reading: Reading
    found: Detection
    columns: Mapping[str, str]
    faults: FaultList
    came: NDArray[np.object_]
    translated: tuple[casework.Translated, ...] = ()

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
    before = {k: v for k, v in (row[0] if row else {}).items() if not v or v in layer.columns}
    chosen = {**before, **choice.columns}
    said = {k: v for k, v in chosen.items() if v}
    wanted = [name for name in WANTED[choice.purpose].fields if chosen.get(name) != NO_COLUMN]
    if choice.purpose is Purpose.CODE and "name" not in chosen:
        of_level = guess(layer.columns, wanted=("community", "subdistrict", "district"))[:1]
        said |= {} if _named(layer) or not of_level else {"name": of_level[0].column}
    guesses = guess(layer.columns, wanted=wanted, chosen=said)
    found = {g.field: g.column for g in guesses if g.confidence > BY_WORD or g.field in said}
    if choice.purpose is Purpose.CODE:
        rest = [column for column in layer.columns if column not in found.values()]
        found |= {g.field: g.column for g in guess(rest, wanted=LEVELS_ABOVE) if g.confidence > BY_WORD}
    return found


def without(choice: Choice) -> dict[str, str]:
    """The fields for which somebody said that no column is theirs."""
    return {name: NO_COLUMN for name, column in choice.columns.items() if column == NO_COLUMN}


def _named(layer: Layer) -> bool:
    """Whether a column calls itself a name; in a list of codes the name may stand under that of its level."""
    return any(found.confidence > BY_WORD for found in guess(layer.columns, wanted=("name",)))


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
    layer = pointed(layer, columns)
    progress("comparing", 0, 1)
    declared = declared_reading(layer)
    placed = not (shapely.is_missing(layer.geometry) | shapely.is_empty(layer.geometry)).all()
    found = detect(layer.geometry, comparison(connection, layer.geometry) if placed else None, declared=declared)
    reading = _reading(layer, choice, found)
    laid = carried(layer, reading, Datum.WGS84) if placed else layer
    progress("checking", 0, len(layer))
    faults = _faults(connection, laid, choice, columns)
    progress("checking", len(layer), len(layer))
    words = _translated(connection, laid, choice, columns) if choice.purpose is Purpose.ISSUE else ()
    return Looked(choice, laid, reading, found, columns, faults, layer.geometry, words)


def _faults(connection: Connection, laid: Layer, choice: Choice, columns: Mapping[str, str]) -> FaultList:
    if choice.purpose is Purpose.CODE:
        return FaultList()
    found = check(laid, _expectation(connection, laid, choice, columns))
    if choice.purpose in BY_WORDS:  # words may tell the place when it is entered
        words = [laid.column(columns[name]) for name in ("address", "building", "compound") if name in columns]
        worded = {row for row in range(1, len(laid) + 1) if any(cells[row - 1] for cells in words)}
        found = FaultList(f for f in found if f.kind is not Kind.NO_SHAPE or f.row not in worded)
    if choice.purpose is Purpose.TRACK:
        found.extend(journeys.check(_whole(laid, choice, columns)))
    return found.by_row()


def _whole(laid: Layer, choice: Choice, columns: Mapping[str, str]) -> Delivery:
    return delivery_of(laid, choice.purpose, columns, np.arange(1, len(laid) + 1, dtype=np.intp))


def _translated(
    connection: Connection, laid: Layer, choice: Choice, columns: Mapping[str, str]
) -> tuple[casework.Translated, ...]:
    """Each category of a list of reports and what it is here: as said, as remembered from this source, as guessed.

    Raises:
        InvalidInputError: no column says when things were reported.
    """
    if "opened" not in columns:
        raise InvalidInputError("没有找到受理时间的列，请指定 opened / no column says when it was reported: map opened")
    row = connection.execute(REMEMBERED, [choice.source, choice.purpose.value]).fetchone()
    chosen = {**(row[1] if row else {}), **choice.categories}
    known = [found[0] for found in connection.execute(CATEGORIES).fetchall()]
    named = {name: column for name, column in columns.items() if name in {"category", "subcategory"}}
    return casework.translated(their_words(_whole(laid, choice, named)), chosen, known)


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
    """
    accepted = frozenset(accepted)
    layer, rows = _mended(looked, accepted)
    outcome = Outcome()
    blocked = {f.row for n, f in enumerate(looked.faults) if f.severity is Severity.BLOCKS and n not in accepted}
    blocked |= set(leave_out)
    free = np.array([at for at, row in enumerate(rows) if int(row) not in blocked], dtype=np.intp)
    total = len(free) * (2 if looked.choice.purpose is Purpose.BUILDING else 1)  # buildings come with their units
    book = Book(connection, import_id, looked.choice.source, tell=lambda n: progress("entering", min(n, total), total))
    progress("entering", 0, total)
    if len(free) and looked.choice.purpose is Purpose.ISSUE:
        parts = np.array_split(free, -(-len(free) // ROWS_AT_ONCE))
        enter_issues(book, (_some(looked, layer, part, rows) for part in parts), outcome, looked)
    elif len(free):
        ENTER[looked.choice.purpose](book, _some(looked, layer, free, rows), outcome)
    held = np.array([at for at, row in enumerate(rows) if int(row) in blocked], dtype=np.intp)
    for part in np.array_split(held, -(-len(held) // ROWS_AT_ONCE)) if len(held) else ():
        kept = _some(looked, layer, part, rows)
        _keep_known(book, kept, outcome)
        for at in range(len(kept)):
            outcome.note(kept, at, "held")
    _remember(connection, looked)
    progress("entering", total, total)
    return outcome, book


def _some(looked: Looked, layer: Layer, at: NDArray[np.intp], rows: NDArray[np.intp]) -> Delivery:
    """Some rows of the mended layer, understood; the rest stays as it came, which takes little memory."""
    return delivery_of(layer.take(at), looked.choice.purpose, looked.columns, rows[at])


def _keep_known(book: Book, held: Delivery, outcome: Outcome) -> None:
    """What a row that stays out stands for is in the source all the same: it is not gone."""
    gone = {row.place_id for row in outcome.rows if row.outcome == "gone"} if outcome.counts()["gone"] else set()
    if not gone:
        return
    known = stock(book.connection, held.purpose.value, book.source, box_of(held.shapes), held.codes)
    known = known.take([at for at, key in enumerate(known.ids) if key in gone])
    found = match(held, known.known)
    outcome.rows = outcome.rows.without_places({known.ids[at] for at in found if at != NONE})


def _mended(looked: Looked, accepted: Collection[int]) -> tuple[Layer, np.ndarray[Any, np.dtype[np.intp]]]:
    gone: set[int] = set()
    for number in accepted:
        mend = looked.faults[number].mend
        gone |= mend.drop if mend is not None else frozenset()
    rows = np.array([row + 1 for row in range(len(looked.layer)) if row not in gone], dtype=np.intp)
    return mended(looked.layer, (looked.faults[number] for number in sorted(accepted))), rows


def _remember(connection: Connection, looked: Looked) -> None:
    choice = looked.choice
    connection.execute(
        REMEMBER,
        [choice.source, choice.purpose.value, json.dumps(without(choice) | dict(looked.columns)),
         looked.reading.datum.value, json.dumps(dict(choice.categories))],
    )  # fmt: skip
