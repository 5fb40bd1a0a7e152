"""A year of rounds through an invented town: who walked past which homes, whom they met, what they looked at.

The last weeks have their tracks; older rounds keep what they passed, as the store does once a track is forgotten. A
few rounds are not what they seem: a simulated position, a track played back, a ride on something fast, a phone left on
a desk. One community walks little in the summer, and the map shows it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geo.synthesis.chance import lots
from geo.tracks.clean import METRES_A_DEGREE, Fix

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

BEIJING = timezone(timedelta(hours=8))
TRACKED_DAYS, YEAR_DAYS, WEEKEND = 21, 365, 5
PACE_M_S, EVERY_S = 1.25, 15
LAZY_PLACE, LAZY_MONTHS = 2, (6, 7, 8)
NOTES = ("独居老人,身体尚好", "反映楼道灯不亮", "已告知燃气安全", "租户刚搬入", "家有婴儿,希望安静", "", "", "", "")
ODD = {2: "mocked", 4: "frozen", 6: "fast", 8: "replayed", 10: "regular"}
"""What is odd about the first community's round, counted in working days back from today."""


@dataclass(frozen=True, slots=True)
class Door:
    """A unit as a round comes past it: its community, and a point at its foot (longitude, latitude)."""

    unit: UUID
    community: UUID
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Call:
    """A visit: when, at which unit, and what came of it."""

    unit: UUID
    at: datetime
    outcome: str
    note: str
    people: int


@dataclass(frozen=True, slots=True)
class Round:
    """One round: its fixes where they are remembered, the units it was walked for, visits, items in order or not."""

    number: int
    community: UUID
    started_at: datetime
    ended_at: datetime
    fixes: tuple[Fix, ...]
    route: tuple[UUID, ...]
    calls: tuple[Call, ...]
    checks: tuple[bool, ...] = field(default=())


def rounds_of(doors: Sequence[Door], until: datetime, *, seed: int) -> Iterator[Round]:
    """A year of rounds that ends at ``until`` (aware), oldest first, community by community within a day."""
    rng = lots(seed, "rounds")
    midnight = until.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    by_place: dict[UUID, list[Door]] = {}
    for door in doors:
        by_place.setdefault(door.community, []).append(door)
    lately = [ago for ago in range(TRACKED_DAYS) if (midnight - timedelta(days=ago)).weekday() < WEEKEND]
    oddities = {lately[back]: odd for back, odd in ODD.items() if back < len(lately)}
    number, last = 0, None
    for ago in range(YEAR_DAYS - 1, -1, -1):
        day = midnight - timedelta(days=ago)
        for place, at_home in enumerate(by_place.values()):
            if not _walks(rng, place, ago, day):
                continue
            start = day + timedelta(hours=9 if ago % 2 else 15, minutes=int(rng.integers(0, 50)))
            odd = oddities.get(ago) if place == 0 else None
            made = _round(rng, number, _route(rng, at_home), start, tracked=ago <= TRACKED_DAYS, odd=odd)
            made = _again(made, last) if odd == "replayed" and last else made
            if made.ended_at <= until:
                number, last = number + 1, made if place == 0 else last
                yield made


def _walks(rng: np.random.Generator, place: int, ago: int, day: datetime) -> bool:
    """Whether there is a round that day: each working day lately, about twice a week before."""
    if day.weekday() >= WEEKEND:
        return False
    share = 1.0 if ago <= TRACKED_DAYS else 0.4
    if place == LAZY_PLACE and day.month in LAZY_MONTHS:
        share *= 0.15
    return bool(rng.random() < share)


def _route(rng: np.random.Generator, at_home: Sequence[Door]) -> list[Door]:
    """Some twenty doors in the order of a walk: from one of them always on to the nearest not seen yet."""
    spots = np.array([(door.lon, door.lat) for door in at_home])
    here = int(rng.integers(len(at_home)))
    left = np.ones(len(at_home), dtype=bool)
    route = []
    for _ in range(min(len(at_home), int(rng.integers(14, 26)))):
        route.append(at_home[here])
        left[here] = False
        if not left.any():
            break
        far = np.hypot(*((spots - spots[here]) * (1.0, 1.16)).T)
        here = int(np.argmin(np.where(left, far, np.inf)))
    return route


def _round(  # what a round is made of
    rng: np.random.Generator,
    number: int,
    route: list[Door],
    start: datetime,
    *,
    tracked: bool,
    odd: str | None,
) -> Round:
    fixes = _walk(rng, route, start, odd) if tracked else ()
    ended = fixes[-1].at if fixes else start + timedelta(minutes=3 * len(route))
    calls = tuple(_calls(rng, route, start, ended))
    checks = tuple(bool(rng.random() < 0.9) for _ in range(4)) if number % 3 == 0 else ()  # noqa: PLR2004  # a share
    units = tuple(door.unit for door in route)
    return Round(number, route[0].community, start.astimezone(UTC), ended.astimezone(UTC), fixes, units, calls, checks)


def _calls(rng: np.random.Generator, route: list[Door], start: datetime, ended: datetime) -> Iterator[Call]:
    for place in sorted(rng.choice(len(route), size=min(3, len(route)), replace=False).tolist()):
        outcome = str(rng.choice(["met", "not_home", "refused"], p=[0.62, 0.31, 0.07]))
        at = start + (ended - start) * ((place + 1) / (len(route) + 1))
        note = str(rng.choice(NOTES)) if outcome == "met" else ""
        yield Call(route[place].unit, at.astimezone(UTC), outcome, note, int(rng.integers(1, 6)))


def _walk(rng: np.random.Generator, route: list[Door], start: datetime, odd: str | None) -> tuple[Fix, ...]:
    """Fixes of a walk along the doors, as a phone in a hand would have them; or as ``odd`` says."""
    at, found = start.astimezone(UTC), []
    for x, y in ODD_WAYS.get(odd or "", _along)(route):
        at += timedelta(seconds=EVERY_S if odd == "regular" else EVERY_S + int(rng.integers(-3, 4)))
        dx, dy = (0.0, 0.0) if odd in ("regular", "frozen") else rng.normal(0, 4.0 / METRES_A_DEGREE, 2)
        accuracy = round(float(rng.uniform(4, 14)), 1)
        found.append(Fix(at, round(x + dx / math.cos(math.radians(y)), 7), round(y + dy, 7), accuracy, odd == "mocked"))
    return tuple(found)


def _along(route: list[Door]) -> Iterator[tuple[float, float]]:
    """From door to door at a walking pace."""
    for here, there in pairwise(route):
        east = (there.lon - here.lon) * METRES_A_DEGREE * math.cos(math.radians(here.lat))
        far = math.hypot(east, (there.lat - here.lat) * METRES_A_DEGREE)
        steps = max(2, round(far / (PACE_M_S * EVERY_S)))
        for step in range(1, steps + 1):
            share = step / steps
            yield here.lon + (there.lon - here.lon) * share, here.lat + (there.lat - here.lat) * share


def _on_the_desk(route: list[Door]) -> Iterator[tuple[float, float]]:
    return ((route[0].lon, route[0].lat) for _ in range(40))


def _on_wheels(route: list[Door]) -> Iterator[tuple[float, float]]:
    """Along the doors, and in the middle a kilometre and back at twenty metres a second."""
    ways = list(_along(route))
    yield from ways[: len(ways) // 2]
    lon, lat = ways[len(ways) // 2]
    yield from ((lon + 0.0031 * min(n, 8 - n), lat) for n in range(1, 8))
    yield from ways[len(ways) // 2 :]


def _by_ruler(route: list[Door]) -> Iterator[tuple[float, float]]:
    """A straight line in equal steps."""
    lon, lat = route[0].lon, route[0].lat
    return ((lon + 0.00016 * n, lat + 0.00004 * n) for n in range(40))


ODD_WAYS = {"frozen": _on_the_desk, "fast": _on_wheels, "regular": _by_ruler}


def _again(made: Round, before: Round) -> Round:
    """The same walk as ``before``, fix by fix, at the time of ``made``."""
    later = made.started_at - before.started_at
    fixes = tuple(Fix(fix.at + later, fix.lon, fix.lat, fix.accuracy_m) for fix in before.fixes)
    ended = fixes[-1].at if fixes else made.ended_at
    return Round(made.number, made.community, made.started_at, ended, fixes, before.route, (), made.checks)
