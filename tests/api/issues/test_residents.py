"""A resident without an account follows their report by a link nobody else has; the public list names nobody."""

from __future__ import annotations

import io
import json
from typing import Any
from uuid import uuid4

import openpyxl
from lxml import etree

from tests.api.issues.conftest import People, report
from tests.api.issues.test_case import done, handled, reported


async def followed(people: People, **more: Any) -> tuple[str, dict[str, str], dict[str, Any]]:
    key = str(uuid4())
    answer = await people.stranger.put(f"/api/issues/{key}", json=report(**more))
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    return key, {"X-Follow-Token": receipt["follow_token"]}, receipt


async def carried(people: People, issue: str) -> None:
    """From report to close, solved on the spot."""
    from tests.api.issues.test_case import photo  # noqa: PLC0415  # only here

    await done(people.worker, issue, "solve", photos=[await photo(people.worker)])
    await done(people.community, issue, "check")
    await done(people.community, issue, "close")


async def test_the_private_link_shows_ones_own_report_and_lets_one_reopen_it(people: People) -> None:
    issue, token, receipt = await followed(
        people, description="我家门口", reporter={"name": "王女士", "phone": "13900000001"}
    )
    client = people.stranger
    seen = (await client.get("/api/follow", headers=token)).json()
    assert (seen["id"], seen["code"], seen["description"]) == (issue, receipt["code"], "我家门口")
    await carried(people, issue)
    closed = (await client.get("/api/follow", headers=token)).json()
    assert {may["action"] for may in closed["may"]} >= {"survey", "reopen"}
    shown = await client.get(closed["photo_list"][0]["thumb"], headers=token)
    assert shown.headers["content-type"] == "image/jpeg"
    reopened = await client.post("/api/follow", headers=token, json={"action": "reopen", "reason": "没有解决"})
    assert reopened.json()["status"] == "reopened"
    assert "王" not in reopened.text
    assert "13900000001" not in reopened.text


async def test_no_other_key_opens_it(people: People) -> None:
    _, token, _ = await followed(people)
    wrong = {"X-Follow-Token": token["X-Follow-Token"][::-1]}
    assert (await people.stranger.get("/api/follow", headers=wrong)).status_code == 404
    assert (await people.stranger.get("/api/follow")).status_code == 422


async def test_the_same_report_again_gets_the_same_link(people: People) -> None:
    issue, token, _ = await followed(people, title="同")
    again = await people.stranger.put(f"/api/issues/{issue}", json=report(title="同"))
    assert again.json()["follow_token"] == token["X-Follow-Token"]


async def test_the_reporters_name_is_masked_even_for_the_office(people: People) -> None:
    issue, _, _ = await followed(people, reporter={"name": "欧阳女士", "phone": "13900000002"})
    case = await people.office.get(f"/api/issues/{issue}")
    masked = {"name": "欧**", "phone": "•••0002", "email": "", "media_url": ""}
    assert case.json()["reporter"] == {**masked, "has_account": False}
    assert "欧阳" not in case.text
    worker = (await people.worker.get(f"/api/issues/{issue}")).json()
    assert worker["reporter"] is None


async def test_the_public_list_names_nobody_and_no_exact_place(people: People) -> None:
    issue, _, receipt = await followed(people, title="秘密标题", description="张三家的垃圾", reporter={"name": "李四"})
    before = await people.stranger.get("/api/public/issues")
    assert receipt["code"] not in before.text, "not before somebody has looked at it"
    await carried(people, issue)
    after = await people.stranger.get("/api/public/issues", params={"category": "environment"})
    found = next(item for item in after.json()["items"] if item["code"] == receipt["code"])
    assert found["status"] == "closed"
    assert (found["lon"], found["lat"]) == (104.035, 30.64)
    for secret in ("秘密标题", "张三", "李四", issue):
        assert secret not in after.text


async def test_me_too_counts_each_once(people: People) -> None:
    issue = await reported(people, lon=104.0333, lat=30.6333)
    code = (await people.worker.get(f"/api/issues/{issue}")).json()["code"]
    first = await people.community.post(f"/api/public/issues/{code}/me-too")
    again = await people.community.post(f"/api/public/issues/{code}/me-too")
    other = await people.stranger.post(f"/api/public/issues/{code}/me-too")
    assert [(a.json()["me_too"], a.json()["counted"]) for a in (first, again, other)] == [
        (1, True),
        (1, False),
        (2, True),
    ]


async def test_a_list_goes_into_a_workbook_where_nothing_is_a_formula(people: People) -> None:
    await reported(people, title="=HYPERLINK(1)")
    answer = await people.office.get("/api/issues/export.xlsx", params={"status": "reported"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    titles = {row[5].value: row[5].data_type for row in sheet.iter_rows(min_row=2)}
    assert titles["=HYPERLINK(1)"] == "s"


async def test_a_work_order_shows_the_case_and_not_its_reporter(people: People) -> None:
    issue = await handled(people)
    order = (await people.office.get(f"/api/issues/{issue}/work-order")).json()
    assert order["category_zh"] == "垃圾堆积"
    assert [step["action"] for step in order["steps"]][-1] == "handle"
    assert "reporter" not in order["case"]


async def test_what_changes_is_told_to_whoever_may_see_it_from_the_last_event_on(people: People) -> None:
    start = await people.office.get("/api/issues/events", params={"once": True}, headers={"Last-Event-ID": ""})
    assert start.status_code == 200
    here = await last_id(people)
    issue = await reported(people)
    told = await people.office.get("/api/issues/events?once=true", headers={"Last-Event-ID": here})
    assert issue in told.text
    hidden = await people.firm.get("/api/issues/events?once=true", headers={"Last-Event-ID": here})
    assert issue not in hidden.text
    ancient = await people.office.get("/api/issues/events?once=true", headers={"Last-Event-ID": "99999999999"})
    assert "event: reset" in ancient.text


async def last_id(people: People) -> str:
    await reported(people)
    told = await people.office.get("/api/issues/events?once=true", headers={"Last-Event-ID": "1"})
    return next(line.split(": ")[1] for line in told.text.splitlines() if line.startswith("id: "))


async def token_of(people: People) -> str:
    made = await people.community.post("/api/me/tokens", json={"name": "open311", "scopes": ["read", "write"]})
    assert made.status_code in (200, 201), made.text
    return str(made.json()["token"])


async def test_open311_discovers_lists_and_takes_requests_in_json_and_xml(people: People) -> None:
    client = people.stranger
    assert (
        (await client.get("/open311/v2/discovery.json"))
        .json()["endpoints"][0]["specification"]
        .endswith("GeoReport_v2")
    )
    services = etree.fromstring((await client.get("/open311/v2/services.xml")).content)
    assert "environment.garbage" in [code.text for code in services.iter("service_code")]
    form = {"service_code": "environment.garbage", "lat": "30.64", "long": "104.035", "description": "bin bags"}
    assert (await client.post("/open311/v2/requests.json", data=form)).status_code == 403
    key = await token_of(people)
    posted = await client.post(
        "/open311/v2/requests.json", data={**form, "api_key": key}, headers={"Idempotency-Key": "1"}
    )
    again = await client.post(
        "/open311/v2/requests.json", data={**form, "api_key": key}, headers={"Idempotency-Key": "1"}
    )
    assert posted.status_code == 201, posted.text
    assert posted.json() == again.json()
    code = posted.json()[0]["service_request_id"]
    issue = (await people.office.get(f"/api/issues/by-code/{code}")).json()
    assert issue["source"] == "open311"
    await carried(people, issue["id"])
    read = (await client.get(f"/open311/v2/requests/{code}.json")).json()[0]
    assert (read["status"], read["status_notes"]) == ("closed", "结案 / closed")
    assert read["requested_datetime"].endswith("Z")
    assert "bin bags" not in json.dumps(read)
    listed = etree.fromstring((await client.get("/open311/v2/requests.xml", params={"status": "closed"})).content)
    assert code in [found.text for found in listed.iter("service_request_id")]
    missing = await client.post(
        "/open311/v2/requests.json", data={"api_key": key, "service_code": "environment.garbage"}
    )
    assert missing.status_code == 400
