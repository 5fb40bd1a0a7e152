"""The house comes up with one command, outlives the death of any of its parts, and goes down without losing a word."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import tempfile
import threading
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest

from api.access.roles import Role
from api.embedded import cluster as clusters
from api.embedded.cluster import locate
from api.places.load import load_city
from tests.api.ops.house import House, free_port, kill, minqing, until
from tests.api.places.small_city import CITY, COMMUNITY
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def built() -> Iterator[House]:
    """One house for the module. Its store writes lazily whatever it is allowed to, so that the control can lose it."""
    home = Path(tempfile.mkdtemp(prefix="mq-house-", dir="/tmp"))
    home.chmod(0o755)
    house = House(home / "data", free_port())
    came_up = house.up()
    assert came_up.returncode == 0, came_up.stderr
    assert house.address in came_up.stdout
    with psycopg.connect(locate(house.root).url(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        connection.execute("SELECT pg_reload_conf()")
    load_city(locate(house.root).url(), [CITY])
    yield house
    house.down()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def house(built: House) -> House:
    """The house, up again if the test before left it down: one failure is not everybody's."""
    if not built.answers():
        built.up()
        until(built.answers)
    return built


def owner(house: House) -> psycopg.Connection:
    return psycopg.connect(locate(house.root).url())


def planner(house: House) -> dict[str, str]:
    """The headers of somebody who may make plans here."""
    return sign_in(locate(house.root).url(), Role.PLANNER, "store", None)


def draft(name: str) -> dict[str, str]:
    return {"name": name, "community_id": str(COMMUNITY.id)}


def names(house: House) -> list[str]:
    with owner(house) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM plan").fetchall()]


class Writer(threading.Thread):
    """Somebody who goes on making plans, whatever happens, and notes each that was acknowledged."""

    def __init__(self, house: House) -> None:
        super().__init__(daemon=True)
        self.house, self.acknowledged, self.over = house, list[str](), threading.Event()
        self.headers = planner(house)

    def run(self) -> None:
        while not self.over.is_set():
            name = f"plan {uuid.uuid4()}"
            with suppress(httpx.HTTPError):
                answer = httpx.post(
                    f"{self.house.address}/api/plans", json=draft(name), headers=self.headers, timeout=60
                )
                if answer.status_code == 201:
                    self.acknowledged.append(name)
            self.over.wait(0.01)


@contextmanager
def writing(house: House) -> Iterator[Writer]:
    writer = Writer(house)
    writer.start()
    try:
        yield writer
    finally:
        writer.over.set()
        writer.join()


def until_written(house: House, writer: Writer, more: int = 5) -> None:
    wanted = len(writer.acknowledged) + more
    until(lambda: house.answers() and len(writer.acknowledged) >= wanted)


def test_whatever_is_killed_comes_back_with_every_acknowledged_plan(house: House) -> None:
    with writing(house) as writer:
        until_written(house, writer)
        for victim in ("store", "service"):
            kill(getattr(house, victim))
            until_written(house, writer)
        kill(house.supervisor)
        assert house.up().returncode == 0
        until_written(house, writer)
    kept = names(house)
    assert len(kept) == len(set(kept))
    assert set(writer.acknowledged) <= set(kept)


def commit_until_it_dies(connection: psycopg.Connection, well_under_way: threading.Event) -> int:
    """Write numbers 1, 2, 3 … each in a transaction of its own; the last one that was acknowledged."""
    acknowledged = 0
    with suppress(psycopg.OperationalError):
        while True:
            connection.execute("INSERT INTO control.word VALUES (%s)", [acknowledged + 1])
            connection.commit()
            acknowledged += 1
            if acknowledged == 50:
                well_under_way.set()
    return acknowledged


@pytest.mark.parametrize("honest", [True, False], ids=["honest", "control"])
def test_only_a_store_that_acknowledges_too_early_loses_what_it_acknowledged(house: House, *, honest: bool) -> None:
    with owner(house) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS control")
        connection.execute("CREATE TABLE IF NOT EXISTS control.word (number int)")
        connection.execute("TRUNCATE control.word")
    store, well_under_way = house.store, threading.Event()

    def strike() -> None:
        well_under_way.wait()
        kill(store)

    with psycopg.connect(locate(house.root).url()) as connection:
        connection.execute(f"SET synchronous_commit = {'on' if honest else 'off'}")
        connection.commit()
        death = threading.Thread(target=strike, daemon=True)
        death.start()
        acknowledged = commit_until_it_dies(connection, well_under_way)
        death.join()
    until(house.answers)
    with owner(house) as connection:
        row = connection.execute("SELECT count(*) FROM control.word").fetchone()
    assert row is not None
    assert (row[0] >= acknowledged) is honest


def test_what_takes_longer_than_a_request_is_done_by_the_worker(house: House) -> None:
    headers = planner(house)
    plan = httpx.post(
        f"{house.address}/api/plans", json=draft("drawn by the machine"), headers=headers, timeout=120
    ).json()
    run = f"{house.address}/api/plans/{plan['id']}/run"
    assert httpx.post(run, json={}, headers=headers, timeout=120).status_code == 202
    with httpx.stream("GET", f"{run}/events", headers=headers, timeout=300) as progress:
        assert "event: run" in progress.read().decode()
    assert httpx.get(run, headers=headers, timeout=120).json()["state"] == "done"


def test_a_second_up_says_where_it_runs(house: House) -> None:
    again = house.up()
    assert again.returncode == 0
    assert house.address in again.stdout


def test_two_data_directories_live_side_by_side(house: House) -> None:
    home = Path(tempfile.mkdtemp(prefix="mq-next-", dir="/tmp"))
    home.chmod(0o755)
    neighbour = House(home / "data", free_port())
    try:
        assert neighbour.up().returncode == 0
        load_city(locate(neighbour.root).url(), [CITY])
        with writing(neighbour) as writer:
            until_written(neighbour, writer, 1)
        until(house.answers)
        assert set(writer.acknowledged) <= set(names(neighbour)) - set(names(house))
        assert neighbour.down().returncode == 0
        until(lambda: neighbour.processes() == [])
        until(house.answers)
    finally:
        neighbour.down()
        shutil.rmtree(home, ignore_errors=True)


def test_a_request_in_flight_is_finished_on_the_way_down(house: House) -> None:
    body = json.dumps(draft("begun before the end")).encode()
    headers = {"Host": "x", "Content-Type": "application/json", "Content-Length": str(len(body)), **planner(house)}
    head = "POST /api/plans HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n"
    with socket.create_connection(("127.0.0.1", house.port), timeout=120) as line:
        line.sendall(head.encode() + body[:10])
        until(house.answers)
        os.kill(house.supervisor, signal.SIGTERM)
        until(lambda: not house.answers())
        line.sendall(body[10:])
        answer = line.recv(65536)
    assert answer.startswith(b"HTTP/1.1 201")
    assert house.down().returncode == 0
    until(lambda: house.processes() == [])
    assert house.up().returncode == 0
    assert "begun before the end" in names(house)


def test_a_port_in_use_is_said_in_both_languages(house: House, tmp_path: Path) -> None:
    port = str(house.port)
    for language, sentence in (("en", f"Port {port} is in use"), ("zh", f"端口 {port} 已被占用")):
        refused = minqing("up", "--port", port, "--data-dir", str(tmp_path / "other"), language=language)
        assert refused.returncode == 1
        assert sentence in refused.stderr
        assert "Traceback" not in refused.stderr


def test_another_port_for_a_running_directory_is_refused(house: House) -> None:
    refused = minqing("up", "--port", str(free_port()), "--data-dir", str(house.root))
    assert refused.returncode == 1
    assert "already runs at" in refused.stderr


def test_status_and_doctor_know_how_it_is(house: House) -> None:
    status = minqing("status", "--data-dir", str(house.root))
    assert status.returncode == 0
    assert house.address in status.stdout
    assert f"running at {house.address}" in minqing("doctor", "--data-dir", str(house.root)).stdout
    said = (house.root / "logs" / "service.log").read_text(encoding="utf-8").splitlines()
    assert "service.log" in (logs := minqing("logs", "--data-dir", str(house.root)).stdout)
    assert any(line in logs for line in said[-20:])


@pytest.fixture
def unguarded(house: House) -> Iterator[House]:
    """The house, whose households anybody may read; guarded again afterwards."""
    with owner(house) as connection:
        connection.execute("ALTER TABLE household DISABLE ROW LEVEL SECURITY")
    yield house
    house.down()
    store = clusters.start(locate(house.root))
    with owner(house) as connection:
        connection.execute("ALTER TABLE household ENABLE ROW LEVEL SECURITY")
    clusters.stop(store)
    assert house.up().returncode == 0
    assert "the last start" not in minqing("doctor", "--data-dir", str(house.root)).stdout


def test_a_store_that_lost_its_guard_is_not_served_and_it_is_said_why(unguarded: House) -> None:
    unguarded.down()
    refused = unguarded.up()
    assert refused.returncode == 1
    assert "no row-level security: household." in refused.stderr
    assert not unguarded.answers()
    looked = minqing("doctor", "--data-dir", str(unguarded.root), language="zh")
    assert looked.returncode == 1
    assert "上次启动" in looked.stdout
    assert "household" in looked.stdout
