"""Forgets what has been kept long enough, by rules kept as data (migration 0025)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

APPLY = {
    "session": "DELETE FROM session WHERE coalesce(ended_at, expires_at) < %(before)s",
    "access_token": "DELETE FROM access_token WHERE coalesce(ended_at, expires_at) < %(before)s",
    "attempt": "DELETE FROM attempt WHERE last_at < %(before)s",
    "person_left": """
UPDATE person SET name = '已删除', floor_id = NULL, party_member = false, phone_sealed = NULL, phone_digest = NULL,
       phone_tail = '', id_number_sealed = NULL, id_number_digest = NULL, id_number_tail = '', erased_at = now()
 WHERE left_at < %(before)s AND erased_at IS NULL
""",
    "patrol_track": """
WITH old AS (SELECT id FROM patrol WHERE ended_at < %(before)s),
     fixes AS (DELETE FROM patrol_batch WHERE patrol_id IN (SELECT id FROM old))
DELETE FROM patrol_track WHERE patrol_id IN (SELECT id FROM old)
""",
}
EVENT = """
INSERT INTO audit_event (chain, seq, at, hash, action, kind, details)
VALUES (0, 0, now(), '', 'retention.applied', %s, jsonb_build_object('rows', %s::integer))
"""


def apply(connection: Connection, now: datetime) -> dict[str, int]:
    """Apply every rule as of ``now`` (the owner's connection); how many rows each of them touched."""
    touched = {}
    for kind, before in connection.execute(
        "SELECT kind, %s::timestamptz - make_interval(days => days) FROM retention_rule ORDER BY kind", [now]
    ).fetchall():
        if kind in APPLY:
            touched[kind] = connection.execute(APPLY[kind], {"before": before}).rowcount
            if touched[kind]:
                connection.execute(EVENT, [kind, touched[kind]])
    return touched
