"""The office's book of rules: a rule is tried before it is kept, and limits come in versions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
from hypothesis import given
from hypothesis import strategies as st

from api.issues.routing import AFTER, ELSEWHERE, Question, Rule, decide
from tests.api.issues.conftest import CLEANERS, POLICE, report
from tests.api.places.small_city import SUBDISTRICT

if TYPE_CHECKING:
    from tests.api.issues.conftest import People

HERE = {"lon": 104.035, "lat": 30.64}
SPOT = {"category": "environment.garbage", **HERE}
RULES = "/api/routing-rules"


def rule(rank: int, **conditions: Any) -> Rule:
    blank: dict[str, Any] = dict.fromkeys(("category", "kind", "subdistrict_id", "community_id", "compound_id"))
    return Rule(id=uuid4(), rank=rank, body_id=uuid4(), **(blank | conditions))


def test_the_first_rule_that_fits_decides_and_the_others_say_why_they_do_not() -> None:
    place = uuid4()
    elsewhere = rule(1, community_id=uuid4())
    first, second = rule(2, category="environment"), rule(3)
    asked = Question("environment.garbage", "event", uuid4(), place, None)
    decided, told = decide([second, first, elsewhere], asked)
    assert decided is first
    assert told == [(elsewhere, ELSEWHERE), (first, None), (second, AFTER)]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, "safety", "safety.gas", "green"])), max_size=8))
def test_at_most_one_rule_decides(said: list[tuple[int, str | None]]) -> None:
    rules = [rule(rank, category=category) for rank, category in said]
    decided, told = decide(rules, Question("safety.gas", "hazard", None, None, None))
    assert sum(why is None for _, why in told) == (decided is not None)
    assert len(told) == len(rules)


async def test_a_rule_is_tried_without_being_kept_and_decides_the_same_once_it_is(people: People) -> None:
    office = people.office
    draft = {"rank": 1, "category": "environment.garbage", "body_id": str(POLICE)}
    now = (await office.post(f"{RULES}/try", json=SPOT)).json()
    assert now["body_id"] == str(CLEANERS)
    tried = (await office.post(f"{RULES}/try", json={**SPOT, "rule": draft})).json()
    assert tried["body_id"] == str(POLICE)
    assert [step["rule_id"] for step in tried["steps"] if step["zh"] is None] == [None]
    assert (await office.post(f"{RULES}/try", json=SPOT)).json() == now, "trying keeps nothing"
    kept = await office.post(RULES, json=draft)
    assert kept.status_code == 201, kept.text
    made = kept.json()
    assert made["subdistrict_id"] == str(SUBDISTRICT.id), "an office's rule is of its own subdistrict"
    receipt = (await people.worker.put(f"/api/issues/{uuid4()}", json=report(description="派给谁"))).json()
    assert receipt["body"]["id"] == str(POLICE)
    last = await office.put(f"{RULES}/{made['id']}", json={**draft, "rank": 900})
    assert last.json()["rank"] == 900
    assert (await office.post(f"{RULES}/try", json=SPOT)).json()["body_id"] == str(CLEANERS)
    assert (await office.delete(f"{RULES}/{made['id']}")).status_code == 204
    assert made["id"] not in {one["id"] for one in (await office.get(RULES)).json()}


async def test_what_is_wrong_with_a_rule_is_said(people: People) -> None:
    office = people.office
    nobody = {"rank": 1, "body_id": str(uuid4())}
    assert (await office.post(RULES, json=nobody)).status_code == 422
    foreign = {"rank": 1, "body_id": str(POLICE), "subdistrict_id": str(uuid4())}
    assert (await office.post(RULES, json=foreign)).status_code == 403
    abroad = await office.post(f"{RULES}/try", json={**SPOT, "lon": 10, "lat": 10})
    assert abroad.status_code == 422
    assert (await office.put(f"{RULES}/{uuid4()}", json={"rank": 1, "body_id": str(POLICE)})).status_code == 404
    assert (await people.community.get(RULES)).status_code == 404


async def test_new_limits_are_a_new_version_and_running_stages_keep_theirs(people: People, issues_url: str) -> None:
    office = people.office
    before = (await office.get("/api/issue-limits")).json()
    assert before["mine"], "the office of the only subdistrict governs every place"
    running = str(uuid4())
    await people.worker.put(f"/api/issues/{running}", json=report())
    due = (await office.get(f"/api/issues/{running}")).json()["due_at"]
    limits = [limit for limit in before["limits"] if limit["stage"] != "verify"]
    limits.append({"category": None, "severity": None, "stage": "verify", "amount": 3, "unit": "hours"})
    made = await office.post("/api/issue-limits", json={"note": "核实改为 3 小时", "limits": limits})
    assert made.status_code == 201, made.text
    assert made.json()["version"] == before["version"] + 1 == made.json()["in_force"]
    assert (await office.get(f"/api/issues/{running}")).json()["due_at"] == due
    receipt = (await people.worker.put(f"/api/issues/{uuid4()}", json=report())).json()
    left = datetime.fromisoformat(receipt["due_at"]) - datetime.now(UTC)
    assert timedelta(hours=2, minutes=50) < left <= timedelta(hours=3)
    asked = {"stage": "verify", "category": "environment.garbage", "at": "2026-03-01T00:00:00Z"}
    said = (await office.get("/api/issue-limits/due", params=asked)).json()
    assert said["limit"] is not None, "what was in force then"
    old = (await office.get("/api/issue-limits", params={"version": before["version"]})).json()
    assert old["limits"] == before["limits"]
    with psycopg.connect(issues_url) as store:
        store.execute("DELETE FROM issue_limit WHERE version > 1")
        store.execute("DELETE FROM issue_limit_version WHERE version > 1")


async def test_limits_of_the_past_or_said_twice_are_refused(people: People) -> None:
    office = people.office
    limit = {"stage": "verify", "amount": 1, "unit": "hours"}
    past = {"since": "2020-01-01T00:00:00Z", "limits": [limit]}
    assert (await office.post("/api/issue-limits", json=past)).status_code == 422
    assert (await office.post("/api/issue-limits", json={"limits": [limit, limit]})).status_code == 422
    assert (await office.get("/api/issue-limits", params={"version": 99})).status_code == 404
    assert (await people.community.get("/api/issue-limits")).status_code == 404
