"""Rules of assessment: published before they hold, tried before they are kept, the past stays as it was rated."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.access.roles import Role
from api.office.period import first_day, last_day, today
from api.office.rules import earliest
from tests.api.access.expectations import A_RULE
from tests.api.heat.conftest import Told, owner, tell
from tests.api.places.small_city import COMMUNITY, SUBDISTRICT
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    import httpx
    import psycopg

__all__ = ["owner"]
RULES = "/api/office/rules"


@pytest.fixture
def office(client: httpx.AsyncClient, city_url: str) -> httpx.AsyncClient:
    client.headers.update(sign_in(city_url, Role.ADMINISTRATOR, "store", None))
    return client


@pytest.fixture
def told(owner: psycopg.Connection) -> None:
    """One case of March that the clock had to urge, in a compound."""
    if owner.execute("SELECT count(*) FROM issue").fetchone() == (0,):
        keys = tell(owner, [Told(day=k, category="fire.exit") for k in range(4)])
        owner.execute(
            "UPDATE issue SET compound_id = (SELECT id FROM compound WHERE community_id = %s ORDER BY id LIMIT 1)",
            [COMMUNITY.id],
        )
        for key in keys:
            owner.execute(
                "INSERT INTO issue_event (issue_id, seq, at, action, party, status)"
                " VALUES (%s, 1, '2026-03-09 04:00Z', 'urge', 'clock', 'reported')",
                [key],
            )


async def test_a_rule_is_published_from_a_month_on_that_has_not_begun(office: httpx.AsyncClient) -> None:
    before = (await office.get(RULES)).json()
    since = earliest(today()) + timedelta(days=40)
    since = since.replace(day=1)
    said = {**A_RULE, "late_most": 50, "open_most": 20, "since": since.isoformat(), "note": "超时从严"}
    made = await office.post(RULES, json=said)
    assert made.status_code == 201, made.text
    read = made.json()
    assert read["in_force"] == before["in_force"], "what was published holds from its day on"
    [newest, *older] = read["rules"]
    assert older == before["rules"]
    assert newest["since"] == since.isoformat()
    assert "最多 50" in newest["formula_zh"]
    assert "at most" in newest["formula_en"]
    assert (await office.post(RULES, json=said)).status_code == 422, "two rules cannot begin on one day"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"late_most": 41}, "100"),
        ({"satisfied_most": 30}, "100"),
        ({"yellow": 85}, "blue"),
        ({"black_below": 95}, "black"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused_with_the_reason(
    office: httpx.AsyncClient, change: dict[str, Any], named: str
) -> None:
    said = {**A_RULE, "since": earliest(today()).isoformat()} | change
    got = await office.post(RULES, json=said, headers={"Accept-Language": "en"})
    assert got.status_code == 422
    assert named in got.json()["detail"]


async def test_no_rule_begins_in_a_month_that_has_begun_or_in_its_middle(office: httpx.AsyncClient) -> None:
    for since in (first_day(today()), last_day(today()), earliest(today()) + timedelta(days=14)):
        assert (await office.post(RULES, json={**A_RULE, "since": since.isoformat()})).status_code == 422


@pytest.mark.usefixtures("told")
async def test_a_rule_is_tried_on_a_month_and_nothing_is_kept(office: httpx.AsyncClient) -> None:
    kept = (await office.get(RULES)).json()
    rated = (await office.get("/api/office/ratings", params={"month": "2026-03-01"})).json()["ratings"]
    mild = {**A_RULE, "late_most": 0, "open_most": 70, "month": "2026-03-01"}
    read = (await office.post(f"{RULES}/trial", json=mild)).json()
    assert sum(read["colours"].values()) == sum(read["colours_before"].values()) == len(rated)
    worst = rated[0]
    assert (worst["colour"], worst["late"]) == ("yellow", 40.0), "four of four were urged"
    address = f"/api/office/ratings/{worst['compound_id']}/cases"
    for part, many in (("reported", worst["reported"]), ("late", worst["urged"]), ("open", 0), ("again", 0)):
        opened = (await office.get(address, params={"month": "2026-03-01", "part": part})).json()
        assert (opened["total"], len(opened["cases"])) == (many, many)
    [turn] = [t for t in read["turned"] if t["kind"] == "compound"]
    assert (turn["name"], turn["points"] - turn["points_before"]) == (worst["name"], 40)
    assert (await office.get(RULES)).json() == kept
    assert (await office.get("/api/office/ratings", params={"month": "2026-03-01"})).json()["ratings"] == rated


async def test_the_formula_is_read_by_whoever_is_rated_and_changed_by_offices_only(
    client: httpx.AsyncClient, city_url: str
) -> None:
    said = {**A_RULE, "since": earliest(today()).isoformat()}
    client.headers.update(sign_in(city_url, Role.PROPERTY_FIRM, "subdistrict", SUBDISTRICT.id))
    assert (await client.get(RULES)).json()["mine"] is False
    assert (await client.post(RULES, json=said)).status_code == 404, "for them there is no such page"
