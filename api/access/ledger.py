"""Checks the audit's chains from outside the store: every event there, unedited, in its order.

The store only prints its columns; the hashes are computed here. A chain that was cut at its end looks sound from the
inside, so the heads are exported (``head``) and kept elsewhere: a later ``verify`` against them finds the cut.
"""

from __future__ import annotations

from binascii import hexlify
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from psycopg import Connection

CHAINS = 16
COLUMNS = """
SELECT encode(hash, 'hex'), chain, seq, (date_part('epoch', at) * 1000000)::bigint, account_id, action, kind, object_id,
       place_id, address, reason, details FROM audit_event ORDER BY chain, seq
"""
"""The moment in float seconds: exact to the microsecond until the year 2255, and spelled twice as fast as in digits."""
HEADS = "SELECT chain, length, encode(head, 'hex') FROM audit_chain ORDER BY chain"


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain is broken: from this event on, nothing can be trusted."""

    chain: int
    seq: int
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many events were read, and every break that was found (one a chain at most, and one for its end)."""

    events: int
    breaks: tuple[Break, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing was edited, deleted or reordered."""
        return not self.breaks


Heads = dict[int, tuple[int, str]]


def heads(connection: Connection) -> Heads:
    """Each chain's length and newest hash, to be kept outside the store."""
    return {chain: (length, head) for chain, length, head in connection.execute(HEADS)}


def as_plain(chains: Heads) -> dict[str, Any]:
    """The heads as JSON."""
    return {str(chain): {"length": length, "hash": head} for chain, (length, head) in chains.items()}


def from_plain(stored: Mapping[str, Mapping[str, Any]]) -> Heads:
    """The heads from JSON."""
    return {int(chain): (int(head["length"]), str(head["hash"])) for chain, head in stored.items()}


def verify(
    connection: Connection, exported: Heads | None = None, progress: Callable[[int], None] = lambda _: None
) -> Verdict:
    """Walk every chain from its first event to its head.

    Args:
        connection: the owner's connection; one transaction that nobody changes under the walk.
        exported: heads that were taken out earlier; each must still be in its chain.
        progress: told the number of events read, every so often.
    """
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    known = heads(connection)
    walk = _Walk(exported or {}, progress)
    with connection.cursor() as cursor, cursor.copy(f"COPY ({COLUMNS}) TO STDOUT (NULL '')") as copy:
        walk.along(bytes(row) for row in copy)
    walk.compare(known, "the chain's end is missing")
    walk.compare(exported or {}, "the chain does not hold its exported head", exactly=False)
    missing = [Break(chain, 0, "the chain itself is missing") for chain in range(CHAINS) if chain not in known]
    return Verdict(walk.events, (*walk.breaks.values(), *missing))


class _Walk:
    """The state of one walk: the last event of each chain, and the first break."""

    def __init__(self, exported: Heads, progress: Callable[[int], None]) -> None:
        self.events = 0
        self.breaks: dict[int, Break] = {}
        self.ends: Heads = {}
        self.passed: set[tuple[int, int, str]] = set()
        self._waypoints = {(chain, length) for chain, (length, _) in exported.items()}
        self._progress = progress

    def along(self, rows: Iterator[bytes]) -> None:
        """Follow every row; the rows come chain by chain, in the order of their numbers."""
        chain, seq, previous, start = -1, 0, b"", b"\t"
        for row in rows:
            stored, _, words = row[:-1].partition(b"\t")
            if b"\\" in words:
                words = words.replace(b"\\\\", b"\\")
            if not words.startswith(start):
                self._end(chain, seq, previous)
                chain, seq, previous = int(words[: words.index(b"\t")]), 0, b""
                start = b"%d\t" % chain
            seq += 1
            self.events += 1
            previous = sha256(previous + words).digest()
            if stored != hexlify(previous) or not words.startswith(b"%d\t" % seq, len(start)):
                number = int(words.split(b"\t", 2)[1])
                self._note(chain, number, seq)
                seq = number
            if (chain, seq) in self._waypoints:
                self.passed.add((chain, seq, previous.hex()))
            if self.events % 50_000 == 0:
                self._progress(self.events)
        self._end(chain, seq, previous)

    def _note(self, chain: int, seq: int, due: int) -> None:
        why = f"event {due} is missing or out of order" if seq != due else "the event was changed"
        self.breaks.setdefault(chain, Break(chain, due, why))

    def _end(self, chain: int, seq: int, head: bytes) -> None:
        if chain >= 0:
            self.ends[chain] = (seq, head.hex())

    def compare(self, expected: Heads, why: str, *, exactly: bool = True) -> None:
        """Note each chain that does not end at (or, with ``exactly=False``, pass through) its expected head."""
        for chain, (length, head) in expected.items():
            there = (
                self.ends.get(chain, (0, "")) == (length, head)
                if exactly
                else length == 0 or (chain, length, head) in self.passed
            )
            if not there:
                self.breaks.setdefault(chain, Break(chain, length, why))
