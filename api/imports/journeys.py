"""Takes GPS points of a file together into journeys, and tells what is wrong with each: no times, too fast, too even.

A file may hold several tracks (GPX), or a table of points with a number of the track; a pause of six hours parts two
rounds. What a track itself shows is judged by ``geo.tracks``, as for a round walked with the phone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import shapely

from geo.exchange import times
from geo.exchange.faults import Fault, Kind, Severity
from geo.exchange.layer import Layer
from geo.exchange.rows import number
from geo.tracks.clean import TOO_FAST, Fix, Track, clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.exchange.delivery import Delivery

PAUSE = timedelta(hours=6)
POINTS, TRACK = "track_points", "track"
MOST_FIXES = 50_000
_KEPT = ("time", "track_fid", "track_seg_id", "ele", "name")


@dataclass(frozen=True, slots=True, eq=False)
class Journey:
    """One track of a file: the rows of the file it is made of (from 1), its positions, and those without a time."""

    name: str
    rows: tuple[int, ...]
    fixes: tuple[Fix, ...] = ()
    timeless: int = 0
    track: Track = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "track", clean(self.fixes))


def gathered(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """The layers of a file; where several hold points of tracks, one of all these goes before them."""
    points = [layer for layer in layers if layer.name.endswith(POINTS)]
    if len(points) < 2:  # noqa: PLR2004 - one track file needs no gathering
        return tuple(layers)
    tables = [_plain(layer) for layer in points]
    whole = Layer(
        POINTS,
        pa.concat_tables(tables),
        np.concatenate([layer.geometry for layer in points]),
        points[0].epsg,
        source=points[0].source.split("/", 1)[0],
    )
    return (whole, *layers)


def _plain(layer: Layer) -> pa.Table:
    """The columns that tracks are read from, as text, and which file the points are from."""
    size = len(layer)
    cells = {name: layer.column(name) if name in layer.columns else [None] * size for name in _KEPT}
    columns = {
        name: pa.array([None if cell is None else str(cell) for cell in column], pa.string())
        for name, column in cells.items()
    }
    title = layer.name.removesuffix(POINTS).strip() or layer.source
    return pa.table({TRACK: pa.array([title] * size, pa.string()), **columns})


def journeys_of(delivery: Delivery) -> tuple[Journey, ...]:
    """The tracks of a delivery of points (or of lines, which have no times)."""
    moments = times.read_all(delivery.field("time"))
    accuracies = [number(cell) for cell in delivery.field("accuracy")]
    groups: dict[tuple[str, str], list[int]] = {}
    for at in range(len(delivery)):
        fid = delivery.field("track_fid")[at]
        title = delivery.field("track")[at] or (delivery.names[at] if not fid and delivery.field("name")[at] else "")
        groups.setdefault((title, fid), []).append(at)
    several = {title for title, _ in groups if sum(other == title for other, _ in groups) > 1}
    found: list[Journey] = []
    for (title, fid), rows in groups.items():
        name = (
            f"{title or '轨迹'} {int(fid) + 1 if fid.isdigit() else fid}".strip() if fid and title in several else title
        )
        found += _rounds(name or "轨迹", rows, delivery, moments, accuracies)
    return tuple(found)


def _rounds(
    name: str, rows: list[int], delivery: Delivery, moments: Sequence[object], accuracies: list[float]
) -> Iterator[Journey]:
    """A track, parted where it pauses for hours; what has no time stays with the first part."""
    located = [at for at in rows if _is_point(delivery.shapes[at])]
    timed = sorted((at for at in located if moments[at] is not None), key=lambda at: (moments[at], at))
    numbers = tuple(int(delivery.rows[at]) for at in rows)
    if not timed:
        yield Journey(name, numbers, (), len(rows))
        return
    parts: list[list[int]] = [[timed[0]]]
    for before, at in pairwise(timed):
        if moments[at] - moments[before] > PAUSE or len(parts[-1]) >= MOST_FIXES:  # type: ignore[operator] # both are moments
            parts.append([])
        parts[-1].append(at)
    for nth, part in enumerate(parts, start=1):
        fixes = tuple(_fix(delivery.shapes[at], moments[at], accuracies[at]) for at in part)
        of_part = numbers if len(parts) == 1 else tuple(int(delivery.rows[at]) for at in part)
        yield Journey(
            f"{name} ({nth})" if len(parts) > 1 else name, of_part, fixes, len(rows) - len(timed) if nth == 1 else 0
        )


def _fix(spot: Any, moment: Any, accuracy: float) -> Fix:
    return Fix(moment, spot.x, spot.y, max(accuracy, 0.0) if np.isfinite(accuracy) else 0.0)


def _is_point(shape: Any) -> bool:
    return isinstance(shape, shapely.Point) and not shapely.is_empty(shape)


def check(delivery: Delivery) -> Iterator[Fault]:
    """One fault a track and question, at its first row."""
    for journey in journeys_of(delivery):
        row, name = journey.rows[0], journey.name
        if not journey.fixes:
            yield Fault(
                row,
                "time",
                Kind.NO_TIME,
                Severity.BLOCKS,
                f"轨迹“{name}”的 {len(journey.rows)} 个点都没有时间，无法作为巡查导入。",
                f"None of the {len(journey.rows)} points of track “{name}” has a time; it can be no round.",
            )
            continue
        if journey.timeless:
            yield Fault(
                row,
                "time",
                Kind.NO_TIME,
                Severity.DOUBTFUL,
                f"轨迹“{name}”有 {journey.timeless} 个点没有时间或位置，不计入。",
                f"{journey.timeless} points of track “{name}” have no time or place and do not count.",
            )
        for flag in journey.track.flags:
            kind = Kind.TOO_FAST if flag == TOO_FAST else Kind.ODD_TRACK
            yield Fault(row, "time", kind, Severity.DOUBTFUL, f"轨迹“{name}”：{flag.zh}", f"Track “{name}”: {flag.en}")
