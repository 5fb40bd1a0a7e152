"""Every figure is recomputed from the event log by a second program in plain Python, and agrees to the last case."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.access.roles import Role
from api.office.assessment import Colour, Figures, rate
from tests.api.heat.conftest import Told, owner, tell
from tests.api.places.small_city import SUBDISTRICT
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    from uuid import UUID

    import httpx
    import psycopg

__all__ = ["owner"]
SINCE, UNTIL = "2026-03-03", "2026-03-20"
BEGIN = datetime(2026, 3, 2, 16, tzinfo=UTC)
END = datetime(2026, 3, 20, 16, tzinfo=UTC)
Event = dict[str, Any]
STRAIGHT = ["verify", "accept", "file", "dispatch", "claim", "start", "handle", "check", "close", "survey"]
AFTER = {
    "report": "reported", "verify": "verified", "accept": "accepted", "file": "filed", "dispatch": "dispatched",
    "claim": "claimed", "start": "handling", "handle": "handled", "check": "checked", "close": "closed",
    "survey": "surveyed", "return": "returned", "rework": "handling", "reopen": "reopened",
}  # fmt: skip
PARTY = {
    "claim": "body",
    "start": "body",
    "handle": "body",
    "return": "body",
    "survey": "reporter",
    "reopen": "reporter",
}


def a_history(rng: random.Random) -> list[tuple[str, str]]:
    """Actions and who took them: a way through the states with returns, reworks, reopenings and urges by the clock."""
    steps = [("report", "reporter")]
    for action in STRAIGHT[: rng.randint(0, 10)]:
        if rng.random() < 0.15 and action != "survey":
            steps.append(("urge", "clock"))
        steps.append((action, PARTY.get(action, "community")))
        if action == "dispatch" and rng.random() < 0.25:
            steps += [("return", "body"), ("dispatch", "community")]
        if action == "handle" and rng.random() < 0.25:
            steps += [("rework", "community"), ("handle", "body")]
    return steps


@pytest.fixture
def log(owner: psycopg.Connection) -> dict[UUID, list[Event]]:
    """Two hundred cases with their events, in the store and as plain values."""
    rng = random.Random(11)
    if owner.execute("SELECT count(*) FROM issue").fetchone() == (0,):
        told = [Told(day=rng.random() * 25, source=rng.choice(["resident", "hotline", "import"])) for _ in range(200)]
        keys = tell(owner, told)
        for key, issue in zip(keys, told, strict=True):
            _write(owner, key, issue, a_history(rng), rng)
    found: dict[UUID, list[Event]] = defaultdict(list)
    query = (
        "SELECT e.issue_id, e.seq, e.at, e.action, e.party, e.status, e.payload, i.source"
        " FROM issue_event e JOIN issue i ON i.id = e.issue_id ORDER BY 1, 2"
    )
    for key, seq, at, action, party, status, payload, source in owner.execute(query):
        event = {"seq": seq, "at": at, "action": action, "party": party, "status": status, "source": source}
        found[key].append({**event, "stars": payload.get("satisfaction", 0)})
    return found


def _write(store: psycopg.Connection, key: UUID, issue: Told, steps: list[tuple[str, str]], rng: random.Random) -> None:
    at = datetime(2026, 3, 2, 4, tzinfo=UTC) + timedelta(days=issue.day)
    status = "reported"
    for seq, (action, party) in enumerate(steps, 1):
        status = AFTER.get(action, status)
        payload = f'{{"satisfaction": {rng.randint(1, 5)}}}' if action == "survey" else "{}"
        store.execute(
            "INSERT INTO issue_event (issue_id, seq, at, action, party, status, payload)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [key, seq, at, action, party, status, payload],
        )
        at += timedelta(hours=rng.choice([1, 3, 30]))


def by_hand(log: dict[UUID, list[Event]]) -> dict[str, tuple[int, int]]:  # noqa: C901 - one branch a formula
    """Good and base of every figure, case by case."""
    good: dict[str, int] = defaultdict(int)
    base: dict[str, int] = defaultdict(int)

    def note(code: str, *, is_good: bool) -> None:
        base[code] += 1
        good[code] += is_good

    for events in log.values():
        urged = [e["seq"] for e in events if e["action"] == "urge" and e["party"] == "clock"]
        dispatched = [e["seq"] for e in events if e["action"] == "dispatch"]
        for e in events:
            if not BEGIN <= e["at"] < END:
                continue
            if e["action"] == "close":
                note("on_time_closed", is_good=not any(u < e["seq"] for u in urged))
            if e["action"] in {"handle", "solve"}:
                last = max([d for d in dispatched if d < e["seq"]], default=0)
                note("on_time_handled", is_good=not any(last < u < e["seq"] for u in urged))
            if e["action"] in {"check", "rework"}:
                note("rework", is_good=e["action"] == "rework")
            if e["action"] == "dispatch":
                following = min([d for d in dispatched if d > e["seq"]], default=10**9)
                returned = [r for r in events if r["action"] == "return" and e["seq"] < r["seq"] < following]
                note("right_dispatch", is_good=not returned)
            if e["action"] == "survey":
                note("satisfied", is_good=e["stars"] >= 4)
            if e["seq"] == 1:
                soon = e["at"] + timedelta(hours=24)
                staff = [a for a in events[1:] if a["party"] in {"community", "body"} and a["at"] <= soon]
                note("response", is_good=bool(staff))
                if events[-1]["status"] not in {"merged", "split", "void"}:
                    note("solved", is_good=events[-1]["status"] in {"closed", "surveyed"})
                if e["source"] != "import":
                    note("online", is_good=e["source"] == "resident")
    return {code: (good[code], base[code]) for code in base}


async def test_every_figure_equals_a_second_computation(
    client: httpx.AsyncClient, city_url: str, log: dict[UUID, list[Event]]
) -> None:
    client.headers.update(sign_in(city_url, Role.STREET_OFFICE, "subdistrict", SUBDISTRICT.id))
    got = (await client.get("/api/office/kpis", params={"since": SINCE, "until": UNTIL})).json()
    expected = by_hand(log)
    assert len(expected) == 8
    assert {k["code"]: (k["good"], k["base"]) for k in got} == expected
    assert all(k["formula_zh"] and k["formula_en"] for k in got)
    assert all(k["value"] == round(k["good"] / k["base"], 4) for k in got)


async def test_groups_add_up_to_the_whole(
    client: httpx.AsyncClient, city_url: str, log: dict[UUID, list[Event]]
) -> None:
    assert log
    client.headers.update(sign_in(city_url, Role.STREET_OFFICE, "subdistrict", SUBDISTRICT.id))
    whole = (await client.get("/api/office/kpis", params={"since": SINCE, "until": UNTIL})).json()
    parts = (await client.get("/api/office/kpis", params={"since": SINCE, "until": UNTIL, "by": "community"})).json()
    for kpi in whole:
        assert sum(p["base"] for p in parts if p["code"] == kpi["code"]) == kpi["base"]


async def test_a_stranger_counts_nothing(client: httpx.AsyncClient, log: dict[UUID, list[Event]]) -> None:
    assert log
    got = (await client.get("/api/office/kpis", params={"since": SINCE, "until": UNTIL})).json()
    assert {(k["good"], k["base"], k["value"]) for k in got} == {(0, 0, None)}


async def test_the_morning_counts_what_the_list_shows(
    client: httpx.AsyncClient, city_url: str, log: dict[UUID, list[Event]]
) -> None:
    assert log
    client.headers.update(sign_in(city_url, Role.STREET_OFFICE, "subdistrict", SUBDISTRICT.id))
    morning = (await client.get("/api/office/morning", params={"day": "2026-03-15", "days": 7})).json()
    for tally in morning["tallies"]:
        if tally["key"] not in {"soon", "whistle"}:
            listed = (
                await client.get(tally["href"].replace("/issues.html", "/api/issues/counts").replace("&sort=due", ""))
            ).json()
            assert listed["total"] == tally["count"], tally
    for leader in morning["top"]:
        for href, count in ((leader["href"], leader["count"]), (leader["before_href"], leader["before"])):
            listed = (await client.get(href.replace("/issues.html", "/api/issues/counts"))).json()
            assert listed["total"] == count, leader
        assert not {"status=merged", "status=split", "status=void"} & set(leader["href"].split("&"))


async def test_a_reply_stands_beside_the_colour(client: httpx.AsyncClient, city_url: str) -> None:
    client.headers.update(sign_in(city_url, Role.STREET_OFFICE, "subdistrict", SUBDISTRICT.id))
    ratings = (await client.get("/api/office/ratings?month=2026-03-09")).json()
    compound = ratings["ratings"][0]["compound_id"]
    said = await client.post(
        f"/api/office/ratings/{compound}/replies", json={"month": "2026-03-09", "words": "已整改。"}
    )
    assert said.status_code == 201
    again = (await client.get("/api/office/ratings?month=2026-03-01")).json()
    assert again["ratings"][0]["replies"][0]["words"] == "已整改。"
    assert again["formula_zh"]


async def test_a_view_is_kept_and_forgotten_and_nobody_elses(client: httpx.AsyncClient, city_url: str) -> None:
    client.headers.update(sign_in(city_url, Role.STREET_OFFICE, "subdistrict", SUBDISTRICT.id))
    kept = await client.post("/api/office/views", json={"name": "早会", "address": "/heat.html?category=noise"})
    assert kept.status_code == 201
    assert (await client.post("/api/office/views", json={"name": "x", "address": "javascript:1"})).status_code == 422
    client.headers.update(sign_in(city_url, Role.PLANNER, "subdistrict", SUBDISTRICT.id))
    assert (await client.get("/api/office/views")).json() == []
    assert (await client.delete(f"/api/office/views/{kept.json()['id']}")).status_code == 404


def test_colours_follow_the_published_formula() -> None:
    assert rate(Figures(0, 0, 0, 0, 300), 2).colour is Colour.BLUE
    worst = rate(Figures(20, 20, 20, 20, 100), 2)
    assert (worst.points, worst.colour) == (0.0, Colour.RED)
    assert rate(Figures(2, 2, 2, 2, 100), 2).colour is Colour.YELLOW
