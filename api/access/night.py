"""What the house does by itself for access: forgets what has been kept long enough, and checks the audit's chains.

The check reads with the auditor's role of the database, which sees the audit and nothing else; its result is an event
of the audit itself, so that nobody can take it back.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
import structlog
from psycopg.types.json import Jsonb

from api.access import ledger, retention
from api.access.audit import Action

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger(__name__)

FORGET = "access.forget"
CHECK = "access.check"
QUEUE = "access"
FORGET_AT = "12 3 * * *"
CHECK_AT = "42 3 * * *"
MOST_BREAKS = 20

RESULT = """
INSERT INTO audit_event (chain, seq, at, hash, action, kind, details) VALUES (0, 0, now(), '', %s, 'audit', %s)
"""


def utc_now() -> datetime:
    """The moment."""
    return datetime.now(UTC)


def forget(app_url: str, now: Callable[[], datetime] = utc_now) -> dict[str, int]:
    """Apply the retention rules; how many rows each touched."""
    with psycopg.connect(app_url) as connection:
        connection.execute("SET LOCAL statement_timeout = '10min'")
        touched = retention.apply(connection, now())
    log.info("forgot what was kept long enough", **touched)
    return touched


def check(audit_url: str, app_url: str) -> ledger.Verdict:
    """Walk the audit's chains and write down what was found."""
    with psycopg.connect(audit_url) as connection:
        verdict = ledger.verify(connection)
    breaks = [{"chain": one.chain, "seq": one.seq, "why": one.why} for one in verdict.breaks[:MOST_BREAKS]]
    details = {"events": verdict.events, "sound": verdict.sound, "breaks": breaks}
    with psycopg.connect(app_url) as connection:
        connection.execute(RESULT, [Action.AUDIT_CHECKED.value, Jsonb(details)])
    (log.info if verdict.sound else log.error)("checked the audit", events=verdict.events, sound=verdict.sound)
    return verdict
