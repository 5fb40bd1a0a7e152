"""The list by distance: nearest first, and page by page nothing twice, nothing left out, even on one spot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.api.issues.conftest import report

if TYPE_CHECKING:
    from tests.api.issues.conftest import People

NEAR = "104.035,30.64"
SPOTS = (104.0350, 104.0352, 104.0352, 104.0352, 104.0352, 104.0356)


async def test_pages_by_distance_leave_nothing_out_where_many_lie_on_one_spot(people: People) -> None:
    made = {str(uuid4()): lon for lon in SPOTS}
    for key, lon in made.items():
        sent = await people.worker.put(f"/api/issues/{key}", json=report(lon=lon, category="green.pest"))
        assert sent.status_code == 201, sent.text
    asked: dict[str, Any] = {"sort": "distance", "near": NEAR, "limit": 2, "category": "green.pest"}
    seen: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = (await people.office.get("/api/issues", params={**asked, "cursor": cursor})).json()
        seen += page["items"]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert sorted(row["id"] for row in seen) == sorted(made)
    assert [row["metres"] for row in seen] == sorted(row["metres"] for row in seen)
