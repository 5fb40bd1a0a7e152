"""The issues as columns in memory, in the order of their cells: a tile, a place or a whole city is one slice.

A copy of ``heat_fact`` (migration 0070) that ``api.heat.watch`` keeps true. Columns are frozen; what has changed since
they were sorted stands beside them, and the old rows are struck out, until there is enough of it to sort anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from api.issues.schemas import Source
from geo.heat.bins import DAY_S, MONDAY, SHANGHAI_S
from geo.heat.doubts import FEW, stamped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Column = NDArray[Any]

RECORD = np.dtype(
    [
        ("no", ">i8"),
        ("cell", ">i8"),
        ("at", ">i8"),
        ("category", ">i4"),
        ("top", ">i4"),
        ("kind", ">i2"),
        ("severity", ">i2"),
        ("status", ">i2"),
        ("source", ">i2"),
        ("body", ">i4"),
        ("community", ">i4"),
        ("compound", ">i4"),
        ("grid", ">i4"),
        ("reporter", ">i4"),
        ("gone", ">i2"),
    ]
)
KEPT: dict[str, type[np.generic]] = {
    "no": np.int64,
    "cell": np.int64,
    "at": np.int64,
    "category": np.int32,
    "top": np.int32,
    "kind": np.int8,
    "severity": np.int8,
    "status": np.int8,
    "source": np.int8,
    "body": np.int32,
    "community": np.int32,
    "compound": np.int32,
    "grid": np.int32,
    "reporter": np.int32,
}
_HEAD, _TAIL = 19, 2
FAR_BELOW = -(1 << 40)
LONG = 1 << 20
"""More days than there will be: a cell's number this many times, and the day, is the order of the rows."""
IMPORTED = get_args(Source).index("import") + 1
ENOUGH = 4_000
"""Loose rows from which on sorting anew is worth its while."""


def wire() -> np.dtype[Any]:
    """One row as PostgreSQL's binary COPY sends it: how many fields, and before each its length."""
    fields: list[tuple[str, str]] = [("_fields", ">i2")]
    for name in RECORD.names or ():
        fields += [(f"_{name}", ">i4"), (name, RECORD[name].str)]
    return np.dtype(fields)


WIRE = wire()


def unpack(copied: bytes | bytearray) -> NDArray[Any]:
    """The rows of a binary COPY without NULLs."""
    return np.frombuffer(copied, WIRE, offset=_HEAD, count=(len(copied) - _HEAD - _TAIL) // WIRE.itemsize)


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the issues as columns of one length; ``alive`` strikes out rows that are no longer so."""

    column: Mapping[str, Column]
    alive: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.alive)

    def __getitem__(self, name: str) -> Column:
        return self.column[name]

    def take(self, rows: slice | Column) -> Part:
        """Some of the rows."""
        return Part({k: c[rows] for k, c in self.column.items()}, self.alive[rows])


def _times(at: NDArray[np.int64]) -> dict[str, Column]:
    local = at + SHANGHAI_S
    day = local // DAY_S
    return {
        "day": day.astype(np.int32),
        "hour": (local % DAY_S // 3600).astype(np.int8),
        "weekday": ((day - MONDAY) % 7 + 1).astype(np.int8),
        "midnight": (local % DAY_S == 0) | (at % DAY_S == 0),
    }


def part_of(rows: NDArray[Any]) -> Part:
    """Rows from the store as columns."""
    column: dict[str, Column] = {k: rows[k].astype(t) for k, t in KEPT.items()}
    return Part({**column, **_times(column["at"])}, np.ones(len(rows), np.bool_))


NOTHING = part_of(np.empty(0, RECORD))


@dataclass(frozen=True, slots=True)
class Facts:
    """All issues: ``tidy`` rows in the order of their cells and days, and ``loose`` ones that came since.

    ``place`` is the row in ``tidy`` of each number, -1 where it is not there. ``cells`` are the cells of the tidy rows,
    each once, and ``spot`` says which of them each row lies in.
    """

    tidy: Part = NOTHING
    loose: Part = NOTHING
    place: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    cells: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    spot: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))

    def __len__(self) -> int:
        return int(self.tidy.alive.sum() + self.loose.alive.sum())

    def tidy_within(self, first: int, end: int) -> Part:
        """The tidy rows whose cells are from ``first`` up to, and without, ``end``."""
        low, high = np.searchsorted(self.tidy["cell"], [first, end])
        return self.tidy.take(slice(int(low), int(high)))

    def within(self, first: int, end: int) -> tuple[Part, Part]:
        """The same, and the loose ones."""
        cell = self.loose["cell"]
        return self.tidy_within(first, end), self.loose.take((cell >= first) & (cell < end))

    def parts(self) -> tuple[Part, Part]:
        """All rows, those without a cell too."""
        return self.tidy, self.loose

    def changed(self, rows: NDArray[Any]) -> Facts:
        """These facts after rows from the store have come, changed or gone."""
        if not len(rows):
            return self
        came = rows["no"].astype(np.int64)
        alive = self.tidy.alive.copy()
        known = self.place[came[came < len(self.place)]]
        alive[known[known >= 0]] = False
        stays = ~np.isin(self.loose["no"], came)
        loose = _joined(self.loose.take(stays), part_of(rows[rows["gone"] == 0]))
        after = replace(self, tidy=Part(self.tidy.column, alive), loose=loose)
        many = len(loose) > max(ENOUGH, len(alive) // 50) or not len(alive)
        return after.sorted() if many or int((loose["source"] == IMPORTED).sum()) >= FEW else after

    def sorted(self) -> Facts:
        """The same facts all in order."""
        every = _judged(_joined(self.tidy.take(self.tidy.alive), self.loose))
        tidy = every.take(np.argsort(every["cell"] * LONG + every["day"], kind="stable"))
        place = np.full(int(tidy["no"].max(initial=-1)) + 1, -1, np.int32)
        place[tidy["no"]] = np.arange(len(tidy))
        fresh = np.diff(tidy["cell"], prepend=FAR_BELOW) != 0
        return Facts(tidy, NOTHING, place, tidy["cell"][fresh], np.cumsum(fresh, dtype=np.int32) - 1)


def _judged(part: Part) -> Part:
    """The same rows, those of lists without an hour where their time is the list's own (``geo.heat.doubts``)."""
    listed = np.flatnonzero(part["source"] == IMPORTED)
    unsure = part["midnight"].copy()
    unsure[listed] |= stamped(part["at"][listed])
    return Part({**part.column, "midnight": unsure}, part.alive)


def _joined(one: Part, other: Part) -> Part:
    column = {k: np.concatenate([one[k], other[k]]) for k in one.column}
    return Part(column, np.concatenate([one.alive, other.alive]))
