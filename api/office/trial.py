"""Tries a rule of assessment on a month that is past: who would turn, before anything is kept."""

from __future__ import annotations

from collections import Counter
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal

from api.office.bodies import read_bodies
from api.office.period import first_day, last_day
from api.office.ratings import read_ratings
from api.office.rules import rule_of
from api.office.schemas import FormulaTrialRead, Period, TurnRead

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.office.schemas import FormulaTrial, RatingRead, StandingRead

    Judged = Sequence[RatingRead | StandingRead]

MOST = 200


async def try_rule(session: AsyncSession, said: FormulaTrial, today: date) -> FormulaTrialRead:
    """What a rule would have made of a month, beside what the month's own rule makes of it.

    Raises:
        InvalidError: the rule makes no sense.
    """
    rule = rule_of(said)
    period = Period(since=first_day(said.month), until=last_day(said.month))
    before, after = [(await read_ratings(session, None, said.month, rule=one)).ratings for one in (None, rule)]
    lists, listed = [await read_bodies(session, period, today, rule=one) for one in (None, rule)]
    return FormulaTrialRead(
        formula_zh=rule.formula_zh,
        formula_en=rule.formula_en,
        bodies_zh=rule.bodies_zh,
        bodies_en=rule.bodies_en,
        colours=_counted(after),
        colours_before=_counted(before),
        turned=[
            *_turned("compound", before, after, attrgetter("compound_id", "colour")),
            *_turned("body", lists, listed, attrgetter("body_id", "list")),
        ][:MOST],
    )


def _counted(ratings: list[RatingRead]) -> dict[str, int]:
    return dict(Counter[str](one.colour for one in ratings))


def _turned(
    kind: Literal["compound", "body"], before: Judged, after: Judged, verdict: attrgetter[Any]
) -> list[TurnRead]:
    """Those whose colour or list another rule changes; ``verdict`` tells of one its id and that."""
    was = {verdict(one)[0]: one for one in before}
    pairs = [(was[verdict(one)[0]], one) for one in after]
    return [
        TurnRead(
            kind=kind,
            name=one.name,
            name_en=one.name_en,
            before=verdict(former)[1],
            after=verdict(one)[1],
            points_before=former.points,
            points=one.points,
        )
        for former, one in pairs
        if verdict(former) != verdict(one)
    ]
