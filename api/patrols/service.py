"""Rounds: begun, recorded batch by batch while on duty, ended; then cleaned, flagged and held against the homes passed.

Everything has a key made by the phone, so that a shift without signal can be sent as often as it takes. The server's
clock bounds a round: fixes from outside are kept and flagged.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import shapely
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from api.access.audit import Action, record
from api.errors import ConflictError, InvalidError, NotFoundError
from api.issues.places import standing_at
from api.issues.workdays import BEIJING
from api.patrols.schemas import CoverageRead, PatrolRead, UnitCovered, VisitRead
from geo.errors import UnreadableFileError
from geo.tracks import gpx
from geo.tracks.clean import IMPORTED, REPLAYED, Fix, LeftOut, Stop, Track, clean
from geo.tracks.coverage import passed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.admission import Asker
    from api.patrols.schemas import FixesPut, PatrolStart, VisitPut
    from geo.errors import Refusal

OLDEST_START = timedelta(days=1)
SLACK = timedelta(minutes=10)
LONGEST = timedelta(hours=24)
MOST_FIXES = 50_000
LISTED = 200

NONE = NotFoundError("没有这次巡查,或您无权查看。", "There is no such patrol, or it is not yours to see.")
COLUMNS = """
  p.id, p.person_id, p.community_id, coalesce(c.name, '') AS community, p.micro_grid_id, p.plan_id, p.started_at,
  p.ended_at, p.length_m, p.seconds, p.fixes, p.left_out, p.passed, p.flags, p.account_id = me('account') AS mine,
  coalesce((SELECT n.name FROM staff_names(ARRAY[p.account_id]) n), '') AS walker
"""
ONE = text(f"SELECT {COLUMNS} FROM patrol p LEFT JOIN community c ON c.id = p.community_id WHERE p.id = :id")  # noqa: S608  # our own words
LIST = text(f"""
SELECT {COLUMNS} FROM patrol p LEFT JOIN community c ON c.id = p.community_id
 WHERE p.started_at >= :since AND p.started_at < :until
   AND (CAST(:community AS uuid) IS NULL OR p.community_id = :community)
   AND (NOT :flagged OR p.flags <> '[]') ORDER BY p.started_at DESC, p.id LIMIT :most
""")  # noqa: S608  # our own words
BEGIN = text("""
INSERT INTO patrol (id, account_id, person_id, community_id, micro_grid_id, plan_id, started_at)
VALUES (:id, :account, :person, :community, :grid, :plan, :at) ON CONFLICT (id) DO NOTHING
""")
ADD = text("""
INSERT INTO patrol_batch (patrol_id, number, fixes) VALUES (:id, :number, CAST(:fixes AS jsonb))
ON CONFLICT (patrol_id, number) DO NOTHING
""")
FIXES = text("SELECT fixes FROM patrol_batch WHERE patrol_id = :id ORDER BY number")
COUNT = text("SELECT coalesce(sum(jsonb_array_length(fixes)), 0) FROM patrol_batch WHERE patrol_id = :id")
NEAR = text("""
SELECT u.id, ST_AsBinary(u.geometry) AS ground FROM unit u
 WHERE u.geometry && ST_Expand(ST_MakeEnvelope(:west, :south, :east, :north, 4326), 0.0005)
""")
END = text("""
UPDATE patrol SET ended_at = :ended, length_m = :length, seconds = :seconds, fixes = :fixes, left_out = :left_out,
  passed = :passed, flags = CAST(:flags AS jsonb), digest = :digest WHERE id = :id
""")
KEEP_TRACK = text("INSERT INTO patrol_track VALUES (:id, CAST(:track AS jsonb)) ON CONFLICT DO NOTHING")
KEEP_PASSED = text(
    "INSERT INTO patrol_passed SELECT :id, u, :at FROM unnest(CAST(:units AS uuid[])) AS u ON CONFLICT DO NOTHING"
)
TRACK = text("SELECT track FROM patrol_track WHERE patrol_id = :id")
WALKED = text("SELECT was_walked_before(:digest, :id)")
UNIT = text("""
SELECT u.community_id, (SELECT m.micro_grid_id FROM plan_member m JOIN plan p ON p.id = m.plan_id
                         WHERE m.unit_id = u.id AND p.state = 'published' ORDER BY m.micro_grid_id LIMIT 1) AS grid
  FROM unit u WHERE u.id = :id
""")
VISIT = text("""
INSERT INTO visit (id, unit_id, household_id, community_id, micro_grid_id, patrol_id, account_id, at, outcome, form,
  note, digest)
VALUES (:id, :unit_id, :household_id, :community, :grid, :patrol_id, :account, :at, :outcome, CAST(:form AS jsonb),
  :note, :digest) ON CONFLICT (id) DO NOTHING
""")
VISIT_DIGEST = text("SELECT digest FROM visit WHERE id = :id")
VISITS = text("""
SELECT id, unit_id, household_id, patrol_id, at, outcome, form, note FROM visit
 WHERE at >= :since AND at < :until AND (CAST(:unit AS uuid) IS NULL OR unit_id = :unit)
 ORDER BY at DESC, id LIMIT :most
""")
COVERAGE = text("""
SELECT u.id AS unit_id, concat(b.name, u.name) AS name,
       CASE WHEN '' NOT IN (b.name_en, u.name_en) THEN concat(b.name_en, ', ', u.name_en) ELSE '' END AS name_en,
       u.building_id, u.households, u.community_id, coalesce(c.name, '') AS community,
       coalesce(c.name_en, '') AS community_en, g.id AS micro_grid_id, g.name AS micro_grid,
       ST_X(s.spot) AS lon, ST_Y(s.spot) AS lat,
       (SELECT max(p.at) FROM patrol_passed p WHERE p.unit_id = u.id AND p.at >= :since AND p.at < :until) AS passed_at,
       max(v.at) FILTER (WHERE v.outcome <> 'not_home') AS visited_at, count(v.id) AS visits,
       count(v.id) FILTER (WHERE v.outcome = 'not_home') AS not_home
  FROM unit u JOIN building b ON b.id = u.building_id LEFT JOIN community c ON c.id = u.community_id
       CROSS JOIN LATERAL (SELECT ST_PointOnSurface(u.geometry) AS spot) s
  LEFT JOIN LATERAL (SELECT m.id, m.name FROM plan_member pm JOIN plan p ON p.id = pm.plan_id AND p.state = 'published'
                       JOIN micro_grid m ON m.id = pm.micro_grid_id WHERE pm.unit_id = u.id ORDER BY m.id LIMIT 1) g
         ON true
  LEFT JOIN visit v ON v.unit_id = u.id AND v.at >= :since AND v.at < :until
 WHERE u.community_id = :community OR u.id IN (SELECT m.unit_id FROM plan_member m WHERE m.micro_grid_id = :grid)
    OR (CAST(:community AS uuid) IS NULL AND CAST(:grid AS uuid) IS NULL)
 GROUP BY u.id, b.id, c.id, g.id, g.name, s.spot ORDER BY u.code, u.id LIMIT 20000
""")


async def begin(session: AsyncSession, who: Asker, patrol_id: UUID, said: PatrolStart, *, now: datetime) -> PatrolRead:
    """Begin a round; the same beginning sent again changes nothing.

    Raises:
        InvalidError: outside every community.
        ConflictError: another round of one's own is still running.
    """
    known = (await session.execute(ONE, {"id": patrol_id})).mappings().first()
    if known is not None and known["mine"]:
        return PatrolRead(**known)
    at = min(max(said.started_at or now, now - OLDEST_START), now)
    spot = await standing_at(session, said.lon, said.lat, at, now=now)
    values = {
        "id": patrol_id,
        "account": who.account_id,
        "person": who.person_id,
        "community": spot.community_id,
        "grid": spot.grid.id if spot.grid else None,
        "plan": said.plan_id,
        "at": at,
    }
    try:
        await session.execute(BEGIN, values)
    except IntegrityError as error:
        raise ConflictError(
            "您还有一次巡查没有结束。", "Another round of yours is still running; end it first."
        ) from error
    return await read(session, patrol_id)


async def read(session: AsyncSession, patrol_id: UUID) -> PatrolRead:
    """One round.

    Raises:
        NotFoundError: there is none, or it is not the asker's to see.
    """
    row = (await session.execute(ONE, {"id": patrol_id})).mappings().first()
    if row is None:
        raise NONE
    return PatrolRead(**row)


async def add_fixes(session: AsyncSession, patrol_id: UUID, number: int, said: FixesPut) -> None:
    """Record a batch of positions; only on duty, so a round that has ended takes no more.

    Raises:
        NotFoundError: it is not one's own.
        ConflictError: the round has ended, or holds too many.
    """
    own = await _own(session, patrol_id)
    if own.ended_at is not None:
        raise ConflictError("巡查已结束,不再记录轨迹。", "The round has ended; its track is no longer recorded.")
    if (await session.execute(COUNT, {"id": patrol_id})).scalar_one() + len(said.fixes) > MOST_FIXES:
        raise ConflictError("这次巡查的定位点过多。", "This round holds too many positions.")
    fixes = json.dumps([_plain_fix(fix) for fix in said.fixes])
    await session.execute(ADD, {"id": patrol_id, "number": number, "fixes": fixes})


def _plain_fix(fix: Any) -> list[Any]:
    return [fix.at.astimezone(UTC).isoformat(), round(fix.lon, 7), round(fix.lat, 7), fix.accuracy_m, fix.mocked]


def _fix(plain: Sequence[Any]) -> Fix:
    at, lon, lat, accuracy_m, mocked = plain
    return Fix(datetime.fromisoformat(at), lon, lat, accuracy_m, bool(mocked))


async def _own(session: AsyncSession, patrol_id: UUID) -> PatrolRead:
    found = await read(session, patrol_id)
    if not found.mine:
        raise NONE
    return found


async def end(session: AsyncSession, patrol_id: UUID, ended_at: datetime | None, *, now: datetime) -> PatrolRead:
    """End a round: clean its track, flag what looks wrong, note which units it passed. Ended is ended, however often.

    Raises:
        NotFoundError: it is not one's own.
    """
    own = await _own(session, patrol_id)
    if own.ended_at is not None:
        return own
    ended = min(max(ended_at or now, own.started_at), now, own.started_at + LONGEST)
    batches = (await session.execute(FIXES, {"id": patrol_id})).scalars()
    fixes = [_fix(plain) for batch in batches for plain in batch]
    track = clean(fixes, since=own.started_at - SLACK, until=now + SLACK)
    await _settle(session, patrol_id, track, ended, fixes)
    return await read(session, patrol_id)


async def _settle(  # noqa: PLR0917  # what an ended round leaves behind
    session: AsyncSession,
    patrol_id: UUID,
    track: Track,
    ended: datetime,
    fixes: list[Fix],
    extra: tuple[Refusal, ...] = (),
) -> None:
    digest = shape_of(track)
    flags = [*track.flags, *extra]
    if digest is not None and (await session.execute(WALKED, {"digest": digest, "id": patrol_id})).scalar():
        flags.append(REPLAYED)
    units = await _passed(session, track)
    values = {
        "id": patrol_id,
        "ended": ended,
        "length": track.length_m,
        "seconds": track.seconds,
        "fixes": len(fixes),
        "left_out": len(track.left_out),
        "passed": len(units),
        "flags": json.dumps([asdict(flag) for flag in flags], ensure_ascii=False),
        "digest": digest,
    }
    await session.execute(END, values)
    await session.execute(KEEP_TRACK, {"id": patrol_id, "track": json.dumps(stored(track))})
    if units:
        await session.execute(KEEP_PASSED, {"id": patrol_id, "units": units, "at": ended})


def shape_of(track: Track) -> bytes | None:
    """A digest of where a track went and at what pace, whenever that was; None where it is too short to know again."""
    fixes = [fix for line in track.lines for fix in line]
    if len(fixes) < 20:  # noqa: PLR2004  # shorter ones may be alike by chance
        return None
    start = fixes[0].at
    words = ";".join(f"{f.lon:.7f},{f.lat:.7f},{(f.at - start).total_seconds():.0f}" for f in fixes)
    return hashlib.sha256(words.encode()).digest()


async def _passed(session: AsyncSession, track: Track) -> list[UUID]:
    fixes = [fix for line in track.lines for fix in line]
    if not fixes:
        return []
    lons, lats = [f.lon for f in fixes], [f.lat for f in fixes]
    box = {"west": min(lons), "east": max(lons), "south": min(lats), "north": max(lats)}
    if box["east"] - box["west"] > 0.5 or box["north"] - box["south"] > 0.5:  # noqa: PLR2004  # degrees: no walk
        return []
    rows = (await session.execute(NEAR, box)).mappings().all()
    grounds = [shapely.from_wkb(bytes(row["ground"])) for row in rows]
    return [row["id"] for row, near in zip(rows, passed(track, grounds), strict=True) if near]


def stored(track: Track) -> dict[str, Any]:
    """A track as it is kept."""
    return {
        "lines": [[_plain_fix(fix) for fix in line] for line in track.lines],
        "stops": [[s.lon, s.lat, s.since.isoformat(), s.until.isoformat()] for s in track.stops],
        "left_out": [[*_plain_fix(lost.fix), lost.why] for lost in track.left_out[:500]],
    }


async def track_of(session: AsyncSession, patrol_id: UUID) -> tuple[PatrolRead, Track]:
    """A round's track; somebody else's is looked at by those who lead there only, and each look is written down.

    Raises:
        NotFoundError: it is not the asker's to see, or it has been forgotten.
    """
    found = await read(session, patrol_id)
    stored = (await session.execute(TRACK, {"id": patrol_id})).scalar()
    if stored is None:
        raise NONE
    if not found.mine:
        details = {"person": str(found.person_id)}
        place = found.community_id
        await record(session, Action.TRACK_READ, kind="patrol", object_id=patrol_id, place_id=place, details=details)
    lines = tuple(tuple(_fix(plain) for plain in line) for line in stored["lines"])
    stops = tuple(
        Stop(lon, lat, datetime.fromisoformat(since), datetime.fromisoformat(until))
        for lon, lat, since, until in stored["stops"]
    )
    left_out = tuple(LeftOut(_fix(plain[:5]), plain[5]) for plain in stored["left_out"])
    return found, Track(lines, stops, left_out, (), found.length_m, found.seconds)


def as_geojson(found: PatrolRead, track: Track) -> dict[str, Any]:
    """A track for the map: its lines, stops, and what was left out with the reason."""
    features: list[dict[str, Any]] = [
        _feature("LineString", [[f.lon, f.lat] for f in line], part="line", since=line[0].at.isoformat())
        for line in track.lines
        if len(line) > 1
    ]
    features += [
        _feature("Point", [s.lon, s.lat], part="stop", since=s.since.isoformat(), until=s.until.isoformat())
        for s in track.stops
    ]
    features += [_feature("Point", [o.fix.lon, o.fix.lat], part="left_out", why=o.why) for o in track.left_out]
    flags = [flag.model_dump() for flag in found.flags]
    return {"type": "FeatureCollection", "features": features, "flags": flags, "length_m": found.length_m}


def _feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}


async def bring_in(session: AsyncSession, who: Asker, content: bytes, *, now: datetime) -> PatrolRead:
    """A round from a GPX file: kept like any other, and flagged as what it is.

    Raises:
        InvalidError: the file can not be read, or lies outside every community.
    """
    try:
        fixes = gpx.read(content)
    except UnreadableFileError as error:
        raise InvalidError(error.refusal.zh, error.refusal.en) from error
    first, last = min(f.at for f in fixes), max(f.at for f in fixes)
    if last > now + SLACK or last - first > LONGEST:
        raise InvalidError("GPX 的时间不合理。", "The times of the GPX file can not be.")
    spot = await standing_at(session, fixes[0].lon, fixes[0].lat, fixes[0].at, now=now)
    patrol_id = uuid4()
    account, grid = who.account_id, spot.grid.id if spot.grid else None
    values = {
        "id": patrol_id,
        "account": account,
        "person": who.person_id,
        "community": spot.community_id,
        "grid": grid,
    }
    added = text(BEGIN.text.replace("started_at)", "started_at, ended_at)").replace(":at)", ":at, :ended)"))
    await session.execute(added, {**values, "plan": None, "at": first, "ended": last})
    await _settle(session, patrol_id, clean(fixes), last, fixes, (IMPORTED,))
    return await read(session, patrol_id)


def span(since: date, until: date) -> dict[str, datetime]:
    """The days from ``since`` to ``until`` (both counted), in Beijing."""
    return {
        "since": datetime.combine(since, time(), BEIJING),
        "until": datetime.combine(until + timedelta(days=1), time(), BEIJING),
    }


async def list_patrols(
    session: AsyncSession, since: date, until: date, community_id: UUID | None, *, flagged: bool
) -> list[PatrolRead]:
    """Rounds of a period that the asker may see: one's own, and those where one leads."""
    values = {**span(since, until), "community": community_id, "flagged": flagged, "most": LISTED}
    return [PatrolRead(**row) for row in (await session.execute(LIST, values)).mappings()]


async def put_visit(session: AsyncSession, who: Asker, visit_id: UUID, said: VisitPut, *, now: datetime) -> bool:
    """Write down a visit, once; whether it is new.

    Raises:
        NotFoundError: the unit is not one's to visit.
        ConflictError: the key was used for another visit.
    """
    row = (await session.execute(UNIT, {"id": said.unit_id})).mappings().first()
    if row is None:
        raise NotFoundError("没有这个单元,或不在您的网格。", "There is no such unit, or it is not in your grid.")
    plain = said.model_dump(mode="json")
    digest = hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).digest()
    values = {
        **said.model_dump(),
        "form": json.dumps(said.form, ensure_ascii=False),
        "at": min(said.at, now),
        "id": visit_id,
        "community": row["community_id"],
        "grid": row["grid"],
        "account": who.account_id,
        "digest": digest,
    }
    if (await session.execute(VISIT, values)).rowcount:  # type: ignore[attr-defined]  # an INSERT's result counts
        return True
    known = (await session.execute(VISIT_DIGEST, {"id": visit_id})).scalar()
    if known is None or bytes(known) != digest:
        raise ConflictError("这个编号已用于另一次入户。", "This key was used for another visit.")
    return False


async def list_visits(session: AsyncSession, since: date, until: date, unit_id: UUID | None) -> list[VisitRead]:
    """Visits of a period that the asker may see."""
    values = {**span(since, until), "unit": unit_id, "most": 1000}
    return [VisitRead(**row) for row in (await session.execute(VISITS, values)).mappings()]


async def coverage(
    session: AsyncSession, since: date, until: date, community_id: UUID | None, micro_grid_id: UUID | None
) -> CoverageRead:
    """Which units of a place (of all that is the asker's, where none is named) were passed within 30 m, and visited.

    Raises:
        NotFoundError: the asker sees no unit there.
    """
    values = {**span(since, until), "community": community_id, "grid": micro_grid_id}
    rows = [UnitCovered(**row) for row in (await session.execute(COVERAGE, values)).mappings()]
    if not rows and (community_id or micro_grid_id):
        raise NotFoundError(
            "没有这个网格或社区,或您无权查看。", "There is no such grid or community, or it is not yours to see."
        )
    return CoverageRead(
        since=since,
        until=until,
        units=len(rows),
        passed=sum(row.passed_at is not None for row in rows),
        visited=sum(row.visited_at is not None for row in rows),
        households=sum(row.households for row in rows),
        households_passed=sum(row.households for row in rows if row.passed_at is not None),
        rows=rows,
    )
