"""How fast the living map is: tiles of a city, uncached, beside the store's own SQL and beside tipg.

Floor and service answer the same tiles in the same run, in turns, so that a busy machine slows both alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import httpx
import psycopg
from psycopg import sql

from api.maps.tables import LAYERS
from tests.bench import city
from tests.bench.asking import Statement, ask
from tests.bench.knocking import Answers, Question, knock
from tests.bench.report import Figure
from tests.bench.serving import Served, ours, tipg

if TYPE_CHECKING:
    from tests.bench.report import Report

MIX = (
    *(("community", 12), ("compound", 12), ("micro_grid", 12), ("compound", 13), ("micro_grid", 13)),
    *(("building", 14), ("micro_grid", 14), ("building", 15), ("building", 16), ("unit", 16), ("micro_grid", 16)),
)
PROPERTIES = "id,name,name_en,floors,units,households,use"
MOST_BYTES = 500_000
FULLEST = """
SELECT coalesce(max(octet_length(r.tile)), 0), count(r.total)
  FROM (SELECT x, y FROM tile_{layer}_{lo} GROUP BY 1, 2 ORDER BY count(*) DESC LIMIT 60) AS c,
       LATERAL tile_{layer}_{lo}_read('visitor', '', true, '', '{{}}', NULL, {lo}, c.x, c.y) AS r
"""
IDENTITY = {"Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Spot:
    """One tile to ask for."""

    layer: str
    z: int
    x: int
    y: int

    @property
    def path(self) -> str:
        """Where our service has it."""
        return f"/api/tiles/{self.layer}/{self.z}/{self.x}/{self.y}.mvt"

    @property
    def peer(self) -> str:
        """Where tipg has it."""
        place = f"/collections/public.{self.layer}/tiles/WebMercatorQuad/{self.z}/{self.x}/{self.y}"
        return f"{place}?properties={PROPERTIES}"

    @property
    def statement(self) -> Statement:
        """The statement that draws it, as the service sends it."""
        band = LAYERS[self.layer].band(self.z)
        query = f"SELECT * FROM tile_{self.layer}_{band}_read('visitor', '', true, '', '{{}}', NULL, $1, $2, $3)"
        return query, (self.z, self.x, self.y)


def bench(report: Report, *, quick: bool) -> None:
    """Tiles of a city against raw SQL and tipg."""
    with city.opened(quick=quick) as store:
        rounds, each = (1, 20) if quick else (3, 60)
        with ours(store.app_url) as service:
            mix = [spot for layer, zoom in MIX for spot in spots(store.owner_url, layer, zoom, each)]
            near = spots(store.owner_url, "building", 16, 50 if quick else 400)
            against_the_floor(report, service, store.app_url, mix, rounds)
            unchanged(report, service, mix)
            alone = by_itself(report, service, near, rounds)
        beside_tipg(report, store.owner_url, near, alone, rounds)
        largest(report, store.owner_url)


def spots(url: str, layer: str, zoom: int, many: int) -> list[Spot]:
    """Tiles that hold something, drawn by lot but the same each time."""
    band = LAYERS[layer].band(zoom)
    query = sql.SQL(
        "SELECT (x << %(d)s) + i, (y << %(d)s) + j FROM (SELECT DISTINCT x, y FROM {}) AS c,"
        " generate_series(0, (1 << %(d)s) - 1) AS i, generate_series(0, (1 << %(d)s) - 1) AS j"
        " ORDER BY md5(x || ' ' || y || ' ' || i || ' ' || j) LIMIT %(n)s"
    ).format(sql.Identifier(f"tile_{layer}_{band}"))
    with psycopg.connect(url) as connection:
        found = connection.execute(query, {"d": zoom - (band or 0), "n": many}).fetchall()
    return [Spot(layer, zoom, x, y) for x, y in found]


def asked(tiles: list[Spot]) -> list[Question]:
    """The tiles as questions to our service."""
    return [(spot.path, IDENTITY) for spot in tiles]


def against_the_floor(report: Report, service: Served, url: str, mix: list[Spot], rounds: int) -> None:
    """p95 of the mix through the service over p95 of the same statements asked directly."""
    statements = [spot.statement for spot in mix]
    for at_once, bar in ((1, 1.5), (8, 1.3)):
        knock(service.address, asked(mix), at_once=at_once)
        ask(url, statements, at_once=at_once)
        pairs = [
            (ask(url, statements, at_once=at_once), knock(service.address, asked(mix), at_once=at_once))
            for _ in range(rounds)
        ]
        floor, through = (median(a.percentile_ms(0.95) for a in side) for side in zip(*pairs, strict=True))
        name = f"tiles z12-z16, {at_once} at once"
        report.add(Figure(f"{name}: raw SQL p95", floor, "ms"))
        report.add(Figure(f"{name}: p95", through, "ms", "raw SQL of the same shape"))
        ratio = through / floor
        report.add(Figure(f"{name}: p95 ratio", ratio, "x", "raw SQL", f"<= {bar}", met=ratio <= bar))


def unchanged(report: Report, service: Served, mix: list[Spot]) -> None:
    """A reader who has the tile already."""
    with httpx.Client(base_url=service.address, headers=IDENTITY) as client:
        held = [(spot.path, {"If-None-Match": client.get(spot.path).headers["etag"]}) for spot in mix]
    knock(service.address, held, at_once=1)
    answers = knock(service.address, held * 3, at_once=1)
    p95 = answers.percentile_ms(0.95)
    assert set(answers.statuses) == {304}, answers.statuses
    report.add(Figure("304 with exact check, 1 at once: p95", p95, "ms", bar="<= 2", met=p95 <= 2))
    busy = knock(service.address, held * 6, at_once=8)
    report.add(Figure("304 with exact check, 8 at once", busy.per_second, "requests/s"))


def by_itself(report: Report, service: Served, near: list[Spot], rounds: int) -> dict[int, Answers]:
    """Building tiles at z16 through our service, and what they cost its processor."""
    best = {}
    for at_once in (1, 8):
        knock(service.address, asked(near), at_once=at_once)
        before = service.cpu_s()
        answers = [knock(service.address, asked(near) * 2, at_once=at_once) for _ in range(rounds)]
        cost = (service.cpu_s() - before) / sum(len(a.seconds) for a in answers) * 1000
        best[at_once] = max(answers, key=lambda a: a.per_second)
        name = f"building z16, {at_once} at once"
        report.add(Figure(f"{name}: server CPU a request", cost, "ms", bar="<= 0.25", met=cost <= 0.25))
        report.add(Figure(f"{name}: requests a second", best[at_once].per_second, "1/s"))
        report.add(Figure(f"{name}: bytes a tile", sum(best[at_once].sizes) / len(best[at_once].sizes), "B"))
    return best


def beside_tipg(report: Report, url: str, near: list[Spot], alone: dict[int, Answers], rounds: int) -> None:
    """The same tiles, with the same attributes, from tipg over the same tables."""
    questions = [(spot.peer, IDENTITY) for spot in near]
    with tipg(url) as peer:
        for at_once in (1, 8):
            knock(peer.address, questions, at_once=at_once)
            answers = [knock(peer.address, questions, at_once=at_once) for _ in range(rounds)]
            assert all(a.statuses.keys() <= {200, 204} for a in answers), answers[0].statuses
            theirs = max(a.per_second for a in answers)
            ratio = alone[at_once].per_second / theirs
            name = f"building z16, {at_once} at once"
            report.add(Figure(f"{name}: tipg", theirs, "1/s"))
            report.add(Figure(f"{name}: over tipg", ratio, "x", "tipg, same tables", ">= 4", met=ratio >= 4))


def largest(report: Report, url: str) -> None:
    """The largest tile of every layer at its coarsest and finest zoom, and how many had to be thinned."""
    worst, thinned = 0, 0
    with psycopg.connect(url) as connection:
        connection.execute("SET statement_timeout = 0")
        for layer in LAYERS.values():
            for lo, _ in layer.bands:
                query = FULLEST.format(layer=layer.name, lo=lo)
                size, cut = connection.execute(query).fetchone() or (0, 0)
                worst, thinned = max(worst, size), thinned + cut
    report.add(Figure("largest tile", worst, "B", bar="<= 500,000", met=worst <= MOST_BYTES))
    report.add(Figure("tiles thinned to fit, of the fullest 60 of each band", thinned, ""))
