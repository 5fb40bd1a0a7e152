"""Draws every layer anew from its source, set by set, as after a bulk load with the triggers switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from api.maps.tables import LAYERS

if TYPE_CHECKING:
    from psycopg import Connection


def rebuild(connection: Connection) -> None:
    """Bring all tiles to what their sources say, and raise every revision. A step of ``load_city(afterwards=…)``."""
    for layer in LAYERS:
        connection.execute(sql.SQL("SELECT {}()").format(sql.Identifier(f"tile_{layer}_rebuild")))
