"""What row-level security, logging in and the audit cost: a million buildings, a million events, 3,000 communities."""

from __future__ import annotations

import asyncio
import hashlib
import random
import shutil
import statistics
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psycopg

from api.access import ledger
from api.access.passwords import AT_ONCE, hasher
from api.embedded import cluster as clusters
from api.embedded.cluster import APP
from api.embedded.roles import ensure_database, ensure_roles
from api.main import create_app
from api.migrations import upgrade
from api.settings import Settings
from tests.bench.report import Figure, Report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.embedded.cluster import Cluster

DISTRICTS, SUBDISTRICTS, COMMUNITIES = 10, 15, 20
"""Per store, per district, per subdistrict: 3,000 communities, 300 a district."""

CITY = f"""
CREATE TEMP TABLE spot AS
SELECT d, s, c, 100 + d * 0.2 + (s % 5) * 0.04 AS lon, 30 + (s / 5) * 0.04 + c * 0.001 AS lat
  FROM generate_series(0, {DISTRICTS - 1}) d, generate_series(0, {SUBDISTRICTS - 1}) s,
       generate_series(0, {COMMUNITIES - 1}) c;
INSERT INTO district (id, name, geometry) SELECT md5('d' || d)::uuid, 'd' || d,
  ST_Multi(ST_MakeEnvelope(100 + d * 0.2, 30, 100 + d * 0.2 + 0.19, 31, 4326))
  FROM generate_series(0, {DISTRICTS - 1}) d;
INSERT INTO subdistrict (id, district_id, name, geometry)
  SELECT md5(d || 's' || s)::uuid, md5('d' || d)::uuid, 's' || s,
  ST_Multi(ST_MakeEnvelope(min(lon), min(lat), min(lon) + 0.04, min(lat) + 0.02, 4326)) FROM spot GROUP BY d, s;
INSERT INTO community (id, subdistrict_id, name, geometry) SELECT md5(d || 's' || s || 'c' || c)::uuid,
  md5(d || 's' || s)::uuid, 'c' || c, ST_Multi(ST_MakeEnvelope(lon, lat, lon + 0.04, lat + 0.001, 4326)) FROM spot;
INSERT INTO compound (id, community_id, name, geometry) SELECT md5('p' || id)::uuid, id, name, geometry FROM community;
"""
BUILDINGS = """
INSERT INTO building (compound_id, community_id, name, floors, geometry)
SELECT md5('p' || id)::uuid, id, 'b' || n, 6,
  ST_MakeEnvelope(w + x, s + y, w + x + 0.0002, s + y + 0.00008, 4326)
  FROM (SELECT id, ST_XMin(geometry) AS w, ST_YMin(geometry) AS s FROM community) c,
       (SELECT n, (n %% 84) * 0.00047 AS x, (n / 84) * 0.00024 AS y FROM generate_series(0, %s) n) AS spots
"""
PEOPLE = """
INSERT INTO person (id, name) VALUES (%(id)s, %(name)s);
INSERT INTO assignment (person_id, role, level, place_id) VALUES (%(id)s, %(role)s, %(level)s, %(place)s);
INSERT INTO account (id, person_id, login) VALUES (%(id)s, %(id)s, %(name)s);
INSERT INTO session (account_id, digest, expires_at) VALUES (%(id)s, sha256(%(cookie)s), now() + interval '1 day');
"""
BOX = """
SELECT id, name, floors, ST_AsBinary(geometry) FROM building WHERE geometry && ST_MakeEnvelope(%s, %s, %s, %s, 4326)
"""
TILE = """
SELECT ST_AsMVT(t, 'building') FROM (
  SELECT b.id, b.name, ST_AsMVTGeom(ST_Transform(b.geometry, 3857), ST_Transform(e.box, 3857)::box2d) AS geom
    FROM building b, (SELECT ST_MakeEnvelope(%s, %s, %s, %s, 4326) AS box) e WHERE b.geometry && e.box) t
"""
AT_MOST = 1.5


@contextmanager
def store(*, durable: bool = False) -> Iterator[Cluster]:
    """A throw-away cluster with the newest shape and the service's role; ``durable`` as a real one is."""
    home = Path(tempfile.mkdtemp(prefix="mq-bench-", dir="/tmp"))
    home.chmod(0o755)
    made = clusters.locate(home)
    clusters.create(made)
    server = clusters.start(made, durable=durable)
    try:
        ensure_database(made.url(database="postgres"), "minqing")
        ensure_roles(made.url())
        upgrade(made.url())
        yield made
    finally:
        clusters.stop(server)
        shutil.rmtree(home, ignore_errors=True)


def key(word: str) -> str:
    """The id that SQL's md5(word)::uuid gives."""
    return hashlib.md5(word.encode(), usedforsecurity=False).hexdigest()


def fill(url: str, buildings: int) -> None:
    """Ten districts, 3,000 communities, ``buildings`` buildings; somebody in one community and in one district."""
    each = buildings // (DISTRICTS * SUBDISTRICTS * COMMUNITIES)
    with psycopg.connect(url) as connection:
        for table in ("district", "subdistrict", "community", "compound", "building"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        connection.execute(CITY)
        connection.execute(BUILDINGS, [each - 1])
        for role, level, place in (("community", "community", "4s7c9"), ("district", "district", "d4")):
            values = {"id": key(role), "name": role, "role": role, "level": level, "place": key(place), "cookie": role}
            for statement in PEOPLE.strip().split("\n"):
                connection.execute(statement, values)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE building")
        connection.execute("ANALYZE")


def boxes(rng: random.Random, count: int, level: str) -> list[tuple[float, float, float, float]]:
    """Small boxes inside the community 4s7c9, or anywhere in district 4."""
    found = []
    for _ in range(count):
        if level == "community":
            west, south, tall = 100.88 + rng.uniform(0, 0.03), 30.04905, 0.0009
        else:
            west, south, tall = (
                100.8 + rng.uniform(0, 0.19),
                30 + 0.04 * rng.randint(0, 2) + rng.uniform(0, 0.014),
                0.004,
            )
        found.append((west, south, west + 0.004, south + tall))
    return found


def seconds(connection: psycopg.Connection, statement: str, box: tuple[float, ...]) -> tuple[float, int]:
    """How long one query takes with its rows fetched, and how many bytes and rows it brought."""
    began = time.perf_counter()
    rows = connection.execute(statement, box, prepare=True).fetchall()
    return time.perf_counter() - began, len(rows) + sum(len(row[0]) for row in rows if isinstance(row[0], bytes))


def policy(report: Report, made: Cluster, *, rounds: int) -> None:
    """The same queries under the policy and without, taken in turn."""
    for level in ("community", "district"):
        with psycopg.connect(made.url()) as free, psycopg.connect(made.url(APP)) as bound:
            began = time.perf_counter()
            bound.execute("SELECT * FROM enter_by_session(sha256(%s))", [level.encode()])
            report.add(Figure(f"entering as a {level}", (time.perf_counter() - began) * 1000, "ms", "first time"))
            for name, statement in (("bounding box", BOX), ("tile", TILE)):
                pairs = [
                    (seconds(free, statement, box), seconds(bound, statement, box))
                    for box in boxes(random.Random(7), rounds, level)
                ][5:]
                assert all(there[1] == here[1] for there, here in pairs), "both sides have to see the same rows"
                without, under = (statistics.median(took for took, _ in side) for side in zip(*pairs, strict=True))
                ratio = under / without
                report.add(
                    Figure(
                        f"{name} as a {level}", ratio, "×", f"the same without policy, {without * 1000:.2f} ms",
                        f"≤ {AT_MOST}", ratio <= AT_MOST,
                    )
                )  # fmt: skip


def write_events(url: str, events: int) -> None:
    """Sound chains of ``events`` events in all, hashed here: a second writer beside the store's own trigger."""
    with psycopg.connect(url) as connection:
        connection.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        connection.execute("SET timezone = 'UTC'")
        columns = "chain, seq, at, account_id, action, kind, object_id, reason, details, hash"
        heads = {}
        with connection.cursor() as cursor, cursor.copy(f"COPY audit_event ({columns}) FROM STDIN") as copy:
            for chain in range(ledger.CHAINS):
                head, account = b"", key(f"a{chain}")
                spelled = f"{account[:8]}-{account[8:12]}-{account[12:16]}-{account[16:20]}-{account[20:]}"
                for seq in range(1, events // ledger.CHAINS + 1):
                    at = 1_790_000_000 + seq
                    thing, details = f"thing-{seq}", '{"route": "/api/plans/{plan_id}"}'
                    words = "\t".join(
                        (
                            str(chain),
                            str(seq),
                            f"{at}000000",
                            spelled,
                            "request.made",
                            "route",
                            thing,
                            "",
                            "",
                            "",
                            details,
                        )
                    )
                    head = hashlib.sha256(head + words.encode()).digest()
                    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
                    copy.write_row((chain, seq, stamp, spelled, "request.made", "route", thing, "", details, head))
                heads[chain] = (seq, head)
        for chain, (length, head) in heads.items():
            connection.execute("UPDATE audit_chain SET length = %s, head = %s WHERE chain = %s", [length, head, chain])
        connection.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")


def audit(report: Report, made: Cluster, *, events: int) -> None:
    """How long it takes to check every event, and how many can be written a second."""
    write_events(made.url(), events)
    began = time.perf_counter()
    with psycopg.connect(made.url()) as connection:
        verdict = ledger.verify(connection)
    took = time.perf_counter() - began
    assert verdict.sound, verdict.breaks
    report.add(Figure(f"audit verify, {verdict.events} events", took, "s", "", "≤ 10 s a million", took <= 10))
    report.add(Figure("events written by 8 at once", appended(made) / 2, "/s", "one transaction each, fsync off"))


def appended(made: Cluster) -> int:
    """Events that eight writers commit in two seconds."""
    counts: list[int] = []

    def writer() -> None:
        with psycopg.connect(made.url(APP), autocommit=True) as connection:
            until, count = time.perf_counter() + 2, 0
            while time.perf_counter() < until:
                connection.execute(
                    "INSERT INTO audit_event (chain, seq, at, hash, action) VALUES (0, 0, now(), '', 'request.made')"
                )
                count += 1
            counts.append(count)

    writers = [threading.Thread(target=writer) for _ in range(8)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    return sum(counts)


def logins(report: Report, made: Cluster, *, count: int) -> None:
    """Whole log-ins through the service, sixteen at a time."""
    password = "正确的密码 2026"
    hashed = hasher().hash(password)
    with psycopg.connect(made.url()) as connection:
        for number in range(count):
            values = {"id": key(f"login{number}"), "name": f"login{number}", "hash": hashed}
            connection.execute("INSERT INTO person (id, name) VALUES (%(id)s, %(name)s)", values)
            connection.execute("INSERT INTO account (id, person_id, login) VALUES (%(id)s, %(id)s, %(name)s)", values)
            connection.execute("INSERT INTO credential (account_id, password_hash) VALUES (%(id)s, %(hash)s)", values)
    took = asyncio.run(_log_in_all(made, password, count))
    rate = count / took
    beside = f"argon2id 7 MiB × 5, 16 at once; hashes alone: {_hashes_a_second(password, hashed, count):.0f}"
    report.add(Figure("log-ins", rate, "/s", beside, "≥ 50 on 2 idle cores", rate >= 50))


def _hashes_a_second(password: str, hashed: str, count: int) -> float:
    """How many passwords this machine checks when it does nothing else: no log-in is quicker."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        began = time.perf_counter()
        assert all(pool.map(lambda _: hasher().verify(password, hashed), range(count)))
        return count / (time.perf_counter() - began)


async def _log_in_all(made: Cluster, password: str, count: int) -> float:
    app = create_app(Settings(app_database_url=made.url(APP), data_dir=made.directory.parent / "bench"))
    gate = asyncio.Semaphore(16)

    async def one(client: Any, number: int) -> int:
        async with gate:
            answer = await client.post("/api/session", json={"login": f"login{number}", "password": password})
            return int(answer.status_code)

    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            began = time.perf_counter()
            statuses = await asyncio.gather(*(one(client, number) for number in range(count)))
            took = time.perf_counter() - began
    assert set(statuses) == {204}, statuses
    return took


def bench(report: Report, *, quick: bool) -> None:
    """Row-level security, log-in and audit."""
    with store() as made:
        audit(report, made, events=100_000 if quick else 1_000_000)
        logins(report, made, count=50 if quick else 300)
        fill(made.url(), 120_000 if quick else 1_002_000)
        policy(report, made, rounds=60 if quick else 300)
        report.note(
            "Under the policy: role minqing_app after enter_by_session; without: the superuser that owns the store."
        )
