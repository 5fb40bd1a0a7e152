"""The weekly report: on paper at once, every Monday for who ordered it, and for nobody else's eyes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest

from api.access.roles import Role
from api.office import report
from tests.api.heat.conftest import Told, owner, tell
from tests.api.places.small_city import COMMUNITY, SUBDISTRICT
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    import httpx

__all__ = ["owner"]
WEDNESDAY = datetime(2026, 3, 11, 2, tzinfo=UTC)
"""In the week after the one that the issues of the tests lie in."""


@pytest.fixture
def told(owner: psycopg.Connection) -> None:
    if owner.execute("SELECT count(*) FROM issue").fetchone() == (0,):
        tell(owner, [Told(day=day, category="fire.exit") for day in range(5)])


@pytest.fixture
def office(client: httpx.AsyncClient, city_url: str) -> httpx.AsyncClient:
    client.headers.update(sign_in(city_url, Role.STREET_OFFICE, "subdistrict", SUBDISTRICT.id))
    return client


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_morning_can_be_had_on_paper(office: httpx.AsyncClient, language: str) -> None:
    asked = {"since": "2026-03-02", "until": "2026-03-08", "language": language}
    got = await office.get("/api/office/report.pdf", params=asked)
    assert got.status_code == 200, got.text
    assert got.content.startswith(b"%PDF-")
    assert got.headers["content-type"] == "application/pdf"


@pytest.mark.usefixtures("told")
async def test_what_was_ordered_is_made_once_a_week_and_read_by_its_owner_alone(
    office: httpx.AsyncClient, city_url: str, app_database_url: str
) -> None:
    assert (await office.put("/api/office/report-order", json={"language": "zh"})).json()["ordered"] is True
    assert await report.make_due(app_database_url, WEDNESDAY) == 1
    assert await report.make_due(app_database_url, WEDNESDAY) == 0
    [made] = (await office.get("/api/office/reports")).json()
    assert made["week"] == "2026-03-02"
    assert (await office.get(f"/api/office/reports/{made['id']}.pdf")).content.startswith(b"%PDF-")
    office.headers.update(sign_in(city_url, Role.COMMUNITY, "community", COMMUNITY.id))
    assert (await office.get("/api/office/reports")).json() == []
    assert (await office.get(f"/api/office/reports/{made['id']}.pdf")).status_code == 404


async def test_nobody_gets_a_report_who_ordered_none(office: httpx.AsyncClient, app_database_url: str) -> None:
    await office.delete("/api/office/report-order")
    assert (await office.get("/api/office/report-order")).json() == {"ordered": False, "language": None}
    assert await report.make_due(app_database_url, datetime(2026, 4, 1, tzinfo=UTC)) == 0


async def test_the_service_takes_on_nobody_who_ordered_no_report(city_url: str, app_database_url: str) -> None:
    sign_in(city_url, Role.COMMUNITY, "community", COMMUNITY.id)
    with psycopg.connect(city_url) as store:
        row = store.execute("SELECT id FROM account WHERE login LIKE 'community-%'").fetchone()
    assert row is not None
    with psycopg.connect(app_database_url) as service:
        assert service.execute("SELECT enter_for_report(%s)", [row[0]]).fetchone() == (False,)
