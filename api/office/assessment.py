"""红黄蓝: the colour of a compound for a month, from a formula that is published, versioned and recomputable by hand.

Points are lost, never given: a compound without issues has a hundred. Every part says how many points it took and which
figures it used, so that whoever is rated can check it, look at the cases, and reply.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

VERSION = 1
FORMULA_ZH = (
    "满分 100。超时:每 1% 的超时件(时钟催办过的件 ÷ 上报件)扣 0.4 分,最多 40;未结:每 1% 的超期未结扣 0.3 分,最多 30;"
    "返工与重新立案:每 1% 扣 0.2 分,最多 20;频度:每百户上报件超过全体中位数 2 倍起,每多 1 倍扣 5 分,最多 10。"
    "85 分及以上蓝,60 至 84 分黄,60 分以下红;上报不足 3 件不评红。"
)
FORMULA_EN = (
    "Of 100 points: late, 0.4 for each 1 % of cases that the clock had to urge, 40 at most; open, 0.3 for each 1 % that"
    " are open and overdue, 30 at most; done again, 0.2 for each 1 % reworked or reopened, 20 at most; frequency, 5 for"
    " each time the median per hundred households beyond twice it, 10 at most. Blue from 85, yellow from 60, red below;"
    " with fewer than 3 cases never red."
)
FEWEST_FOR_RED = 3
BLUE, YELLOW = 85.0, 60.0


class Colour(StrEnum):
    """What a compound is shown as."""

    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of a compound in a month."""

    reported: int
    urged: int
    overdue: int
    again: int
    households: int


@dataclass(frozen=True, slots=True)
class Rating:
    """Points left, what was taken for what, and the colour."""

    points: float
    late: float
    open: float
    again: float
    frequency: float
    colour: Colour


def rate(figures: Figures, median_per_hundred: float) -> Rating:
    """The rating of one compound; ``median_per_hundred`` is of all compounds with households in the same month.

    >>> rate(Figures(10, 5, 2, 1, 500), 1.0).points
    72.0
    >>> rate(Figures(0, 0, 0, 0, 500), 1.0).colour.value
    'blue'
    """
    many = figures.reported
    late = min(40.0, 40.0 * figures.urged / many) if many else 0.0
    overdue = min(30.0, 30.0 * figures.overdue / many) if many else 0.0
    again = min(20.0, 20.0 * figures.again / many) if many else 0.0
    often = 100 * many / figures.households if figures.households else 0.0
    times = often / median_per_hundred if median_per_hundred > 0 else 0.0
    frequency = min(10.0, max(0.0, 5.0 * (times - 2)))
    points = round(100 - late - overdue - again - frequency, 1)
    colour = Colour.BLUE if points >= BLUE else Colour.YELLOW if points >= YELLOW else Colour.RED
    if colour is Colour.RED and many < FEWEST_FOR_RED:
        colour = Colour.YELLOW
    return Rating(points, round(late, 1), round(overdue, 1), round(again, 1), round(frequency, 1), colour)


def standing(on_time: float, sent_back: float | None, satisfied: float | None) -> float:
    """Points of a body: 40 for handling on time, 20 for what was not sent back, 40 for people satisfied afterwards.

    What nobody was asked about counts as in full; a body that closes what it has not done loses by the third part.

    >>> standing(1.0, 0.0, 0.25), standing(0.9, 0.05, None)
    (70.0, 95.0)
    """
    return round(40 * on_time + 20 * (1 - (sent_back or 0.0)) + 40 * (1.0 if satisfied is None else satisfied), 1)
