"""Who may not see cases sees whole months of five people or more, whatever they subtract."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from api.access.roles import Role
from tests.api.heat.conftest import Told, tell
from tests.api.places.small_city import SUBDISTRICT
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    import httpx
    import psycopg

MONTHS = ["2026-03", "2026-04"]
GROUPS = ["fire", "noise", "dirt"]
ENDS = {"2026-03": "2026-03-31", "2026-04": "2026-04-30"}


@pytest.fixture
def told(owner: psycopg.Connection) -> None:
    """In March 6 people about fire, 3 noise, 2 dirt; in April 4 about fire and 2 about dirt, of whom one 50 times."""
    if owner.execute("SELECT count(*) FROM issue").fetchone() != (0,):
        return
    people = iter(range(100))
    tell(owner, [Told(category="fire.exit", day=k / 10, reporter=next(people)) for k in range(6)])
    tell(owner, [Told(category="noise.dance", day=k / 10, reporter=next(people)) for k in range(3)])
    tell(owner, [Told(category="dirt.bin", day=k / 10, reporter=next(people)) for k in range(2)])
    tell(owner, [Told(category="fire.exit", day=40 + k / 10, reporter=next(people)) for k in range(4)])
    tell(owner, [Told(category="dirt.bin", day=41, reporter=next(people))])
    tell(owner, [Told(category="dirt.bin", day=42, reporter=99) for _ in range(50)])


Asked = tuple[tuple[str, str], tuple[str, ...]]


def is_within(small: Asked, large: Asked) -> bool:
    return large[0][0] <= small[0][0] and small[0][1] <= large[0][1] and set(small[1]) <= set(large[1])


async def cells(client: httpx.AsyncClient, months: tuple[str, str], groups: tuple[str, ...]) -> dict[int, int]:
    asked: dict[str, Any] = {"since": f"{months[0]}-01", "until": ENDS[months[1]], "category": list(groups)}
    got = (await client.get("/api/heat/cells", params=asked)).json()
    assert got["seen"] == "protected"
    return dict(zip(got["cells"], got["counts"], strict=True))


async def test_no_two_maps_subtract_to_fewer_than_five_people(client: httpx.AsyncClient, told: None) -> None:
    """All pairs of questions that one could ask; every difference is a sum of blocks with five reporters."""
    del told
    kinds = [k for n in (1, 2, 3) for k in combinations(GROUPS, n)]
    spans = [(a, b) for a in MONTHS for b in MONTHS if a <= b]
    answers = {(span, kind): await cells(client, span, kind) for span in spans for kind in kinds}
    pairs = [(small, large) for small in answers for large in answers if is_within(small, large)]
    differences = {n - answers[small].get(c, 0) for small, large in pairs for c, n in answers[large].items()}
    assert max(differences) > 5
    assert differences.isdisjoint({1, 2, 3, 4})


async def test_the_office_can_subtract_and_finds_one_person(
    client: httpx.AsyncClient, city_url: str, told: None
) -> None:
    """The control: with access to cases the same questions do isolate people, so the test above can fail."""
    del told
    client.headers.update(sign_in(city_url, Role.STREET_OFFICE, "subdistrict", SUBDISTRICT.id))
    asked = {"since": "2026-03-01", "until": "2026-03-31"}
    every = (await client.get("/api/heat", params=asked)).json()["total"]
    without = (await client.get("/api/heat", params={**asked, "category": ["fire", "noise"]})).json()["total"]
    assert every - without == 2


async def test_what_would_cut_a_block_is_refused(client: httpx.AsyncClient, told: None) -> None:
    del told
    for fine in ("hour=8", "severity=2", "status=closed", "category=fire.exit", "source=resident", "weekday=1"):
        got = await client.get(f"/api/heat/cells?{fine}")
        assert got.status_code == 422
        assert "整月" in got.json()["detail"]


async def test_a_period_that_cuts_a_month_shows_none_of_it(client: httpx.AsyncClient, told: None) -> None:
    del told
    got = (await client.get("/api/heat/cells?since=2026-03-02&until=2026-03-31")).json()
    assert got["counts"] == []


async def test_a_month_once_told_is_not_told_anew(
    client: httpx.AsyncClient, owner: psycopg.Connection, told: None
) -> None:
    del told
    before = await cells(client, ("2026-03", "2026-03"), ("fire",))
    tell(owner, [Told(category="fire.exit", day=1, reporter=500)])
    assert await cells(client, ("2026-03", "2026-03"), ("fire",)) == before


async def test_hot_spots_are_for_those_who_see_cases(client: httpx.AsyncClient, told: None) -> None:
    del told
    got = (await client.get("/api/heat/spots")).json()
    assert (got["spots"], got["notes"][0]["doubt"]) == ([], "protected")
