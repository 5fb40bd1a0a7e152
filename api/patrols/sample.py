"""Fills the sample with a year of rounds, visits and checks that ends today, walked by one grid worker a community.

The walks come from ``geo.synthesis.rounds``; their tracks go through the same cleaning, flags and thirty metres as a
phone's. Runs as the owner, inside the load.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
import shapely

from api.patrols.service import shape_of, stored
from geo.synthesis.rounds import Door, Round, rounds_of
from geo.tracks.clean import REPLAYED, Track, clean
from geo.tracks.coverage import passed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg import Connection

SEED = 11
WALKERS = ("陈素兰", "刘建国", "王小琴", "张德明", "赵玉芬", "周强")
DOORS = """
SELECT u.id, u.community_id, ST_X(s.spot), ST_Y(s.spot), ST_AsBinary(u.geometry) FROM unit u JOIN building b
    ON b.id = u.building_id CROSS JOIN LATERAL (SELECT ST_PointOnSurface(u.geometry) AS spot) s
 WHERE u.households > 0 ORDER BY u.community_id, u.code, u.id
"""
GRIDS = """
SELECT m.unit_id, min(m.micro_grid_id::text)::uuid FROM plan_member m JOIN plan p ON p.id = m.plan_id
 WHERE p.state = 'published' GROUP BY 1
"""
OWN = """
SELECT a.id, a.person_id, s.community_id FROM account a JOIN assignment s ON s.person_id = a.person_id
 WHERE a.login = 'demo-grid-worker'
"""
PATROL = (
    "id account_id person_id community_id micro_grid_id plan_id started_at ended_at length_m seconds fixes left_out"
)
PATROL += " passed flags digest"
VISIT = "id unit_id community_id micro_grid_id patrol_id account_id at outcome form note digest"
CHECK = "id checklist_id plan_id patrol_id community_id micro_grid_id account_id at item ok issue_id note"
HAZARDS = """
SELECT DISTINCT ON (community_id, reported_at::date) community_id, reported_at::date, id FROM issue
 WHERE kind = 'hazard' ORDER BY community_id, reported_at::date, id
"""


def walk_through_a_year(connection: Connection, now: datetime | None = None) -> None:
    """Rounds, visits, plans and checks that end ``now``. A step of ``load_city(afterwards=…)``, after the issues."""
    now = (now or datetime.now(UTC)).replace(microsecond=0)
    rows = connection.execute(DOORS).fetchall()
    doors = [Door(unit, community, lon, lat) for unit, community, lon, lat, _ in rows]
    town = _Town(
        {door.unit: place for place, door in enumerate(doors)},
        shapely.from_wkb([bytes(row[4]) for row in rows]),
        dict(connection.execute(GRIDS).fetchall()),
        _walkers(connection, list(dict.fromkeys(door.community for door in doors))),
        _plans(connection, list(dict.fromkeys(door.community for door in doors)), now),
        {(community, day): issue for community, day, issue in connection.execute(HAZARDS).fetchall()},
    )
    kept = _Diary()
    for walked in rounds_of(doors, now, seed=SEED):
        town.write(kept, walked)
    _copy(connection, "patrol", PATROL.split(), kept.patrols)
    _copy(connection, "patrol_track", ["patrol_id", "track"], kept.tracks)
    _copy(connection, "patrol_passed", ["patrol_id", "unit_id", "at"], kept.passed)
    _copy(connection, "visit", VISIT.split(), kept.visits)
    _copy(connection, "check_result", CHECK.split(), kept.checks)


def _walkers(connection: Connection, communities: list[UUID]) -> dict[UUID, tuple[UUID, UUID]]:
    """Who walks in each community (account, person): the demo grid worker at home, others without a password."""
    own = connection.execute(OWN).fetchone()
    walkers: dict[UUID, tuple[UUID, UUID]] = {own[2]: (own[0], own[1])} if own else {}
    for place, community in enumerate(communities):
        if community in walkers:
            continue
        name = WALKERS[place % len(WALKERS)]
        person = _one(connection, "INSERT INTO person (name) VALUES (%s) RETURNING id", [name])
        connection.execute(
            "INSERT INTO assignment (person_id, role, level, place_id) VALUES (%s, 'grid_worker', 'community', %s)",
            [person, community],
        )
        login = f"sample-walker-{place + 1}"
        account = _one(
            connection, "INSERT INTO account (person_id, login) VALUES (%s, %s) RETURNING id", [person, login]
        )
        walkers[community] = (account, person)
    return walkers


@dataclass(frozen=True)
class _Duty:
    """A checklist that is to be walked through every so many days."""

    plan: UUID
    checklist: UUID
    items: int
    every: timedelta


def _plans(connection: Connection, communities: list[UUID], now: datetime) -> dict[UUID, list[_Duty]]:
    """A plan for each community and checklist; those that are walked. The last community's newest waits and is late."""
    lists = connection.execute("SELECT id, jsonb_array_length(items) FROM checklist ORDER BY zh DESC").fetchall()
    add = """
    INSERT INTO patrol_plan (community_id, checklist_id, every_days, since, note)
    VALUES (%s, %s, %s, %s, %s) RETURNING id
    """
    walked: dict[UUID, list[_Duty]] = {community: [] for community in communities}
    for community in communities:
        for place, (checklist, items) in enumerate(lists):
            every, note = ((7, "每周一次"), (30, "每月一次"))[place % 2]
            neglected = community == communities[-1] and place == len(lists) - 1
            since = (now - timedelta(days=20 if neglected else 365)).date()
            plan = _one(connection, add, [community, checklist, every, since, note])
            if not neglected:
                walked[community].append(_Duty(plan, checklist, items, timedelta(days=every)))
    return walked


def _one(connection: Connection, query: str, values: list[Any]) -> UUID:
    row = connection.execute(query, values).fetchone()
    assert row is not None
    found: UUID = row[0]
    return found


class _Diary:
    """The rows that rounds leave behind."""

    def __init__(self) -> None:
        self.patrols: list[Sequence[Any]] = []
        self.tracks: list[Sequence[Any]] = []
        self.passed: list[Sequence[Any]] = []
        self.visits: list[Sequence[Any]] = []
        self.checks: list[Sequence[Any]] = []
        self.shapes: set[bytes] = set()


class _Town:
    """What a round is held against: homes, grids, walkers, plans, and hazards that were reported on the way."""

    def __init__(  # noqa: PLR0917  # what there is of a town
        self,
        place_of: dict[UUID, int],
        grounds: np.ndarray[Any, Any],
        grids: dict[UUID, UUID],
        walkers: dict[UUID, tuple[UUID, UUID]],
        plans: dict[UUID, list[_Duty]],
        hazards: dict[tuple[UUID, Any], UUID],
    ) -> None:
        self.units = list(place_of)
        self.grounds = grounds
        self.grids = grids
        self.walkers = walkers
        self.plans = plans
        self.done: dict[UUID, datetime] = {}
        self.hazards = hazards

    def write(self, kept: _Diary, walked: Round) -> None:
        """Write one round down, as its end would."""
        key, (account, person) = _key("round", walked.number), self.walkers[walked.community]
        track = clean(walked.fixes) if walked.fixes else Track((), (), (), (), 62.0 * len(walked.route), 0.0)
        units = self._passed(track) if walked.fixes else list(walked.route)
        digest = shape_of(track) if walked.fixes else None
        flags = [*track.flags, *([REPLAYED] if digest in kept.shapes else [])]
        kept.shapes |= {digest} if digest else set()
        seconds = track.seconds or (walked.ended_at - walked.started_at).total_seconds()
        duty = self._duty(walked) if walked.checks else None
        plan = duty.plan if duty else None
        grid = self.grids.get(walked.route[0])
        figures = (track.length_m, seconds, len(walked.fixes), len(track.left_out), len(units))
        told = json.dumps([asdict(flag) for flag in flags], ensure_ascii=False)
        times = (walked.started_at, walked.ended_at)
        kept.patrols.append((key, account, person, walked.community, grid, plan, *times, *figures, told, digest))
        if walked.fixes:
            kept.tracks.append((key, json.dumps(stored(track))))
        kept.passed += [(key, unit, walked.ended_at) for unit in units]
        self._visits(kept, walked, key, account)
        if duty:
            self._checks(kept, walked, duty, (key, walked.community, grid, account))

    def _checks(self, kept: _Diary, walked: Round, duty: _Duty, where: tuple[Any, ...]) -> None:
        for item in range(duty.items):
            ok = walked.checks[item % len(walked.checks)]
            issue = None if ok else self.hazards.get((walked.community, walked.ended_at.date()))
            check = (_key("check", walked.number, item), duty.checklist, duty.plan)
            kept.checks.append((*check, *where, walked.ended_at, item, ok, issue, "" if ok else "现场已拍照上报"))

    def _duty(self, walked: Round) -> _Duty:
        """What this round goes by: the plan that has been due the longest."""
        never = walked.ended_at - timedelta(days=3650)
        duty = min(self.plans[walked.community], key=lambda one: self.done.get(one.plan, never) + one.every)
        self.done[duty.plan] = walked.ended_at
        return duty

    def _passed(self, track: Track) -> list[UUID]:
        return [self.units[place] for place in np.nonzero(passed(track, self.grounds))[0]]

    def _visits(self, kept: _Diary, walked: Round, key: UUID, account: UUID) -> None:
        for number, call in enumerate(walked.calls):
            visit = _key("visit", walked.number, number)
            form = json.dumps({"people": call.people} if call.outcome == "met" else {})
            where = (call.unit, walked.community, self.grids.get(call.unit), key, account)
            kept.visits.append((visit, *where, call.at, call.outcome, form, call.note, visit.bytes * 2))


def _key(*names: object) -> UUID:
    words = "/".join(str(name) for name in ("sample", SEED, *names))
    return UUID(bytes=hashlib.sha256(words.encode()).digest()[:16], version=4)


def _copy(connection: Connection, table: str, columns: list[str], rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
