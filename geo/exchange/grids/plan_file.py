"""Writes a plan as a GeoPackage that QGIS opens: grids, cells, who belongs where, and who is next to whom.

All in the coordinate system of the file that was read. The same plan gives the same file, byte by byte; the file
appears under its name only when it is complete.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from geo.exchange.grids.sheet import Sheet
    from geo.topology.divided import Divided

TIMELESS = "2000-01-01T00:00:00.000Z"
"""A GeoPackage notes when it was written; ours says the same every time."""


def write_plan(path: Path, sheet: Sheet, parts: Sequence[Divided], names: Sequence[Sequence[str]]) -> None:
    """Write layers ``micro_grid`` and ``cell`` and tables ``member`` and ``adjacency``.

    Args:
        path: the GeoPackage to write; an existing one is replaced.
        sheet: the file that was read: its coordinate system and the way back into it.
        parts: the divided ground, in metres.
        names: of the grids, part by part (``grid_names``).
    """
    draft = path.with_name(f".{path.name}.part.gpkg")
    draft.unlink(missing_ok=True)
    with _timeless():
        _layer(draft, "micro_grid", _grids(parts, names), sheet)
        _layer(draft, "cell", _cells(parts), sheet)
        for table, rows in (("member", _members(parts, names)), ("adjacency", _edges(parts))):
            pyogrio.write_dataframe(rows, draft, layer=table, driver="GPKG", append=True)
    draft.replace(path)


def grid_names(part: Divided) -> list[str]:
    """Identifiers of a part's grids: the compound's, then a number from north to south."""
    numbers: dict[str, int] = {}
    names = [""] * (int(part.grid.max()) + 1)
    middle = np.array([part.tiles.grid(g).centroid.coords[0] for g in range(len(names))])
    floor = [int(part.graph.floor_lo[part.grid == g].min()) for g in range(len(names))]
    for g in sorted(range(len(names)), key=lambda g: (-round(middle[g, 1]), round(middle[g, 0]), floor[g], g)):
        compound = "+".join(part.compounds_of(g))
        numbers[compound] = numbers.get(compound, 0) + 1
        names[g] = f"{compound}-{numbers[compound]:02d}"
    return names


def _grids(parts: Sequence[Divided], names: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    rows = []
    for part, called in zip(parts, names, strict=True):
        for g, name in enumerate(called):
            atoms = part.grid == g
            rows.append(
                {
                    "grid_id": name,
                    "compound_id": "+".join(part.compounds_of(g)),
                    "households": int(part.graph.households[atoms].sum()),
                    "floor_lo": int(part.graph.floor_lo[atoms].min()),
                    "floor_hi": int(part.graph.floor_hi[atoms].max()),
                    "geometry": part.tiles.grid(g),
                }
            )
    return rows


def _cells(parts: Sequence[Divided]) -> list[dict[str, Any]]:
    return [
        {"unit_id": unit.key, "geometry": cell}
        for part in parts
        for unit, cell in zip(part.ground.units, part.cells.polygons, strict=True)
    ]


def _members(parts: Sequence[Divided], names: Sequence[Sequence[str]]) -> pd.DataFrame:
    rows = [
        (
            part.ground.units[m.unit].key,
            part.ground.units[m.unit].building,
            m.floor_lo,
            m.floor_hi,
            m.households,
            called[m.grid],
        )
        for part, called in zip(parts, names, strict=True)
        for m in part.members()
    ]
    return pd.DataFrame(rows, columns=["unit_id", "building_id", "floor_lo", "floor_hi", "households", "grid_id"])


def _edges(parts: Sequence[Divided]) -> pd.DataFrame:
    """Edges by unit; between floors of one unit ``a`` equals ``b`` and the floors tell."""
    rows = []
    for part in parts:
        graph = part.graph
        for (a, b), kind in zip(graph.edges.tolist(), graph.edge_kind.tolist(), strict=True):
            ends = (graph.unit_keys[graph.unit[a]], graph.unit_keys[graph.unit[b]])
            rows.append((*ends, kind, int(graph.floor_lo[a]), int(graph.floor_lo[b])))
    return pd.DataFrame(rows, columns=["a", "b", "kind", "a_floor", "b_floor"])


def _layer(path: Path, name: str, rows: list[dict[str, Any]], sheet: Sheet) -> None:
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=sheet.crs)
    frame["geometry"] = sheet.plane.to_source(frame.geometry.to_numpy())
    whole = bool((shapely.get_type_id(frame.geometry.to_numpy()) == shapely.GeometryType.POLYGON).all())
    pyogrio.write_dataframe(
        frame,
        path,
        layer=name,
        driver="GPKG",
        geometry_type="Polygon" if whole else "MultiPolygon",
        promote_to_multi=not whole,
        append=path.exists(),
    )


@contextmanager
def _timeless() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": TIMELESS})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
