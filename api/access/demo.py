"""The sample's open house: strangers at this very machine look round, and one account a role shows that role's world.

Only the sample is so open, only for requests from the machine itself (``api.access.admission``), and only to look:
whoever wants to change something takes one of the demo accounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psycopg import Connection


def welcome_visitors(connection: Connection) -> None:
    """Let strangers at this machine read the places of the store. A step of ``load_city(afterwards=…)``."""
    connection.execute(
        "INSERT INTO store_setting VALUES ('demo', 'true') ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    )
