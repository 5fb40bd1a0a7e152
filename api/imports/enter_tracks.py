"""Enters GPS tracks as rounds that were walked: cleaned, flagged as imported, held against the homes they passed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import numpy as np
import shapely

from api.imports.ground import Ground
from api.imports.journeys import journeys_of
from api.imports.outcome import RowOutcome
from geo.exchange.placing import NONE, placed
from geo.tracks.clean import IMPORTED, REPLAYED
from geo.tracks.coverage import passed

if TYPE_CHECKING:
    from psycopg import Connection

    from api.imports.book import Book
    from api.imports.journeys import Journey
    from api.imports.outcome import Outcome
    from geo.exchange.delivery import Delivery
    from geo.tracks.clean import Fix, Track

ROUNDS = UUID("d0a4fe1e-5a0d-5d42-8d2c-7a0f6f1d2c33")
"""The space in which the positions of a track become the key of its round."""
NOBODY = UUID(int=0)
ENOUGH_TO_KNOW = 20
"""Fixes from which on two tracks are no longer alike by chance."""
WIDEST_DEG = 0.5
COLUMNS = (
    "id",
    "account_id",
    "person_id",
    "community_id",
    "micro_grid_id",
    "started_at",
    "ended_at",
    "length_m",
    "seconds",
    "fixes",
    "left_out",
    "passed",
    "flags",
    "digest",
)
WALKER = "SELECT me('account'), me('person')"
UNNAMED = "SELECT id FROM person WHERE name = %s AND community_id IS NULL ORDER BY id LIMIT 1"
NEW_UNNAMED = "INSERT INTO person (name) VALUES (%s) RETURNING id"
UNNAMED_NAME = "导入的轨迹"
KNOWN = "SELECT id FROM patrol WHERE id = ANY(%s)"
WALKED = "SELECT was_walked_before(%s, %s)"
GRID = """
SELECT m.id
  FROM (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS place,
               (now() AT TIME ZONE 'Asia/Shanghai')::date AS today,
               (CAST(%(at)s AS timestamptz) AT TIME ZONE 'Asia/Shanghai')::date AS day) a
  JOIN micro_grid m ON m.geometry && a.place AND ST_Covers(m.geometry, a.place)
  JOIN plan_reign r ON r.plan_id = m.plan_id AND r.community_id = m.community_id AND upper_inf(r.recorded)
   AND (r.effective @> a.day OR r.effective @> a.today)
 ORDER BY r.effective @> a.day DESC, m.id LIMIT 1
"""
NEAR = """
SELECT u.id, ST_AsBinary(u.geometry) FROM unit u
 WHERE u.geometry && ST_Expand(ST_MakeEnvelope(%s, %s, %s, %s, 4326), 0.0005)
"""
KEEP_TRACK = "INSERT INTO patrol_track VALUES (%s, %s)"
KEEP_PASSED = "INSERT INTO patrol_passed SELECT %s, u, %s FROM unnest(%s::uuid[]) AS u ON CONFLICT DO NOTHING"


def enter_tracks(book: Book, delivery: Delivery, outcome: Outcome) -> None:
    """Enter tracks; the same positions at the same times are the same round, whatever the file is called.

    Args:
        book: what writes; its transaction.
        delivery: points with times, degrees WGS-84.
        outcome: told what became of each track, at its first row.
    """
    connection = book.connection
    journeys = [journey for journey in journeys_of(delivery) if journey.fixes]
    if not journeys:
        return
    keys = [uuid5(ROUNDS, _words(journey)) for journey in journeys]
    there = {row[0] for row in connection.execute(KNOWN, [keys]).fetchall()}
    account, person = _walker(connection)
    fresh = []
    for journey, key in zip(journeys, keys, strict=True):
        known = key in there
        outcome.rows.append(
            RowOutcome(
                journey.rows[0],
                "same" if known else "added",
                journey.name,
                key,
                {"fixes": len(journey.fixes), "length_m": round(journey.track.length_m)},
            )
        )
        if not known:
            fresh.append((key, journey))
        there.add(key)
    starts = np.array([shapely.Point(j.fixes[0].lon, j.fixes[0].lat) for _, j in fresh], dtype=object)
    rows, notes = [], []
    for (key, journey), community in zip(fresh, _communities(book, starts), strict=True):
        units = _passed(connection, journey)
        rows.append(_row(connection, (key, account, person, community), journey, len(units)))
        notes.append((key, journey, units))
    if not rows:
        return
    book.add("patrol", COLUMNS, rows)
    for key, journey, units in notes:
        connection.execute(KEEP_TRACK, [key, json.dumps(_stored(journey.track))])
        if units:
            connection.execute(KEEP_PASSED, [key, journey.fixes[-1].at, units])


def _words(journey: Journey) -> str:
    return ";".join(f"{f.at.isoformat()},{f.lon:.7f},{f.lat:.7f}" for f in journey.fixes)


def _walker(connection: Connection) -> tuple[UUID, UUID]:
    """Whose rounds these are: of whoever brought the file; from the command line nobody's, under a name saying so."""
    row = connection.execute(WALKER).fetchone()
    if row is not None and row[0] is not None and row[1] is not None:
        return row[0], row[1]
    found = (
        connection.execute(UNNAMED, [UNNAMED_NAME]).fetchone()
        or connection.execute(NEW_UNNAMED, [UNNAMED_NAME]).fetchone()
    )
    assert found is not None
    return NOBODY, found[0]


def _communities(book: Book, starts: np.ndarray[Any, np.dtype[np.object_]]) -> list[UUID]:
    """The community in which each round began; ground that stands in for one where nobody has drawn any."""
    if not len(starts):
        return []
    ground = Ground(book, starts)
    communities = ground.of("community")
    where = placed(starts, communities.shapes).parent
    found: list[UUID | None] = [None if at == NONE else communities.rows[at]["id"] for at in where]
    loose = np.flatnonzero(where == NONE)
    if len(loose):
        book.connection.execute("SET CONSTRAINTS ALL DEFERRED")
        holder = ground.hold("community", starts[loose])
        book.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for at in loose:
            found[at] = holder
    return [key for key in found if key is not None]


def _passed(connection: Connection, journey: Journey) -> list[UUID]:
    fixes = [fix for line in journey.track.lines for fix in line]
    if not fixes:
        return []
    lons, lats = [fix.lon for fix in fixes], [fix.lat for fix in fixes]
    if max(lons) - min(lons) > WIDEST_DEG or max(lats) - min(lats) > WIDEST_DEG:  # no walk
        return []
    rows = connection.execute(NEAR, [min(lons), min(lats), max(lons), max(lats)]).fetchall()
    grounds = [shapely.from_wkb(row[1]) for row in rows]
    return [row[0] for row, near in zip(rows, passed(journey.track, grounds), strict=True) if near]


def _row(connection: Connection, keys: tuple[UUID, UUID, UUID, UUID], journey: Journey, units: int) -> list[Any]:
    track, fixes = journey.track, journey.fixes
    lon, lat = fixes[0].lon, fixes[0].lat
    grid = connection.execute(GRID, {"lon": lon, "lat": lat, "at": fixes[0].at}).fetchone()
    flags = [*track.flags, IMPORTED]
    digest = _digest(track)
    if digest is not None:
        again = connection.execute(WALKED, [digest, keys[0]]).fetchone()
        flags += [REPLAYED] if again is not None and again[0] else []
    told = json.dumps([asdict(flag) for flag in flags], ensure_ascii=False)
    return [
        *keys,
        grid[0] if grid else None,
        fixes[0].at,
        fixes[-1].at,
        track.length_m,
        track.seconds,
        len(fixes),
        len(track.left_out),
        units,
        told,
        digest,
    ]


def _digest(track: Track) -> bytes | None:
    """Where it went and at what pace, as ``api.patrols`` writes it down: a walk played back is known again."""
    fixes = [fix for line in track.lines for fix in line]
    if len(fixes) < ENOUGH_TO_KNOW:
        return None
    start = fixes[0].at
    words = ";".join(f"{f.lon:.7f},{f.lat:.7f},{(f.at - start).total_seconds():.0f}" for f in fixes)
    return hashlib.sha256(words.encode()).digest()


def _plain(fix: Fix) -> list[Any]:
    return [fix.at.isoformat(), fix.lon, fix.lat, fix.accuracy_m, fix.mocked]


def _stored(track: Track) -> dict[str, Any]:
    return {
        "lines": [[_plain(fix) for fix in line] for line in track.lines],
        "stops": [[s.lon, s.lat, s.since.isoformat(), s.until.isoformat()] for s in track.stops],
        "left_out": [[*_plain(lost.fix), lost.why] for lost in track.left_out[:500]],
    }
