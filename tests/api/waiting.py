"""Waits for what another transaction does, instead of guessing how long it takes on this machine."""

from __future__ import annotations

import time

import psycopg

WITHIN_S = 300.0


def until_somebody_waits(url: str) -> None:
    """Return as soon as some transaction of the server at ``url`` waits for a lock."""
    end = time.monotonic() + WITHIN_S
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone() is None:
            assert time.monotonic() < end, "nobody ever waited"
            time.sleep(0.05)
