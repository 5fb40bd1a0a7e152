"""What is asked of the heat maps, and what they answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.errors import InvalidError
from api.issues.matter import Kind, Status
from api.issues.schemas import Source
from geo.heat.bins import number

FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2099, 12, 31)

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,39})?$")]
Level = Literal["district", "subdistrict", "community", "compound", "micro_grid"]


Base = Literal["households", "patrol_hours"]


class Question(BaseModel):
    """The filters of a map, as they stand in its address. Several values of one filter mean any of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: date | None = Field(None, description="The first day, on the clock of Shanghai.")
    until: date | None = Field(None, description="The last day, counted in.")
    kind: tuple[Kind, ...] = ()
    category: tuple[Code, ...] = Field((), max_length=200, description="Categories, of either level.")
    severity: tuple[Annotated[int, Field(ge=1, le=4)], ...] = ()
    status: tuple[Status, ...] = ()
    open: bool | None = Field(None, description="Only cases that are open, or only those that are settled.")
    source: tuple[Source, ...] = ()
    hour: tuple[Annotated[int, Field(ge=0, le=23)], ...] = Field((), description="Hours of the day, in Shanghai.")
    weekday: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field((), description="1 is Monday.")
    body_id: tuple[UUID, ...] = Field((), max_length=50)
    place: UUID | None = Field(None, description="A place of any level that the issues lie in.")

    def days(self) -> tuple[int, int]:
        """The first and the last day as numbers (geo/heat/bins.py).

        Raises:
            InvalidError: the period ends before it begins.
        """
        first, last = self.since or FIRST_DAY, self.until or LAST_DAY
        if last < first:
            raise InvalidError("截止日期早于起始日期。", "The period ends before it begins.")
        return number(first), number(last)


LISTS = frozenset(name for name, told in Question.model_fields.items() if told.default == ())
"""The filters that may be said several times in an address."""


class FilmQuestion(Question):
    """The filters of a film, and how long its steps are."""

    step: Annotated[int, Field(ge=1, le=366)] | None = Field(None, description="Days; calendar months without it.")


class AreasQuestion(Question):
    """The filters of a map of areas, and what its rates are per."""

    base: Base = Field(
        "households", description="Rates per hundred households, or per hour of patrol (within communities: of tracks)."
    )


class HexagonsQuestion(Question):
    """The filters of a map of hexagons, and how large they are."""

    resolution: Annotated[int, Field(ge=5, le=11)] = Field(9, description="H3: 9 is 0.1 square kilometres.")


class Read(BaseModel):
    """What every answer shares: it is never changed once made."""

    model_config = ConfigDict(frozen=True)


class NoteRead(Read):
    """What the map leaves out or takes with a grain of salt, and why."""

    doubt: str
    count: int
    zh: str
    en: str


class ShareRead(Read):
    """How many issues have one value of something; ``name`` where the value is no plain word."""

    key: str
    count: int
    name: str = ""
    name_en: str = ""


class SummaryRead(Read):
    """What passes the filters, in figures. ``seen`` is "cases", or "protected" for who may not see cases."""

    seen: Literal["cases", "protected"]
    version: int
    since: date | None
    until: date | None
    total: int
    on_map: int
    kinds: list[ShareRead]
    categories: list[ShareRead]
    severities: list[ShareRead]
    statuses: list[ShareRead]
    sources: list[ShareRead]
    hours: list[int]
    weekdays: list[int]
    months: list[ShareRead]
    bodies: list[ShareRead]
    notes: list[NoteRead]


class CellsRead(Read):
    """Squares with issues: ``side`` cells wide, west, south, east, north in degrees, and how many issues."""

    seen: Literal["cases", "protected"]
    version: int
    side: int
    cells: list[int]
    bounds: list[tuple[float, float, float, float]]
    counts: list[int]
    notes: list[NoteRead]


class HexagonsRead(Read):
    """H3 cells with issues; ``rings`` are their six corners, longitude and latitude in degrees."""

    seen: Literal["cases", "protected"]
    version: int
    resolution: int
    cells: list[str]
    rings: list[list[tuple[float, float]]]
    counts: list[int]
    within: list[int] = Field(description="Of every cell of the film of the same filters, in its order: its hexagon.")
    notes: list[NoteRead]


class AreaRead(Read):
    """Issues of one area.

    ``rate`` is per hundred households (or per hour of patrol, if asked), null where nobody lives or nothing is known.
    """

    id: UUID
    name: str
    name_en: str
    count: int
    households: int
    parts: list[UUID] = Field([], description="Of a district its subdistricts: tiles know no districts.")
    hours: float | None = Field(None, description="Hours of patrol in the period, where rates are per hour.")
    rate: float | None
    state: Literal["no-data", "calm", "few", "some"]


class AreasRead(Read):
    """The areas of a level; of very many micro-grids only those with issues, since a city has 120,000."""

    seen: Literal["cases", "protected"]
    version: int
    level: Level
    areas: list[AreaRead]
    elsewhere: int = Field(description="Issues that lie in none of these areas.")
    notes: list[NoteRead]


class SpotRead(Read):
    """Cells of one kind that touch, in figures and in a sentence."""

    kind: Literal["hot", "cold", "lone"]
    cells: list[int]
    bounds: tuple[float, float, float, float]
    count: int
    expected: float
    p: float
    place_id: UUID | None
    place: str
    course: str
    zh: str
    en: str


class SpotsRead(Read):
    """The hot spots among the issues that pass, the surest first, and what was left out to find them."""

    version: int
    judged: int = Field(description="Issues that were judged, each reporter once in seven days.")
    cells: int = Field(description="Cells that were judged: inhabited ones, and those with issues.")
    spots: list[SpotRead]
    notes: list[NoteRead]
