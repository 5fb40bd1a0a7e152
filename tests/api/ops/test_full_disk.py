"""A disk that is full: said in a sentence, nothing that was acknowledged is lost, and it goes on once there is room."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest

from api.access.roles import Role
from api.embedded.cluster import locate
from api.places.load import load_city
from tests.api.ops.house import House, free_port, minqing, until
from tests.api.places.small_city import CITY, COMMUNITY
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may lay a small disk")
# A log record of a megabyte that changes nothing: sixteen fill one file of the store's log.
LOG_A_MEGABYTE = "SELECT pg_logical_emit_message(false, 'ballast', repeat('x', 1000000))"


@pytest.fixture
def disk(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A disk of so many megabytes."""
    home = Path(tempfile.mkdtemp(prefix="mq-disk-", dir="/tmp"))
    size = f"size={request.param}m,mode=755"
    laid = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(home)], capture_output=True, check=False)
    if laid.returncode:
        home.rmdir()
        pytest.skip("no disk may be mounted here")
    try:
        yield home
    finally:
        subprocess.run(["umount", "--lazy", str(home)], check=True)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def house(disk: Path) -> Iterator[House]:
    house = House(disk / "data", free_port())
    came_up = house.up()
    assert came_up.returncode == 0, came_up.stderr
    load_city(locate(house.root).url(), [CITY])
    yield house
    house.down()


@pytest.mark.parametrize("disk", [100], indirect=True)
@pytest.mark.parametrize(("language", "sentence"), [("zh", "磁盘空间不足"), ("en", "The disk is full")])
def test_up_refuses_a_disk_without_room_and_writes_nothing(disk: Path, language: str, sentence: str) -> None:
    refused = minqing("up", "--port", str(free_port()), "--data-dir", str(disk / "data"), language=language)
    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    assert list((disk / "data").iterdir()) == []


@pytest.mark.parametrize("disk", [600], indirect=True)
def test_a_full_disk_is_a_sentence_and_loses_no_acknowledged_plan(disk: Path, house: House) -> None:
    headers = sign_in(locate(house.root).url(), Role.PLANNER, "store", None)
    kept = [plan for plan in ("甲", "乙", "丙") if make(house, headers, plan).status_code == 201]
    assert len(kept) == 3
    with (disk / "ballast").open("wb") as ballast, suppress(OSError):
        while True:
            ballast.write(bytes(1 << 20))
            ballast.flush()
    use_up_the_log(house)
    refused = make(house, headers, "丁")
    assert refused.status_code in (503, 507), (house.root / "logs" / "service.log").read_text("utf-8")[-4000:]
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["detail"].endswith("。")
    (disk / "ballast").unlink()
    until(house.answers)
    assert make(house, headers, "戊").status_code == 201
    with psycopg.connect(locate(house.root).url()) as connection:
        there = {name for (name,) in connection.execute("SELECT name FROM plan").fetchall()}
    assert there == {*kept, "戊"}


def make(house: House, headers: dict[str, str], name: str) -> httpx.Response:
    body = {"name": name, "community_id": str(COMMUNITY.id)}
    headers = {**headers, "Accept-Language": "zh-CN"}
    return httpx.post(f"{house.address}/api/plans", json=body, headers=headers, timeout=120)


def use_up_the_log(house: House) -> None:
    """Write log records until the store cannot go on."""
    with suppress(psycopg.Error), psycopg.connect(locate(house.root).url(), autocommit=True) as connection:
        for _ in range(600):
            connection.execute(LOG_A_MEGABYTE)
