"""Every figure can be opened: as many cases as it says, above the line and below, and each table is a file too."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING

import openpyxl
import pytest

from api.access.roles import Role
from api.office.kpis import KPIS
from tests.api.heat.conftest import owner
from tests.api.office.test_kpis import SINCE, UNTIL, log
from tests.api.places.small_city import SUBDISTRICT
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    from typing import Any

    import httpx

__all__ = ["log", "owner"]
PERIOD = {"since": SINCE, "until": UNTIL}


@pytest.fixture
def office(client: httpx.AsyncClient, city_url: str) -> httpx.AsyncClient:
    client.headers.update(sign_in(city_url, Role.STREET_OFFICE, "subdistrict", SUBDISTRICT.id))
    return client


@pytest.mark.usefixtures("log")
async def test_a_figure_opens_as_many_cases_as_it_says(office: httpx.AsyncClient) -> None:
    figures = (await office.get("/api/office/kpis", params=PERIOD)).json()
    assert len(figures) == len(KPIS)
    for figure in figures:
        told = {}
        for counted in ("base", "good", "others"):
            asked = {**PERIOD, "counted": counted}
            read = (await office.get(f"/api/office/kpis/{figure['code']}/cases", params=asked)).json()
            assert len(read["cases"]) == min(read["total"], 500)
            told[counted] = read["total"]
        assert told == {"base": figure["base"], "good": figure["good"], "others": figure["base"] - figure["good"]}


async def test_there_are_no_cases_of_a_figure_that_is_none(office: httpx.AsyncClient) -> None:
    assert (await office.get("/api/office/kpis/luck/cases")).status_code == 404


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("table", ["figures", "ratings", "bodies", "categories", "trend", "calls"])
async def test_every_table_of_the_page_is_a_workbook(office: httpx.AsyncClient, table: str) -> None:
    asked = {**PERIOD, "month": "2026-03-01", "language": random.Random(table).choice(["zh", "en"])}
    got = await office.get(f"/api/office/tables/{table}.xlsx", params=asked)
    assert got.status_code == 200, got.text
    sheet: Any = openpyxl.load_workbook(io.BytesIO(got.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0]
    if table == "figures":
        figures = (await office.get("/api/office/kpis", params=PERIOD)).json()
        assert [row[2] for row in rows[1:]] == [figure["good"] for figure in figures]


@pytest.mark.parametrize(
    "address",
    [
        "/api/office/kpis?since=2026-03-09&until=2026-03-01",
        "/api/office/bodies?until=0001-01-01",
        "/api/office/ratings?month=9999-12-31",
        "/api/office/morning?day=9999-12-31",
        "/api/office/report.pdf?since=2026-03-09&until=2026-03-01",
        "/api/office/tables/ratings.xlsx?month=0001-01-01",
        "/api/office/tables/luck.xlsx",
    ],
)
async def test_a_period_that_is_none_is_refused(office: httpx.AsyncClient, address: str) -> None:
    got = await office.get(address)
    assert got.status_code == 422, got.text
    assert got.json()["detail"]


async def test_a_hundred_years_are_one_period(office: httpx.AsyncClient) -> None:
    century = {"since": "2000-01-01", "until": "2099-12-31"}
    for path in ("kpis", "bodies", "tables/figures.xlsx"):
        assert (await office.get(f"/api/office/{path}", params=century)).status_code == 200
