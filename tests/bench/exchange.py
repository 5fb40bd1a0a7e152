"""Coordinates, datum detection, and files read, checked and written: each beside its floor or peer in the same run."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely

from geo.crs import china, gcj02, mercator
from geo.crs.datum import Datum, convert, convert_geometry
from geo.crs.detection import Verdict, detect
from geo.crs.metric import metric_zone, metric_zone_of
from geo.crs.reading import middle
from geo.exchange.checks import check
from geo.exchange.layer import Layer
from geo.exchange.sandbox import Sandbox
from geo.exchange.writers import write
from tests.bench.report import Figure, Report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

DATA = Path(os.environ.get("MINQING_BENCH_DATA", "")) if os.environ.get("MINQING_BENCH_DATA") else None
"""A folder of real files; generated layers are used without it."""
FEWEST, MOST = 20, 8_000
"""Things of a layer: fewer have no place to be told by, more tell nothing new."""
ALIKE_M = 8.0
"""Readings that put a layer nearer than this to each other are one."""


def bench(report: Report, *, quick: bool) -> None:
    """All figures of the exchange."""
    with tempfile.TemporaryDirectory(prefix="mq-bench-") as scratch, Sandbox() as sandbox:
        _coordinates(report, 100_000 if quick else 1_000_000)
        _detection(report, quick=quick)
        _buildings(report, sandbox, Path(scratch), 5_000 if quick else 25_000)
        _million(report, Path(scratch), 100_000 if quick else 1_000_000)


def _coordinates(report: Report, count: int) -> None:
    points = np.random.default_rng(1).uniform((98, 22), (122, 42), (count, 2))
    start = time.perf_counter()
    there = convert(points, Datum.WGS84, Datum.GCJ02)
    forward = time.perf_counter() - start
    start = time.perf_counter()
    back = convert(there, Datum.GCJ02, Datum.WGS84)
    inverse = time.perf_counter() - start
    start = time.perf_counter()
    single = there - gcj02.offset(there)
    once = time.perf_counter() - start
    peer = f"one subtraction, as public converters do: {_worst_m(single, points):.2f} m in {once:.2f} s"
    worst = _worst_m(back, points)
    report.add(Figure("GCJ-02 round trip, worst", worst * 1000, "mm", peer, "≤ 200 mm", worst <= 0.2))
    report.add(
        Figure("GCJ-02 inverse", count / inverse / 1e6, "M points/s", f"forward {count / forward / 1e6:.1f} M/s")
    )


def _usually_m(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(np.median(np.hypot(*((one - other) * 111_320).T)))


def _worst_m(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(np.hypot(*((one - other) * 111_320).T).max())


def _layers(*, quick: bool) -> Iterator[tuple[str, Shapes]]:
    """The layers to shift: of the folder, as a planner's file brings them in, or generated ones."""
    if DATA is None:
        for seed in range(2 if quick else 6):
            yield f"generated {seed}", _quarter(1_500, seed)
        return
    with Sandbox() as sandbox:
        for path in sorted(DATA.iterdir()):
            if path.suffix not in {".gpkg", ".pbf", ".zip", ".gz"}:
                continue
            for layer in sandbox.read(path).layers:
                known = ~(shapely.is_missing(layer.geometry) | shapely.is_empty(layer.geometry))
                if np.count_nonzero(known) >= FEWEST:
                    yield f"{path.name.split('.')[0]} {layer.name}", layer.geometry[known][:MOST]


def _detection(report: Report, *, quick: bool) -> None:
    """Each layer as it is, in each datum, swapped, squeezed and in metres, laid on every third of its own things."""
    tally: Counter[str] = Counter()
    spent = 0.0
    for name, shapes in _layers(quick=quick):
        places = shapely.get_coordinates(shapes)
        for way, given in _ways(shapes):
            start = time.perf_counter()
            found = detect(given, shapes[::3])
            spent += time.perf_counter() - start
            numbers = shapely.get_coordinates(given)
            moved = _usually_m(numbers, places) >= ALIKE_M
            told = found.verdict in {Verdict.OTHER_READING, Verdict.UNKNOWN_SHIFT}
            good = _usually_m(found.reading.to_wgs84(numbers), places) < ALIKE_M and told == moved
            tally.update(asked=1, right=good, wrong=not good, unshifted=not moved, alarms=told and not moved)
            if not good:
                report.note(f"wrong: {name}, {way}: {found.verdict.value}, {found.reading}, {found.shift_m:.0f} m")
    right, quiet = f"of {tally['asked']}", f"of {tally['unshifted']}"
    report.add(Figure("readings told rightly", tally["right"], right, "", "all", not tally["wrong"]))
    report.add(Figure("false alarms on unshifted layers", tally["alarms"], quiet, "", "none", not tally["alarms"]))
    report.add(Figure("one detection", spent / tally["asked"], "s"))


def _ways(shapes: Shapes) -> Iterator[tuple[str, Shapes]]:
    """The same layer in other numbers: each datum, latitude first, degrees taken for metres, metres without a word."""
    for datum in Datum:
        yield datum.value, convert_geometry(shapes, Datum.WGS84, datum)
    yield "latitude first", shapely.transform(shapes, lambda numbers: numbers[:, ::-1])
    yield "degrees taken for metres", shapely.transform(shapes, mercator.to_wgs84)
    if china.weight(np.array([middle(shapely.get_coordinates(shapes))]))[0] > 0:  # abroad there is no zone to guess
        yield "metres without .prj", metric_zone_of(shapes).to_metres(shapes)


def _buildings(report: Report, sandbox: Sandbox, scratch: Path, count: int) -> None:
    path = scratch / "buildings.gpkg"
    shapes = _quarter(count, 3)
    table = pa.table(
        {"name": [f"{n}号楼" for n in range(count)], "households": ["24"] * count, "floors": ["6"] * count}
    )
    write([Layer("buildings", table, shapes, 4326)], path)
    sandbox.read(path)  # the nursery loads its libraries once
    start = time.perf_counter()
    layer = sandbox.read(path).layers[0]
    read = time.perf_counter() - start
    start = time.perf_counter()
    gpd.read_file(path)
    floor = time.perf_counter() - start
    report.add(Figure(f"{count:,} buildings read in the sandbox", read, "s", f"geopandas, unshielded: {floor:.2f} s"))
    start = time.perf_counter()
    faults = check(layer)
    checked = time.perf_counter() - start
    kinds = ", ".join(f"{kind.value} {n}" for kind, n in Counter(fault.kind for fault in faults).items()) or "none"
    whole = read + checked
    report.add(Figure(f"{count:,} buildings read and checked", whole, "s", f"faults: {kinds}", "≤ 60 s", whole <= 60))


def _million(report: Report, scratch: Path, count: int) -> None:
    """Memory of the reading process, and of a service process that takes the layer over."""
    path = scratch / "million.csv"
    points = np.random.default_rng(2).uniform((104, 30.5), (104.2, 30.8), (count, 2))
    with path.open("w", encoding="utf-8") as file:
        file.write("code,name,category,lon,lat\n")
        file.writelines(f"{n:08d},诉求{n},噪声,{x:.7f},{y:.7f}\n" for n, (x, y) in enumerate(points))
    source = (
        "import resource, sys; from pathlib import Path; from geo.exchange.sandbox import read_file\n"
        "empty = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "read = read_file(Path(sys.argv[1])); layer = read.layers[0]\n"
        "print(len(layer), read.peak_kib, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, empty)"
    )
    start = time.perf_counter()
    said = subprocess.run([sys.executable, "-c", source, str(path)], capture_output=True, text=True, check=True)
    spent = time.perf_counter() - start
    rows, child, parent, empty = (int(word) for word in said.stdout.split())
    most = max(child, parent) / 1024
    beside = f"reader {child / 1024:.0f} MiB, service {parent / 1024:.0f} MiB (bare {empty / 1024:.0f})"
    report.add(Figure(f"{rows:,} rows of CSV, memory at most", most, "MiB", beside, "≤ 1024 MiB", most <= 1024))
    report.add(Figure(f"{rows:,} rows of CSV read", spent, "s", "with starting two processes"))
    report.note(f"This process took {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB at most.")


def _quarter(count: int, seed: int) -> Shapes:
    """Houses on a crooked plan in Chengdu, degrees WGS-84; every 500th overlaps its neighbour."""
    rng = np.random.default_rng(seed)
    zone = metric_zone(104.06, 30.66)
    east, north = zone.points_to_metres(np.array([[104.06, 30.66]]))[0]
    across = int(np.ceil(np.sqrt(count)))
    row, column = np.divmod(np.arange(count), across)
    x, y = east + 55.0 * column + rng.uniform(-10, 10, count), north + 40.0 * row + rng.uniform(-6, 6, count)
    wide, deep = rng.uniform(8, 16, count), rng.uniform(5, 11, count)
    x[::500] += 30.0
    return zone.to_degrees(np.asarray(shapely.box(x - wide, y - deep, x + wide, y + deep)))
