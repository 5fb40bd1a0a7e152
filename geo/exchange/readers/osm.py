"""Reads OpenStreetMap extracts (.pbf): buildings, roads and water, each a layer. Data © OpenStreetMap contributors."""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import osmium
import pyarrow as pa
import shapely

from geo.exchange import refusals
from geo.exchange.recognise import Format
from geo.exchange.sink import BATCH_ROWS

if TYPE_CHECKING:
    from pathlib import Path

    from geo.exchange.sink import LayerSink, Sink

_COLUMNS = {
    "buildings": ("building", "name", "building:levels", "height", "addr:street", "addr:housenumber"),
    "roads": ("highway", "name", "oneway", "bridge", "tunnel"),
    "water": ("natural", "waterway", "name"),
}
_WATER = {"water", "bay", "wetland"}


@dataclass
class _Waiting:
    rows: list[tuple[str | None, ...]] = field(default_factory=list)
    shapes: list[bytes] = field(default_factory=list)


def read(path: Path, sink: Sink) -> None:
    """Read one extract.

    Raises:
        UnreadableFileError: with the sentence for the user.
    """
    with ExitStack() as doors:
        takers = {
            name: doors.enter_context(sink.layer(name, _schema(name), epsg=4326, crs="WGS 84")) for name in _COLUMNS
        }
        waiting: defaultdict[str, _Waiting] = defaultdict(_Waiting)
        try:
            for name, row, shape in _things(path):
                waiting[name].rows.append(row)
                waiting[name].shapes.append(shape)
                if len(waiting[name].rows) >= BATCH_ROWS:
                    _hand_on(name, waiting.pop(name), takers[name])
        except RuntimeError as error:  # osmium's own errors are all of this kind
            raise refusals.broken(sink.name, Format.OSM) from error
        for name, rest in waiting.items():
            _hand_on(name, rest, takers[name])


def _schema(name: str) -> pa.Schema:
    return pa.schema([pa.field(column, pa.string()) for column in ("osm_id", *_COLUMNS[name])])


def _things(path: Path) -> Any:
    """Layer, row and WKB of everything that is drawn."""
    factory = osmium.geom.WKBFactory()
    wanted = osmium.filter.KeyFilter("building", "highway", "natural", "waterway")
    things: Any = osmium.FileProcessor(str(path)).with_areas(wanted).with_filter(wanted)  # nodes, ways, areas
    for thing in things:
        layer = _layer_of(thing)
        if layer is None:
            continue
        shape = _area(factory, thing) if thing.is_area() else _line(thing)
        if shape is None:
            continue
        kind = "w" if not thing.is_area() or thing.from_way() else "r"
        number = thing.orig_id() if thing.is_area() else thing.id
        row = (f"{kind}{number}", *(thing.tags.get(column) for column in _COLUMNS[layer]))
        yield layer, row, shape


def _area(factory: osmium.geom.WKBFactory, thing: Any) -> bytes | None:
    """The area's WKB, or None for rings that do not close within the extract."""
    try:
        return bytes.fromhex(factory.create_multipolygon(thing))
    except (RuntimeError, osmium.InvalidLocationError):
        return None


def _line(thing: Any) -> bytes | None:
    """The way's WKB as far as its nodes lie in the extract, or None for less than two of them."""
    known = [(node.lon, node.lat) for node in thing.nodes if node.location.valid()]
    return shapely.to_wkb(shapely.LineString(known)) if len(known) > 1 else None


def _layer_of(thing: Any) -> str | None:
    if thing.is_area():
        if "building" in thing.tags and thing.tags["building"] != "no":
            return "buildings"
        return "water" if thing.tags.get("natural") in _WATER or thing.tags.get("waterway") == "riverbank" else None
    if thing.is_way() and "highway" in thing.tags:
        return "roads"
    return "water" if thing.is_way() and "waterway" in thing.tags and not thing.is_closed() else None


def _hand_on(name: str, waiting: _Waiting, taker: LayerSink) -> None:
    columns = [pa.array(column, pa.string()) for column in zip(*waiting.rows, strict=True)]
    taker.take(pa.table(columns, schema=_schema(name)), pa.array(waiting.shapes, pa.binary()))
