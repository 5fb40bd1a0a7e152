"""Small GeoPackages such as planners send: right ones, and wrong ones in every way we have met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyogrio
import shapely

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

GAUSS_KRUEGER = "EPSG:4544"  # CGCS2000, 3 degrees, 105 E: metres
X0, Y0 = 410_000.0, 3_395_000.0


def house(column: int, row: int) -> shapely.Polygon:
    """One of many slabs, 40 m by 12 m, in rows 30 m apart."""
    x, y = X0 + 50 * column, Y0 + 30 * row
    return shapely.box(x, y, x + 40, y + 12)


def yard(columns: int, rows: int) -> shapely.Polygon:
    return shapely.box(X0 - 8, Y0 - 8, X0 + 50 * columns, Y0 + 30 * rows)


def houses(columns: int = 4, rows: int = 5, **more: Any) -> gpd.GeoDataFrame:
    shapes = [house(c, r) for r in range(rows) for c in range(columns)]
    frame = gpd.GeoDataFrame({"building_id": [f"b{i}" for i in range(len(shapes))]}, geometry=shapes, crs=GAUSS_KRUEGER)
    defaults = {"floors": 6, "households": 24}
    return frame.assign(**{**defaults, **more})


def save(path: Path, **layers: gpd.GeoDataFrame | pd.DataFrame) -> Path:
    """Write layers into one GeoPackage."""
    for name, frame in layers.items():
        pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", append=path.exists())
    return path
