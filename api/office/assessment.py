"""红黄蓝: the colour of a compound for a month, from a formula that is published, versioned and recomputable by hand.

Points are lost, never given: a compound without issues has a hundred. Every part says how many points it took and which
figures it used, so that whoever is rated can check it, look at the cases, and reply. The numbers of the formula are
rows of ``assessment_rule`` (migrations 0074, 0140), each from a day on; its words are made from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Colour(StrEnum):
    """What a compound is shown as."""

    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Rule:
    """The numbers of one version: the most points that each part takes, and where colours and lists begin."""

    version: int = 1
    late_most: float = 40.0
    open_most: float = 30.0
    again_most: float = 20.0
    often_most: float = 10.0
    blue: float = 85.0
    yellow: float = 60.0
    fewest_for_red: int = 3
    red_from: float = 90.0
    black_below: float = 70.0
    fewest_handled: int = 3
    on_time_most: float = 40.0
    back_most: float = 20.0
    satisfied_most: float = 40.0

    @property
    def formula_zh(self) -> str:
        """The formula of the colours in Chinese."""
        return (
            "满分 100。超时:每 1% 的超时件(时钟催办过的件 ÷ 上报件)"
            f"扣 {self.late_most / 100:g} 分,最多 {self.late_most:g};"
            f"未结:每 1% 的超期未结扣 {self.open_most / 100:g} 分,最多 {self.open_most:g};"
            f"返工与重新立案:每 1% 扣 {self.again_most / 100:g} 分,最多 {self.again_most:g};"
            f"频度:每百户上报件超过全体中位数 2 倍起,每多 1 倍扣 {self.often_most / 2:g} 分,最多 {self.often_most:g}。"
            f"{self.blue:g} 分及以上蓝,{self.yellow:g} 分及以上黄,不足 {self.yellow:g} 分红;"
            f"上报不足 {self.fewest_for_red} 件不评红。"
        )

    @property
    def formula_en(self) -> str:
        """The same in English."""
        return (
            f"Of 100 points: late, {self.late_most / 100:g} for each 1 % of cases that the clock had to urge,"
            f" {self.late_most:g} at most; open, {self.open_most / 100:g} for each 1 % that are open and overdue,"
            f" {self.open_most:g} at most; done again, {self.again_most / 100:g} for each 1 % reworked or reopened,"
            f" {self.again_most:g} at most; frequency, {self.often_most / 2:g} for each time the median per hundred"
            f" households beyond twice it, {self.often_most:g} at most. Blue from {self.blue:g}, yellow from"
            f" {self.yellow:g}, red below; with fewer than {self.fewest_for_red} cases never red."
        )

    @property
    def bodies_zh(self) -> str:
        """The formula of the lists in Chinese."""
        return (
            f"得分 = {self.on_time_most:g} × 按期处置率 + {self.back_most:g} ×(1 − 返工率)"
            f"+ {self.satisfied_most:g} × 满意率;{self.red_from:g} 分起红榜,{self.black_below:g} 分以下黑榜;"
            f"处置不足 {self.fewest_handled} 件不评。"
        )

    @property
    def bodies_en(self) -> str:
        """The same in English."""
        return (
            f"Points = {self.on_time_most:g} × handled on time + {self.back_most:g} × (1 − sent back)"
            f" + {self.satisfied_most:g} × satisfied. Red list from {self.red_from:g}, black list below"
            f" {self.black_below:g}; with fewer than {self.fewest_handled} handled neither."
        )

    def standing(self, on_time: float, sent_back: float | None, satisfied: float | None) -> float:
        """Points of a body: for handling on time, for what was not sent back, for people satisfied afterwards.

        What nobody was asked about counts as in full; a body that closes what it has not done loses by the third part.

        >>> Rule().standing(1.0, 0.0, 0.25), Rule().standing(0.9, 0.05, None)
        (70.0, 95.0)
        """
        kept = self.back_most * (1 - (sent_back or 0.0))
        content = self.satisfied_most * (1.0 if satisfied is None else satisfied)
        return round(self.on_time_most * on_time + kept + content, 1)

    def list_of(self, points: float | None) -> Literal["red", "black", "none"]:
        """On which list a body of so many points stands.

        >>> Rule().list_of(90.0), Rule().list_of(70.0), Rule().list_of(69.9), Rule().list_of(None)
        ('red', 'none', 'black', 'none')
        """
        if points is None:
            return "none"
        return "red" if points >= self.red_from else "black" if points < self.black_below else "none"


FIRST = Rule()


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


def rate(figures: Figures, median_per_hundred: float, rule: Rule = FIRST) -> Rating:
    """The rating of one compound; ``median_per_hundred`` is of all compounds with households in the same month.

    >>> rate(Figures(10, 5, 2, 1, 500), 1.0).points
    72.0
    >>> rate(Figures(0, 0, 0, 0, 500), 1.0).colour.value
    'blue'
    """
    many = figures.reported
    late = min(rule.late_most, rule.late_most * figures.urged / many) if many else 0.0
    overdue = min(rule.open_most, rule.open_most * figures.overdue / many) if many else 0.0
    again = min(rule.again_most, rule.again_most * figures.again / many) if many else 0.0
    often = 100 * many / figures.households if figures.households else 0.0
    times = often / median_per_hundred if median_per_hundred > 0 else 0.0
    frequency = min(rule.often_most, max(0.0, rule.often_most / 2 * (times - 2)))
    points = round(100 - late - overdue - again - frequency, 1)
    colour = Colour.BLUE if points >= rule.blue else Colour.YELLOW if points >= rule.yellow else Colour.RED
    if colour is Colour.RED and many < rule.fewest_for_red:
        colour = Colour.YELLOW
    return Rating(points, round(late, 1), round(overdue, 1), round(again, 1), round(frequency, 1), colour)
