"""The figures an office is measured by, as data: each a formula in words beside the SQL that computes it.

All come from the log of events alone (``issue_event``) and the source of the report, over cases or events of a period
on the clock of Shanghai. ``e`` in the SQL are the events that the asker may see; a test recomputes every figure in
plain Python from the same log.
"""

from __future__ import annotations

from dataclasses import dataclass

LATE = (
    "EXISTS (SELECT FROM issue_event u WHERE u.issue_id = e.issue_id AND u.party = 'clock' AND u.action = 'urge'"
    " AND u.body_id IS NULL"  # with a body: that body was called (吹哨) and is late, not the case
)

DISPATCHED = (
    "coalesce((SELECT max(d.seq) FROM issue_event d WHERE d.issue_id = e.issue_id AND d.action = 'dispatch'"
    " AND d.seq < e.seq), 0)"
)


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure: its names, its formula in words, what counts below the line and what above it.

    ``base`` is a condition on an event ``e``, of which each is one below the line; ``good`` of those above it.
    ``target`` is the share that ought to be reached, or, where ``less_is_better``, not be passed.
    """

    code: str
    zh: str
    en: str
    formula_zh: str
    formula_en: str
    base: str
    good: str
    target: float
    less_is_better: bool = False
    version: int = 1


KPIS = (
    Kpi(
        "on_time_closed",
        "按期结案率",
        "closed on time",
        "期内结案、且结案前从未被时钟催办(任何环节超时)的次数 ÷ 期内结案次数",
        "closings in the period before which the clock never had to urge (no stage ran over) ÷ closings in the period",
        "e.action = 'close'",
        f"NOT {LATE} AND u.seq < e.seq)",
        0.90,
    ),
    Kpi(
        "on_time_handled",
        "按期处置率",
        "handled on time",
        "期内反馈、且自最近一次派遣起未被时钟催办的次数 ÷ 期内反馈次数(含自行处置)",
        "handlings in the period not urged by the clock since their last dispatch ÷ handlings (solved on the spot too)",
        "e.action IN ('handle', 'solve')",
        f"NOT {LATE} AND u.seq < e.seq AND u.seq > {DISPATCHED})",
        0.90,
    ),
    Kpi(
        "rework",
        "返工率",
        "sent back to be done again",
        "期内返工次数 ÷ 期内核查结论次数(核查通过 + 返工)",
        "reworks in the period ÷ checks in the period (passed or sent back)",
        "e.action IN ('check', 'rework')",
        "e.action = 'rework'",
        0.05,
        less_is_better=True,
    ),
    Kpi(
        "right_dispatch",
        "准确派遣率",
        "dispatched to the right body",
        "期内派遣、且在下一次派遣前未被退单的次数 ÷ 期内派遣次数",
        "dispatches in the period not returned before the next dispatch ÷ dispatches in the period",
        "e.action = 'dispatch'",
        "NOT EXISTS (SELECT FROM issue_event r WHERE r.issue_id = e.issue_id AND r.action = 'return' AND r.seq > e.seq"
        " AND r.seq < coalesce((SELECT min(d.seq) FROM issue_event d WHERE d.issue_id = e.issue_id"
        " AND d.action = 'dispatch' AND d.seq > e.seq), 2147483647))",
        0.95,
    ),
    Kpi(
        "response",
        "响应率",
        "answered within a day",
        "期内上报、且 24 小时内有工作人员作出任何处理的件数 ÷ 期内上报件数",
        "cases reported in the period on which staff acted within 24 hours ÷ cases reported in the period",
        "e.seq = 1",
        "EXISTS (SELECT FROM issue_event a WHERE a.issue_id = e.issue_id AND a.seq > 1"
        " AND a.party NOT IN ('clock', 'reporter', 'neighbour') AND a.at <= e.at + interval '24 hours')",
        0.98,
    ),
    Kpi(
        "solved",
        "解决率",
        "solved",
        "期内上报、且最后状态为已结案或已回访的件数 ÷ 期内上报件数(不含并案、分案、作废)",
        "cases reported in the period that now stand closed or surveyed ÷ cases reported (without merged, split, void)",
        "e.seq = 1 AND l.status NOT IN ('merged', 'split', 'void')",
        "l.status IN ('closed', 'surveyed')",
        0.85,
    ),
    Kpi(
        "satisfied",
        "满意率",
        "satisfied",
        "期内回访满意度为 4 或 5 的次数 ÷ 期内回访次数",
        "surveys in the period that said 4 or 5 of 5 ÷ surveys in the period",
        "e.action = 'survey'",
        "coalesce((e.payload ->> 'satisfaction')::integer, 0) >= 4",
        0.85,
    ),
    Kpi(
        "online",
        "一网通办率",
        "done in one net",
        "期内上报件中,来自居民、网格员、巡查或 Open311 在线渠道的件数 ÷ 期内上报件数(不含导入)",
        "cases reported online (residents, grid workers, patrols, Open311) ÷ cases reported (without imports)",
        "e.seq = 1 AND i.source <> 'import'",
        "i.source IN ('resident', 'grid_worker', 'patrol', 'open311')",
        0.80,
    ),
)
BY_CODE = {kpi.code: kpi for kpi in KPIS}
GROUPS = {"all": "'all'", "community": "i.community_id::text", "compound": "i.compound_id::text", "body": "{body}"}
OF_BODY = (
    "coalesce(e.body_id, CASE WHEN e.action = 'dispatch' THEN (e.payload ->> 'body_id')::uuid END, i.body_id)::text"
)
WINDOW = """
  e.at >= CAST(:since AS date)::timestamp AT TIME ZONE 'Asia/Shanghai'
  AND e.at < (CAST(:until AS date) + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
  AND (CAST(:place AS uuid) IS NULL OR :place IN (i.community_id, i.compound_id, i.subdistrict_id, i.micro_grid_id))
"""


MOST_CASES = 500
"""How many of a figure's events are told at once."""


def _counted(kpi: Kpi, group: str) -> str:
    """Every event below the line, and whether it stands above it."""
    by = GROUPS[group].format(body=OF_BODY)
    return f"""
      SELECT {by} AS grp, ({kpi.good}) AS good, i.id AS issue_id, i.code, i.title, i.category, e.at, e.seq
        FROM issue_event e JOIN issue i ON i.id = e.issue_id
        JOIN LATERAL (SELECT x.status FROM issue_event x WHERE x.issue_id = e.issue_id
                       ORDER BY x.seq DESC LIMIT 1) AS l ON true
       WHERE {kpi.base} AND {WINDOW}
    """  # noqa: S608 - every part is written in this file


def query(kpi: Kpi, group: str) -> str:
    """SQL that counts below and above the line, by group."""
    return f"""
      SELECT grp, count(*) AS base, count(*) FILTER (WHERE good) AS good FROM ({_counted(kpi, group)}) AS counted
       WHERE grp IS NOT NULL GROUP BY grp
    """  # noqa: S608 - see above


def cases(kpi: Kpi, group: str) -> str:
    """SQL that tells the events that ``query`` counts: of ``:group`` (empty: of all), those that are ``:counted``."""
    return f"""
      SELECT issue_id, code, title, category, at, good, count(*) OVER () AS total
        FROM ({_counted(kpi, group)}) AS counted
       WHERE grp IS NOT NULL AND (CAST(:group AS text) = '' OR grp = CAST(:group AS text))
         AND (CAST(:counted AS text) = 'base' OR good = (CAST(:counted AS text) = 'good'))
       ORDER BY at DESC, issue_id, seq LIMIT {MOST_CASES}
    """  # noqa: S608 - see above
