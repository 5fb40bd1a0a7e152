"""A year of what people of an invented town complain about, from a seed: seasons, hours, hot spots, slow bodies.

Nothing here is anybody's story. Some compounds are worse than others, some bodies are slow, and one property firm
closes what it has not done: its cases are ready within hours, without a photo, and come back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.synthesis.chance import lots

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

BEIJING = timezone(timedelta(hours=8))
SUMMER, WINTER, LEVEL = (1, 1, 1, 1, 2, 3, 4, 4, 3, 1, 1, 1), (4, 3, 2, 1, 1, 1, 1, 1, 1, 1, 2, 4), (1,) * 12
EVENING, DAY, NIGHT, RUSH = (19.0, 1.6), (10.5, 2.6), (22.3, 1.2), (8.0, 0.8)
OFFICE_OPENS, OFFICE_SHUTS = 9, 18


@dataclass(frozen=True, slots=True)
class Sort:
    """One kind of complaint: how often, in which months and hours, how long its handling takes (hours)."""

    category: str
    share: float
    months: Sequence[float]
    hour: tuple[float, float]
    hours_to_handle: float
    severity: int
    in_compound: bool = True


SORTS = (
    Sort("environment.garbage", 11, SUMMER, DAY, 8, 2),
    Sort("environment.bin", 5, SUMMER, DAY, 16, 1),
    Sort("environment.clutter", 7, LEVEL, DAY, 16, 2),
    Sort("environment.advert", 3, LEVEL, DAY, 16, 1, in_compound=False),
    Sort("environment.dog", 3, LEVEL, RUSH, 16, 1),
    Sort("environment.flood", 2, (0, 0, 0, 1, 2, 5, 8, 6, 2, 0, 0, 0), EVENING, 12, 3, in_compound=False),
    Sort("nuisance.fumes", 6, SUMMER, EVENING, 30, 2),
    Sort("nuisance.building_noise", 3, LEVEL, NIGHT, 30, 2, in_compound=False),
    Sort("nuisance.living_noise", 4, LEVEL, NIGHT, 30, 1),
    Sort("nuisance.square_dance", 2, SUMMER, EVENING, 30, 1),
    Sort("facility.manhole", 1.5, LEVEL, DAY, 4, 4, in_compound=False),
    Sort("facility.streetlight", 3, WINTER, EVENING, 30, 2, in_compound=False),
    Sort("facility.pavement", 2.5, LEVEL, DAY, 40, 2, in_compound=False),
    Sort("facility.fitness", 1.5, LEVEL, DAY, 40, 2),
    Sort("property.lift", 6, LEVEL, EVENING, 12, 3),
    Sort("property.leak", 4, SUMMER, DAY, 40, 2),
    Sort("property.outage", 2, WINTER, EVENING, 6, 3),
    Sort("property.gate", 2.5, LEVEL, EVENING, 40, 2),
    Sort("property.cleaning", 3, LEVEL, DAY, 40, 1),
    Sort("property.fee", 1.5, WINTER, DAY, 90, 2),
    Sort("safety.fire_exit", 4, LEVEL, EVENING, 6, 4),
    Sort("safety.ebike", 4.5, WINTER, EVENING, 12, 4),
    Sort("safety.crack", 1.5, SUMMER, DAY, 20, 4),
    Sort("safety.gas", 0.7, WINTER, EVENING, 1.5, 4),
    Sort("safety.wiring", 2, SUMMER, DAY, 20, 3),
    Sort("order.stray", 1.5, LEVEL, DAY, 40, 2),
    Sort("order.illegal_building", 1, LEVEL, DAY, 200, 3),
    Sort("traffic.parking", 7, LEVEL, RUSH, 20, 2, in_compound=False),
    Sort("traffic.shared_bike", 3, LEVEL, RUSH, 30, 1, in_compound=False),
    Sort("traffic.obstruction", 2.5, SUMMER, EVENING, 20, 2, in_compound=False),
    Sort("green.tree", 1.5, (1, 1, 1, 1, 2, 4, 8, 5, 2, 1, 1, 1), EVENING, 20, 3),
    Sort("green.pest", 1.5, SUMMER, DAY, 40, 1),
    Sort("care.elderly", 2, WINTER, DAY, 60, 2),
    Sort("care.subsidy", 1, WINTER, DAY, 70, 2),
    Sort("dispute.neighbours", 2, LEVEL, EVENING, 90, 2),
)
SOURCES, SOURCE_SHARES = ("resident", "grid_worker", "hotline", "patrol"), np.array([0.45, 0.75, 0.9, 1.0])
CONTENT, CHEATED = np.array([0.03, 0.08, 0.25, 0.65, 1.0]), np.array([0.4, 0.7, 0.9, 0.96, 1.0])
"""How many of five stars are given for work that was done, and for work that was not (shares summed up)."""
SCANDALOUS = frozenset({"environment.garbage", "property.lift"})


@dataclass(frozen=True, slots=True)
class Home:
    """A compound as the stories need it: how many live there, and where its houses stand (longitude, latitude)."""

    compound: UUID
    community: UUID
    households: int
    kind: str
    spots: tuple[tuple[UUID, float, float], ...]


@dataclass(frozen=True, slots=True)
class Beat:
    """One thing that was done: by whom, when, leading where."""

    action: str
    at: datetime
    party: str
    reason: str = ""
    body: str = ""
    photos: int = 0
    satisfaction: int = 0
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One complaint from its report as far as it has come."""

    number: int
    home: Home
    building: UUID | None
    lon: float
    lat: float
    category: str
    severity: int
    source: str
    reported_at: datetime
    proved: bool
    body: str
    beats: tuple[Beat, ...]
    me_too: int = 0


@dataclass(frozen=True, slots=True)
class Manners:
    """How a body works: its pace against the limit (1 = just in time), how often its work is not accepted."""

    pace: float
    spread: float
    rework: float
    reopened: float
    returns: float = 0.03


USUAL = Manners(0.55, 0.45, 0.06, 0.04)
MANNERS = {
    "城管执法队": Manners(0.8, 0.6, 0.10, 0.07),
    "市政养护所": Manners(1.15, 0.6, 0.06, 0.04, 0.10),
    "派出所": Manners(0.5, 0.4, 0.03, 0.03),
    "恒盛物业": Manners(0.08, 0.3, 0.0, 0.46, 0.0),
}
SCANDAL = "恒盛物业"


def year_of(
    homes: Sequence[Home], until: datetime, *, seed: int, number: int, body_of: dict[tuple[UUID, str], str]
) -> Iterator[Story]:
    """A year of stories that ends at ``until`` (aware), in the order of their reports.

    Args:
        homes: where people live; more households, more complaints.
        until: now; what would happen later has not happened.
        seed: the lots' seed; the same gives the same year, moved to end at ``until``.
        number: how many.
        body_of: who is answerable, by compound and category.
    """
    rng = lots(seed, "grievances")
    midnight = until.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    moments = sorted(_moments(rng, midnight, until, number), key=lambda pair: pair[0])
    weights = _weights(rng, homes)
    for place, (at, sort) in enumerate(moments):
        home = homes[_drawn(rng, weights[sort.category])]
        yield _story(rng, place, sort, home, at, until, body_of)


def _moments(
    rng: np.random.Generator, midnight: datetime, until: datetime, number: int
) -> Iterator[tuple[datetime, Sort]]:
    shares = np.array([sort.share for sort in SORTS])
    kinds = rng.choice(len(SORTS), size=number, p=shares / shares.sum())
    for kind in kinds:
        sort = SORTS[kind]
        while True:
            day = midnight - timedelta(days=int(rng.integers(0, 365)))
            if rng.random() * max(sort.months) <= sort.months[day.month - 1] * (1.0 if day.weekday() < 5 else 0.75):  # noqa: PLR2004  # Saturday
                break
        hour = float(np.clip(rng.normal(*sort.hour), 0, 23.98))
        at = day + timedelta(seconds=int(hour * 3600))
        yield (at if at < until else until - timedelta(minutes=int(rng.integers(5, 600)))), sort


def _weights(rng: np.random.Generator, homes: Sequence[Home]) -> dict[str, Any]:
    """How likely each compound is, for each kind, summed up: households, temper, and what everybody knows of it."""
    temper = rng.lognormal(0, 0.45, len(homes))
    base = np.array([max(home.households, 12) for home in homes]) * temper
    found = {}
    for sort in SORTS:
        own = base * rng.lognormal(0, 0.3, len(homes))
        for place, home in enumerate(homes):
            own[place] *= _known_for(home, sort.category)
        shares = own if own.sum() else base
        found[sort.category] = shares.cumsum() / shares.sum()
    return found


def _drawn(rng: np.random.Generator, upto: Any) -> int:
    """A lot by shares that are summed up already."""
    return min(int(upto.searchsorted(rng.random(), side="right")), len(upto) - 1)


def _known_for(home: Home, category: str) -> float:
    if category.startswith("property.lift"):
        return {"tower": 4.0, "mid-rise": 1.0, "mixed": 1.5}.get(home.kind, 0.0)
    if category == "safety.ebike":
        return {"tower": 3.0, "courtyard": 0.5, "rural": 0.1}.get(home.kind, 1.0)
    if category in ("safety.wiring", "safety.fire_exit") and home.kind == "courtyard":
        return 4.0
    if category == "nuisance.fumes" and home.kind == "courtyard":
        return 3.0
    if category == "traffic.parking" and home.kind == "public":
        return 25.0
    return 0.15 if home.kind == "rural" and category.startswith(("property", "nuisance", "traffic")) else 1.0


def _story(  # noqa: PLR0917  # what one story is made of
    rng: np.random.Generator,
    number: int,
    sort: Sort,
    home: Home,
    at: datetime,
    until: datetime,
    body_of: dict[tuple[UUID, str], str],
) -> Story:
    building, lon, lat = home.spots[int(rng.integers(len(home.spots)))]
    wander = 0.0 if sort.in_compound else 0.0004
    dx, dy = rng.normal(0, 0.00003 + wander), rng.normal(0, 0.00003 + wander)
    body = body_of[home.compound, sort.category]
    scandal = body == SCANDAL and sort.category in SCANDALOUS
    severity = int(np.clip(sort.severity + rng.choice([-1, 0, 0, 0, 1]), 1, 4))
    source = SOURCES[_drawn(rng, SOURCE_SHARES)]
    story = Story(
        number,
        home,
        building if sort.in_compound else None,
        lon + dx,
        lat + dy,
        sort.category,
        severity,
        source,
        at,
        not scandal,
        body,
        (),
        int(rng.poisson(0.25)),
    )
    manners = MANNERS.get(body, USUAL) if not (body == SCANDAL and not scandal) else USUAL
    beats = tuple(beat for beat in _life(rng, story, sort, manners) if beat.at <= until)
    return replace(story, beats=beats)


def _life(rng: np.random.Generator, story: Story, sort: Sort, manners: Manners) -> Iterator[Beat]:
    """The beats of a life, as if time had no end."""
    urgent = story.severity == 4  # noqa: PLR2004  # the gravest
    clock = _Hand(rng, story.reported_at, around_the_clock=urgent)
    quick = 0.3 if urgent else 1.0
    yield Beat("verify", clock.after(1.0 * quick), "grid_worker")
    lot = rng.random()
    if lot < 0.04:  # noqa: PLR2004  # a share
        yield Beat("reject", clock.after(3), "community", reason="不属于本街道职责,已告知报件人")
        return
    if lot < 0.16 and not urgent and story.proved:  # noqa: PLR2004  # a share
        yield Beat("solve", clock.after(2), "grid_lead", photos=1)
        yield Beat("check", clock.after(6), "community")
        yield Beat("close", clock.after(2), "community")
        return
    yield Beat("accept", clock.after(1.6 * quick), "community")
    yield Beat("file", clock.after(0.5 * quick), "community")
    yield from _round(rng, story, sort, manners, clock)
    if rng.random() < manners.reopened:
        reason = "根本没有人来处理,问题还在" if not story.proved else "问题又出现了"
        yield Beat("reopen", clock.anytime(30), "reporter", reason=reason)
        yield from _round(rng, replace(story, proved=True), sort, replace(USUAL, reopened=0), clock)
    if rng.random() < 0.72:  # noqa: PLR2004  # a share
        stars = 1 + _drawn(rng, CONTENT if story.proved else CHEATED)
        yield Beat("survey", clock.anytime(60), "reporter", satisfaction=stars)


def _round(rng: np.random.Generator, story: Story, sort: Sort, manners: Manners, clock: _Hand) -> Iterator[Beat]:
    """From dispatch to close."""
    quick = 0.3 if clock.around_the_clock else 0.8
    yield Beat("dispatch", clock.after(quick), "community", body=story.body)
    if rng.random() < manners.returns:
        yield Beat("return", clock.after(3 * quick), "body", reason="不在我单位管辖范围")
        yield Beat("dispatch", clock.after(quick), "street_office", body=story.body)
    yield Beat("claim", clock.after(quick * (2.5 * manners.pace + 0.2)), "body")
    if story.category in ("order.illegal_building", "safety.crack") and rng.random() < 0.35:  # noqa: PLR2004  # a share
        review = clock.moment + timedelta(days=int(rng.integers(30, 120)))
        yield Beat("suspend", clock.after(8), "street_office", reason="等待鉴定和资金", until=review)
        yield Beat("resume", clock.anytime(24 * 25), "street_office")
    yield Beat("start", clock.after(1), "body")
    spent = sort.hours_to_handle * manners.pace * float(rng.lognormal(0, manners.spread))
    yield Beat("handle", clock.after(spent), "body", photos=1 if story.proved else 0)
    if rng.random() < manners.rework:
        yield Beat("rework", clock.after(5), "grid_worker", reason="现场没有处理到位")
        yield Beat("handle", clock.after(sort.hours_to_handle * 0.5), "body", photos=1)
    yield Beat("check", clock.after(5 if story.proved else 0.3), "grid_worker" if story.proved else "community")
    yield Beat("close", clock.after(2), "community")


class _Hand:
    """The hand of a clock that goes forward; work is done in office hours unless it is urgent."""

    def __init__(self, rng: np.random.Generator, moment: datetime, *, around_the_clock: bool) -> None:
        self.rng = rng
        self.moment = moment
        self.around_the_clock = around_the_clock

    def after(self, hours: float) -> datetime:
        """About so many hours of work later."""
        seconds = int(3600 * hours * float(self.rng.lognormal(-0.15, 0.5))) + 60
        if self.around_the_clock:
            self.moment += timedelta(seconds=seconds)
            return self.moment.astimezone(UTC)
        left = seconds
        here = self._opened(self.moment.astimezone(BEIJING))
        while left > (room := int((here.replace(hour=OFFICE_SHUTS, minute=0, second=0) - here).total_seconds())):
            left -= max(room, 0)
            here = self._opened((here + timedelta(days=1)).replace(hour=OFFICE_OPENS, minute=0, second=0))
        self.moment = here + timedelta(seconds=left)
        return self.moment.astimezone(UTC)

    def anytime(self, hours: float) -> datetime:
        """About so many hours later, whatever the hour."""
        self.moment += timedelta(seconds=int(3600 * hours * float(self.rng.lognormal(-0.15, 0.5))) + 60)
        return self.moment.astimezone(UTC)

    @staticmethod
    def _opened(here: datetime) -> datetime:
        """The moment, or the next opening of the office."""
        if here.hour >= OFFICE_SHUTS:
            here = (here + timedelta(days=1)).replace(hour=OFFICE_OPENS, minute=0, second=0)
        if here.hour < OFFICE_OPENS:
            here = here.replace(hour=OFFICE_OPENS, minute=0, second=0)
        while here.weekday() >= 5:  # noqa: PLR2004  # Saturday
            here = (here + timedelta(days=1)).replace(hour=OFFICE_OPENS, minute=0, second=0)
        return here
