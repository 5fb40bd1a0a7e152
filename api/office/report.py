"""The morning page on paper: what came and went in a week, figures with formulas, colours, bodies, whistles.

Made on demand for whoever asks, and every Monday for those who ordered it, with what each of them may see.
"""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from api.database import asynchronous
from api.errors import NotFoundError
from api.office import report_map
from api.office.bodies import read_bodies
from api.office.figures import read_kpis
from api.office.morning import read_morning
from api.office.period import SHANGHAI
from api.office.ratings import read_ratings
from api.office.report_words import WORDS
from api.office.schemas import KpiQuestion, OrderRead, Period, ReportRead

if TYPE_CHECKING:
    from uuid import UUID

    from api.access.admission import Asker
    from api.office.report_words import Words
    from api.office.schemas import KpiRead, Language, MorningRead, RatingsRead, StandingRead
    from geo.sheets.report import Section

WEEK = 7
MOST_ROWS = 12
MAKE = "office.reports"
MAKE_AT = "7 * * * *"
"""Every hour: a week whose Monday was slept through is made up for."""
ORDER = text("""
  INSERT INTO report_order (account_id, language) VALUES (:account, :language)
  ON CONFLICT (account_id) DO UPDATE SET language = excluded.language
""")
ORDERED = text("SELECT language FROM report_order")
CANCEL = text("DELETE FROM report_order")
LISTED = text("SELECT id, week, made_at, octet_length(pdf) AS size FROM weekly_report ORDER BY week DESC LIMIT 104")
ONE = text("SELECT pdf FROM weekly_report WHERE id = :id")
DUE = text("SELECT account_id, language FROM reports_due(:monday)")
ENTER = text("SELECT enter_for_report(:account)")
KEEP = text("""
  INSERT INTO weekly_report (account_id, week, pdf) VALUES (:account, :monday, :pdf)
  ON CONFLICT (account_id, week) DO NOTHING
""")


def week_before(day: date) -> date:
    """The Monday of the week that has ended before this day.

    >>> week_before(date(2026, 11, 25)), week_before(date(2026, 11, 30))
    (datetime.date(2026, 11, 16), datetime.date(2026, 11, 23))
    """
    return day - timedelta(days=day.weekday() + WEEK)


async def make(session: AsyncSession, since: date, until: date, language: Language, place: UUID | None) -> bytes:
    """The report of a period as PDF."""
    period = Period(since=since, until=until, place=place)
    morning = await read_morning(session, place, until, (until - since).days + 1)
    kpis = await read_kpis(session, KpiQuestion(**period.model_dump()), until)
    ratings = await read_ratings(session, place, until)
    bodies = await read_bodies(session, period, until)
    compounds = await report_map.read_compounds(session, since, until, place)
    words = WORDS[language]
    title = words.title.format(since=since, until=until)
    sections = (
        _signals(words, morning),
        _map(words, compounds),
        _top(words, morning),
        _figures(words, kpis, language),
        _colours(words, ratings),
        _bodies(words, bodies),
    )
    return await asyncio.to_thread(_written, title, words, morning, (*sections, _calls(words, morning)))


def _written(title: str, words: Words, morning: MorningRead, sections: tuple[Section, ...]) -> bytes:
    from geo.sheets.report import Report, write_report  # noqa: PLC0415 - reportlab is for who prints

    came, went = (sum(getattr(day, way) for day in morning.trend[-morning.days :]) for way in ("came", "went"))
    boxes = [(words.came, str(came)), (words.went, str(went))]
    boxes += [(words.tallies[t.key], str(t.count)) for t in morning.tallies if t.key != "new"]
    return write_report(Report(title, words.note, tuple(boxes), sections))


def _section(title: str, rows: tuple[tuple[str, ...], ...], words: Words, head: tuple[str, ...], *said: str) -> Section:
    from geo.sheets.report import Section  # noqa: PLC0415 - see above

    if not rows:
        return Section(title, (*said, words.none))
    return Section(title, said, head, rows, (0.4, *((0.6 / (len(head) - 1),) * (len(head) - 1))))


def _signals(words: Words, morning: MorningRead) -> Section:
    from geo.sheets.report import Section  # noqa: PLC0415 - see above

    return Section(words.signals, tuple(words.name_of(s.zh, s.en) for s in morning.signals) or (words.none,))


def _map(words: Words, compounds: list[report_map.Counted]) -> Section:
    from geo.sheets.report import Section  # noqa: PLC0415 - see above

    picture = report_map.picture(compounds, words)
    return Section(words.map, () if picture else (words.none,), picture=picture)


def _top(words: Words, morning: MorningRead) -> Section:
    rows = tuple((words.name_of(c.zh, c.en), str(c.count), str(c.before)) for c in morning.top)
    return _section(words.top, rows, words, words.top_head)


def _figures(words: Words, kpis: list[KpiRead], language: Language) -> Section:
    rows = tuple(
        (f"{words.name_of(k.zh, k.en)}:{k.formula_zh if language == 'zh' else k.formula_en}", words.share(k.value),
         f"{k.good} / {k.base}", words.share(k.target)) for k in kpis
    )  # fmt: skip
    return _section(words.figures, rows, words, words.figures_head)


def _colours(words: Words, ratings: RatingsRead) -> Section:
    worst = [r for r in ratings.ratings if r.colour != "blue"][:MOST_ROWS]
    rows = tuple((words.name_of(r.name, r.name_en), words.colours[r.colour], f"{r.points:g}") for r in worst)
    return _section(
        words.ratings, rows, words, words.ratings_head, words.name_of(ratings.formula_zh, ratings.formula_en)
    )


def _bodies(words: Words, bodies: list[StandingRead]) -> Section:
    some = [b for b in bodies if b.handled]
    rows = tuple(
        (words.name_of(b.name, b.name_en), str(b.handled), words.share(b.on_time), words.share(b.rework),
         words.lists[b.list]) for b in some[:MOST_ROWS]
    )  # fmt: skip
    return _section(words.bodies, rows, words, words.bodies_head)


def _calls(words: Words, morning: MorningRead) -> Section:
    rows = tuple((c.title or c.code, c.body, f"{c.due_at:%m-%d %H:%M}") for c in morning.calls[:MOST_ROWS])
    return _section(words.calls, rows, words, words.calls_head)


async def order(session: AsyncSession, language: Language, asker: Asker) -> OrderRead:
    """Order the report of every week."""
    await session.execute(ORDER, {"account": asker.account_id, "language": language})
    return OrderRead(ordered=True, language=language)


async def read_order(session: AsyncSession) -> OrderRead:
    """Whether the asker has ordered it."""
    row = (await session.execute(ORDERED)).one_or_none()
    return OrderRead(ordered=row is not None, language=row.language if row else None)


async def cancel(session: AsyncSession) -> None:
    """No more reports; those made stay."""
    await session.execute(CANCEL)


async def read_reports(session: AsyncSession) -> list[ReportRead]:
    """The reports made for the asker, the latest first."""
    rows = await session.execute(LISTED)
    return [ReportRead(id=r.id, week=r.week, made_at=r.made_at, size=r.size) for r in rows]


async def read_report(session: AsyncSession, report: UUID) -> bytes:
    """One of them.

    Raises:
        NotFoundError: it is not the asker's.
    """
    row = (await session.execute(ONE, {"id": report})).one_or_none()
    if row is None:
        raise NotFoundError("没有这份周报。", "There is no such report.")
    return bytes(row.pdf)


async def make_due(url: str, now: datetime) -> int:
    """Make what was ordered for the week that has ended and is not there yet; how many were made."""
    monday = week_before(now.astimezone(SHANGHAI).date())
    engine = create_async_engine(asynchronous(url), poolclass=NullPool, hide_parameters=True)
    made = 0
    try:
        async with AsyncSession(engine) as session, session.begin():
            due = (await session.execute(DUE, {"monday": monday})).all()
        for account, language in due:
            async with AsyncSession(engine) as session, session.begin():
                if (await session.execute(ENTER, {"account": account})).scalar():
                    pdf = await make(session, monday, monday + timedelta(days=WEEK - 1), language, None)
                    await session.execute(KEEP, {"account": account, "monday": monday, "pdf": pdf})
                    made += 1
    finally:
        await engine.dispose()
    return made
