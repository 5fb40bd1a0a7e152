"""Reads a year of surveys and says which bodies to look at: each a sentence, its cases, and its map."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from api.issues.workdays import BEIJING
from api.office.counted import ISSUES, NOT_ISSUES, PLACED
from api.office.schemas import SignalRead
from api.office.signals import Answers, signals_of, surely

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.office.signals import Signal

YEAR = 365
SURVEYED = text(f"""
  SELECT i.body_id::text AS body, i.category, i.compound_id::text AS compound, count(*) AS asked,
         count(*) FILTER (WHERE i.satisfaction >= 4) AS content
    FROM issue i WHERE {PLACED} AND {NOT_ISSUES} AND i.satisfaction > 0 AND i.body_id IS NOT NULL
     AND i.reported_at >= :since AND i.reported_at < :until GROUP BY 1, 2, 3
""")  # noqa: S608 - written here
NAMED = text("""
  SELECT id::text AS key, name, name_en FROM body UNION ALL SELECT id::text, name, name_en FROM compound
  UNION ALL SELECT code, zh, en FROM issue_category
""")


async def read_signals(session: AsyncSession, place: UUID | None, day: date, among: str) -> list[SignalRead]:
    """The bodies whose closings of the last year residents deny; ``among`` is the place in a list's address."""
    first = day - timedelta(days=YEAR - 1)
    span = {
        "place": place,
        "since": datetime.combine(first, time(), BEIJING),
        "until": datetime.combine(day + timedelta(days=1), time(), BEIJING),
    }
    answers = [
        Answers(r.body, r.category, r.compound, r.asked, r.content) for r in await session.execute(SURVEYED, span)
    ]
    found = signals_of(answers)
    if not found:
        return []
    names = {r.key: (r.name, r.name_en or r.name) for r in await session.execute(NAMED)}
    period = f"&since={first}&until={day}"
    return [_told(signal, names, period, among) for signal in found]


def _told(signal: Signal, names: dict[str, tuple[str, str]], period: str, among: str) -> SignalRead:
    denied = signal.asked - signal.content
    zh, en = _sentence(signal, denied, names)
    name = names.get(signal.body, ("", ""))
    return SignalRead.model_validate(
        {
            "body_id": signal.body,
            "name": name[0],
            "name_en": name[1],
            "asked": signal.asked,
            "denied": denied,
            "others": round(signal.others, 4),
            "p": signal.p,
            "zh": zh,
            "en": en,
            "href": f"/issues.html?body_id={signal.body}&unsatisfied=true{period}{ISSUES}{among}",
            "heat_href": f"/heat.html?body_id={signal.body}{period}&drawn=areas&level=compound&per=count",
        }
    )


def _sentence(signal: Signal, denied: int, names: dict[str, tuple[str, str]]) -> tuple[str, str]:
    def listed(keys: tuple[str, ...], k: int, comma: str) -> str:
        return comma.join(names[key][k] for key in keys if key in names)

    share, others = (f"{100 * v:.0f}%" for v in (signal.content / signal.asked, signal.others))
    sure_zh, sure_en = surely(signal.p)
    zh = (
        f"{names.get(signal.body, ('',))[0]}办结后,居民只有 {share} 满意(其他单位 {others}):{signal.asked} 件回访中"
        f" {denied} 件不认可,最多的是{listed(signal.categories, 0, '、')},集中在{listed(signal.compounds, 0, '、')}。"
        f"纯属偶然的可能性{sure_zh};请核查是否虚假办结。"
    )
    en = (
        f"Of what {names.get(signal.body, ('', ''))[1]} closed, residents are content with only {share} (with other"
        f" bodies {others}): {denied:,} of {signal.asked:,} surveys say no, mostly about"
        f" {listed(signal.categories, 1, ', ')}, in {listed(signal.compounds, 1, ', ')}. By chance alone this has a"
        f" probability of {sure_en}: check whether work was closed undone."
    )
    return zh, en
