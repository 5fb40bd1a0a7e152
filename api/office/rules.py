"""The rules of 红黄蓝 and 红黑榜 in versions: published before they hold, never changed, tried before they are kept.

A month is rated by the rule of its last day, so that a rule begins with a month, and with none that has begun: whoever
is rated knows the formula from the first day on.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from api.errors import ForbiddenError, InvalidError
from api.office.assessment import FIRST, Rule
from api.office.period import first_day, last_day
from api.office.schemas import FormulaRead, FormulasRead

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.office.schemas import FormulaCreate, FormulaSaid

NUMBERS = (
    *("late_most", "open_most", "again_most", "often_most", "blue", "yellow"),
    *("fewest_for_red", "red_from", "black_below", "fewest_handled", "on_time_most"),
    *("back_most", "satisfied_most"),
)
COLUMNS = ", ".join(NUMBERS)
IN_FORCE = text(f"""
  SELECT version, {COLUMNS} FROM assessment_rule WHERE since <= :day ORDER BY since DESC LIMIT 1
""")  # noqa: S608 - written here
ALL = text(f"SELECT version, since, note, {COLUMNS} FROM assessment_rule ORDER BY since DESC LIMIT 200")  # noqa: S608
GOVERNS = text("SELECT governs_all()")
TAKEN = text("SELECT true FROM assessment_rule WHERE since = :since")
ADD = text(f"""
  INSERT INTO assessment_rule (version, since, note, {COLUMNS})
  SELECT max(version) + 1, :since, :note, {", ".join(f":{name}" for name in NUMBERS)}
    FROM assessment_rule
""")  # noqa: S608
WHOLE = 100


async def in_force(session: AsyncSession, day: date) -> Rule:
    """The rule that holds on a day: what was rated in March is always rated by the rule of March."""
    row = (await session.execute(IN_FORCE, {"day": day})).mappings().one_or_none()
    return FIRST if row is None else Rule(**row)


def rule_of(said: FormulaSaid, version: int = 0) -> Rule:
    """What was said as a rule.

    Raises:
        InvalidError: the parts do not make a hundred, or the bounds stand the wrong way round.
    """
    if abs(said.late_most + said.open_most + said.again_most + said.often_most - WHOLE) > 1e-6:  # noqa: PLR2004 - rounding
        raise InvalidError("小区扣分四项之和须为 100。", "The four parts of a compound's points must make 100.")
    if abs(said.on_time_most + said.back_most + said.satisfied_most - WHOLE) > 1e-6:  # noqa: PLR2004
        raise InvalidError("单位得分三项之和须为 100。", "The three parts of a body's points must make 100.")
    if said.yellow >= said.blue:
        raise InvalidError("黄的下限须低于蓝的下限。", "Yellow must begin below blue.")
    if said.black_below >= said.red_from:
        raise InvalidError("黑榜线须低于红榜线。", "The black list must end below where the red list begins.")
    return Rule(version=version, **said.model_dump(include=set(NUMBERS)))


def earliest(today: date) -> date:
    """The first day from which a new rule may hold: that of the month after this one."""
    return last_day(today) + timedelta(days=1)


async def read_rules(session: AsyncSession, today: date) -> FormulasRead:
    """All versions, the latest first."""
    read = []
    for row in (await session.execute(ALL)).mappings():
        rule = Rule(version=row["version"], **{name: row[name] for name in NUMBERS})
        said = {"formula_zh": rule.formula_zh, "formula_en": rule.formula_en}
        said |= {"bodies_zh": rule.bodies_zh, "bodies_en": rule.bodies_en}
        read.append(FormulaRead(**row, **said))
    return FormulasRead(
        in_force=(await in_force(session, today)).version,
        mine=bool((await session.execute(GOVERNS)).scalar()),
        earliest=earliest(today),
        rules=read,
    )


async def add_rule(session: AsyncSession, said: FormulaCreate, today: date) -> FormulasRead:
    """Publish a new version.

    Raises:
        ForbiddenError: the rule would hold for places that are not the asker's.
        InvalidError: it makes no sense, or it would hold for a month that has begun, or from the same day as another.
    """
    rule_of(said)
    if not (await session.execute(GOVERNS)).scalar():
        raise ForbiddenError(
            "考核规则对全部街道有效,须由管辖全部街道者修订。",
            "Rules of assessment hold for every subdistrict; who governs them all sets them.",
        )
    if said.since < earliest(today):
        raise InvalidError(
            "规则须先公布后生效:最早从下月 1 日起。", "A rule is published first: it begins next month at the earliest."
        )
    if said.since != first_day(said.since):
        raise InvalidError("规则须从某月 1 日起生效。", "A rule begins on the first day of a month.")
    if (await session.execute(TAKEN, {"since": said.since})).scalar():
        raise InvalidError("这一天已有一版规则开始生效。", "Another version begins on that day already.")
    await session.execute(ADD, said.model_dump())
    return await read_rules(session, today)
