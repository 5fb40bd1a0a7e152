"""Tries a rule of assessment on a month that is past: who would turn, before anything is kept."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from api.office.bodies import read_bodies
from api.office.period import first_day, last_day
from api.office.ratings import read_ratings
from api.office.rules import rule_of
from api.office.schemas import FormulaTrialRead, Period, TurnRead

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.office.schemas import FormulaTrial, RatingRead, StandingRead

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
        turned=[*_compounds(before, after), *_bodies(lists, listed)][:MOST],
    )


def _counted(ratings: list[RatingRead]) -> dict[str, int]:
    return dict(Counter[str](one.colour for one in ratings))


def _compounds(before: list[RatingRead], after: list[RatingRead]) -> list[TurnRead]:
    was = {one.compound_id: one for one in before}
    return [
        TurnRead(
            kind="compound",
            name=one.name,
            name_en=one.name_en,
            before=was[one.compound_id].colour,
            after=one.colour,
            points_before=was[one.compound_id].points,
            points=one.points,
        )
        for one in after
        if was[one.compound_id].colour != one.colour
    ]


def _bodies(before: list[StandingRead], after: list[StandingRead]) -> list[TurnRead]:
    was = {one.body_id: one for one in before}
    return [
        TurnRead(
            kind="body",
            name=one.name,
            name_en=one.name_en,
            before=was[one.body_id].list,
            after=one.list,
            points_before=was[one.body_id].points,
            points=one.points,
        )
        for one in after
        if was[one.body_id].list != one.list
    ]
