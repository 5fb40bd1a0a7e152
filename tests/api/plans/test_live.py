"""The live stream over a real connection: others' edits arrive, nothing is missed, and it ends with the session."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from api.access.roles import Role
from api.embedded.cluster import OWNER, Cluster
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def planner(cluster: Cluster, sample_database: str, sample_address: str) -> Iterator[httpx.Client]:
    headers = sign_in(cluster.url(OWNER, sample_database), Role.PLANNER, "store", None)
    with httpx.Client(base_url=sample_address, headers=headers, timeout=60) as client:
        yield client


def draft(planner: httpx.Client) -> tuple[str, str, str]:
    """A copy of a plan in force: the plan, its community, one of its grids."""
    plan = planner.get("/api/plans", params={"state": "published"}).json()[0]
    said = {"name": "现场", "community_id": plan["community_id"], "source": "in_force"}
    made = planner.post("/api/plans", json=said).json()
    grids = planner.get(f"/api/plans/{made['id']}/grids").json()
    return made["id"], plan["community_id"], grids[0]["id"]


def rename(planner: httpx.Client, plan: str, community: str, grid: str, name: str) -> int:
    said = {
        "id": str(uuid4()),
        "community_id": community,
        "base_version": 0,
        "client": str(uuid4()),
        "operations": [{"verb": "rename", "arguments": {"grid": grid, "name": name}}],
    }
    log = planner.get(f"/api/plans/{plan}/operations", params={"community_id": community}).json()
    answer = planner.post(f"/api/plans/{plan}/edits", json=said | {"base_version": log["version"]})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["version"])


def told(lines: Iterator[str], kind: str) -> tuple[str, dict[str, Any]]:
    """The next event of a kind: its id and data."""
    event = number = ""
    for line in lines:
        name, _, value = line.partition(": ")
        event = value if name == "event" else event
        number = value if name == "id" else number
        if name == "data" and event == kind:
            return number, json.loads(value)
    raise AssertionError(f"the stream ended without {kind}")


def test_an_edit_arrives_a_reader_who_was_away_catches_up_and_the_stream_ends_with_the_session(
    planner: httpx.Client, cluster: Cluster, sample_database: str
) -> None:
    plan, community, grid = draft(planner)
    with planner.stream("GET", f"/api/plans/{plan}/events") as stream:
        lines = stream.iter_lines()
        told(lines, "presence")
        rename(planner, plan, community, grid, "东")
        number, edit = told(lines, "edit")
    assert edit["patch"]["grids"][grid]["name"] == "东"
    rename(planner, plan, community, grid, "西")
    with planner.stream("GET", f"/api/plans/{plan}/events", headers={"Last-Event-ID": number}) as stream:
        lines = stream.iter_lines()
        _, missed = told(lines, "edit")
        assert [entry["arguments"]["name"] for entry in missed["entries"]] == ["西"]
        with psycopg.connect(cluster.url(OWNER, sample_database)) as store:
            store.execute("UPDATE session SET ended_at = now() WHERE ended_at IS NULL")
        with pytest.raises(AssertionError, match="ended"):
            told(lines, "never")
