"""Puts a case where it really is, and does one thing to many cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.errors import InvalidError, ServiceError
from api.issues import acts, lifecycle, places
from api.issues.acts import HOLD, Desk, MovedOnError, open_desk, told
from api.issues.matter import Act, Action, Actor, Party
from api.issues.moments import day_of
from api.issues.schemas import BulkRead, PlaceSaid

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.issues.places import Spot
    from api.issues.schemas import BulkCreate, PlaceUpdate

MOVE = text("""
UPDATE issue SET geometry = ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), accuracy_m = :accuracy_m, located = :located,
  floor = :floor, subdistrict_id = :subdistrict_id, community_id = :community_id, compound_id = :compound_id,
  building_id = :building_id, micro_grid_id = :micro_grid_id, place_is_open = :place_is_open, routed_body_id = :routed
 WHERE id = :id
""")


async def put_place(session: AsyncSession, issue_id: UUID, said: PlaceUpdate, *, now: datetime) -> None:
    """Move a case, or answer which micro-grid it is in; the boundaries are those of the day on which it was made.

    Raises:
        NotFoundError, MovedOnError, ForbiddenError, ConflictError: as for any act.
        InvalidError: the place can not be.
    """
    desk = await open_desk(session, issue_id)
    if said.base_version is not None and said.base_version != desk.case.version:
        raise MovedOnError(
            "此件已被他人更新,请看过最新情况再办。", "Somebody has changed this case meanwhile; look again."
        )
    actor = desk.actor
    answers = Party.REPORTER in actor.parties and desk.row["place_is_open"] and said.place is None
    way = Act(Action.CORRECT, actor, now)
    why = lifecycle.refusal(desk.case, way)
    if why is not None and not (answers and why is lifecycle.NOT_YOURS):
        raise told(why)
    place = said.place or _where_it_was(desk, said.micro_grid_id)
    day = day_of(desk.row["occurred_at"], desk.row["reported_at"])
    spot = await places.locate(session, place, day)
    body = await places.body_for(session, spot, desk.row["category"], desk.row["kind"])
    await session.execute(HOLD, {"id": str(issue_id)})
    await session.execute(MOVE, {"id": issue_id, "routed": body["body_id"] if body else None, **_moved(place, spot)})
    parties = actor.parties | ({Party.GRID_WORKER} if answers else frozenset())
    way = Act(Action.CORRECT, Actor(actor.account, frozenset(parties), actor.bodies), now)
    details = {
        "from": [desk.row["raw_x"], desk.row["raw_y"]],
        "micro_grid_id": str(spot.grid.id) if spot.grid else None,
    }
    await acts.write(session, desk, way, lifecycle.apply(desk.case, way), key=None, details=details)


def _where_it_was(desk: Desk, micro_grid_id: UUID | None) -> PlaceSaid:
    row = desk.row
    return PlaceSaid(
        lon=row["raw_x"],
        lat=row["raw_y"],
        accuracy_m=row["accuracy_m"],
        datum=row["datum"],
        located=row["located"],
        floor=row["floor"],
        micro_grid_id=micro_grid_id,
        on_water=True,
    )


def _moved(place: PlaceSaid, spot: Spot) -> dict[str, Any]:
    return {
        "lon": spot.lon,
        "lat": spot.lat,
        "accuracy_m": place.accuracy_m,
        "located": place.located,
        "floor": place.floor,
        "subdistrict_id": spot.subdistrict_id,
        "community_id": spot.community_id,
        "compound_id": spot.compound_id,
        "building_id": spot.building_id,
        "micro_grid_id": spot.grid.id if spot.grid else None,
        "place_is_open": spot.question is not None,
    }


async def act_on_many(session: AsyncSession, said: BulkCreate, *, now: datetime) -> list[BulkRead]:
    """Do one thing to many cases, in the order of their keys so that two such acts never wait for each other in a ring.

    Raises:
        InvalidError: this is nothing to be done to many at once.
    """
    if said.act.action in (Action.HANDLE, Action.SOLVE, Action.SPLIT, Action.CORRECT):
        raise InvalidError("这一步要逐件办理。", "This has to be done case by case.")
    found = {}
    for issue_id in sorted(set(said.ids)):
        try:
            async with session.begin_nested():
                after = await acts.act(session, issue_id, said.act, now=now)
            found[issue_id] = BulkRead(id=issue_id, done=True, status=after.status)
        except ServiceError as error:
            found[issue_id] = BulkRead(id=issue_id, done=False, zh=error.sentence.zh, en=error.sentence.en)
        finally:
            await session.execute(HOLD, {"id": ""})
    return [found[issue_id] for issue_id in dict.fromkeys(said.ids)]
