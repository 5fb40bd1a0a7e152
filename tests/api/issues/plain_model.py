"""The life cycle told a second time, as plainly as possible and sharing nothing with ``api.issues.lifecycle``.

A case is a dictionary, an act a dictionary; ``judge`` answers True where the act may be done and ``go`` does it.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

OFFICE = {"community", "street_office", "district", "administrator"}
STREET = {"street_office", "district", "administrator"}
GRID = OFFICE | {"grid_worker", "grid_lead"}
CLOSED = {"closed", "surveyed", "rejected", "merged", "split", "void"}
PAUSE_PROOF = (
    *("urge", "supervise", "remind", "warn", "list", "resume", "answer"),
    *("void", "merge", "me_too", "whistle", "arrive", "release"),
)

FLOW = """
verify reported>verified; accept verified>accepted; reject reported,verified>rejected; file accepted>filed;
dispatch filed,returned,reopened>dispatched; claim dispatched>claimed; return dispatched,claimed>returned;
start claimed>handling; handle handling>handled; solve reported,verified>handled; check handled>checked;
rework handled,checked>handling; close checked>closed; survey closed>surveyed; reopen closed,surveyed>reopened
"""
MOVES = {line.split()[0]: line.split()[1].split(">") for line in FLOW.replace("\n", " ").split(";") if line.strip()}
WHO_MAY = (
    (GRID, "verify solve check rework correct"),
    (OFFICE, "accept reject file dispatch close extend merge split void whistle"),
    (OFFICE | {"clock"}, "resume"),
    ({"body"}, "claim return start handle"),
    (OFFICE | {"reporter"}, "survey reopen answer"),
    (STREET, "suspend release"),
    (OFFICE | {"reporter", "clock"}, "urge"),
    (STREET | {"clock"}, "supervise"),
    (GRID | {"body"}, "ask"),
    ({"called"}, "arrive"),
    ({"clock"}, "remind warn list"),
)
WHO = {action: who for who, actions in WHO_MAY for action in actions.split()}
EVERY_PARTY = sorted(GRID | {"reporter", "body", "called", "neighbour", "clock"})
ACTIONS = sorted({*WHO, "me_too"})


def fresh() -> dict[str, Any]:
    return {
        "status": "reported", "body": None, "handlers": set(), "handling_body": None, "returns": 0, "final": False,
        "suspended": False, "waiting": False, "supervised": False, "extensions": 0, "calls": {}, "closed_at": None,
    }  # fmt: skip


def states_for(action: str) -> set[str]:
    if action in MOVES:
        return set(MOVES[action][0].split(","))
    open_states = {
        *("reported", "verified", "accepted", "filed", "dispatched", "returned", "claimed", "handling", "handled"),
        *("checked", "reopened"),
    }
    special = {
        "extend": {"claimed", "handling"},
        "suspend": {"dispatched", "claimed", "handling"},
        "merge": open_states - {"handled", "checked"},
        "void": open_states - {"handled", "checked"},
        "split": {"accepted", "filed", "returned", "reopened"},
        "whistle": {"filed", "returned", "reopened", "dispatched", "claimed", "handling"},
        "correct": {"reported", "verified", "accepted", "filed", "returned"},
        **dict.fromkeys(["remind", "warn"], open_states | {"closed"}),
    }
    return special.get(action, open_states)


def judge(case: dict[str, Any], act: dict[str, Any]) -> bool:
    action, who = act["action"], act["parties"]
    if case["status"] not in states_for(action):
        return False
    if action == "me_too":
        if not who - {"clock"}:
            return False
    elif not who & WHO[action]:
        return False
    if (case["suspended"] or case["waiting"]) and action not in PAUSE_PROOF:
        return False
    wants_reason = ["reject", "return", "rework", "reopen", "extend", "suspend", "ask", "void"]
    if action in wants_reason and not act["reason"]:
        return False
    return _particulars(case, act)


def _particulars(case: dict[str, Any], act: dict[str, Any]) -> bool:
    action, at = act["action"], act["at"]
    own = act["account"] in case["handlers"] or case["handling_body"] in act["bodies_of"]
    absent = any(arrived is None for arrived in case["calls"].values())
    stuck = case["returns"] >= 3 or case["final"]
    review = (act["until"] - (at + timedelta(hours=8)).date()).days if act["until"] else 0
    answers = {
        "dispatch": act["body"] is not None and (not stuck or (act["final"] and bool(act["parties"] & STREET))),
        "return": not stuck,
        "handle": act["photos"] > 0,
        "solve": act["photos"] > 0,
        "check": not own and not absent,
        "rework": not own,
        "close": not absent,
        "survey": 1 <= act["stars"] <= 5,
        "reopen": case["closed_at"] is not None and at - case["closed_at"] <= timedelta(days=30),
        "extend": case["extensions"] < 2 and 1 <= act["hours"] <= 240,
        "suspend": 1 <= review <= 366,
        "resume": case["suspended"] or case["waiting"],
        "ask": not case["waiting"],
        "answer": case["waiting"],
        "merge": act["into_open"],
        "split": 2 <= act["parts"] <= 10,
        "whistle": 1 <= len(set(act["bodies"])) <= 20 and not set(act["bodies"]) & set(case["calls"]),
        "arrive": any(case["calls"].get(body, 0) is None for body in act["bodies_of"]),
        "supervise": not case["supervised"],
        "release": case["supervised"],
    }
    return bool(answers.get(action, True))


def go(case: dict[str, Any], act: dict[str, Any]) -> dict[str, Any]:  # noqa: C901, PLR0912  # plain on purpose
    after = {**case, "handlers": set(case["handlers"]), "calls": dict(case["calls"])}
    action = act["action"]
    if action in MOVES:
        after["status"] = MOVES[action][1]
    if action == "dispatch":
        after |= {"body": act["body"], "final": act["final"], "handlers": set(), "handling_body": None}
    elif action in ("claim", "start", "handle", "solve"):
        after["handlers"].add(act["account"])
        after["handling_body"] = case["body"]
    elif action == "return":
        after |= {"returns": case["returns"] + 1, "body": None, "handlers": set(), "handling_body": None}
    elif action == "rework" and case["body"] is None:
        after["status"] = "filed"
    elif action == "close":
        after |= {"closed_at": act["at"], "supervised": False}
    elif action == "reopen":
        after |= {
            "closed_at": None,
            "final": False,
            "returns": 0,
            "handlers": set(),
            "handling_body": None,
            "calls": {},
        }
    elif action == "supervise":
        after["supervised"] = True
    elif action == "release":
        after["supervised"] = False
    elif action == "extend":
        after["extensions"] += 1
    elif action == "suspend":
        after["suspended"] = True
    elif action == "ask":
        after["waiting"] = True
    elif action == "answer":
        after["waiting"] = False
    elif action == "resume":
        after |= {"suspended": False, "waiting": False}
    elif action in ("merge", "split", "void", "reject"):
        after["status"] = {"merge": "merged", "reject": "rejected"}.get(action, action)
        after |= {"suspended": False, "waiting": False, "supervised": False}
    elif action == "whistle":
        after["calls"] |= dict.fromkeys(act["bodies"])
    elif action == "arrive":
        after["calls"] |= {b: act["at"] for b in act["bodies_of"] if case["calls"].get(b, 0) is None}
    return after


def random_act(rng: random.Random, at: datetime, accounts: list[Any], bodies: list[Any]) -> dict[str, Any]:
    """Any act at all; sensible more often than not, so that histories come far."""
    sensible = rng.random() < 0.8
    parties = {rng.choice(EVERY_PARTY) for _ in range(rng.randint(1, 4))}
    if sensible:
        parties |= {"street_office", "body", "grid_worker", "called", "clock"}
    return {
        "action": rng.choice(ACTIONS),
        "parties": parties,
        "account": rng.choice(accounts),
        "bodies_of": set(rng.sample(bodies, rng.randint(0, 2))),
        "at": at,
        "reason": "理由" if sensible else "",
        "body": rng.choice([*bodies, None]),
        "bodies": rng.sample(bodies, rng.randint(0, 3)),
        "hours": rng.choice([0, 5, 300]) if not sensible else 8,
        "until": at.date() + timedelta(days=rng.choice([-1, 0, 30, 400]) if not sensible else 30),
        "photos": rng.randint(0, 1) if not sensible else 1,
        "into_open": rng.random() < 0.3,
        "parts": rng.choice([0, 2, 11]),
        "stars": rng.choice([0, 5, 3]),
        "final": rng.random() < 0.3,
    }


def random_history(seed: int) -> list[dict[str, Any]]:
    """Thirty acts over some weeks."""
    rng = random.Random(seed)
    at = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(hours=rng.randint(0, 8000))
    acts = []
    for _ in range(30):
        at += timedelta(hours=rng.choice([0, 1, 5, 40, 900]) * rng.random())
        acts.append(random_act(rng, at, ["a", "b", "c"], ["X", "Y", "Z"]))
    return acts
