"""What issues are about, how long each stage may take, and when the clock speaks up: words and figures as data.

Revision ID: 0052
Revises: 0051

Two levels of categories; limits by category, severity and stage, of which the most particular holds; rungs in percent
of the limit. A street office adds a version and never edits one: a stage keeps the limit it began with.
"""

from __future__ import annotations

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

# code, kind, 中文, English, icon, severity, public, proof by photo
TOPS = (
    ("environment", "event", "市容环境", "Streets and waste", "broom", 2, True, True),
    ("nuisance", "request", "噪声油烟", "Noise and fumes", "cloud", 2, True, False),
    ("facility", "component", "公共设施", "Public facilities", "lamp", 2, True, True),
    ("property", "request", "物业服务", "Property service", "building", 2, True, True),
    ("safety", "hazard", "安全隐患", "Hazards", "flame", 3, True, True),
    ("order", "event", "治安秩序", "Public order", "shield", 3, True, False),
    ("traffic", "event", "交通停车", "Traffic and parking", "car", 2, True, True),
    ("green", "component", "园林绿化", "Trees and green", "tree", 1, True, True),
    ("care", "request", "民生服务", "Services for people", "heart", 2, False, False),
    ("dispute", "event", "矛盾纠纷", "Disputes", "people", 3, False, False),
    ("other", "request", "其他", "Other", "dot", 2, False, False),
)
SUBS = {
    "environment": (
        ("garbage", "垃圾堆积", "Garbage piled up", "trash", 2),
        ("bin", "垃圾桶满溢", "Bin overflowing", "bin", 1),
        ("clutter", "乱堆乱放", "Things left lying about", "boxes", 2),
        ("advert", "小广告", "Illegal bills", "paper", 1),
        ("dog", "犬只粪便", "Dog mess", "paw", 1),
        ("flood", "积水", "Standing water", "drop", 3),
    ),
    "nuisance": (
        ("fumes", "油烟扰民", "Cooking fumes", "cloud", 2),
        ("building_noise", "施工噪声", "Building noise", "drill", 2),
        ("living_noise", "生活噪声", "Neighbours' noise", "speaker", 1),
        ("square_dance", "广场舞噪声", "Square dancing", "music", 1),
    ),
    "facility": (
        ("manhole", "井盖破损缺失", "Manhole cover", "circle", 4),
        ("streetlight", "路灯不亮", "Street light out", "lamp", 2),
        ("pavement", "路面破损", "Broken pavement", "road", 2),
        ("fitness", "健身器材损坏", "Fitness equipment broken", "bench", 2),
        ("fence", "护栏损坏", "Railing broken", "fence", 3),
    ),
    "property": (
        ("lift", "电梯故障", "Lift out of order", "lift", 3),
        ("leak", "漏水渗水", "Leak", "drop", 2),
        ("outage", "停水停电", "No water or power", "plug", 3),
        ("gate", "门禁安保", "Gate and guards", "lock", 2),
        ("cleaning", "楼道保洁", "Stairwell not cleaned", "broom", 1),
        ("fee", "物业收费", "Property fees", "coin", 2),
    ),
    "safety": (
        ("fire_exit", "消防通道堵塞", "Fire exit blocked", "exit", 4),
        ("ebike", "电动车违规充电", "E-bike charged indoors", "bolt", 4),
        ("crack", "墙体开裂脱落", "Cracked or falling wall", "wall", 4),
        ("gas", "燃气隐患", "Gas", "flame", 4),
        ("wiring", "私拉电线", "Loose wiring", "bolt", 3),
        ("falling", "高空坠物", "Falling objects", "arrow-down", 4),
    ),
    "order": (
        ("stray", "流浪犬猫", "Stray animals", "paw", 2),
        ("illegal_building", "违法建设", "Illegal building", "crane", 3),
        ("group_rent", "群租房", "Overcrowded letting", "bed", 3),
        ("fraud", "涉诈线索", "Suspected fraud", "phone", 3),
    ),
    "traffic": (
        ("parking", "车辆违停", "Illegal parking", "car", 2),
        ("shared_bike", "共享单车乱放", "Shared bikes", "bike", 1),
        ("dead_car", "僵尸车", "Abandoned car", "car", 1),
        ("obstruction", "占道经营", "Stalls in the road", "stall", 2),
    ),
    "green": (
        ("tree", "树木倒伏断枝", "Fallen tree or branch", "tree", 3),
        ("lawn", "绿地毁损", "Damaged lawn", "leaf", 1),
        ("pest", "病虫害蚊蝇", "Pests", "bug", 1),
    ),
    "care": (
        ("elderly", "老人关爱", "Care for the old", "heart", 2),
        ("disabled", "残障帮扶", "Help for the disabled", "wheelchair", 2),
        ("subsidy", "救助补贴", "Subsidies", "coin", 2),
        ("certificate", "证明办理", "Certificates", "paper", 1),
    ),
    "dispute": (
        ("neighbours", "邻里纠纷", "Neighbours", "people", 2),
        ("family", "家庭纠纷", "Family", "home", 3),
        ("owners", "业委会纠纷", "Owners' committee", "people", 2),
    ),
    "other": (("other", "其他", "Other", "dot", 2),),
}

# category, severity, stage, amount, unit; None fits everything
LIMITS = (
    (None, None, "verify", 4, "working_hours"),
    (None, 3, "verify", 2, "working_hours"),
    (None, 4, "verify", 1, "hours"),
    (None, None, "accept", 4, "working_hours"),
    (None, 4, "accept", 1, "hours"),
    (None, None, "file", 2, "working_hours"),
    (None, 4, "file", 1, "hours"),
    (None, None, "dispatch", 2, "working_hours"),
    (None, 4, "dispatch", 1, "hours"),
    (None, None, "claim", 4, "working_hours"),
    (None, 4, "claim", 2, "hours"),
    (None, None, "handle", 5, "working_days"),
    (None, 1, "handle", 7, "working_days"),
    (None, 3, "handle", 3, "working_days"),
    (None, 4, "handle", 24, "hours"),
    ("environment", None, "handle", 2, "working_days"),
    ("environment.garbage", None, "handle", 8, "working_hours"),
    ("property.lift", None, "handle", 24, "hours"),
    ("property.outage", None, "handle", 12, "hours"),
    ("property.fee", None, "handle", 15, "working_days"),
    ("safety.gas", None, "handle", 2, "hours"),
    ("safety.fire_exit", None, "handle", 12, "hours"),
    ("facility.manhole", None, "handle", 6, "hours"),
    ("order.illegal_building", None, "handle", 30, "working_days"),
    ("care", None, "handle", 10, "working_days"),
    ("dispute", None, "handle", 15, "calendar_days"),
    (None, None, "check", 2, "working_days"),
    (None, None, "close", 1, "working_days"),
    (None, None, "survey", 7, "calendar_days"),
    (None, None, "arrive", 2, "working_hours"),
)
RUNGS = ((50, "remind"), (80, "warn"), (100, "urge"), (150, "supervise"), (200, "list"))


def _text(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _values(rows: list[tuple[object, ...]]) -> str:
    return ", ".join(f"({', '.join(map(_text, row))})" for row in rows)


def _categories() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    tops = [(code, None, *rest, place) for place, (code, *rest) in enumerate(TOPS)]
    by_code = {code: (kind, public, proof) for code, kind, _, _, _, _, public, proof in TOPS}
    subs: list[tuple[object, ...]] = []
    for top, rows in SUBS.items():
        kind, public, proof = by_code[top]
        for place, (code, zh, en, icon, severity) in enumerate(rows):
            subs.append((f"{top}.{code}", top, kind, zh, en, icon, severity, public, proof, place))
    return tops, subs


STEPS_OF = "INSERT INTO issue_step VALUES "


def upgrade() -> None:
    columns = "(code, parent, kind, zh, en, icon, severity, public, proof, rank)"
    for rows in _categories():
        op.execute(f"INSERT INTO issue_category {columns} VALUES {_values(rows)}")
    op.execute("INSERT INTO issue_limit_version VALUES (1, '2020-01-01', '初始时限 / first limits')")
    op.execute(
        "INSERT INTO issue_limit (version, category, severity, stage, amount, unit) VALUES "
        + _values([(1, *row) for row in LIMITS])
    )
    op.execute(f"INSERT INTO issue_rung VALUES {_values(list(RUNGS))}")
    op.execute(STEPS_OF + _values(STEPS))


def downgrade() -> None:
    op.execute(
        "DELETE FROM issue_step; DELETE FROM issue_rung; DELETE FROM issue_limit; DELETE FROM issue_limit_version"
    )
    op.execute("DELETE FROM issue_category WHERE parent IS NOT NULL; DELETE FROM issue_category")


# Every step that a case can take, as api/issues/lifecycle.py had them at this step of the store (a test compares).
STEPS: list[tuple[object, ...]] = [
    (action, before, before if after == "=" else after)
    for action, befores, after in (
        ("accept", "verified", "accepted"),
        (
            "answer",
            "accepted checked claimed dispatched filed handled handling reopened reported returned verified",
            "=",
        ),
        (
            "arrive",
            "accepted checked claimed dispatched filed handled handling reopened reported returned verified",
            "=",
        ),
        ("ask", "accepted checked claimed dispatched filed handled handling reopened reported returned verified", "="),
        ("check", "handled", "checked"),
        ("claim", "dispatched", "claimed"),
        ("close", "checked", "closed"),
        ("correct", "accepted filed reported returned verified", "="),
        ("dispatch", "filed reopened returned", "dispatched"),
        ("extend", "claimed handling", "="),
        ("file", "accepted", "filed"),
        ("handle", "handling", "handled"),
        (
            "list",
            "accepted checked claimed closed dispatched filed handled handling reopened reported returned verified",
            "=",
        ),
        (
            "me_too",
            "accepted checked claimed dispatched filed handled handling reopened reported returned verified",
            "=",
        ),
        ("merge", "accepted claimed dispatched filed handling reopened reported returned verified", "merged"),
        ("reject", "reported verified", "rejected"),
        (
            "release",
            "accepted checked claimed dispatched filed handled handling reopened reported returned verified",
            "=",
        ),
        (
            "remind",
            "accepted checked claimed closed dispatched filed handled handling reopened reported returned verified",
            "=",
        ),
        ("reopen", "closed surveyed", "reopened"),
        (
            "resume",
            "accepted checked claimed dispatched filed handled handling reopened reported returned verified",
            "=",
        ),
        ("return", "claimed dispatched", "returned"),
        ("rework", "checked handled", "filed"),
        ("rework", "checked handled", "handling"),
        ("solve", "reported verified", "handled"),
        ("split", "accepted filed reopened returned", "split"),
        ("start", "claimed", "handling"),
        (
            "supervise",
            "accepted checked claimed dispatched filed handled handling reopened reported returned verified",
            "=",
        ),
        ("survey", "closed", "surveyed"),
        ("suspend", "claimed dispatched handling", "="),
        ("urge", "accepted checked claimed dispatched filed handled handling reopened reported returned verified", "="),
        ("verify", "reported", "verified"),
        ("void", "accepted claimed dispatched filed handling reopened reported returned verified", "void"),
        (
            "warn",
            "accepted checked claimed closed dispatched filed handled handling reopened reported returned verified",
            "=",
        ),
        ("whistle", "claimed dispatched filed handling reopened returned", "="),
    )
    for before in befores.split()
]
