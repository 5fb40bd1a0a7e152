"""Understands the words of other systems' lists of reports: their categories and states in ours.

The guess is by words, in Chinese and English; it is shown with how often each occurs, and can be corrected. What fits
nothing is ``other.other``: nothing is left out because its name is not known.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OTHER = "other.other"
CATEGORY_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("safety.gas", ("燃气", "煤气", "gas leak", "natural gas")),
    ("safety.ebike", ("电动车充电", "电瓶", "飞线", "e-bike", "ebike")),
    ("safety.fire_exit", ("消防", "安全出口", "fire", "smoke alarm", "hydrant")),
    ("safety.crack", ("开裂", "墙体", "外墙", "vacant building", "structure", "crack", "boarding")),
    ("safety.falling", ("高空", "坠物", "falling object")),
    ("safety.wiring", ("私拉", "电线", "wiring", "cable")),
    ("property.lift", ("电梯", "elevator", "lift out")),
    ("property.outage", ("停水", "停电", "no water", "low pressure", "power outage", "outage")),
    ("environment.flood", ("积水", "内涝", "污水", "下水", "flood", "sewer", "drain", "storm", "water in basement")),
    ("property.leak", ("漏水", "渗水", "管道", "water leak", "meter leak", "leak", "water discolored", "water")),
    ("property.fee", ("物业费", "收费", "refund", "billing", "fees")),
    ("property.gate", ("门禁", "保安")),
    ("property.cleaning", ("楼道", "保洁")),
    ("property", ("物业", "housing authority", "sfha", "glazier", "laborer", "plumb", "landlord", "rent board")),
    ("green.pest", ("蚊", "蝇", "鼠", "虫", "rat ", "rodent", "mosquito", "pest", "insect")),
    ("facility.manhole", ("井盖", "manhole", "cover missing", "catch basin")),
    ("facility.streetlight", ("路灯", "streetlight", "street light", "stlight", "light(s)", "lighting")),
    (
        "facility.pavement",
        (
            "路面",
            "破损",
            "坑",
            "pothole",
            "street repair",
            "pavement",
            "sidewalk",
            "footway",
            "street defect",
            "curb",
            "surface repair",
        ),
    ),
    ("facility.fitness", ("健身", "fitness", "playground")),
    ("facility.fence", ("护栏", "围栏", "railing", "fence", "guardrail")),
    ("facility", ("设施", "标志牌", "信号灯", "sign ", "signal", "bench", "bus stop", "shelter")),
    ("traffic.dead_car", ("僵尸车", "abandoned vehicle", "vehicle removal", "abandoned car")),
    ("traffic.shared_bike", ("共享单车", "shared bike", "bikeshare", "scooter")),
    ("traffic.parking", ("违停", "停车", "parking", "blocked driveway")),
    ("traffic.obstruction", ("占道", "stall", "obstruct", "encroach", "vending")),
    ("traffic", ("交通", "公交", "traffic", "muni", "mta", "transit", "taxi", "dpt", "snow")),
    ("environment.advert", ("小广告", "乱贴", "涂鸦", "graffiti", "illegal post", "illegal sign", "posting")),
    ("environment.bin", ("垃圾桶", "trash can", "bin ", "container", "recycling")),
    ("environment.clutter", ("乱堆", "堆放", "dumping", "bulk", "appliance", "furniture", "mixed refuse")),
    ("environment.dog", ("犬只粪", "粪便", "dog waste", "dog mess")),
    (
        "environment.garbage",
        (
            "垃圾",
            "清运",
            "脏乱",
            "环境卫生",
            "garbage",
            "trash",
            "refuse",
            "sanitation",
            "dirty",
            "cleaning",
            "litter",
            "solid waste",
            "hgw",
            "sw-",
            "street cleaning",
            "odor",
        ),
    ),
    ("environment", ("市容", "环境", "environment")),
    ("nuisance.fumes", ("油烟", "异味", "fumes")),
    ("nuisance.building_noise", ("施工噪", "工地", "construction noise", "building noise")),
    ("nuisance.square_dance", ("广场舞",)),
    ("nuisance.living_noise", ("生活噪", "邻居噪", "loud music", "noisy neighbour")),
    ("nuisance", ("噪声", "噪音", "扰民", "noise", "siren")),
    ("order.stray", ("流浪", "犬", "动物", "animal", "dog", "cat ", "wildlife")),
    (
        "order.illegal_building",
        ("违建", "违法建设", "违章搭建", "illegal building", "building permit", "building inspection", "construction"),
    ),
    ("order.group_rent", ("群租", "overcrowd")),
    ("order.fraud", ("诈骗", "涉诈", "fraud", "scam")),
    ("order", ("治安", "盗窃", "打架", "police", "sfpd", "homeless", "encampment", "sheriff", "liquor")),
    ("green.tree", ("树", "枝", "tree", "limb", "shrub", "for-")),
    ("green.lawn", ("绿地", "草坪", "绿化", "lawn", "grass", "weeds", "park")),
    ("care.elderly", ("老人", "养老", "elderly", "senior", "aging")),
    ("care.disabled", ("残", "disab")),
    ("care.subsidy", ("低保", "救助", "补贴", "subsid", "assistance", "human services")),
    ("care.certificate", ("证明", "办证", "certificate", "county clerk", "records", "recorder")),
    ("care", ("医保", "社保", "民生", "health", "school", "children")),
    ("dispute.family", ("家庭", "家暴", "domestic")),
    ("dispute.owners", ("业委会", "业主委员会", "owners")),
    ("dispute.neighbours", ("邻里", "纠纷", "neighbour dispute", "neighbor dispute")),
)
"""Our categories and the words that speak for each, the more particular first; a word is looked for anywhere."""

STATUS_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("merged", ("duplicate", "重复", "合并")),
    ("void", ("作废", "撤销", "cancel", "invalid", "withdrawn")),
    ("rejected", ("不予受理", "不受理", "驳回", "rejected", "denied")),
    ("reopened", ("重新立案", "重办", "reopen")),
    ("verified", ("已核实", "verified")),
    ("accepted", ("已受理", "受理", "accepted", "acknowledged")),
    ("filed", ("立案", "filed")),
    (
        "closed",
        ("结案", "办结", "已完成", "完成", "已办", "关闭", "closed", "complete", "resolved", "done", "transferred"),
    ),
    ("handling", ("处置中", "办理中", "处理中", "in progress", "in process", "assigned", "working", "派遣", "已派")),
    ("reported", ("未受理", "待受理", "新", "new", "open", "pending", "submitted", "received", "待")),
)


@dataclass(frozen=True, slots=True)
class Translated:
    """One word of the list: theirs, ours, how often it occurs, whether a person or a word of it decided."""

    theirs: str
    ours: str
    count: int
    sure: bool


def category_of(said: str) -> str:
    """Our category for another system's words; ``other.other`` when none fits.

    >>> category_of("SW-Dirty Alley"), category_of("路灯不亮"), category_of("Sewer Issues / Flooding"), category_of("?")
    ('environment.garbage', 'facility.streetlight', 'environment.flood', 'other.other')
    """
    words = re.sub(r"\s+", " ", said.lower()) + " "
    return next((ours for ours, known in CATEGORY_WORDS if any(word in words for word in known)), OTHER)


def translated(said: Iterable[str], chosen: Mapping[str, str], known: Iterable[str]) -> tuple[Translated, ...]:
    """Every word of a list once, the most frequent first.

    Args:
        said: the categories of the rows in the list's own words.
        chosen: what a person said, theirs → ours; before every guess.
        known: our categories as the store has them; what is chosen or guessed outside them becomes ``other.other``.
    """
    ours = set(known)
    found = []
    for theirs, count in Counter(said).most_common():
        guess = chosen.get(theirs) or category_of(theirs)
        while guess not in ours and "." in guess:
            guess = guess.rpartition(".")[0]
        found.append(Translated(theirs, guess if guess in ours else OTHER, count, theirs in chosen or guess != OTHER))
    return tuple(found)


def status_of(said: str, *, closed: bool) -> str:
    """Our state for another system's words; without a word that fits, whether it has a time of closing decides.

    >>> status_of("Closed (Duplicate)", closed=True), status_of("办理中", closed=False), status_of("", closed=True)
    ('merged', 'handling', 'closed')
    """
    words = said.lower()
    usual = "closed" if closed else "reported"
    found = next((ours for ours, known in STATUS_WORDS if any(word in words for word in known)), usual)
    return "closed" if closed and found in {"reported", "accepted", "handling"} else found
