"""Plays the sample's stories through the life cycle, with the clock's own events in between, and writes them down.

No case of the sample stands where a real one could not: each beat is an act that the life cycle allowed, and every
stage's clock has rung in its hour, so that the share closed in time can be read from the log as it is from a real one.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from api.issues import lifecycle
from api.issues.clocks import Clock, Limit, limit_for
from api.issues.limits import RUNGS
from api.issues.matter import OPEN, Act, Action, Actor, Case, Party
from api.issues.report import code_of
from geo.synthesis.chance import lots

if TYPE_CHECKING:
    from geo.synthesis.grievances import Beat, Story

SEED = 7
COLUMNS = """
id code kind top category severity title description geometry accuracy_m located datum raw_x raw_y
subdistrict_id community_id compound_id building_id source reported_at occurred_at wants_proof
routed_body_id status version is_open body_id stage stage_no stage_since due_at due_is_provisional
clock_unit clock_total_s clock_spent_s clock_since changed_at closed_at supervised listed suspended_until
waiting solved_on_spot final urges returns reworks reopens extensions me_too lates satisfaction handlers
handling_body_id photos
""".split()  # noqa: SIM905  # fifty words, not fifty lines
EVENT_COLUMNS = ["issue_id", "seq", "at", "action", "account_id", "party", "body_id", "status", "reason", "payload"]
LADDER = (Action.REMIND, Action.WARN, Action.URGE, Action.SUPERVISE, Action.LIST)
"""What the clock does at each of ``RUNGS``."""
BY_CLOCK = Actor(None, frozenset({Party.CLOCK}))
WORDS = {
    "environment.garbage": ("楼下垃圾两天没有清运", "垃圾堆在单元门口,气味很大"),
    "property.lift": ("电梯又停了,老人下不了楼", "电梯门关不上,异响"),
    "safety.ebike": ("楼道里有人拉线给电动车充电", "电瓶拿到家里充电"),
    "safety.fire_exit": ("消防通道被私家车堵住", "安全出口堆满杂物"),
    "nuisance.fumes": ("楼下餐馆油烟直排", "晚上油烟熏得不敢开窗"),
    "traffic.parking": ("学校门口接送时段违停", "人行道上停满了车"),
}


Row = dict[str, Any]


class _Told:
    """A case as it is told: where it stands, its clock, and the events so far."""

    def __init__(self, case: Case, clock: Clock | None, at: datetime) -> None:
        self.case = case
        self.clock = clock
        self.stage_no = 1
        self.stage_since = self.changed_at = at
        self.lates = 0
        self.rung = 0
        self.events: list[tuple[Any, ...]] = []

    def say(  # what an event tells
        self, at: datetime, action: str, party: str, payload: Row, *, body: UUID | None = None, reason: str = ""
    ) -> None:
        """Write an event of the case as it stands now."""
        case = self.case
        said = (action, None, party, body, case.status.value, reason, json.dumps(payload) if payload else "{}")
        self.events.append((case.id, case.version, at, *said))
        self.changed_at = at

    def next_stage(self, clock: Clock | None, at: datetime) -> None:
        """Something else is due from here on."""
        self.lates += self.rung >= RUNGS.index(100) + 1
        self.stage_no += 1
        self.stage_since, self.rung, self.clock = at, 0, clock

    def ring(self, until: datetime) -> None:
        """Ring whatever the clock reaches before ``until``, each rung once a stage."""
        clock = self.clock
        if clock is None or clock.since is None or self.case.stage is None:
            return
        at_most = clock.spent_s + (until - clock.since).total_seconds()
        if at_most * 100 < clock.total_s * RUNGS[0]:
            return  # no kind of time runs faster than the wall's
        spent = clock.spent(until) * 100
        while self.rung < len(RUNGS) and spent >= clock.total_s * RUNGS[self.rung]:
            percent, action = RUNGS[self.rung], LADDER[self.rung]
            self.rung += 1
            at = clock.at_percent(percent)
            assert at is not None
            at = max(at, self.changed_at)
            act = Act(action, BY_CLOCK, at)
            if lifecycle.refusal(self.case, act) is None:
                self.case = lifecycle.apply(self.case, act)
                due = {"stage": self.case.stage, "stage_no": self.stage_no, "percent": percent, "due": at.isoformat()}
                self.say(at, action.value, "clock", due)


def _payload(beat: Beat, body: UUID) -> Row:
    if beat.body:
        return {"body_id": str(body)}
    if beat.action == "handle":
        return {"photos": beat.photos}
    return {"satisfaction": beat.satisfaction} if beat.satisfaction else {}


class Book:
    """Plays stories through the life cycle and writes down where they stand."""

    def __init__(
        self,
        subdistrict: UUID,
        bodies: dict[str, UUID],
        limits: list[Limit],
        kinds: dict[str, str],
        names: dict[str, str],
    ) -> None:
        self.subdistrict = subdistrict
        self.bodies = bodies
        self.kinds = kinds
        self.names = names
        self.rng = lots(SEED, "words")
        self._by_stage: dict[str, list[Limit]] = defaultdict(list)
        self._limits: dict[tuple[str, str, int], Limit | None] = {}
        for limit in limits:
            self._by_stage[limit.stage].append(limit)

    def play(self, story: Story, now: datetime) -> tuple[Row, list[tuple[Any, ...]], tuple[Row, Clock | None]]:
        """A story as a row of ``issue``, its events until ``now``, and its running clock."""
        key, at = _key(story.number), story.reported_at.astimezone(UTC)
        case = Case(key, at, wants_proof=story.proved, me_too=story.me_too)
        told = _Told(case, self._clock(story, "verify", at), at)
        source = story.source
        party = {"resident": "reporter", "hotline": "community", "patrol": "grid_worker"}.get(source, source)
        told.say(at, "report", party, {"photos": 1})
        for beat in story.beats:
            told.ring(beat.at)
            self._do(told, story, beat)
        told.ring(now)
        stage = {"id": key, "stage_no": told.stage_no, "stage": told.case.stage}
        return self._row(story, told), told.events, (stage, told.clock)

    def _do(self, told: _Told, story: Story, beat: Beat) -> None:
        """One beat as an act, with what it does to the clock."""
        body = self.bodies[story.body]
        actor = Actor(None, frozenset({Party(beat.party)}), frozenset({body} if beat.party == "body" else ()))
        act = Act(
            Action(beat.action),
            actor,
            beat.at,
            reason=beat.reason,
            body=body if beat.body else None,
            until=beat.until.date() if beat.until else None,
            photos=beat.photos,
            satisfaction=beat.satisfaction,
        )
        before, told.case = told.case, lifecycle.apply(told.case, act)
        after = told.case
        if after.stage is not before.stage:
            clock = self._clock(story, after.stage.value, beat.at) if after.stage else None
            told.next_stage(clock, beat.at)
        elif told.clock is not None:
            told.clock = told.clock.paused(beat.at) if after.is_paused else told.clock.resumed(beat.at)
        acting = body if beat.party == "body" else None
        told.say(beat.at, beat.action, beat.party, _payload(beat, body), body=acting, reason=beat.reason)

    def _clock(self, story: Story, stage: str, at: datetime) -> Clock | None:
        asked = (stage, story.category, story.severity)
        if asked not in self._limits:
            limits, (_, category, severity) = self._by_stage[stage], asked
            self._limits[asked] = limit_for(limits, category=category, severity=severity, stage=stage)
        limit = self._limits[asked]
        return Clock.started(limit, at) if limit else None

    def _row(self, story: Story, told: _Told) -> Row:
        case, clock = told.case, told.clock
        name = self.names[story.category]
        words = WORDS.get(story.category)
        said = words[int(self.rng.integers(len(words)))] if words else f"{name},请处理"
        at = story.reported_at.astimezone(UTC)
        plain = ("supervised", "listed", "waiting", "solved_on_spot", "final", "urges", "returns", "reworks", "reopens")
        return {
            "stage_no": told.stage_no,
            "stage_since": told.stage_since,
            "lates": told.lates,
            "changed_at": told.changed_at,
            **{column: getattr(case, column) for column in (*plain, "extensions", "me_too", "closed_at", "version")},
            "id": case.id,
            "code": code_of(case.id),
            "kind": self.kinds[story.category],
            "top": story.category.partition(".")[0],
            "category": story.category,
            "severity": story.severity,
            "title": name,
            "description": said,
            "geometry": f"SRID=4326;POINT({story.lon:.7f} {story.lat:.7f})",
            "accuracy_m": float(self.rng.integers(4, 25)),
            "located": "gps",
            "datum": "wgs84",
            "raw_x": round(story.lon, 7),
            "raw_y": round(story.lat, 7),
            "subdistrict_id": self.subdistrict,
            "community_id": story.home.community,
            "compound_id": story.home.compound,
            "building_id": story.building,
            "source": story.source,
            "reported_at": at,
            "occurred_at": at,
            "wants_proof": story.proved,
            "routed_body_id": self.bodies[story.body],
            "status": case.status.value,
            "is_open": case.status in OPEN,
            "body_id": case.body,
            "stage": case.stage.value if case.stage else None,
            "due_at": clock.due if clock else None,
            "due_is_provisional": clock.is_provisional if clock else False,
            "clock_unit": clock.unit.value if clock else None,
            "clock_total_s": clock.total_s if clock else None,
            "clock_spent_s": clock.spent_s if clock else 0,
            "clock_since": clock.since if clock else None,
            "suspended_until": case.suspension.review if case.suspension else None,
            "satisfaction": case.satisfaction or None,
            "handlers": [],
            "handling_body_id": case.handling_body,
            "photos": 0,
        }


def _key(number: int) -> UUID:
    """The key of the sample's nth issue."""
    digest = hashlib.sha256(f"sample issue {SEED} {number}".encode()).digest()[:16]
    return UUID(bytes=digest, version=4)
