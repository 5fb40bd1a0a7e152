"""People are masked, looked at one at a time, staffed by rules kept as data, exported and forgotten."""

from __future__ import annotations

import io
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import psycopg
import pyotp
import pytest

from api.access import forgery, keyring, retention, rotation
from api.access.people import REVEALS_A_DAY
from api.access.roles import Role
from tests.api.access.world import BY_ROLE, POSTS, key

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    import httpx
    from fastapi import FastAPI

COMMUNITY = BY_ROLE[Role.COMMUNITY]
NEIGHBOUR = next(post for post in POSTS if post.place == "A1b")
PHONE, ID_NUMBER = "138-0000 4321", "51010119900307123X"
A1A = str(key("community", "A1a"))


@pytest.fixture
async def office(client_of: Callable[..., Any]) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(COMMUNITY) as client:
        yield client


async def added(office: httpx.AsyncClient, **changed: object) -> dict[str, Any]:
    person = {"name": "王小明", "community_id": A1A, "phone": PHONE, "id_number": ID_NUMBER, **changed}
    answer = await office.post("/api/people", json=person)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


OWN = "my very own words 2"


async def let_in(client: httpx.AsyncClient, made: dict[str, str]) -> None:
    """Come in with the password that the office made, and choose another."""
    given = {"login": made["login"], "password": made["password"]}
    assert (await client.post("/api/session", json=given)).status_code == 204
    client.headers[forgery.HEADER] = (await client.get("/api/me")).json()["csrf"]
    changed = await client.put("/api/me/password", json={"old": made["password"], "new": OWN})
    assert changed.status_code == 204, changed.text


async def test_numbers_are_sealed_in_the_store_and_masked_outside(
    office: httpx.AsyncClient, behind: psycopg.Connection
) -> None:
    person = await added(office)
    assert (person["phone"], person["id_number"]) == ("•••4321", "•••123X")
    listed = await office.get("/api/people", params={"phone": "13800004321"})
    assert person["id"] in {one["id"] for one in listed.json()}
    assert "13800004321" not in listed.text
    row = behind.execute("SELECT p::text, phone_sealed FROM person p WHERE id = %s", [person["id"]]).fetchone()
    assert row is not None
    assert "13800004321" not in row[0]
    assert b"13800004321" not in row[1]


async def test_a_look_needs_a_reason_and_leaves_an_event(office: httpx.AsyncClient, behind: psycopg.Connection) -> None:
    address = f"/api/people/{(await added(office))['id']}/reveal"
    assert (await office.post(address, json={"field": "phone", "reason": " "})).status_code == 422
    assert (await office.post(address, json={"field": "name", "reason": "上门回访"})).status_code == 422
    shown = await office.post(address, json={"field": "phone", "reason": "上门回访"})
    assert shown.json()["value"] == "13800004321"
    row = behind.execute(
        "SELECT account_id, reason, details ->> 'field' FROM audit_event WHERE action = 'person.revealed'"
        " ORDER BY at DESC LIMIT 1"
    ).fetchone()
    assert row == (key("account", COMMUNITY.login), "上门回访", "phone")


async def test_no_number_reaches_a_log(
    office: httpx.AsyncClient, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A number in the words of a line would leave: only what is *called* phone is hidden by its name."""
    caplog.set_level(logging.INFO)
    address = f"/api/people/{(await added(office))['id']}"
    await office.get("/api/people", params={"phone": PHONE})
    await office.post(f"{address}/reveal", json={"field": "phone", "reason": "上门回访"})
    await office.post(f"{address}/export", json={"reason": "本人要求"})
    await office.post("/api/people", json={"name": "王小明", "community_id": A1A, "phone": PHONE * 9})
    await office.post("/api/people", json={"name": "王\x00", "community_id": A1A, "phone": PHONE})
    row = ("郑日志", 13633334444, "是", "楼栋长", "小区", A1AP)
    await office.post("/api/rosters/import?write=true", files=workbook(row, row))
    printed = capsys.readouterr()
    ours = [str(vars(one)) for one in caplog.records if not one.name.startswith("http")]  # the test's own client
    told = "".join((printed.out, printed.err, *ours))
    assert [number for number in (PHONE, "13800004321", ID_NUMBER, "13633334444") if number in told] == []


async def test_a_day_has_an_end_to_looking(client_of: Callable[..., Any], behind: psycopg.Connection) -> None:
    office = BY_ROLE[Role.STREET_OFFICE]
    async with client_of(office) as client:
        address = f"/api/people/{(await added(client))['id']}/reveal"
        look = {"field": "phone", "reason": "上门回访"}
        answers = [(await client.post(address, json=look)).status_code for _ in range(REVEALS_A_DAY + 1)]
    assert answers == [200] * REVEALS_A_DAY + [429]
    row = behind.execute(
        "SELECT count(*) FROM audit_event WHERE action = 'person.revealed' AND account_id = %s",
        [key("account", office.login)],
    ).fetchone()
    assert row == (REVEALS_A_DAY,)
    async with client_of(BY_ROLE[Role.AUDITOR]) as auditor:
        alarms = (await auditor.get("/api/audit", params={"action": "person.reveals_spent"})).json()["events"]
    assert [alarm["login"] for alarm in alarms] == [office.login]


async def test_the_neighbour_community_finds_nobody(office: httpx.AsyncClient, client_of: Callable[..., Any]) -> None:
    person = await added(office)
    async with client_of(NEIGHBOUR) as neighbour:
        assert (await neighbour.get("/api/people", params={"phone": PHONE})).json() == []
        for deed, body in (("reveal", {"field": "phone", "reason": "好奇看看"}), ("export", {"reason": "好奇看看"}),
                           ("erase", {"reason": "好奇看看"})):  # fmt: skip
            assert (await neighbour.post(f"/api/people/{person['id']}/{deed}", json=body)).status_code == 404
        stolen = {"person_id": person["id"], "post": "grid_worker", "level": "community",
                  "place_id": str(key("community", "A1b"))}  # fmt: skip
        assert (await neighbour.post("/api/assignments", json=stolen)).status_code == 404


async def test_a_person_is_exported_whole_and_then_forgotten(
    office: httpx.AsyncClient, behind: psycopg.Connection
) -> None:
    person = await added(office)
    because = {"reason": "本人要求"}
    told = (await office.post(f"/api/people/{person['id']}/export", json=because)).json()
    assert (told["person"]["phone"], told["person"]["id_number"]) == ("13800004321", ID_NUMBER)
    assert (await office.post(f"/api/people/{person['id']}/erase", json=because)).status_code == 204
    assert (await office.post(f"/api/people/{person['id']}/export", json=because)).status_code == 404
    row = behind.execute(
        "SELECT name, phone_sealed, phone_digest, id_number_sealed FROM person WHERE id = %s", [person["id"]]
    ).fetchone()
    assert row == ("已删除", None, None, None)


TRACED = """
INSERT INTO issue_reporter (issue_id, account_id, name_sealed, phone_sealed, phone_tail) VALUES (%s, %s, %s, %s, '4321')
ON CONFLICT (issue_id) DO UPDATE SET account_id = excluded.account_id, name_sealed = excluded.name_sealed,
   phone_sealed = excluded.phone_sealed, phone_tail = excluded.phone_tail
"""
LEFT_BEHIND = """
SELECT (SELECT string_agg(a::text, '') FROM account a WHERE a.person_id = %(person)s),
       (SELECT count(*) FROM session s JOIN account a ON a.id = s.account_id WHERE a.person_id = %(person)s),
       (SELECT count(*) FROM credential c JOIN account a ON a.id = c.account_id WHERE a.person_id = %(person)s),
       (SELECT concat(r.name_sealed, r.phone_sealed, r.phone_tail) FROM issue_reporter r WHERE r.issue_id = %(issue)s)
"""


async def test_whoever_has_left_is_forgotten_with_account_devices_and_reports(
    office: httpx.AsyncClient, client_of: Callable[..., Any], behind: psycopg.Connection, app: FastAPI
) -> None:
    first = {"post": "grid_worker", "level": "compound", "place_id": str(key("compound", "A1ap"))}
    worker = await added(office, name="忘一忘", community_id=None, first_post=first)
    made = (await office.post("/api/accounts", json={"person_id": worker["id"], "login": "wang.yiwang"})).json()
    async with client_of(None) as client:
        await let_in(client, made)
    ring, issue = keyring.read(keyring.file_in(app.state.settings.data_dir)), key("issue", "A1ap")
    sealed = [ring.seal(said, about=f"issue_reporter.{field} {issue}") for field, said in
              (("name", "忘一忘"), ("phone", "13800004321"))]  # fmt: skip
    behind.execute(TRACED, [issue, made["id"], *sealed])
    because = {"reason": "本人要求"}
    told = (await office.post(f"/api/people/{worker['id']}/export", json=because)).json()
    assert [(one["name"], one["phone"]) for one in told["reports"]] == [("忘一忘", "13800004321")]
    assert len(told["sessions"]) == 1
    erase = f"/api/people/{worker['id']}/erase"
    assert (await office.post(erase, json=because)).status_code == 409
    assert (await office.post(f"/api/people/{worker['id']}/dismiss", json=because)).status_code == 200
    assert (await office.post(erase, json=because)).status_code == 204
    row = behind.execute(LEFT_BEHIND, {"person": worker["id"], "issue": issue}).fetchone()
    assert row is not None
    assert "yiwang" not in row[0]
    assert row[1:] == (0, 0, "")


async def test_an_empty_post_is_a_vacancy_until_somebody_stands_there(office: httpx.AsyncClient) -> None:
    def vacant(roster: dict[str, Any], zh: str) -> set[str]:
        return {place["place_id"] for place in roster["vacancies"] if place["zh"] == zh}

    before = (await office.get(f"/api/rosters/{A1A}")).json()
    grid = str(BY_ROLE[Role.GRID_WORKER].place_id)
    assert grid in vacant(before, "网格员")
    assert grid in vacant(before, "党员")
    first = {"post": "grid_worker", "level": "micro_grid", "place_id": grid}
    worker = await added(office, name="李网格", community_id=None, party_member=True, first_post=first)
    after = (await office.get(f"/api/rosters/{A1A}")).json()
    assert grid not in vacant(after, "网格员")
    assert grid not in vacant(after, "党员")
    (mine,) = [post for post in after["posts"] if post["person_id"] == worker["id"]]
    assert (await office.delete(f"/api/assignments/{mine['id']}")).status_code == 204
    assert grid in vacant((await office.get(f"/api/rosters/{A1A}")).json(), "网格员")


async def test_a_new_worker_gets_a_way_in_and_loses_it_at_once(
    office: httpx.AsyncClient, client_of: Callable[..., Any]
) -> None:
    first = {"post": "grid_worker", "level": "compound", "place_id": str(key("compound", "A1ap"))}
    worker = await added(office, name="赵网格", community_id=None, phone=None, first_post=first)
    made = (await office.post("/api/accounts", json={"person_id": worker["id"], "login": "zhao"})).json()
    async with client_of(None) as client:
        given = {"login": made["login"], "password": made["password"]}
        assert (await client.post("/api/session", json=given)).status_code == 204
        early = await client.get("/api/places")
        assert (early.status_code, early.json()["type"]) == (403, "first-password")
        assert (await client.get("/api/me")).json()["first_password"] is True
        await let_in(client, made)
        assert (await client.get("/api/places")).json()["totals"]["units"] == 2
        assert (await office.patch(f"/api/accounts/{made['id']}", json={"active": False})).status_code == 204
        assert (await client.get("/api/places")).status_code == 401


async def test_who_lost_the_phone_is_let_in_again_by_the_office(
    office: httpx.AsyncClient, client_of: Callable[..., Any]
) -> None:
    first = {"post": "grid_worker", "level": "compound", "place_id": str(key("compound", "A1ap"))}
    worker = await added(office, name="丢手机", community_id=None, phone=None, first_post=first)
    made = (await office.post("/api/accounts", json={"person_id": worker["id"], "login": "lost"})).json()
    again = f"/api/accounts/{made['id']}/password"
    async with client_of(None) as client, client_of(NEIGHBOUR) as neighbour:
        await let_in(client, made)
        secret = (await client.post("/api/me/totp")).json()["secret"]
        factor = {"secret": secret, "code": pyotp.TOTP(secret).now()}
        assert (await client.put("/api/me/totp", json=factor)).status_code == 204
        asked = await client.post("/api/session", json={"login": "lost", "password": OWN})
        assert asked.json()["type"] == "second-factor"
        assert (await neighbour.post(again)).status_code == 404
        renewed = (await office.post(again)).json()
        assert (await client.get("/api/places")).status_code == 401
        assert (await client.post("/api/session", json={"login": "lost", "password": OWN})).status_code == 401
        await let_in(client, renewed)
        assert (await client.get("/api/me")).json()["second_factor"] is False


async def test_nobody_renews_their_own_password_or_somebody_highers(office: httpx.AsyncClient) -> None:
    for login, refusal in ((COMMUNITY.login, 403), (BY_ROLE[Role.DISTRICT].login, 404)):
        assert (await office.post(f"/api/accounts/{key('account', login)}/password")).status_code == refusal


async def test_a_transfer_moves_the_jurisdiction_at_once(
    office: httpx.AsyncClient, client_of: Callable[..., Any]
) -> None:
    first = {"post": "grid_worker", "level": "compound", "place_id": str(key("compound", "A1ap"))}
    worker = await added(office, name="钱转岗", community_id=None, phone=None, first_post=first)
    made = (await office.post("/api/accounts", json={"person_id": worker["id"], "login": "qian"})).json()
    (post,) = (await office.get(f"/api/people/{worker['id']}")).json()["posts"]
    async with client_of(None) as client:
        await let_in(client, made)
        assert (await client.get(f"/api/places/compound/{key('compound', 'A1ap')}")).status_code == 200
        to = {"level": "compound", "place_id": str(key("compound", "A1aq"))}
        assert (await office.post(f"/api/assignments/{post['id']}/transfer", json=to)).status_code == 201
        assert (await client.get(f"/api/places/compound/{key('compound', 'A1ap')}")).status_code == 404
        assert (await client.get(f"/api/places/compound/{key('compound', 'A1aq')}")).status_code == 200
    held = (await office.get(f"/api/people/{worker['id']}")).json()["posts"]
    assert [(one["post"], one["until"] is None) for one in held] == [("grid_worker", True), ("grid_worker", False)]


async def test_a_transfer_to_the_neighbours_changes_nothing(office: httpx.AsyncClient) -> None:
    first = {"post": "grid_worker", "level": "compound", "place_id": str(key("compound", "A1ap"))}
    worker = await added(office, name="孙留任", community_id=None, phone=None, first_post=first)
    (post,) = (await office.get(f"/api/people/{worker['id']}")).json()["posts"]
    to = {"level": "compound", "place_id": str(key("compound", "A1bp"))}
    assert (await office.post(f"/api/assignments/{post['id']}/transfer", json=to)).status_code == 404
    (still,) = (await office.get(f"/api/people/{worker['id']}")).json()["posts"]
    assert still == post


async def test_a_dismissal_ends_posts_and_account_at_once(
    office: httpx.AsyncClient, client_of: Callable[..., Any]
) -> None:
    first = {"post": "grid_worker", "level": "compound", "place_id": str(key("compound", "A1ap"))}
    worker = await added(office, name="李离任", community_id=None, phone=None, first_post=first)
    made = (await office.post("/api/accounts", json={"person_id": worker["id"], "login": "li"})).json()
    async with client_of(None) as client:
        await let_in(client, made)
        assert (await client.get("/api/places")).status_code == 200
        told = await office.post(f"/api/people/{worker['id']}/dismiss", json={"reason": "合同到期"})
        assert told.json() == {"posts_ended": 1, "account_closed": True}
        assert (await client.get("/api/places")).status_code == 401
        again = await client.post("/api/session", json={"login": "li", "password": OWN})
        assert again.status_code == 401
    record = (await office.get(f"/api/people/{worker['id']}")).json()
    assert record["left_at"] is not None
    assert record["account"]["active"] is False


async def test_who_serves_elsewhere_too_keeps_the_account(
    office: httpx.AsyncClient, client_of: Callable[..., Any], behind: psycopg.Connection
) -> None:
    first = {"post": "grid_worker", "level": "compound", "place_id": str(key("compound", "A1ap"))}
    worker = await added(office, name="周两处", community_id=None, phone=None, first_post=first)
    await office.post("/api/accounts", json={"person_id": worker["id"], "login": "zhou"})
    behind.execute(
        "INSERT INTO assignment (person_id, role, level, place_id) VALUES (%s, 'grid_worker', 'community', %s)",
        [worker["id"], key("community", "A1b")],
    )
    told = await office.post(f"/api/people/{worker['id']}/dismiss", json={"reason": "合同到期"})
    assert told.json() == {"posts_ended": 1, "account_closed": False}
    async with client_of(NEIGHBOUR) as neighbour:
        held = (await neighbour.get(f"/api/people/{worker['id']}")).json()["posts"]
    assert [one["until"] for one in held if one["place_id"] == str(key("community", "A1b"))] == [None]


async def test_the_ground_shows_where_somebody_may_stand(office: httpx.AsyncClient) -> None:
    places = (await office.get(f"/api/rosters/{A1A}/ground")).json()
    levels = [place["level"] for place in places]
    assert levels == ["community", *["compound"] * 2, *["building"] * 2, *["unit"] * 4, *["micro_grid"] * 2]
    assert {place["geometry"]["type"] for place in places} <= {"Polygon", "MultiPolygon"}
    assert [place["id"] for place in (await office.get("/api/rosters")).json()] == [A1A]
    assert (await office.get(f"/api/rosters/{key('community', 'A1b')}/ground")).status_code == 404


async def test_nobody_takes_over_somebody_higher(office: httpx.AsyncClient) -> None:
    higher = BY_ROLE[Role.DISTRICT]
    answer = await office.patch(f"/api/accounts/{key('account', higher.login)}", json={"active": False})
    assert answer.status_code == 404
    made = await office.post("/api/accounts", json={"person_id": str(key("person", higher.login)), "login": "thief"})
    assert made.status_code in (404, 409)


HEADS = ("姓名", "电话", "党员", "岗位", "层级", "编码")


def workbook(*rows: tuple[str | int, ...], heads: tuple[str, ...] = HEADS) -> dict[str, bytes]:
    book, out = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in (heads, *rows):
        book.active.append(row)
    book.save(out)
    return {"file": out.getvalue()}


A1AP, Z1AP = "990101001001001", "990401001001001"


async def test_a_roster_comes_in_whole_or_not_at_all(office: httpx.AsyncClient, behind: psycopg.Connection) -> None:
    good = ("孙一", 13911112222, "是", "楼栋长", "小区", A1AP)
    bad = workbook(
        good, ("", "139", "", "楼栋长", "小区", A1AP), ("钱二", "abc", "", "大王", "小区", A1AP),
        ("周三", "", "", "网格员", "星球", A1AP), ("吴四", "", "", "网格员", "小区", Z1AP),
    )  # fmt: skip
    answer = (await office.post("/api/rosters/import?write=true", files=bad)).json()
    assert answer["written"] == 0
    assert [(fault["row"], fault["column"]) for fault in answer["faults"]] == [
        (3, "姓名"), (3, "电话"), (4, "电话"), (5, "层级"), (6, "编码"),
    ]  # fmt: skip
    assert (await office.post("/api/rosters/import", files=workbook(good))).json()["written"] == 0
    done = (await office.post("/api/rosters/import?write=true", files=workbook(good))).json()
    assert (done["written"], done["faults"]) == (1, [])
    row = behind.execute(
        "SELECT a.post, p.party_member, p.phone_tail FROM assignment a JOIN person p ON p.id = a.person_id"
        " WHERE p.name = '孙一'"
    ).fetchall()
    assert row == [("building_lead", True, "2222")]


async def test_a_courier_serves_until_a_day(office: httpx.AsyncClient, behind: psycopg.Connection) -> None:
    heads = ("姓名", "岗位", "层级", "编码", "至")
    wrong = workbook(("马上到", "兼职网格员", "小区", A1AP, "明年"), heads=heads)
    (fault,) = (await office.post("/api/rosters/import?write=true", files=wrong)).json()["faults"]
    assert (fault["row"], fault["column"]) == (2, "至")
    right = workbook(("马上到", "兼职网格员", "小区", A1AP, "2099-05-31"), heads=heads)
    assert (await office.post("/api/rosters/import?write=true", files=right)).json()["written"] == 1
    row = behind.execute(
        "SELECT a.until, a.person_id FROM assignment a JOIN person p ON p.id = a.person_id WHERE p.name = '马上到'"
    ).fetchone()
    assert row is not None
    assert row[0] == datetime(2099, 5, 31, 15, 59, 59, tzinfo=UTC)
    late = {
        "person_id": str(row[1]),
        "post": "grid_worker",
        "level": "compound",
        "place_id": str(key("compound", "A1aq")),
    }
    for until in ("2020-01-01T00:00:00Z", "2099-01-01T00:00:00", "tomorrow"):
        assert (await office.post("/api/assignments", json=late | {"until": until})).status_code == 422


async def test_a_roster_read_twice_changes_nothing_but_what_is_new_in_it(
    office: httpx.AsyncClient, behind: psycopg.Connection
) -> None:
    heads = (*HEADS, "至")
    rows = [
        ("有号码", "139-5555 0001", "", "楼栋长", "小区", A1AP, ""),
        ("没号码", "", "", "楼栋长", "小区", A1AP, ""),
        ("只半年", "", "", "兼职网格员", "小区", A1AP, "2099-05-31"),
    ]

    async def read(*rows: tuple[str, ...], write: bool = True) -> tuple[int, int]:
        answer = await office.post(f"/api/rosters/import?write={write}", files=workbook(*rows, heads=heads))
        assert answer.status_code == 200, answer.text
        assert answer.json()["faults"] == []
        return answer.json()["written"], answer.json()["there"]

    def held() -> list[Any]:
        names = [row[0] for row in rows] + ["后来的"]
        query = """SELECT p.name, a.until::date::text FROM assignment a JOIN person p ON p.id = a.person_id
                    WHERE p.name = ANY(%s) ORDER BY 1"""
        return behind.execute(query, [names]).fetchall()

    assert await read(*rows, rows[0]) == (3, 1)
    once = held()
    assert len(once) == 3
    assert await read(*rows, write=False) == (0, 3)
    assert await read(*rows) == (0, 3)
    assert held() == once
    later = ("只半年", "", "", "兼职网格员", "小区", A1AP, "2099-12-31")
    assert await read(*rows[:2], later, ("后来的", "", "", "楼栋长", "小区", A1AP, "")) == (2, 2)
    assert set(held()) == {("有号码", None), ("没号码", None), ("后来的", None), ("只半年", "2099-12-31")}


async def test_a_roster_names_the_row_whose_day_is_over(office: httpx.AsyncClient) -> None:
    late = workbook(("马上到", "楼栋长", "小区", A1AP, "2020-05-31"), heads=("姓名", "岗位", "层级", "编码", "至"))
    (fault,) = (await office.post("/api/rosters/import?write=true", files=late)).json()["faults"]
    assert (fault["row"], fault["column"]) == (2, "至")


async def test_the_empty_sheet_reads_as_a_roster_of_nobody(office: httpx.AsyncClient) -> None:
    sheet = await office.get("/api/rosters/template")
    answer = await office.post("/api/rosters/import", files={"file": sheet.content})
    assert answer.json() == {"rows": 0, "written": 0, "there": 0, "faults": []}


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04broken", b"\x00" * 1000])
async def test_a_file_that_is_no_roster_is_refused(office: httpx.AsyncClient, content: bytes) -> None:
    answer = await office.post("/api/rosters/import", files={"file": content})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_an_auditor_reads_deeds_of_the_audited_places_and_no_contents(
    office: httpx.AsyncClient, client_of: Callable[..., Any]
) -> None:
    person = await added(office, name="绝不外传")
    async with client_of(BY_ROLE[Role.AUDITOR]) as auditor:
        found = await auditor.get("/api/audit", params={"action": "person.added", "object_id": person["id"]})
        assert [event["object_id"] for event in found.json()["events"]] == [person["id"]]
        assert found.json()["events"][0]["login"] == COMMUNITY.login
        assert "绝不外传" not in found.text
        assert (await auditor.get("/api/people")).status_code == 404
    async with client_of(BY_ROLE[Role.ADMINISTRATOR]) as administrator:
        assert (await administrator.get("/api/audit")).status_code == 404


async def test_keys_turn_under_people_and_every_number_still_opens(
    office: httpx.AsyncClient, app: FastAPI, world_url: str
) -> None:
    person = await added(office, phone="13700005555")
    path = keyring.file_in(app.state.settings.data_dir)
    old = keyring.read(path).current
    with psycopg.connect(world_url) as connection:
        connection.execute(
            "UPDATE person SET phone_sealed = NULL, id_number_sealed = NULL WHERE id <> %s", [person["id"]]
        )
        assert rotation.rotate(connection, path) == 2
    assert keyring.read(path).current != old
    assert path.stat().st_mode & 0o777 == 0o600
    look = {"field": "phone", "reason": "上门回访"}
    shown = await office.post(f"/api/people/{person['id']}/reveal", json=look)
    assert shown.json()["value"] == "13700005555"


def test_what_was_kept_long_enough_is_forgotten(world_url: str) -> None:
    with psycopg.connect(world_url) as connection:
        connection.execute("INSERT INTO person (name, left_at) VALUES ('早已迁出', now() - interval '4 years')")
        connection.execute("INSERT INTO person (name, left_at) VALUES ('刚刚迁出', now())")
        connection.execute(CAME_BACK, {"place": key("community", "A1a")})
        assert retention.apply(connection, datetime.now(UTC))["person_left"] == 1
        names = {row[0] for row in connection.execute("SELECT name FROM person WHERE left_at IS NOT NULL")}
        connection.rollback()
    assert "早已迁出" not in names
    assert names >= {"已删除", "刚刚迁出", "又回来了"}


CAME_BACK = """
WITH who AS (INSERT INTO person (name, left_at) VALUES ('又回来了', now() - interval '4 years') RETURNING id)
INSERT INTO assignment (person_id, role, level, place_id) SELECT id, 'grid_worker', 'community', %(place)s FROM who
"""


def test_a_sealed_number_cannot_be_moved_to_another_person() -> None:
    ring = keyring.fresh()
    sealed = ring.seal("13800004321", about="person.phone 1")
    assert ring.unseal(sealed, about="person.phone 1") == "13800004321"
    with pytest.raises(keyring.UnsealError):
        ring.unseal(sealed, about="person.phone 2")
    with pytest.raises(keyring.UnsealError):
        keyring.fresh().unseal(sealed, about="person.phone 1")
    turned = ring.rotated()
    assert turned.unseal(sealed, about="person.phone 1") == "13800004321"
    with pytest.raises(keyring.UnsealError):
        turned.rotated().without_old().unseal(sealed, about="person.phone 1")
