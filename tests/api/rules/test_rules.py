"""The nearest rule in force decides; exemptions let pass what they name, as long as they hold, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psycopg
import pytest

from api.access.roles import Role
from api.rules.schemas import ExemptionRead
from tests.api.places.small_city import COMMUNITY, COMPOUND, DISTRICT, SUBDISTRICT
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    import httpx

HERE = f"/api/rules/{COMMUNITY.id}"
RULE = {"least": 20, "most": 80, "target": 60, "source": "街道办 2030 年 1 号文"}


async def rule(office: httpx.AsyncClient, level: str, place: UUID, since: str, **said: Any) -> httpx.Response:
    return await office.post(
        "/api/rules", json={"level": level, "place_id": str(place), "since": since, **RULE, **said}
    )


async def test_the_law_stands_in_the_store_from_the_beginning(office: httpx.AsyncClient) -> None:
    read = (await office.get(HERE, params={"on": "2026-06-01"})).json()
    assert (read["level"], read["least"], read["most"], read["target"]) == ("store", 30, 100, 70)
    assert read["community_most"] == 3_000
    assert (await office.get("/api/rules", params={"on": "2026-06-01"})).json() == [read]


async def test_no_rule_held_before_the_first(office: httpx.AsyncClient) -> None:
    assert (await office.get(HERE, params={"on": "2019-12-31"})).status_code == 404


async def test_the_nearest_rule_decides_from_its_first_day_to_its_last(office: httpx.AsyncClient) -> None:
    wide = await rule(office, "subdistrict", SUBDISTRICT.id, "2030-01-01", most=90)
    near = await rule(office, "community", COMMUNITY.id, "2030-03-01", most=85, until="2030-03-31")
    assert (wide.status_code, near.status_code) == (201, 201), near.text
    for day, most in (
        ("2029-12-31", 100),
        ("2030-01-01", 90),
        ("2030-03-01", 85),
        ("2030-03-31", 85),
        ("2030-04-01", 90),
    ):
        assert (await office.get(HERE, params={"on": day})).json()["most"] == most, day


async def test_a_new_rule_ends_the_old_one_the_day_before(office: httpx.AsyncClient) -> None:
    await rule(office, "community", COMMUNITY.id, "2040-01-01", most=88)
    await rule(office, "community", COMMUNITY.id, "2041-01-01", most=77)
    assert (await office.get(HERE, params={"on": "2040-12-31"})).json()["most"] == 88
    assert (await office.get(HERE, params={"on": "2041-01-01"})).json()["most"] == 77
    old = next(r for r in (await office.get("/api/rules")).json() if r["most"] == 88)
    assert old["until"] == "2040-12-31"


async def test_a_rule_does_not_slip_before_one_that_is_set(office: httpx.AsyncClient) -> None:
    await rule(office, "community", COMMUNITY.id, "2050-01-01")
    late = await rule(office, "community", COMMUNITY.id, "2049-01-01")
    assert late.status_code == 409
    assert (await office.get(HERE, params={"on": "2049-06-01"})).status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        {"least": 101},
        {"target": 10},
        {"most": 0},
        {"least": -1},
        {"source": " "},
        {"until": "2059-01-01"},
        {"place_id": None},
        {"level": "store"},
        {"level": "compound"},
        {"invented": 1},
    ],
)
async def test_a_rule_that_cannot_be_is_refused(office: httpx.AsyncClient, said: dict[str, Any]) -> None:
    base = {"level": "community", "place_id": str(COMMUNITY.id), "since": "2060-01-01", **RULE}
    assert (await office.post("/api/rules", json={**base, **said})).status_code == 422


async def test_nobody_rules_above_or_beside_themselves(office: httpx.AsyncClient) -> None:
    assert (await rule(office, "district", DISTRICT.id, "2070-01-01")).status_code == 404
    assert (await rule(office, "community", uuid4(), "2070-01-01")).status_code == 404
    store = {"level": "store", "since": "2070-01-01", **RULE}
    assert (await office.post("/api/rules", json=store)).status_code == 404


async def test_a_planner_reads_rules_and_sets_none(client: httpx.AsyncClient, city_url: str) -> None:
    client.headers.update(sign_in(city_url, Role.PLANNER, "subdistrict", SUBDISTRICT.id))
    assert (await client.get(HERE)).status_code == 200
    assert (await rule(client, "community", COMMUNITY.id, "2080-01-01")).status_code == 404


async def test_the_law_itself_is_set_by_administrators(client: httpx.AsyncClient, city_url: str) -> None:
    client.headers.update(sign_in(city_url, Role.ADMINISTRATOR, "store", None))
    made = await client.post("/api/rules", json={"level": "store", "since": "2090-01-01", **RULE, "most": 99})
    assert made.status_code == 201, made.text
    assert (await client.get("/api/rules", params={"on": "2090-01-01"})).json()[0]["most"] == 99


async def grant(office: httpx.AsyncClient, **said: Any) -> httpx.Response:
    base = {"community_id": str(COMMUNITY.id), "most": 140, "reason": "旧楼改造，暂不拆分", "until": "2035-12-31"}
    return await office.post("/api/exemptions", json={**base, **said})


async def test_an_exemption_names_its_place_its_reason_its_giver_and_its_end(office: httpx.AsyncClient) -> None:
    answer = await grant(office, compound_id=str(COMPOUND.id), since="2031-01-01")
    assert answer.status_code == 201, answer.text
    read = answer.json()
    assert (read["name"], read["granted_by"], read["until"]) == (
        COMPOUND.name,
        f"street-office-{SUBDISTRICT.id}",
        "2035-12-31",
    )
    for day, there in (("2030-12-31", False), ("2031-01-01", True), ("2035-12-31", True), ("2036-01-01", False)):
        listed = (await office.get("/api/exemptions", params={"on": day, "community_id": str(COMMUNITY.id)})).json()
        assert (read["id"] in [e["id"] for e in listed]) is there, day


async def test_an_exemption_that_is_ended_holds_no_more(office: httpx.AsyncClient) -> None:
    made = (await grant(office, since="2020-01-01")).json()["id"]
    assert (await office.delete(f"/api/exemptions/{made}")).status_code == 204
    assert made not in [e["id"] for e in (await office.get("/api/exemptions", params={"on": "2035-01-01"})).json()]
    assert (await office.delete(f"/api/exemptions/{made}")).status_code == 404
    assert made in [e["id"] for e in (await office.get("/api/exemptions", params={"on": "2021-01-01"})).json()]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"until": None}, 422),
        ({"until": "2019-01-01"}, 422),
        ({"reason": ""}, 422),
        ({"least": 141}, 422),
        ({"kind": "community", "compound_id": str(COMPOUND.id)}, 422),
        ({"compound_id": str(uuid4())}, 404),
        ({"community_id": str(uuid4())}, 404),
    ],
)
async def test_an_exemption_that_cannot_be_is_refused(
    office: httpx.AsyncClient, said: dict[str, Any], status: int
) -> None:
    assert (await grant(office, **said)).status_code == status


async def test_a_breach_is_named_until_it_is_exempted(office: httpx.AsyncClient, city_url: str) -> None:
    plan, grid = uuid4(), uuid4()
    with psycopg.connect(city_url) as store:
        store.execute(
            "INSERT INTO plan (id, subdistrict_id, community_id, name) VALUES (%s, %s, %s, '小网格')",
            [plan, SUBDISTRICT.id, COMMUNITY.id],
        )
        store.execute(
            "INSERT INTO micro_grid (id, plan_id, community_id, compound_id, name, households)"
            " VALUES (%s, %s, %s, %s, '一格', 0)",
            [grid, plan, COMMUNITY.id, COMPOUND.id],
        )
    day = {"on": "2044-01-01"}
    (before,) = (await office.get(f"/api/plans/{plan}/breaches", params=day)).json()
    assert (before["id"], before["households"], before["exemption_id"]) == (str(grid), 0, None)
    made = (await grant(office, compound_id=str(COMPOUND.id), since="2044-01-01", until="2044-01-02")).json()
    (now,) = (await office.get(f"/api/plans/{plan}/breaches", params=day)).json()
    assert now["exemption_id"] == made["id"]
    (after,) = (await office.get(f"/api/plans/{plan}/breaches", params={"on": "2044-01-03"})).json()
    assert after["exemption_id"] is None


async def test_a_community_above_its_size_is_a_breach(office: httpx.AsyncClient, city_url: str) -> None:
    plan = uuid4()
    with psycopg.connect(city_url) as store:
        store.execute(
            "INSERT INTO plan (id, subdistrict_id, community_id, name) VALUES (%s, %s, %s, '大社区')",
            [plan, SUBDISTRICT.id, COMMUNITY.id],
        )
    await rule(office, "community", COMMUNITY.id, "2095-01-01", community_most=10, until="2095-12-31")
    (found,) = (await office.get(f"/api/plans/{plan}/breaches", params={"on": "2095-06-01"})).json()
    assert (found["kind"], found["most"], found["households"]) == ("community", 10, 40)
    assert (await office.get(f"/api/plans/{uuid4()}/breaches")).status_code == 404


def test_an_exemption_covers_only_what_it_names() -> None:
    read = ExemptionRead.model_validate(
        {
            "id": uuid4(), "community_id": COMMUNITY.id, "community": "", "compound_id": COMPOUND.id, "compound": "",
            "kind": "grid", "name": "", "least": 10, "most": 140, "reason": "", "granted_by": "",
            "since": "2026-01-01", "until": "2026-12-31",
        }
    )  # fmt: skip
    assert read.covers("grid", COMMUNITY.id, COMPOUND.id, 140)
    assert not read.covers("grid", COMMUNITY.id, COMPOUND.id, 141)
    assert not read.covers("grid", COMMUNITY.id, COMPOUND.id, 9)
    assert not read.covers("grid", COMMUNITY.id, None, 100)
    assert not read.covers("grid", uuid4(), COMPOUND.id, 100)
    assert not read.covers("community", COMMUNITY.id, COMPOUND.id, 100)
