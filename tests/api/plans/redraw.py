"""A planner at work on the sample: a draft of one community, its workbench, edits in the verbs' plain form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    import httpx

COURTYARDS, SLABS, TOWERS = "槐荫社区", "福汀社区", "云汀社区"


class Drafting:
    """One draft over HTTP: its workbench as last loaded, its version, and the tab that edits it."""

    def __init__(self, client: httpx.AsyncClient, plan: dict[str, Any], community: str) -> None:
        self.client, self.plan, self.community = client, plan, community
        self.tab = str(uuid4())
        self.bench: dict[str, Any] = {}

    @property
    def path(self) -> str:
        """Where the plan is."""
        return f"/api/plans/{self.plan['id']}"

    async def load(self) -> dict[str, Any]:
        """The workbench, anew."""
        answer = await self.client.get(f"{self.path}/workbench", params={"community_id": self.community})
        assert answer.status_code == 200, answer.text
        self.bench = answer.json()
        return self.bench

    async def edit(
        self, *operations: tuple[str, dict[str, Any]], base: int | None = None, **said: Any
    ) -> httpx.Response:
        """Send operations; the base is the workbench's unless said otherwise."""
        body = {
            "id": str(uuid4()),
            "community_id": self.community,
            "base_version": self.bench["version"] if base is None else base,
            "client": self.tab,
            "operations": [{"verb": verb, "arguments": arguments} for verb, arguments in operations],
            **said,
        }
        answer = await self.client.post(f"{self.path}/edits", json=body)
        if answer.status_code == 200:
            self.bench["version"] = answer.json()["version"]
        return answer

    def units_of(self, grid: str | None) -> list[str]:
        """Units of which any floor is in a grid."""
        at = -1 if grid is None else [g["id"] for g in self.bench["grids"]].index(grid)
        return [self.bench["units"][unit]["id"] for unit, _, _, own in self.bench["bands"] if own == at]


def span(bench: dict[str, Any], unit: str) -> dict[str, Any]:
    """All floors of a unit."""
    site = next(site for site in bench["units"] if site["id"] == unit)
    return {"unit": unit, "floor_lo": site["floor_lo"], "floor_hi": site["floor_hi"]}
