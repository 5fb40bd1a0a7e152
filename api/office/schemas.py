"""What the morning page is told."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import RowMapping

Language = Literal["zh", "en"]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
"""A day that can be reckoned from, months to and fro."""
Part = Literal["reported", "late", "open", "again"]
GroupBy = Literal["all", "community", "compound", "body"]


class Read(BaseModel):
    """What every answer shares: it is never changed once made."""

    model_config = ConfigDict(frozen=True)


class Period(BaseModel):
    """A period and a place, as they stand in the address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: Day | None = None
    until: Day | None = None
    place: UUID | None = None


class KpiQuestion(Period):
    """The figures of a period, by whom."""

    by: GroupBy = "all"


class CasesQuestion(KpiQuestion):
    """Which of the events that a figure was counted from: of one group, those above the line or the others."""

    group: Annotated[str, Field(max_length=40)] = ""
    counted: Literal["base", "good", "others"] = "base"


class TableQuestion(Period):
    """A table of the page as a file: its period, for ratings its month, and the language of its headings."""

    month: Day | None = None
    days: Annotated[int, Field(ge=1, le=92)] = 30
    language: Language = "zh"


class ReportQuestion(Period):
    """The report of a period, and in which language."""

    language: Language = "zh"


class KpiRead(Read):
    """One figure: its value (null where nothing is below the line), and what it was computed from, in words."""

    code: str
    zh: str
    en: str
    formula_zh: str
    formula_en: str
    version: int
    group: str
    group_name: str
    value: float | None
    good: int
    base: int
    target: float
    less_is_better: bool
    reached: bool | None


class FigureCaseRead(Read):
    """One event that a figure was counted from; ``good`` if it stands above the line."""

    issue_id: UUID
    code: str
    title: str
    category: str
    at: datetime
    good: bool


class FigureCasesRead(Read):
    """What a figure was counted from, the latest first; ``total`` also where there are more than are told."""

    code: str
    total: int
    cases: list[FigureCaseRead]

    @classmethod
    def of(cls, code: str, rows: Sequence[RowMapping]) -> FigureCasesRead:
        """The rows of a query that tells the ``total`` on each."""
        total = rows[0]["total"] if rows else 0
        return cls(code=code, total=total, cases=[FigureCaseRead.model_validate(dict(row)) for row in rows])


class TallyRead(Read):
    """A number of the morning, and the address of its cases."""

    key: str
    count: int
    before: int | None = None
    pressing: int | None = None
    """How many of them are past their time; of a whistle the body may still be within its own."""
    href: str


class LeaderRead(Read):
    """A category: its issues of these days and of as many days before."""

    code: str
    zh: str
    en: str
    count: int
    before: int
    href: str
    before_href: str = Field(description="The issues of as many days before.")


class TrendRead(Read):
    """Issues that came and that were closed on a day."""

    day: date
    came: int
    went: int


class CallRead(Read):
    """A whistle that a body has not answered."""

    issue_id: UUID
    code: str
    title: str
    zh: str
    en: str
    """The name of its category."""
    body: str
    body_en: str
    called_at: datetime
    due_at: datetime
    late: bool


class SignalRead(Read):
    """A body whose closings residents deny, in a sentence, with the cases they were not content with."""

    body_id: UUID
    name: str
    name_en: str
    asked: int
    denied: int
    others: float = Field(description="Share of contented among the surveys of all other bodies.")
    p: float
    zh: str
    en: str
    href: str
    heat_href: str


class MorningRead(Read):
    """What an office wants to know first; ``days`` is the period of the categories, ``trend`` issues a day."""

    day: date
    tallies: list[TallyRead]
    top: list[LeaderRead]
    risers: list[LeaderRead]
    calls: list[CallRead]
    trend: list[TrendRead]
    signals: list[SignalRead]
    days: int


class ReplyRead(Read):
    """What was answered to a rating."""

    month: date
    words: str
    at: datetime


class RatingRead(Read):
    """A compound's colour for a month, with everything that it was made from."""

    compound_id: UUID
    name: str
    name_en: str
    colour: Literal["blue", "yellow", "red"]
    points: float
    late: float
    open: float
    again: float
    frequency: float
    reported: int
    urged: int
    overdue: int
    reworked: int
    households: int
    href: str
    replies: list[ReplyRead]


class RatingsRead(Read):
    """All compounds in sight, the worst first, and the formula."""

    month: date
    version: int
    formula_zh: str
    formula_en: str
    median_per_hundred: float
    ratings: list[RatingRead]


class ReplyCreate(BaseModel):
    """A reply to a rating."""

    model_config = ConfigDict(extra="forbid")

    month: Day
    words: Annotated[str, Field(min_length=1, max_length=1000)]


class StandingRead(Read):
    """A body on the red or the black list of a period: on time, not sent back, and people satisfied."""

    body_id: UUID
    name: str
    name_en: str
    handled: int
    on_time: float | None
    rework: float | None
    satisfied: float | None
    points: float | None
    list: Literal["red", "black", "none"]
    red_from: float = Field(description="Points from which on a body is on the red list.")
    black_below: float
    version: int
    formula_zh: str
    formula_en: str
    href: str


Most = Annotated[float, Field(ge=0, le=100, multiple_of=0.5, allow_inf_nan=False)]
Fewest = Annotated[int, Field(ge=1, le=1000)]


class FormulaSaid(BaseModel):
    """The numbers of a rule: the most points that each part takes or gives, and where colours and lists begin."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    late_most: Most
    open_most: Most
    again_most: Most
    often_most: Most
    blue: Most
    yellow: Most
    fewest_for_red: Fewest
    on_time_most: Most
    back_most: Most
    satisfied_most: Most
    red_from: Most
    black_below: Most
    fewest_handled: Fewest


class FormulaCreate(FormulaSaid):
    """A rule that shall hold from the first day of a month that has not begun."""

    since: Day
    note: Annotated[str, Field(max_length=200)] = ""


class FormulaTrial(FormulaSaid):
    """What a rule would have made of a month."""

    month: Day


class FormulaRead(FormulaSaid):
    """A version of the rule, with the formulas that its numbers make."""

    version: int
    since: date
    note: str
    formula_zh: str
    formula_en: str
    bodies_zh: str
    bodies_en: str


class FormulasRead(Read):
    """All versions, the latest first; ``mine``: whether the asker may add one, and from which day on."""

    in_force: int
    mine: bool
    earliest: date
    rules: list[FormulaRead]


class TurnRead(Read):
    """A compound or body whose colour or list would be another."""

    kind: Literal["compound", "body"]
    name: str
    name_en: str
    before: str
    after: str
    points_before: float | None
    points: float | None


class FormulaTrialRead(Read):
    """What a rule would make of a month: its formulas in words, how many of each colour, and whoever would turn."""

    formula_zh: str
    formula_en: str
    bodies_zh: str
    bodies_en: str
    colours: dict[str, int]
    colours_before: dict[str, int]
    turned: list[TurnRead]


class ViewCreate(BaseModel):
    """A view to come back to."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=60)]
    address: Annotated[str, Field(pattern=r"^/[a-z]+\.html(\?[^\s<>\"]*)?$", max_length=2000)]


class ViewRead(Read):
    """A view that was kept."""

    id: UUID
    name: str
    address: str


class OrderCreate(BaseModel):
    """An order for the report of every week."""

    model_config = ConfigDict(extra="forbid")

    language: Language = "zh"


class OrderRead(Read):
    """Whether a report is made every week."""

    ordered: bool
    language: Language | None


class ReportRead(Read):
    """A report that was made; ``week`` is its Monday, ``size`` in bytes."""

    id: UUID
    week: date
    made_at: datetime
    size: int
