"""Takes an import back: names first what would be lost with it, then restores every row as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql

from api.trouble import Trouble

if TYPE_CHECKING:
    from uuid import UUID

    from psycopg import Connection

KINDS = ("issue", "patrol", "household", "floor", "plan_member", "micro_grid", "plan", "unit", "building", "compound",
         "community", "subdistrict", "district", "barrier", "area", "official_code")  # fmt: skip
"""From the inside outwards: the order in which rows can go; restored in the opposite one."""
RESTORED = {
    "district": ("code", "name", "name_en", "geometry"),
    "subdistrict": ("code", "name", "name_en", "district_id", "geometry"),
    "community": ("code", "name", "name_en", "subdistrict_id", "kind", "geometry"),
    "compound": ("code", "name", "name_en", "community_id", "kind", "address", "geometry"),
    "building": ("code", "name", "name_en", "compound_id", "community_id", "address", "use", "floors", "built",
                 "geometry"),
    "unit": ("code", "name", "name_en", "building_id", "community_id", "floor_lo", "floor_hi", "estimated",
             "households_declared", "geometry"),
    "floor": ("unit_id", "community_id", "number", "households_declared"),
    "household": ("floor_id", "community_id", "door"),
    "issue": ("kind", "top", "category", "severity", "title", "description", "address", "stage",
              "stage_since", "closed_at", "geometry"),
    "barrier": ("kind", "road_class", "name", "name_en", "geometry"),
    "area": ("kind", "name", "name_en", "geometry"),
}  # fmt: skip

LATER = """
SELECT DISTINCT i.file_name, i.asked_at FROM import_change mine
  JOIN import_change later ON later.place_id = mine.place_id AND later.import_id <> mine.import_id
   AND later.seq > mine.seq
  JOIN import i ON i.id = later.import_id
 WHERE mine.import_id = %(import)s AND i.state = 'entered' ORDER BY i.asked_at LIMIT 5
"""
# Cases that the import moved stand again where they stood: by one more event, for events are never taken back.
MOVED_BACK = """
INSERT INTO issue_event (issue_id, seq, at, action, account_id, party, status)
SELECT i.id, i.version + 1, now(), 'import', me('account'), 'import', h.before->>'status'
  FROM (SELECT DISTINCT ON (place_id) place_id, before FROM import_change
         WHERE import_id = %s AND kind = 'issue' AND action = 'changed' ORDER BY place_id, seq) h
  JOIN issue i ON i.id = h.place_id AND i.status <> h.before->>'status'
"""
# What came later and stands on the rows that this import added: (kind, name, how many).
STANDING_ON = """
WITH mine AS (SELECT place_id FROM import_change WHERE import_id = %(import)s AND action = 'added'),
  touched AS (SELECT place_id FROM import_change WHERE import_id = %(import)s)
SELECT 'compound', c.name, 1 FROM compound c
 WHERE c.community_id IN (SELECT * FROM mine) AND c.id NOT IN (SELECT * FROM touched)
UNION ALL SELECT 'building', b.name, 1 FROM building b
 WHERE b.compound_id IN (SELECT * FROM mine) AND b.id NOT IN (SELECT * FROM touched)
UNION ALL SELECT 'unit', u.name, 1 FROM unit u
 WHERE u.building_id IN (SELECT * FROM mine) AND u.id NOT IN (SELECT * FROM touched)
UNION ALL SELECT 'floor', u.name, count(*)::integer FROM floor f JOIN unit u ON u.id = f.unit_id
 WHERE f.unit_id IN (SELECT * FROM mine) AND f.id NOT IN (SELECT * FROM touched) GROUP BY u.name
UNION ALL SELECT 'plan', p.name, count(*)::integer FROM plan_member m JOIN plan p ON p.id = m.plan_id
 WHERE m.unit_id IN (SELECT * FROM mine) AND p.id NOT IN (SELECT * FROM touched) GROUP BY p.id, p.name
UNION ALL SELECT 'micro_grid', g.name, 1 FROM micro_grid g
 WHERE g.compound_id IN (SELECT * FROM mine) AND g.plan_id NOT IN (SELECT * FROM touched)
UNION ALL SELECT 'plan_of_community', p.name, 1 FROM plan p
 WHERE p.community_id IN (SELECT * FROM mine) AND p.id NOT IN (SELECT * FROM touched)
UNION ALL SELECT 'issue', i.code, count(*)::integer FROM issue i JOIN issue_event e ON e.issue_id = i.id
   AND e.action <> 'import' WHERE i.id IN (SELECT * FROM mine) GROUP BY i.code
UNION ALL SELECT 'issue', i.code, 1 FROM issue i
 WHERE i.community_id IN (SELECT * FROM mine) AND i.id NOT IN (SELECT * FROM touched)
UNION ALL SELECT 'patrol', coalesce(s.name, ''), 1 FROM patrol p LEFT JOIN person s ON s.id = p.person_id
 WHERE p.community_id IN (SELECT * FROM mine) AND p.id NOT IN (SELECT * FROM touched)
UNION ALL SELECT 'visit', u.name, count(*)::integer FROM visit v JOIN unit u ON u.id = v.unit_id
 WHERE (v.unit_id IN (SELECT * FROM mine) OR v.patrol_id IN (SELECT * FROM mine)) GROUP BY u.name
UNION ALL SELECT 'person', s.name, 1 FROM assignment a JOIN person s ON s.id = a.person_id
 WHERE a.place_id IN (SELECT * FROM mine)
ORDER BY 1, 2 LIMIT 200
"""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that an undo would take along although the import did not bring it."""

    kind: str
    name: str
    count: int


def losses(connection: Connection, import_id: UUID) -> list[Loss]:
    """What would be lost besides the import's own rows: later dwellings, plans, people on duty there."""
    return [Loss(*row) for row in connection.execute(STANDING_ON.encode(), {"import": import_id}).fetchall()]


def undo(connection: Connection, import_id: UUID) -> dict[str, int]:
    """Restore everything as it was before; how many rows of each kind were put back.

    Raises:
        Trouble: a later import changed the same places, or something stands on them; the sentence names it.
    """
    later = connection.execute(LATER.encode(), {"import": import_id}).fetchall()
    if later:
        names = "、".join(row[0] for row in later)
        raise Trouble(
            f"之后的导入（{names}）改动了同样的地方，请先撤销它。",
            f"A later import ({names}) changed the same places; undo that first.",
        )
    if lost := losses(connection, import_id):
        names = "、".join(f"{loss.name}（{loss.kind} × {loss.count}）" for loss in lost[:8])
        raise Trouble(
            f"撤销会丢失后来建立的内容：{names}。请先移除这些内容。",
            f"This would lose what was built on it since: {names}. Remove that first.",
        )
    connection.execute("SET CONSTRAINTS ALL DEFERRED")
    done = {}
    for kind in reversed(KINDS):
        done[kind] = _bring_back(connection, import_id, kind)
    for kind in reversed(KINDS):
        done[kind] += _change_back(connection, import_id, kind)
    for kind in KINDS:
        done[kind] += _take_out(connection, import_id, kind)
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return {kind: count for kind, count in done.items() if count}


def _bring_back(connection: Connection, import_id: UUID, kind: str) -> int:
    """Rows that the import removed, under their old keys."""
    if kind not in RESTORED:
        return 0
    columns = ("id", *RESTORED[kind])
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    olds = sql.SQL(", ").join(sql.SQL("old.{}").format(sql.Identifier(name)) for name in columns)
    return connection.execute(
        sql.SQL(
            "INSERT INTO {table} ({names}) SELECT {olds} FROM import_change h,"
            " LATERAL jsonb_populate_record(NULL::{table}, h.before) old"
            " WHERE h.import_id = %s AND h.kind = %s AND h.action = 'removed' ORDER BY h.seq DESC"
        ).format(table=sql.Identifier(kind), names=names, olds=olds),
        [import_id, kind],
    ).rowcount


def _change_back(connection: Connection, import_id: UUID, kind: str) -> int:
    """Rows that the import changed; the oldest note of a row is what it was before all of them."""
    if kind not in RESTORED:
        return 0
    if kind == "issue":
        connection.execute(MOVED_BACK, [import_id])
    sets = sql.SQL(", ").join(sql.SQL("{0} = old.{0}").format(sql.Identifier(name)) for name in RESTORED[kind])
    return connection.execute(
        sql.SQL(
            "UPDATE {table} p SET {sets} FROM (SELECT DISTINCT ON (place_id) place_id, before FROM import_change"
            " WHERE import_id = %s AND kind = %s AND action = 'changed' ORDER BY place_id, seq) h,"
            " LATERAL jsonb_populate_record(NULL::{table}, h.before) old WHERE p.id = h.place_id"
        ).format(table=sql.Identifier(kind), sets=sets),
        [import_id, kind],
    ).rowcount


def _take_out(connection: Connection, import_id: UUID, kind: str) -> int:
    """Rows that the import added."""
    if kind == "plan_member":  # goes with its grid
        return 0
    added = "SELECT place_id FROM import_change WHERE import_id = %s AND kind = %s AND action = 'added'"
    if kind == "issue":  # their events go with them, which no account may do by itself
        taken = connection.execute("SELECT take_back_issues(%s)", [import_id]).fetchone()
        return int(taken[0]) if taken is not None else 0
    gone = connection.execute(
        sql.SQL("DELETE FROM {} WHERE id IN ({})").format(sql.Identifier(kind), sql.SQL(added)),
        [import_id, kind],
    ).rowcount
    for table in ("place_source", "stand_in"):
        connection.execute(
            sql.SQL("DELETE FROM {} WHERE place_id IN ({})").format(sql.Identifier(table), sql.SQL(added)),
            [import_id, kind],
        )
    return gone
