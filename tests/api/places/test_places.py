"""What a stranger at the map is told of places, and how he finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.places.small_city import BUILDING, COMMUNITY, COMPOUND, DISTRICT, UNITS, key

if TYPE_CHECKING:
    import httpx


async def test_the_city_at_a_glance_says_where_and_how_many(client: httpx.AsyncClient) -> None:
    city = (await client.get("/api/places")).json()
    assert city["name"] == DISTRICT.name
    assert city["totals"] == {
        "households": 40,
        "units": 3,
        "buildings": 2,
        "compounds": 1,
        "communities": 1,
        "subdistricts": 1,
    }
    assert city["bbox"] == pytest.approx([104.01, 30.61, 104.07, 30.67])


async def test_a_place_names_its_whole_chain(client: httpx.AsyncClient) -> None:
    unit = (await client.get(f"/api/places/unit/{UNITS[0].id}")).json()
    assert [crumb["name"] for crumb in unit["chain"]] == [
        "青禾区",
        "望江街道",
        "吉福社区",
        "锦绣花园",
        "3栋",
        "1单元",
    ]
    assert unit["counts"]["households"] == 12
    assert unit["children"] is None


async def test_a_place_lists_what_lies_inside(client: httpx.AsyncClient) -> None:
    compound = (await client.get(f"/api/places/compound/{COMPOUND.id}")).json()
    assert compound["children"]["total"] == 2
    assert [(child["name"], child["households"]) for child in compound["children"]["items"]] == [
        ("3栋", 36),
        ("4栋", 4),
    ]


@pytest.mark.parametrize(("level", "place"), [("community", COMMUNITY), ("compound", COMPOUND), ("building", BUILDING)])
async def test_an_estimate_anywhere_inside_is_said(client: httpx.AsyncClient, level: str, place: object) -> None:
    read = (await client.get(f"/api/places/{level}/{place.id}")).json()  # type: ignore[attr-defined]  # every place has one
    assert read["estimated"] is True


async def test_a_building_without_estimates_says_so(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"/api/places/unit/{UNITS[2].id}")).json()["estimated"] is False


async def test_the_place_under_a_finger_is_the_innermost(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/places/at?lon=104.033&lat=30.633")).json()["id"] == str(UNITS[0].id)
    assert (await client.get("/api/places/at?lon=104.049&lat=30.631")).json()["level"] == "compound"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/api/places/community/{key(99)}", 404),
        (f"/api/places/household/{key(1)}", 404),
        ("/api/places/galaxy/1", 422),
        ("/api/places/community/not-a-key", 422),
        ("/api/places/at?lon=nan&lat=30", 422),
        ("/api/places/at?lon=181&lat=30", 422),
        ("/api/places/at?lon=0&lat=0", 404),
        ("/api/search?q=" + "x" * 10_000, 422),
        ("/api/search?q=%00", 422),
        ("/api/search?q=a&limit=0", 422),
        ("/api/nothing", 404),
    ],
)
async def test_what_cannot_be_answered_is_refused_in_a_sentence(
    client: httpx.AsyncClient, path: str, status: int
) -> None:
    answer = await client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].endswith(("。", "”")) or "请求有误" in answer.json()["detail"]


async def test_a_refusal_speaks_english_to_the_english(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/api/places/community/{key(99)}", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert answer.json()["detail"] == "There is no such place, or it is not yours to see."


async def found(client: httpx.AsyncClient, query: str) -> list[str]:
    answer = await client.get("/api/search", params={"q": query})
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("吉福", "吉福社区"),
        ("锦绣", "锦绣花园"),
        ("990101001001", "吉福社区"),
        ("人民路128", "锦绣花园"),
        ("锦绣花园3栋", "3栋"),
        ("锦绣花园 4", "4栋"),
        ("wangjiang", "望江街道"),
        ("  望江   街道 ", "望江街道"),
        ("禾", "青禾区"),
    ],
)
async def test_people_find_what_they_type(client: httpx.AsyncClient, query: str, first: str) -> None:
    assert (await found(client, query))[0] == first


@pytest.mark.parametrize("query", ["%", "_", "'; DROP TABLE district; --", "\\", "没有的地方", "", "   ", "\U0001f600"])
async def test_a_query_is_never_more_than_words(client: httpx.AsyncClient, query: str) -> None:
    assert await found(client, query) == []
