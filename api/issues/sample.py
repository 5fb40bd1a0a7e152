"""Fills the sample with bodies, rules of routing and a year of issues that ends today.

The stories come from ``geo.synthesis.grievances``; each is played through the life cycle, so that no sample case stands
where a real one could not, and its clocks run by the store's own limits. Runs as the owner, inside the load.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from api.issues import lifecycle
from api.issues.clocks import Clock, Limit, TimeUnit, limit_for
from api.issues.limits import RUNGS
from api.issues.matter import OPEN, Act, Action, Actor, Case, Party
from api.issues.report import code_of
from geo.synthesis.chance import lots
from geo.synthesis.grievances import SCANDAL, SORTS, Home, Story, year_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg import Connection

SEED, NUMBER = 7, 6_500
FIRMS = ("锦安物业", "汀澜物业", "蜀邦物业", SCANDAL)
FIRMS_EN = ("Jin'an Property", "Tinglan Property", "Shubang Property", "Hengsheng Property")
DEPARTMENTS = (
    ("department", "环卫所", "Street Cleaning", ("environment",)),
    ("department", "城管执法队", "Urban Management", ("nuisance", "order.illegal_building", "traffic.obstruction")),
    ("department", "市政养护所", "Public Works", ("facility", "environment.flood")),
    ("department", "派出所", "Police Station", ("order", "traffic.parking", "nuisance.living_noise")),
    ("department", "消防救援站", "Fire and Rescue", ("safety.fire_exit", "safety.ebike")),
    ("department", "应急办", "Safety Office", ("safety",)),
    ("department", "燃气公司", "Gas Company", ("safety.gas",)),
    ("department", "园林所", "Parks", ("green",)),
    ("department", "交通协管队", "Traffic Wardens", ("traffic",)),
    ("department", "民政办", "Civil Affairs", ("care",)),
    ("department", "司法所", "Justice Office", ("dispute",)),
    ("social_organisation", "暖邻社工服务中心", "Warm Neighbours Social Work", ("care.elderly",)),
    ("office", "街道综治中心", "Subdistrict Governance Centre", ()),
)
COLUMNS = """
id code kind top category severity title description geometry accuracy_m located datum raw_x raw_y
subdistrict_id community_id compound_id building_id source reported_at occurred_at wants_proof
routed_body_id status version is_open body_id stage stage_no stage_since due_at due_is_provisional
clock_unit clock_total_s clock_spent_s clock_since changed_at closed_at supervised listed suspended_until
waiting solved_on_spot final urges returns reworks reopens extensions me_too lates satisfaction handlers
handling_body_id photos
""".split()  # noqa: SIM905  # fifty words, not fifty lines
EVENT_COLUMNS = ["issue_id", "seq", "at", "action", "account_id", "party", "body_id", "status", "reason", "payload"]
HOMES = """
SELECT c.id, c.community_id, c.households, c.kind, c.code, c.name,
       array_agg(b.id ORDER BY b.code), array_agg(ST_X(ST_PointOnSurface(b.geometry)) ORDER BY b.code),
       array_agg(ST_Y(ST_PointOnSurface(b.geometry)) ORDER BY b.code)
  FROM compound c JOIN building b ON b.compound_id = c.id GROUP BY c.id ORDER BY c.code, c.id
"""
IN_GRIDS = """
UPDATE issue i SET micro_grid_id = (
  SELECT m.id FROM micro_grid m JOIN plan p ON p.id = m.plan_id AND p.state IN ('published', 'superseded')
     AND p.effective @> (i.reported_at AT TIME ZONE 'Asia/Shanghai')::date
   WHERE m.geometry && i.geometry AND ST_Covers(m.geometry, i.geometry) ORDER BY m.id LIMIT 1)
 WHERE i.micro_grid_id IS NULL
"""
ADD_RULE = """
INSERT INTO routing_rule (rank, category, compound_id, subdistrict_id, body_id, note) VALUES (%s, %s, %s, %s, %s, %s)
"""
WORDS = {
    "environment.garbage": ("楼下垃圾两天没有清运", "垃圾堆在单元门口,气味很大"),
    "property.lift": ("电梯又停了,老人下不了楼", "电梯门关不上,异响"),
    "safety.ebike": ("楼道里有人拉线给电动车充电", "电瓶拿到家里充电"),
    "safety.fire_exit": ("消防通道被私家车堵住", "安全出口堆满杂物"),
    "nuisance.fumes": ("楼下餐馆油烟直排", "晚上油烟熏得不敢开窗"),
    "traffic.parking": ("学校门口接送时段违停", "人行道上停满了车"),
}


def live_through_a_year(connection: Connection, now: datetime | None = None, number: int = NUMBER) -> None:
    """Bodies, rules and a year of issues that ends ``now``. A step of ``load_city(afterwards=…)``."""
    now = (now or datetime.now(UTC)).replace(microsecond=0)
    subdistrict = _one(connection, "SELECT id FROM subdistrict ORDER BY code LIMIT 1")
    homes, firms = _homes(connection)
    bodies = _found_bodies(connection, subdistrict, firms)
    body_of = _answerable(homes, firms)
    stories = year_of(homes, now, seed=SEED, number=number, body_of=body_of)
    limits = [
        Limit(v, c, s, st, a, TimeUnit(u)) for v, c, s, st, a, u in connection.execute("SELECT * FROM issue_limit")
    ]
    kinds: dict[str, str] = dict(connection.execute("SELECT code, kind FROM issue_category").fetchall())
    names: dict[str, str] = dict(connection.execute("SELECT code, zh FROM issue_category").fetchall())
    book = _Book(subdistrict, bodies, limits, kinds, names)
    rows = [book.play(story) for story in stories]
    _copy(connection, "issue", COLUMNS, (row for row, _, _ in rows))
    connection.execute("ALTER TABLE issue_event DISABLE TRIGGER USER")
    _copy(connection, "issue_event", EVENT_COLUMNS, (event for _, events, _ in rows for event in events))
    connection.execute("ALTER TABLE issue_event ENABLE TRIGGER USER")
    alarms = ["issue_id", "stage_no", "stage", "percent", "action", "due_at", "rung_at"]
    _copy(connection, "issue_alarm", alarms, (alarm for _, _, found in rows for alarm in _alarms(found, now)))
    _remember_reporters(connection)
    connection.execute(IN_GRIDS)


def _one(connection: Connection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def _homes(connection: Connection) -> tuple[list[Home], dict[UUID, str]]:
    """Compounds with their houses, and which firm looks after each of the inhabited estates."""
    homes, firms = [], {}
    estates = ("slab", "mid-rise", "mixed", "tower")
    for place, row in enumerate(connection.execute(HOMES).fetchall()):
        compound, community, households, kind, _, _, ids, lons, lats = row
        homes.append(Home(compound, community, households, kind, tuple(zip(ids, lons, lats, strict=True))))
        if kind in estates and households:
            firms[compound] = FIRMS[(0, 0, 1, 2, 3, 1, 2, 0, 1, 2, 0)[place % 11]]
    return homes, firms


def _found_bodies(connection: Connection, subdistrict: UUID, firms: dict[UUID, str]) -> dict[str, UUID]:
    """Write bodies, their demo members and the rules; the bodies' keys by name."""
    add = "INSERT INTO body (kind, name, name_en, subdistrict_id) VALUES (%s, %s, %s, %s) RETURNING id"
    bodies: dict[str, UUID] = {}
    for name, name_en in zip(FIRMS, FIRMS_EN, strict=True):
        bodies[name] = _returned(connection, add, ["property_firm", name, name_en, subdistrict])
    for kind, name, name_en, _ in DEPARTMENTS:
        bodies[name] = _returned(connection, add, [kind, name, name_en, subdistrict])
    for compound, firm in firms.items():
        for category in ("property", "environment.garbage", "environment.bin", "environment.clutter"):
            connection.execute(ADD_RULE, [100, category, compound, subdistrict, bodies[firm], "小区内由物业负责"])
    for _, name, _, categories in DEPARTMENTS:
        for category in categories:
            rank = 200 if "." in category else 300
            connection.execute(ADD_RULE, [rank, category, None, subdistrict, bodies[name], ""])
    connection.execute(ADD_RULE, [900, None, None, subdistrict, bodies["街道综治中心"], "没有其他规则时"])
    for login, name in (("demo-department", "城管执法队"), ("demo-property-firm", FIRMS[0])):
        connection.execute(
            "INSERT INTO body_member SELECT %s, person_id FROM account WHERE login = %s", [bodies[name], login]
        )
    return bodies


def _returned(connection: Connection, query: str, values: list[Any]) -> UUID:
    row = connection.execute(query, values).fetchone()
    assert row is not None
    found: UUID = row[0]
    return found


def _answerable(homes: list[Home], firms: dict[UUID, str]) -> dict[tuple[UUID, str], str]:
    """The body that the rules above name, by compound and category."""
    by_category = {category: name for _, name, _, found in DEPARTMENTS for category in found}
    answerable = {}
    for home in homes:
        for sort in SORTS:
            top = sort.category.partition(".")[0]
            firm = firms.get(home.compound)
            inside = top == "property" or sort.category in (
                "environment.garbage",
                "environment.bin",
                "environment.clutter",
            )
            usual = by_category.get(sort.category) or by_category.get(top) or "街道综治中心"
            answerable[home.compound, sort.category] = firm if firm and inside else usual
    return answerable


Row = dict[str, Any]


class _Book:
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
        for limit in limits:
            self._by_stage[limit.stage].append(limit)

    def play(self, story: Story) -> tuple[Row, list[tuple[Any, ...]], tuple[Row, Clock | None]]:
        """A story as a row of ``issue``, its events, and its running clock."""
        key = _key(story.number)
        at = story.reported_at.astimezone(UTC)
        case = Case(key, at, wants_proof=story.proved, me_too=story.me_too)
        clock = self._clock(story, "verify", at)
        stand: Row = {"stage_no": 1, "stage_since": at, "lates": 0, "changed_at": at}
        party = {"resident": "reporter", "hotline": "community", "patrol": "grid_worker"}.get(
            story.source, story.source
        )
        events = [self._event(key, 1, at, "report", party, None, "reported", "", {"photos": 1})]
        for beat in story.beats:
            body = self.bodies[story.body]
            actor = Actor(None, frozenset({Party(beat.party)}), frozenset({body} if beat.party == "body" else ()))
            until = beat.until.date() if beat.until else None
            act = Act(
                Action(beat.action),
                actor,
                beat.at,
                reason=beat.reason,
                body=body if beat.body else None,
                until=until,
                photos=beat.photos,
                satisfaction=beat.satisfaction,
            )
            after = lifecycle.apply(case, act)
            if after.stage is not case.stage:
                stand["lates"] += clock is not None and clock.due is not None and clock.due < beat.at
                stand |= {"stage_no": stand["stage_no"] + 1, "stage_since": beat.at}
                clock = self._clock(story, after.stage.value, beat.at) if after.stage else None
            elif clock is not None:
                clock = clock.paused(beat.at) if after.is_paused else clock.resumed(beat.at)
            case, stand["changed_at"] = after, beat.at
            payload: dict[str, Any] = {}
            if beat.body:
                payload = {"body_id": str(body)}
            elif beat.action == "handle":
                payload = {"photos": beat.photos}
            elif beat.satisfaction:
                payload = {"satisfaction": beat.satisfaction}
            acting = body if beat.party == "body" else None
            events.append(
                self._event(
                    key,
                    after.version,
                    beat.at,
                    beat.action,
                    beat.party,
                    acting,
                    after.status.value,
                    beat.reason,
                    payload,
                )
            )
        return self._row(story, case, clock, stand), events, ({"id": key, **stand, "stage": case.stage}, clock)

    @staticmethod
    def _event(*values: Any) -> tuple[Any, ...]:
        key, seq, at, action, party, body, status, reason, payload = values
        return key, seq, at, action, None, party, body, status, reason, json.dumps(payload)

    def _clock(self, story: Story, stage: str, at: datetime) -> Clock | None:
        limit = limit_for(self._by_stage[stage], category=story.category, severity=story.severity, stage=stage)
        return Clock.started(limit, at) if limit else None

    def _row(self, story: Story, case: Case, clock: Clock | None, stand: Row) -> Row:
        name = self.names[story.category]
        words = WORDS.get(story.category)
        said = words[int(self.rng.integers(len(words)))] if words else f"{name},请处理"
        at = story.reported_at.astimezone(UTC)
        plain = ("supervised", "listed", "waiting", "solved_on_spot", "final", "urges", "returns", "reworks", "reopens")
        return {
            **stand,
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


def _alarms(found: tuple[Row, Clock | None], now: datetime) -> Iterator[tuple[Any, ...]]:
    """The alarms that still wait; what is long past has rung in its day."""
    row, clock = found
    if clock is None or clock.since is None or row["stage"] is None:
        return
    for percent, action in zip(RUNGS, ("remind", "warn", "urge", "supervise", "list"), strict=True):
        due = clock.at_percent(percent)
        assert due is not None
        if due > now - timedelta(days=2):
            yield row["id"], row["stage_no"], row["stage"].value, percent, action, due, None


def _remember_reporters(connection: Connection) -> None:
    """Every issue has its reporter, without a name; a few are the demo resident's own."""
    connection.execute("""
      INSERT INTO issue_reporter (issue_id, phone_digest)
      SELECT id, sha256(('sample reporter ' || abs(hashtext(id::text)) % 2500)::bytea) FROM issue ON CONFLICT DO NOTHING
    """)
    connection.execute("""
      UPDATE issue_reporter SET account_id = a.id, person_id = a.person_id FROM account a
       WHERE a.login = 'demo-resident' AND issue_id IN (
         SELECT i.id FROM issue i JOIN assignment s ON s.person_id = a.person_id JOIN unit u ON u.id = s.place_id
                JOIN building b ON b.id = u.building_id
          WHERE i.compound_id = b.compound_id AND i.source = 'resident'
          ORDER BY i.building_id = b.id DESC NULLS LAST, i.reported_at DESC LIMIT 8)
    """)


def _copy(connection: Connection, table: str, columns: list[str], rows: Any) -> None:
    write: Callable[[Any], Any] = lambda row: [row[c] for c in columns] if isinstance(row, dict) else row  # noqa: E731  # two shapes of row
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(write(row))
