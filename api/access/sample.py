"""Gives the sample its people: who leads, who walks, who polices (一格三长三员一警), and here and there nobody yet.

Most micro-grids have their worker; every eleventh has none, and a few miss their party member, so that the roster shows
what a vacancy looks like. Couriers tend several grids part-time until a day; one police officer serves two communities;
every community's lead also keeps its office. None of them can log in: the demo accounts (``api.access.demo``) can.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING
from uuid import UUID

from api.access.people import sealed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import Connection

    from api.access.keyring import Keyring

SURNAMES = "李王张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = (
    "素芬建国秀英德明小琴志强玉兰国华春梅永贵丽娟文斌桂香海涛雪梅长林晓燕光荣淑珍天佑慧敏立新红霞"
    "思远佳怡子涵守义凤琴宏伟月娥学军家豪"
)
"""Given names of two characters each."""

PLACES = """
SELECT level, id, community_id, households FROM (
  SELECT 'community' AS level, id, id AS community_id, code, households FROM community
  UNION ALL SELECT 'compound', id, community_id, code, households FROM compound
  UNION ALL SELECT 'building', id, community_id, code, households FROM building
  UNION ALL SELECT 'unit', id, community_id, code, households FROM unit
  UNION ALL SELECT 'micro_grid', g.id, g.community_id, g.code, g.households
    FROM micro_grid g JOIN plan p ON p.id = g.plan_id WHERE p.in_force
) AS place WHERE households > 0 ORDER BY level, code, id
"""
PERSON = "id name party_member phone_sealed phone_digest phone_tail"
ASSIGNMENT = "id person_id role post level place_id since until"
VACANT, EVERY = 7, 11
"""Of ``EVERY`` grids this one has no worker."""
NO_MEMBER, OF = 5, 8
"""Of ``OF`` workers this one is in no party."""
LED_BUILDING = 24
"""Households from which a building has a lead of its own; every third such building has leads of its units too."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place at which somebody may stand."""

    level: str
    id: UUID
    community: UUID
    households: int


@dataclass(slots=True)
class Staff:
    """The rows of everybody taken on so far."""

    since: datetime
    ring: Keyring | None
    people: list[Sequence[object]] = field(default_factory=list)
    posts: list[Sequence[object]] = field(default_factory=list)
    names: Iterator[tuple[str, str]] = field(default_factory=lambda: iter(_names()))

    def hire(self, *, party: bool = False) -> UUID:
        """Somebody new."""
        number = len(self.people)
        person = _key("person", number)
        numbers = sealed(self.ring, person, "phone", f"1990000{number:04d}") if self.ring else {}
        phone = (numbers.get("phone_sealed"), numbers.get("phone_digest"), numbers.get("phone_tail", ""))
        self.people.append((person, "".join(next(self.names)), party, *phone))
        return person

    def post(
        self,
        person: UUID,
        role: str,
        post: str,
        place: Place,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> None:
        """Give somebody a post."""
        told = (_key("post", len(self.posts)), person, role, post, place.level, place.id, since or self.since, until)
        self.posts.append(told)


def take_on_staff(connection: Connection, ring: Keyring | None = None, now: datetime | None = None) -> None:
    """Staff the places of the plan in force, a step of ``load_city(afterwards=…)``; without ``ring`` without phones."""
    now = (now or datetime.now(UTC)).replace(microsecond=0)
    places = [Place(*row) for row in connection.execute(PLACES).fetchall()]
    staff = Staff(now - timedelta(days=300), ring)
    _lead(staff, [place for place in places if place.level != "micro_grid"])
    _tend(staff, [place for place in places if place.level == "micro_grid"], now)
    _copy(connection, "person", PERSON, staff.people)
    _copy(connection, "assignment", ASSIGNMENT, staff.posts)


def _lead(staff: Staff, places: Sequence[Place]) -> None:
    """三长 and 一警: leads of communities, compounds, buildings and units; one police officer for two communities."""
    officer: UUID | None = None
    for number, place in enumerate(place for place in places if place.level == "community"):
        lead = staff.hire(party=True)
        staff.post(lead, "grid_lead", "grid_lead", place)
        staff.post(lead, "community", "", place)
        staff.post(staff.hire(party=True), "grid_lead", "grid_guide", place)
        officer = officer if officer and number % 2 else staff.hire(party=True)
        staff.post(officer, "department", "police", place)
    for number, place in enumerate(place for place in places if place.level == "compound"):
        staff.post(staff.hire(party=number % 3 > 0), "grid_lead", "grid_lead", place)
    tall = [place for place in places if place.level == "building" and place.households >= LED_BUILDING]
    for number, place in enumerate(tall):
        staff.post(staff.hire(party=number % 4 == 0), "grid_lead", "building_lead", place)
    units = [place for place in places if place.level == "unit" and place.households >= LED_BUILDING // 2]
    for place in units[::3]:
        staff.post(staff.hire(), "grid_lead", "unit_lead", place)


def _tend(staff: Staff, grids: Sequence[Place], now: datetime) -> None:
    """三员: a worker for most grids, couriers for three grids each, and somebody who begins next month."""
    for number, grid in enumerate(grids):
        if number % EVERY == VACANT:
            continue
        staff.post(staff.hire(party=number % OF != NO_MEMBER), "grid_worker", "grid_worker", grid)
    for number in range(0, len(grids) - 2, 16):
        courier = staff.hire(party=True)
        for grid in grids[number + 3 : number + 6]:
            staff.post(courier, "grid_worker", "part_time_worker", grid, until=now + timedelta(days=180))
    vacant = grids[VACANT::EVERY]
    for grid in vacant[:1]:
        left, coming = staff.hire(), staff.hire(party=True)
        staff.post(left, "grid_worker", "grid_worker", grid, until=now - timedelta(days=20))
        staff.post(coming, "grid_worker", "grid_worker", grid, since=now + timedelta(days=30))


def _names() -> Iterator[tuple[str, str]]:
    """Endless names, in an order in which neighbours do not share one."""
    pairs = list(product(SURNAMES, (GIVEN[at : at + 2] for at in range(0, len(GIVEN), 2))))
    step = 389  # has no factor in common with the number of pairs
    while True:
        for number in range(len(pairs)):
            yield pairs[number * step % len(pairs)]


def _key(*names: object) -> UUID:
    words = "/".join(str(name) for name in ("sample staff", *names))
    return UUID(bytes=hashlib.sha256(words.encode()).digest()[:16], version=4)


def _copy(connection: Connection, table: str, columns: str, rows: Sequence[Sequence[object]]) -> None:
    named = ", ".join(columns.split())
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({named}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
