"""The words of the weekly report, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One language's."""

    chinese: bool
    title: str
    note: str
    came: str
    went: str
    tallies: dict[str, str]
    top: str
    top_head: tuple[str, ...]
    figures: str
    figures_head: tuple[str, ...]
    ratings: str
    ratings_head: tuple[str, ...]
    colours: dict[str, str]
    bodies: str
    bodies_head: tuple[str, ...]
    lists: dict[str, str]
    calls: str
    calls_head: tuple[str, ...]
    none: str
    map: str
    map_key: tuple[str, str, str]
    """Calm, too few households, no households."""
    signals: str

    def name_of(self, zh: str, en: str) -> str:
        """Whichever of a thing's two names is read; the Chinese where it has no other."""
        return zh if self.chinese or not en else en

    @staticmethod
    def share(value: float | None) -> str:
        """A share as people read it; a dash where there is nothing to share out."""
        return "—" if value is None else f"{100 * value:.1f} %"


WORDS = {
    "zh": Words(
        chinese=True,
        title="民情周报 {since} 至 {until}",
        note="范围为订阅人有权查看的地区;办件数与页面上点开的列表一致。",
        came="新增",
        went="办结",
        tallies={
            "late": "已超时", "soon": "24 小时内到期", "reopened": "重新立案在办", "whistle": "吹哨未到",
            "supervised": "督办中", "suspended": "挂账", "open": "在办",
        },
        top="最多的类别",
        top_head=("类别", "本期", "上期"),
        figures="考核指标",
        figures_head=("指标与公式", "数值", "件数", "目标"),
        ratings="红黄小区",
        ratings_head=("小区", "颜色", "得分"),
        colours={"red": "红", "yellow": "黄", "blue": "蓝"},
        bodies="承办单位",
        bodies_head=("单位", "处置", "按期", "返工", "榜"),
        lists={"red": "红榜", "black": "黑榜", "none": "—"},
        calls="吹哨未到",
        calls_head=("事件", "单位", "应到"),
        none="无。",
        map="小区每百户件数",
        map_key=("平静", "户数太少", "无住户"),
        signals="需要核查",
    ),
    "en": Words(
        chinese=False,
        title="Weekly report {since} to {until}",
        note="Of the areas that whoever ordered it may see; every number is that of the list it leads to.",
        came="came",
        went="closed",
        tallies={
            "late": "late", "soon": "due within 24 hours", "reopened": "reopened, open",
            "whistle": "whistle unanswered", "supervised": "supervised", "suspended": "suspended", "open": "open",
        },
        top="Leading categories",
        top_head=("category", "this period", "before"),
        figures="Figures",
        figures_head=("figure and formula", "value", "cases", "target"),
        ratings="Red and yellow compounds",
        ratings_head=("compound", "colour", "points"),
        colours={"red": "red", "yellow": "yellow", "blue": "blue"},
        bodies="Bodies",
        bodies_head=("body", "handled", "on time", "sent back", "list"),
        lists={"red": "honoured", "black": "named", "none": "—"},
        calls="Whistles unanswered",
        calls_head=("case", "body", "due"),
        none="None.",
        map="Issues per hundred households",
        map_key=("calm", "too few homes", "no homes"),
        signals="To be checked",
    ),
}  # fmt: skip
