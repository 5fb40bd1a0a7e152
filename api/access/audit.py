"""Writes down what was done: one event a change or a sensitive look, in the same transaction as the deed.

Who, when and the chain are filled in by the store (migration 0023); an event names things by id and never repeats
what was in them.
"""

from __future__ import annotations

import ipaddress
import json
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


class Action(StrEnum):
    """Everything that leaves an event. The first word is the thing, the second the deed."""

    SESSION_OPENED = "session.opened"
    SESSION_REFUSED = "session.refused"
    SESSION_ENDED = "session.ended"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105  # a deed's name
    TOTP_CHANGED = "totp.changed"
    TOKEN_MADE = "token.made"  # noqa: S105  # a deed's name
    TOKEN_ENDED = "token.ended"  # noqa: S105  # a deed's name
    ACCOUNT_MADE = "account.made"
    ACCOUNT_CHANGED = "account.changed"
    PERSON_ADDED = "person.added"
    PERSON_CHANGED = "person.changed"
    PERSON_REVEALED = "person.revealed"
    REVEALS_SPENT = "person.reveals_spent"
    """The alarm for an auditor: somebody has looked at as many numbers today as one may."""
    PERSON_EXPORTED = "person.exported"
    PERSON_ERASED = "person.erased"
    ASSIGNMENT_MADE = "assignment.made"
    ASSIGNMENT_CHANGED = "assignment.changed"
    ASSIGNMENT_ENDED = "assignment.ended"
    ROSTER_IMPORTED = "roster.imported"
    RULE_CHANGED = "rule.changed"
    RETENTION_APPLIED = "retention.applied"
    KEYS_ROTATED = "keys.rotated"
    AUDIT_READ = "audit.read"
    ISSUES_EXPORTED = "issues.exported"
    TRACK_READ = "track.read"
    AUDIT_CHECK_ASKED = "audit.check_asked"
    AUDIT_CHECKED = "audit.checked"
    REQUEST_MADE = "request.made"
    """Any other change that was asked for over HTTP: no changing request goes unwritten."""


RECORD = text("""
INSERT INTO audit_event (chain, seq, at, hash, action, kind, object_id, place_id, account_id, address, reason, details)
VALUES (0, 0, now(), '', :action, :kind, :object_id, :place_id, :account_id, :address, :reason, CAST(:details AS jsonb))
""")


@lru_cache(4_096)
def address_prefix(address: str) -> str:
    """The network of an address: /24, or /64 for IPv6. Offices share one; it is enough to tell where from.

    >>> address_prefix("10.1.2.3"), address_prefix("nonsense")
    ('10.1.2.0/24', '')
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 64), strict=False))  # noqa: PLR2004  # IPv4


async def record(
    session: AsyncSession,
    action: Action,
    *,
    kind: str = "",
    object_id: UUID | str = "",
    place_id: UUID | None = None,
    account_id: UUID | None = None,
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """Write one event into this transaction.

    Args:
        session: the transaction of the deed.
        action: what was done.
        kind: what kind of thing ``object_id`` is ("person", "micro_grid").
        object_id: the thing; ids only, never a name or a number of a person.
        place_id: the community, subdistrict or district whose auditor reads it; None for the store's auditor.
        account_id: who, where nobody has been admitted yet (logging in); else the store knows better.
        reason: why, in the words of whoever did it.
        details: ids before and after.
    """
    values = {
        "action": action.value,
        "kind": kind,
        "object_id": str(object_id),
        "place_id": place_id,
        "account_id": account_id,
        "address": session.info.get("address", ""),
        "reason": reason,
        "details": json.dumps(details or {}, default=str, ensure_ascii=False),
    }
    await session.execute(RECORD, values)
    session.info["recorded"] = True
