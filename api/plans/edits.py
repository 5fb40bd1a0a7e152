"""The server is the judge: edits of a draft are done, proved, written and logged in one transaction.

An edit is done and proved on what the store has before anything is locked; the plan's row is held for the one call
that writes it (``plan_write``, migration 0034). Where somebody was faster in that moment, it is done anew on top. A
stale base is no fault by itself: when what was done since touches nothing in common, both survive (decision 0035).
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.errors import ConflictError, InvalidError, NotFoundError
from api.plans.conflicts import FrozenError, RefusedOperationError, stale
from api.plans.edit_schemas import EditRead, EntryRead
from api.plans.editing import Asked, OperationRefusedError, Past, do_all, targets
from api.plans.journal import OF_EDIT, entry_of, lines_of, marks_since, plain
from api.plans.log import REDO, TAKE_BACK, UNDO, Line
from api.plans.patching import patch_of
from api.plans.plain_shapes import as_heard, as_told
from api.plans.projection import ASKED, columns_of, grids_of, project, refuse_foreign
from api.plans.sheet import packed
from api.plans.shelf import STANDING, mark_of, once_committed, take_up, taken_up
from geo.errors import InvalidGeometryError, InvalidInputError
from geo.topology.delta import Delta, delta_from

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.admission import Asker
    from api.plans.edit_schemas import EditSaid
    from api.plans.editing import Made
    from api.plans.sheet import Sheet
    from api.plans.shelf import Shelf

STATE_EVERY = 200
"""Operations after which the sheet's value is kept anew, so that taking it up never replays more."""

# Everything that an edit has to know, in one look; the row is not held.
LOOK = text(
    STANDING.format(
        more=""",
       p.state, ((SELECT whole('editable')) OR c.id IN (SELECT unnest(scope('editable')))) AS editable,
       EXISTS (SELECT FROM plan_run r WHERE r.plan_id = :plan AND r.state IN ('waiting', 'running')) AS drawn,
       EXISTS (SELECT FROM plan_operation o WHERE o.plan_id = :plan AND o.edit_id = :edit) AS known,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('client', o.client, 'touched', o.touched)
                                  ORDER BY o.version), '[]')
          FROM plan_operation o WHERE o.plan_id = :plan AND o.community_id = :community AND o.version > :base) AS since
"""
    )
)
TAKE = text("SELECT state FROM plan_take(:plan, :community)")
ROOTS = text("""
SELECT version, delta FROM plan_operation
 WHERE plan_id = :plan AND community_id = :community AND version = ANY(CAST(:versions AS integer[]))
""")
BEGIN = text("""
INSERT INTO plan_sheet (plan_id, community_id, lon, lat, since, version, state_version, state)
VALUES (:plan, :community, :lon, :lat, :version, :version, :version, :state)
""")
STRAY_GRIDS = text("""
DELETE FROM micro_grid WHERE plan_id = :plan AND community_id = :community AND id <> ALL(CAST(:ids AS uuid[]))
""")
WRITE = text(f"""
SELECT * FROM plan_write(:plan, :community, :expected, :proposed, :edit, CAST(:client AS uuid),
  CAST(:verbs AS text[]), CAST(:arguments AS text[]), CAST(:abouts AS integer[]), CAST(:deltas AS text[]),
  CAST(:marks AS text[]), {ASKED})
""")  # noqa: S608  # our own words
KEEP = text("""
UPDATE plan_sheet SET state = :state, state_version = :version WHERE plan_id = :plan AND community_id = :community
""")


@dataclass(frozen=True, slots=True)
class Ready:
    """An edit that is done and proved, but not written: the sheet before and after, and what came of it."""

    before: Sheet
    after: Sheet
    made: Sequence[Made]
    proposed: int
    touched: frozenset[str]
    rebased: bool


async def edit(session: AsyncSession, shelf: Shelf, asker: Asker, plan_id: UUID, said: EditSaid) -> EditRead:
    """Do operations on one community of a draft, all or none.

    Raises:
        NotFoundError: there is no such plan or community, or it is not the asker's to change.
        FrozenError: the plan is no draft.
        RefusedOperationError: a verb says why not.
        StaleError: somebody changed the same since ``base_version``.
        InvalidError: an operation makes no sense.
    """
    where = {"plan": plan_id, "community": said.community_id}
    asked = [Asked(one.verb, as_heard(one.values().model_dump(mode="json"))) for one in said.operations]
    while True:
        head = (await session.execute(LOOK, {**where, "edit": said.id, "base": said.base_version})).mappings().first()
        if head is None or not head["editable"]:
            raise NotFoundError(
                "没有这个方案或社区,或您无权修改。", "There is no such plan or community, or it is not yours."
            )
        sheet = await taken_up(session, shelf, where, head)
        if head["known"]:
            return await _again(session, asker, sheet, said, asked)
        _refuse_the_impossible(head, said)
        if not sheet.kept:
            await _begin(session, shelf, where)
        elif sheet.version == head["version"]:
            ready = await _done(session, shelf, (sheet, head), said, asked)
            written = await _written(session, shelf, ready, said)
            # Whoever finds that another was faster holds the row by now: the second time nobody is.
            if written is not None:
                return _answer(ready, said, written)


async def _done(
    session: AsyncSession,
    shelf: Shelf,
    found: tuple[Sheet, RowMapping],
    said: EditSaid,
    asked: Sequence[Asked],
) -> Ready:
    """Do the operations on the sheet that was found, and prove the outcome; nothing is locked or written."""
    (sheet, head), asker = found, asker_of(session)
    since = plain(head["since"])
    others = [row for row in since if said.client is None or row["client"] != str(said.client)]
    past = await _past(session, shelf, asker, sheet, asked)
    proposed = head["plan_version"] + 1
    try:
        plan, made = await asyncio.to_thread(do_all, sheet.plan, asked, past, proposed)
    except OperationRefusedError as refused:
        if others:
            raise await stale(session, asker, sheet, said, refusal=refused.refusal) from refused
        raise RefusedOperationError(refused.refusal, refused.place) from refused
    except (InvalidInputError, InvalidGeometryError, ValueError) as error:
        raise InvalidError(f"操作无法理解:{error}", f"The operation makes no sense: {error}") from error
    marks = {mark for one in made for mark in one.touched()}
    conflicts = marks & {mark for row in others for mark in row["touched"]}
    if conflicts:
        raise await stale(session, asker, sheet, said, conflicts=sorted(conflicts))
    touched = frozenset(marks | {mark for row in since for mark in row["touched"]})
    return Ready(sheet, replace(sheet, plan=plan), made, proposed, touched, bool(since))


async def _written(session: AsyncSession, shelf: Shelf, ready: Ready, said: EditSaid) -> RowMapping | None:
    """Write grids, members, log and event; None where somebody was faster, and the plan's row is now held."""
    before, made = ready.before, ready.made
    whole = _summed(made)
    units = {key for part in ("bands", "units") for key in whole.get(part, ())}
    columns = columns_of(ready.after, grids_of(before.plan, ready.after.plan, whole), units)
    log = {
        "verbs": [one.asked.verb for one in made],
        "arguments": [_dumped(one.asked.arguments) for one in made],
        "abouts": [one.about for one in made],
        "deltas": [_dumped(one.delta.as_data()) for one in made],
        "marks": [_dumped(one.touched()) for one in made],
    }
    head = {
        "plan": before.plan_id,
        "community": before.community_id,
        "expected": before.version,
        "proposed": ready.proposed,
        "edit": said.id,
        "client": said.client,
    }
    row = (await session.execute(WRITE, {**head, **log, **columns})).mappings().one()
    if not row["written"]:
        return None
    refuse_foreign(columns, row["put"])
    after = replace(ready.after, version=row["first"] + len(made) - 1)
    if after.version - row["kept"] >= STATE_EVERY:
        state = await asyncio.to_thread(packed, after.plan)
        where = {"plan": after.plan_id, "community": after.community_id}
        await session.execute(KEEP, {**where, "state": state, "version": after.version})
    lines = shelf.lines(before)
    fresh = [
        Line(row["first"] + n, one.asked.verb, _moved(one, ready, row), asker_of(session).account_id)
        for n, one in enumerate(made)
    ]

    def keep() -> None:
        shelf.put(after, mark_of(after))
        if lines is not None:
            shelf.put_lines(after, (*lines, *fresh))

    once_committed(session, keep)
    return row


def _moved(one: Made, ready: Ready, row: RowMapping) -> int | None:
    """The version that an operation is about; one of the same batch moves with the number it was given."""
    if one.about is None or one.about < ready.proposed:
        return one.about
    return int(one.about - ready.proposed + row["first"])


def asker_of(session: AsyncSession) -> Asker:
    """Whose transaction it is."""
    asker: Asker = session.info["asker"]
    return asker


def _answer(ready: Ready, said: EditSaid, row: RowMapping) -> EditRead:
    """What came of it."""
    made, community = ready.made, ready.after.community_id
    entries = [
        EntryRead(
            version=row["first"] + place,
            verb=one.asked.verb,
            arguments=as_told(one.asked.arguments),
            of=_moved(one, ready, row),
            who=row["who"],
            mine=True,
            client=said.client,
            at=row["at"],
            community_id=community,
            in_effect=one.asked.verb not in {UNDO, REDO},
        )
        for place, one in enumerate(made)
    ]
    return EditRead(
        id=said.id,
        community_id=community,
        version=entries[-1].version,
        rebased=ready.rebased,
        entries=entries,
        patch=patch_of(ready.after.plan, ready.touched),
    )


def _refuse_the_impossible(head: RowMapping, said: EditSaid) -> None:
    if head["state"] != "draft":
        raise FrozenError(head["state"])
    if head["drawn"]:
        raise ConflictError("系统正在划分这个方案。", "The machine is drawing this plan.")
    if said.base_version > head["plan_version"]:
        raise InvalidError(
            f"方案只有 {head['plan_version']} 版,没有第 {said.base_version} 版。",
            f"The plan is at version {head['plan_version']}: there is no version {said.base_version}.",
        )


async def _begin(session: AsyncSession, shelf: Shelf, where: dict[str, UUID]) -> None:
    """Keep a community's sheet in the store from now on; grids and members written as it has them.

    Whoever comes first holds the plan's row until the end, so it is begun once.
    """
    await session.execute(TAKE, where)
    sheet = await take_up(session, shelf, where["plan"], where["community"])
    if sheet.kept:
        return
    plan = sheet.plan
    await session.execute(STRAY_GRIDS, {**where, "ids": sorted(plan.grids)})
    await project(session, sheet, plan.grids, plan.units)
    lon, lat = sheet.plane.origin
    state = await asyncio.to_thread(packed, plan)
    await session.execute(BEGIN, {**where, "lon": lon, "lat": lat, "version": sheet.version, "state": state})


async def _past(session: AsyncSession, shelf: Shelf, asker: Asker, sheet: Sheet, asked: Sequence[Asked]) -> Past:
    """What undo, redo and take-back need of the log; nothing where none is asked for."""
    if not any(one.verb in {UNDO, REDO, TAKE_BACK} for one in asked):
        return Past((), {}, asker.account_id)
    where = {"plan": sheet.plan_id, "community": sheet.community_id}
    lines = shelf.lines(sheet)
    if lines is None:
        lines = tuple(line for line in await lines_of(session, where) if line.version <= sheet.version)
        shelf.put_lines(sheet, lines)
    roots = targets(asked, lines, asker.account_id)
    rows = (await session.execute(ROOTS, {**where, "versions": sorted(roots)})).all()
    return Past(lines, {version: _delta(delta) for version, delta in rows}, asker.account_id)


def _delta(value: Any) -> Delta:
    return delta_from(json.loads(value) if isinstance(value, str) else value)


def _summed(made: Sequence[Made]) -> dict[str, set[str]]:
    """Parts and keys that any of the operations changed."""
    whole: dict[str, set[str]] = {}
    for one in made:
        for part, changes in one.delta.changes.items():
            whole.setdefault(part, set()).update(changes)
    return whole


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


async def _again(session: AsyncSession, asker: Asker, sheet: Sheet, said: EditSaid, asked: Sequence[Asked]) -> EditRead:
    """The answer to an edit that was kept before."""
    rows = (await session.execute(OF_EDIT, {"plan": sheet.plan_id, "edit": said.id})).mappings().all()
    same = [(row["verb"], plain(row["arguments"])) for row in rows] == [
        (one.verb, dict(one.arguments)) for one in asked
    ]
    if not same or rows[0]["community_id"] != said.community_id:
        raise InvalidError(
            "这个编号的修改已经保存过,内容不同。", "An edit of this id was kept before, and it was another one."
        )
    marks = await marks_since(session, sheet, said.base_version)
    return EditRead(
        id=said.id,
        community_id=said.community_id,
        version=sheet.version,
        rebased=rows[0]["version"] != said.base_version + 1,
        entries=[entry_of(row, asker) for row in rows],
        patch=patch_of(sheet.plan, marks),
    )
