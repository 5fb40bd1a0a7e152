"""Removes places that their source no longer has, where nothing stands on them; the others stay and say why."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg

from geo.exchange.purposes import Purpose

if TYPE_CHECKING:
    from uuid import UUID

    from api.imports.book import Book
    from api.imports.outcome import Outcome

UNITS = "SELECT id FROM unit WHERE building_id = %s"
FLOORS = "SELECT id FROM floor WHERE unit_id = ANY(%s)"
DOORS = "SELECT id FROM household WHERE floor_id = ANY(%s)"


def remove_gone(book: Book, purpose: Purpose, outcome: Outcome) -> None:
    """Remove what the source no longer has; each place by itself, so that one that stays keeps none of the others."""
    for at in range(len(outcome.rows)):
        row = outcome.rows[at]
        if row.outcome != "gone" or row.place_id is None:
            continue
        try:
            with book.connection.transaction():
                if purpose is Purpose.BUILDING:
                    _empty(book, row.place_id)
                book.remove(purpose.value, [row.place_id])
                book.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except psycopg.errors.IntegrityError:
            words = {"kept": True, "zh": "仍有内容依附，已保留", "en": "something stands on it; kept"}
            outcome.rows[at] = replace(row, detail={**row.detail, **words})


def _empty(book: Book, building: UUID) -> None:
    units = [row[0] for row in book.connection.execute(UNITS, [building]).fetchall()]
    floors = [row[0] for row in book.connection.execute(FLOORS, [units]).fetchall()]
    doors = [row[0] for row in book.connection.execute(DOORS, [floors]).fetchall()]
    book.remove("household", doors)
    book.remove("floor", floors)
    book.remove("unit", units)
