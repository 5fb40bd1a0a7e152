"""Fills the sample with bodies, rules of routing and a year of issues that ends today.

The stories come from ``geo.synthesis.grievances``; each is played through the life cycle, so that no sample case stands
where a real one could not, and its clocks run by the store's own limits. Runs as the owner, inside the load.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from api.issues.clocks import Clock, Limit, TimeUnit
from api.issues.limits import RUNGS
from api.issues.sample_book import COLUMNS, EVENT_COLUMNS, LADDER, Book
from api.issues.sample_photos import take_photos
from geo.synthesis.grievances import SCANDAL, SORTS, Home, year_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from psycopg import Connection

    from api.issues.sample_book import Row

SEED, NUMBER = 7, 6_500
AT_HAND, STEP = 4, 0.00004
"""Cases where the demo grid worker walks, and how far apart, in degrees."""
FIRMS = ("锦安物业", "汀澜物业", "蜀邦物业", SCANDAL)
FIRMS_EN = ("Jin'an Property", "Tinglan Property", "Shubang Property", "Hengsheng Property")
RUNG_BY_RUNG = tuple(zip(RUNGS, LADDER, strict=True))
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
GRAVEST = """
SELECT id, changed_at FROM issue WHERE status IN ('claimed', 'handling') AND suspended_until IS NULL
 ORDER BY severity DESC, reported_at DESC, id LIMIT 3
"""
CALL = """
INSERT INTO issue_call (issue_id, body_id, called_at, hours, due_at, arrived_at) VALUES (%s, %s, %s, 2, %s, %s)
"""
SAY = """
INSERT INTO issue_event (issue_id, seq, at, action, party, body_id, status, payload)
SELECT id, version + 1, %(at)s, %(action)s, %(party)s, %(body)s, status, %(payload)s FROM issue WHERE id = %(issue)s
"""
ADD_RULE = """
INSERT INTO routing_rule (rank, category, compound_id, subdistrict_id, body_id, note) VALUES (%s, %s, %s, %s, %s, %s)
"""


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
    book = Book(subdistrict, bodies, limits, kinds, names)
    rows = [book.play(story, now) for story in stories]
    _lay_at_hand([row for row, _, _ in rows], homes[0], {bodies[name] for name in FIRMS})
    _copy(connection, "issue", COLUMNS, (row for row, _, _ in rows))
    connection.execute("ALTER TABLE issue_event DISABLE TRIGGER USER")
    _copy(connection, "issue_event", EVENT_COLUMNS, (event for _, events, _ in rows for event in events))
    connection.execute("ALTER TABLE issue_event ENABLE TRIGGER USER")
    alarms = ["issue_id", "stage_no", "stage", "percent", "action", "due_at", "rung_at"]
    _copy(connection, "issue_alarm", alarms, (alarm for _, _, found in rows for alarm in _alarms(found, now)))
    _remember_reporters(connection)
    take_photos(connection)
    _blow_whistles(connection, bodies, now)
    connection.execute(IN_GRIDS)


def _lay_at_hand(rows: list[Row], home: Home, firms: set[UUID]) -> None:
    """The newest open cases of no firm lie at the first house: whoever shows the phone has tasks, at any hour."""
    building, lon, lat = home.spots[0]
    newest = [row for row in rows if row["is_open"] and row["routed_body_id"] not in firms][-AT_HAND:]
    for place, row in enumerate(newest):
        x = round(lon + STEP * (place - AT_HAND / 2), 7)
        row |= {"community_id": home.community, "compound_id": home.compound, "building_id": building}
        row |= {"raw_x": x, "raw_y": round(lat, 7), "geometry": f"SRID=4326;POINT({x:.7f} {lat:.7f})"}


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


def _alarms(found: tuple[Row, Clock | None], now: datetime) -> Iterator[tuple[Any, ...]]:
    """The alarms of the stage that runs: what is past has rung in its hour, the others wait."""
    row, clock = found
    if clock is None or clock.since is None or row["stage"] is None:
        return
    for percent, action in RUNG_BY_RUNG:
        due = clock.at_percent(percent)
        assert due is not None
        rung = due if due <= now else None
        yield row["id"], row["stage_no"], row["stage"].value, percent, action.value, due, rung


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


def _blow_whistles(connection: Connection, bodies: dict[str, UUID], now: datetime) -> None:
    """Three bodies are called to each of the gravest cases in hand (吹哨): two have come, one is awaited."""
    limit = Limit(1, None, None, "arrive", 2, TimeUnit.WORKING_HOURS)
    called = [bodies[name] for name in ("城管执法队", "派出所", "消防救援站")]
    for place, (issue, changed_at) in enumerate(connection.execute(GRAVEST).fetchall()):
        at = max(changed_at, now - timedelta(hours=4))
        clock = Clock.started(limit, at)
        _say(connection, issue, at, "whistle", "street_office", {"body_ids": [str(body) for body in called]})
        dues = [(percent, action.value, clock.at_percent(percent)) for percent, action in RUNG_BY_RUNG]
        for number, body in enumerate(called):
            came = None if number == place % len(called) else min(now, at + timedelta(minutes=25 + 30 * number))
            connection.execute(CALL, [issue, body, at, clock.due, came])
            if came is not None:
                _say(connection, issue, came, "arrive", "called", {}, body)
                continue
            for due in dues:
                connection.execute("INSERT INTO issue_call_alarm VALUES (%s, %s, %s, %s, %s)", [issue, body, *due])


def _say(  # noqa: PLR0917  # what an event tells
    connection: Connection, issue: UUID, at: datetime, action: str, party: str, payload: Row, body: UUID | None = None
) -> None:
    values = {"issue": issue, "at": at, "action": action, "party": party, "body": body, "payload": json.dumps(payload)}
    connection.execute(SAY, values)


def _copy(connection: Connection, table: str, columns: list[str], rows: Any) -> None:
    write: Callable[[Any], Any] = lambda row: [row[c] for c in columns] if isinstance(row, dict) else row  # noqa: E731  # two shapes of row
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(write(row))
