"""Reads a planner's GeoPackage as ground to be divided: buildings, and whatever else it knows of them.

Layer ``building`` is all that must be there. Every row that cannot be used, or only with a correction, becomes a
``Fault``; nothing is dropped in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from geo.crs.local_plane import local_plane
from geo.errors import InvalidInputError
from geo.exchange.grids.columns import column
from geo.exchange.grids.homes import drawn_compounds, homes
from geo.exchange.grids.houses import building_rows, houses_of
from geo.exchange.grids.package import NAMES, open_package
from geo.exchange.grids.shapes import judged, lines_of, points_of
from geo.exchange.grids.stairs import buildings_as_units, units_of
from geo.topology.ground import BuildingSite, Ground
from geo.topology.survey import CROSSED_ROADS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from geo.crs.local_plane import LocalPlane
    from geo.exchange.grids.faults import Fault
    from geo.exchange.grids.package import Package


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A file as ground in metres, and the way back into its own coordinates.

    Attributes:
        crs: the file's coordinate system as WKT; None when it names none.
        plane: metres of ``ground`` to and from the file's coordinates.
        ground: what the file holds.
        estimated: keys of units whose households are an estimate.
        faults: rows that could not be used as they stand, in the file's order.
    """

    crs: str | None
    plane: LocalPlane
    ground: Ground
    estimated: frozenset[str]
    faults: tuple[Fault, ...]


def read_sheet(path: Path, chosen: Mapping[str, str] | None = None) -> Sheet:
    """Read a GeoPackage of buildings.

    Args:
        path: the file.
        chosen: the planner's own names of columns, ours first: ``{"households": "hh_est"}``.

    Raises:
        InvalidInputError: when the file cannot be used at all: no GeoPackage, no building, an unknown column.
    """
    columns = chosen or {}
    faults: list[Fault] = []
    package = open_package(path)
    frame = building_rows(package, faults)
    crs = frame.crs.to_wkt() if frame.crs is not None else None
    plane = _plane(frame, crs)
    houses = houses_of(frame, plane, columns, faults)
    barriers = _barriers(_layer(package, "barrier", frame), plane, columns)
    gates = _layer(package, "gate", frame)
    drawn = drawn_compounds(_layer(package, "compound", frame), plane, columns, faults)
    compounds, home = homes(houses, drawn, barriers, faults)
    table = package.table("unit")
    units, estimated = buildings_as_units(houses, faults) if table is None else units_of(table, houses, columns, faults)
    if not units:
        raise InvalidInputError(f"{path.name}: no unit belongs to any building; check building_id in both.")
    sites = zip(houses.keys, home.tolist(), houses.shapes, strict=True)
    ground = Ground(
        tuple(compounds),
        tuple(BuildingSite(key, compounds[at].key, shape) for key, at, shape in sites),
        tuple(units),
        tuple(barriers),
        () if gates is None else tuple(points_of(plane.to_metres(gates.geometry.to_numpy()))),
    )
    return Sheet(crs, plane, ground, frozenset(estimated), tuple(faults))


def _plane(frame: gpd.GeoDataFrame, crs: str | None) -> LocalPlane:
    """The plane about the buildings; without a coordinate system, numbers that could be degrees are."""
    west, south, east, north = shapely.total_bounds(frame.geometry.to_numpy()).tolist()
    degrees = crs is None and max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90  # noqa: PLR2004 - degrees
    return local_plane("EPSG:4326" if degrees else crs, (west + east) / 2, (south + north) / 2)


def _layer(package: Package, kind: str, like: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
    """An optional layer in the buildings' coordinates; None when it is missing or empty."""
    name = package.find(NAMES[kind])
    frame = None if name is None else package.read(name)
    if frame is None or frame.empty or not hasattr(frame, "geometry"):
        return None
    good, _ = judged(kind, frame.geometry.to_numpy())
    frame = frame[good].reset_index(drop=True)
    return frame.to_crs(like.crs) if frame.crs is not None and like.crs is not None and len(frame) else frame


def _barriers(frame: gpd.GeoDataFrame | None, plane: LocalPlane, chosen: Mapping[str, str]) -> list[shapely.LineString]:
    """Lines that part neighbours, in metres; roads that people cross are left out."""
    if frame is None or frame.empty:
        return []
    present = [str(c) for c in frame.columns]
    named = column("road_class", present, {ours: theirs for ours, theirs in chosen.items() if theirs in present})
    shapes = frame.geometry.to_numpy()
    return lines_of(plane.to_metres(shapes[~frame[named].isin(CROSSED_ROADS).to_numpy()] if named else shapes))
