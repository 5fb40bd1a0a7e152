"""GeoReport v2 as a foreign program reads it: the specification's fields, filters, forms and errors."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from lxml import etree

from tests.api.issues import conftest
from tests.api.issues.test_residents import carried, token_of

if TYPE_CHECKING:
    import httpx

    from tests.api.issues.conftest import People

issues_url, people = conftest.issues_url, conftest.people

REQUEST_FIELDS = {
    *("service_request_id", "status", "status_notes", "service_name", "service_code", "description"),
    *("agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime"),
    *("address", "address_id", "zipcode", "lat", "long", "media_url"),
}
FORM = {"service_code": "environment.garbage", "lat": "30.64", "long": "104.035", "description": "垃圾 bags"}


async def posted(people: People, **more: str) -> str:
    key = await token_of(people)
    answer = await people.stranger.post("/open311/v2/requests.json", data={**FORM, "api_key": key, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()[0]["service_request_id"])


async def made_public(people: People, code: str) -> str:
    issue = str((await people.office.get(f"/api/issues/by-code/{code}")).json()["id"])
    await carried(people, issue)
    return issue


async def listed(client: httpx.AsyncClient, **asked: Any) -> list[dict[str, Any]]:
    answer = await client.get("/open311/v2/requests.json", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_services_and_their_definition_hold_what_the_specification_names(people: People) -> None:
    client = people.stranger
    services = (await client.get("/open311/v2/services.json")).json()
    wanted = {"service_code", "service_name", "description", "metadata", "type", "keywords", "group"}
    assert all(set(service) == wanted for service in services)
    assert {service["type"] for service in services} == {"realtime"}
    found = etree.fromstring((await client.get(f"/open311/v2/services/{services[0]['service_code']}.xml")).content)
    assert found.tag == "service_definition"
    assert found.findtext("service_code") == services[0]["service_code"]


async def test_a_request_holds_every_field_in_both_forms(people: People) -> None:
    code = await posted(people)
    await made_public(people, code)
    read = (await people.stranger.get(f"/open311/v2/requests/{code}.json")).json()
    assert len(read) == 1
    assert set(read[0]) == REQUEST_FIELDS
    assert read[0]["service_name"] == "垃圾堆积"
    for name in ("requested_datetime", "updated_datetime"):
        assert datetime.strptime(read[0][name], "%Y-%m-%dT%H:%M:%S%z").tzname() == "UTC"
    answer = await people.stranger.get(f"/open311/v2/requests/{code}.xml")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    root = etree.fromstring(answer.content)
    assert (root.tag, [child.tag for child in root]) == ("service_requests", ["request"])
    assert {field.tag for field in root[0]} == REQUEST_FIELDS
    more = (await people.stranger.get(f"/open311/v2/requests/{code}.json", params={"extensions": "true"})).json()[0]
    assert more["extended_attributes"]["x_status"] == "closed"


async def test_requests_are_filtered_by_code_service_state_and_time(people: People, issues_url: str) -> None:
    code = await posted(people)
    issue = await made_public(people, code)
    with psycopg.connect(issues_url) as store:
        store.execute("UPDATE issue SET reported_at = '2026-03-05T10:00:00Z' WHERE id = %s", [issue])
    client = people.stranger
    march = {"start_date": "2026-03-01T00:00:00Z", "end_date": "2026-03-31T00:00:00Z"}
    assert [row["service_request_id"] for row in await listed(client, **march)] == [code]
    assert await listed(client, **march, status="open") == []
    assert await listed(client, **march, service_code="property.lift") == []
    assert len(await listed(client, **march, service_code="property.lift,environment.garbage", status="closed")) == 1
    assert code not in {row["service_request_id"] for row in await listed(client)}, "the last ninety days alone"
    from_march = await listed(client, start_date=march["start_date"])
    assert [row["service_request_id"] for row in from_march] == [code], "ninety days from where one begins"
    for lost in ({"end_date": "0001-01-01T00:00:00Z"}, {"start_date": "9999-12-31T00:00:00Z"}):
        assert await listed(client, **lost) == []
    by_code = await listed(client, service_request_id=f"{code},NOSUCHCODE", status="open")
    assert [row["service_request_id"] for row in by_code] == [code], "the codes override every other filter"


async def test_old_requests_are_found_behind_a_thousand_newer_ones(people: People, issues_url: str) -> None:
    code = await posted(people)
    issue = await made_public(people, code)
    with psycopg.connect(issues_url) as store:
        store.execute("UPDATE issue SET reported_at = now() - interval '60 days' WHERE id = %s", [issue])
        moment = store.execute("SELECT reported_at FROM issue WHERE id = %s", [issue]).fetchone()
        copied = "id, code, kind, top, category, severity, geometry, raw_x, raw_y, subdistrict_id, community_id, source"
        store.execute(
            f"INSERT INTO issue ({copied}, reported_at, occurred_at, stage_since, changed_at, status, is_open)"
            " SELECT gen_random_uuid(), lpad(n::text, 10, '0'), i.kind, i.top, i.category, i.severity, i.geometry,"
            " i.raw_x, i.raw_y, i.subdistrict_id, i.community_id, i.source, now(), now(), now(), now(), 'closed', false"
            " FROM issue i, generate_series(1, 1001) n WHERE i.id = %s",
            [issue],
        )
    assert moment is not None
    span = {"start_date": moment[0] - timedelta(days=1), "end_date": moment[0] + timedelta(days=1)}
    found = await listed(people.stranger, **{name: f"{at:%Y-%m-%dT%H:%M:%SZ}" for name, at in span.items()})
    assert code in {row["service_request_id"] for row in found}


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"api_key": ""}, 403),
        ({"api_key": "nobody's"}, 403),
        ({"service_code": ""}, 400),
        ({"service_code": "no.such"}, 400),
        ({"lat": "north"}, 400),
        ({"lat": "", "long": ""}, 400),
        ({"lat": "10", "long": "10"}, 400),
        ({"lat": "", "long": "", "address_string": "月亮街 9 号"}, 400),
        ({"email": "no mail"}, 400),
        ({"media_url": "javascript:alert(1)"}, 400),
        ({"description": "长" * 4001}, 400),
    ],
)
@pytest.mark.parametrize("form", ["json", "xml"])
async def test_a_refusal_is_a_list_of_errors(people: People, said: dict[str, str], status: int, form: str) -> None:
    key = await token_of(people)
    answer = await people.stranger.post(f"/open311/v2/requests.{form}", data={**FORM, "api_key": key, **said})
    assert answer.status_code == status, answer.text
    if form == "json":
        (error,) = json.loads(answer.text)
        assert error["code"] == status
        assert error["description"]
        return
    root = etree.fromstring(answer.content)
    assert root.tag == "errors"
    assert root.findtext("error/code") == str(status)
    assert root.findtext("error/description")


async def test_what_is_not_there_is_told_as_such(people: People) -> None:
    for address in ("services/no.such", "requests/ZZZZZZZZZZ"):
        answer = await people.stranger.get(f"/open311/v2/{address}.xml")
        assert (answer.status_code, etree.fromstring(answer.content).findtext("error/code")) == (404, "404")
    bad = await people.stranger.get("/open311/v2/requests.json", params={"start_date": "yesterday"})
    assert (bad.status_code, bad.json()[0]["code"]) == (400, 400)


async def test_an_address_alone_finds_its_building(people: People, issues_url: str) -> None:
    with psycopg.connect(issues_url) as store:
        row = store.execute(
            "SELECT c.name, b.name, ST_X(p), ST_Y(p) FROM building b JOIN compound c ON c.id = b.compound_id,"
            " LATERAL (SELECT ST_PointOnSurface(b.geometry) AS p) s ORDER BY b.id LIMIT 1"
        ).fetchone()
    assert row is not None
    compound, building, lon, lat = row
    code = await posted(people, lat="", long="", address_string=f"{compound} {building} 2单元")
    read = (await people.office.get(f"/api/issues/by-code/{code}")).json()
    assert (read["lon"], read["lat"]) == pytest.approx((lon, lat))


async def test_one_follows_ones_own_request_from_the_first_and_reads_it_whole_under_ones_key(people: People) -> None:
    sent = {
        "email": "li@example.cn",
        "media_url": "https://pictures.example/1.jpg",
        "first_name": "雷",
        "last_name": "李",
    }
    code = await posted(people, **sent, phone="13900000311")
    address = f"/open311/v2/requests/{code}.json"
    anybodys = (await people.stranger.get(address)).json()[0]
    assert (anybodys["status"], anybodys["description"], anybodys["media_url"]) == ("open", "", None)
    own = (await people.stranger.get(address, params={"api_key": await token_of(people)})).json()[0]
    assert (own["description"], own["media_url"]) == (FORM["description"], sent["media_url"])
    assert (await people.stranger.get(address, params={"api_key": "nobody's"})).status_code == 403
    assert code not in {row["service_request_id"] for row in await listed(people.stranger)}, "nobody has accepted it"
    reporter = (await people.office.get(f"/api/issues/by-code/{code}")).json()["reporter"]
    assert (reporter["name"], reporter["email"], reporter["media_url"]) == ("李**", "l**@example.cn", sent["media_url"])
    assert reporter["phone"].endswith("0311")


async def test_xml_is_utf8_and_holds_what_xml_may_hold(people: People) -> None:
    code = await posted(people, description="坏掉的灯 <b>&\ufffe\x0b</b> 🚧")
    key = await token_of(people)
    answer = await people.stranger.get(f"/open311/v2/requests/{code}.xml", params={"api_key": key})
    assert "坏掉的灯".encode() in answer.content
    assert etree.fromstring(answer.content).findtext("request/description") == "坏掉的灯 <b>&</b> 🚧"
