"""The sample's open house: strangers at this very machine look round, and one account a role shows that role's world.

Only the sample is so open, only for requests from the machine itself (``api.access.admission``), and only to look:
whoever wants to change something takes one of the demo accounts. Their password is no secret, and no other account
ever has one that was not chosen for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.access.passwords import hasher
from api.access.roles import Role

if TYPE_CHECKING:
    from psycopg import Connection

PASSWORD = "minqing-demo"  # noqa: S105  # printed by ./minqing up; works for demo accounts on this machine only

# Where each role's account stands: the first place of its level, by code; None is the whole store.
PLACES: dict[Role, str | None] = {
    Role.RESIDENT: "unit",
    Role.PROPERTY_FIRM: "compound",
    Role.GRID_WORKER: "micro_grid",
    Role.GRID_LEAD: "compound",
    Role.DEPARTMENT: "subdistrict",
    Role.PLANNER: "subdistrict",
    Role.COMMUNITY: "community",
    Role.STREET_OFFICE: "subdistrict",
    Role.DISTRICT: "district",
    Role.AUDITOR: "district",
    Role.ADMINISTRATOR: None,
}
NAMES = {
    Role.RESIDENT: "演示居民",
    Role.PROPERTY_FIRM: "演示物业",
    Role.GRID_WORKER: "演示网格员",
    Role.GRID_LEAD: "演示网格长",
    Role.DEPARTMENT: "演示部门",
    Role.PLANNER: "演示规划员",
    Role.COMMUNITY: "演示社区",
    Role.STREET_OFFICE: "演示街道办",
    Role.DISTRICT: "演示区级",
    Role.AUDITOR: "演示审计员",
    Role.ADMINISTRATOR: "演示管理员",
}


def login_of(role: Role) -> str:
    """The name of a role's demo account.

    >>> login_of(Role.STREET_OFFICE)
    'demo-street-office'
    """
    return f"demo-{role.value.replace('_', '-')}"


def welcome_visitors(connection: Connection) -> None:
    """Let strangers at this machine read the places of the store. A step of ``load_city(afterwards=…)``."""
    connection.execute(
        "INSERT INTO store_setting VALUES ('demo', 'true') ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    )


def employ_everybody(connection: Connection) -> None:
    """Make one demo account a role, each at the first place of its level. A step of ``load_city(afterwards=…)``."""
    hashed = hasher().hash(PASSWORD)
    for role, level in PLACES.items():
        place = _first(connection, level) if level else None
        if place is not None or level is None:
            _employ(connection, role, (level or "store", place), hashed)


def _first(connection: Connection, level: str) -> object:
    row = connection.execute(f"SELECT id FROM {level} WHERE households > 0 ORDER BY code LIMIT 1").fetchone()  # noqa: S608  # our own words
    return row[0] if row else None


def _employ(connection: Connection, role: Role, place: tuple[str, object], hashed: str) -> None:
    person = connection.execute("INSERT INTO person (name) VALUES (%s) RETURNING id", [NAMES[role]]).fetchone()
    assert person is not None
    connection.execute(
        "INSERT INTO assignment (person_id, role, level, place_id) VALUES (%s, %s, %s, %s)",
        [person[0], role.value, *place],
    )
    connection.execute(
        "WITH made AS (INSERT INTO account (person_id, login, demo) VALUES (%s, %s, true) RETURNING id)"
        " INSERT INTO credential (account_id, password_hash) SELECT id, %s FROM made",
        [person[0], login_of(role), hashed],
    )
