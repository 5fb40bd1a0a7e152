"""The compound of each building: drawn in the file, known by name only, or a neighbourhood that stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.exchange.grids.columns import column
from geo.exchange.grids.faults import Fault
from geo.exchange.grids.houses import text, unique_keys
from geo.exchange.grids.shapes import polygons_of
from geo.topology.ground import CompoundSite
from geo.topology.neighbourhoods import grounds_of_groups, neighbourhoods

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.crs.local_plane import LocalPlane
    from geo.exchange.grids.houses import Houses


def drawn_compounds(
    frame: gpd.GeoDataFrame | None, plane: LocalPlane, chosen: Mapping[str, str], faults: list[Fault]
) -> list[CompoundSite]:
    """The compounds of the file's own layer, in metres."""
    if frame is None:
        return []
    named = column("compound_id", [*map(str, frame.columns)], {k: v for k, v in chosen.items() if v in frame.columns})
    ids = frame[named] if named else frame.index.to_series() + 1
    shapes = polygons_of(plane.to_metres(frame.geometry.to_numpy()))
    sites: list[CompoundSite] = []
    for row, (key, shape) in enumerate(zip(unique_keys("compound", ids, faults), shapes, strict=True), start=1):
        if isinstance(shape, shapely.Point):
            faults.append(Fault("compound", row, "geometry", "无面积 / no area", "未纳入", "left out"))
        else:
            sites.append(CompoundSite(key, shape))
    return sites


def homes(
    houses: Houses, drawn: list[CompoundSite], barriers: list[shapely.LineString], faults: list[Fault]
) -> tuple[list[CompoundSite], NDArray[np.intp]]:
    """All compounds, and the compound of each building.

    A building goes where it says; else where it stands; else, when compounds are known by name only, to ground round
    the buildings of that name; else to its neighbourhood.
    """
    column_ = houses.stated.get("compound_id")
    said = np.array([text(v) for v in column_] if column_ is not None else [""] * len(houses.keys), dtype=object)
    home = _placed(houses, said, drawn, faults)
    compounds = list(drawn)
    if not drawn and (said != "").any():
        named = np.flatnonzero(said != "")
        names, group = np.unique(said[named], return_inverse=True)
        home[named] = group
        grounds = grounds_of_groups(houses.shapes[named], group)
        compounds = [CompoundSite(str(name), g) for name, g in zip(names, grounds, strict=True)]
    loose = np.flatnonzero(home < 0)
    if len(loose):
        grounds, group = neighbourhoods(houses.shapes[loose], barriers)
        home[loose] = len(compounds) + group
        taken = {c.key for c in compounds}
        compounds += [CompoundSite(_free(f"N{n}", taken), ground) for n, ground in enumerate(grounds, start=1)]
    return compounds, home


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "'"
    return name


def _placed(
    houses: Houses, said: NDArray[np.object_], drawn: list[CompoundSite], faults: list[Fault]
) -> NDArray[np.intp]:
    """The drawn compound of each building; -1 for none."""
    number = {c.key: i for i, c in enumerate(drawn)}
    home = np.array([number.get(name, -1) for name in said], dtype=np.intp)
    if not drawn:
        return home
    loose = np.flatnonzero(home < 0)
    middle = shapely.point_on_surface(houses.shapes[loose])
    at, where = shapely.STRtree([c.geometry for c in drawn]).query(middle, predicate="intersects")
    home[loose[at[::-1]]] = where[::-1]
    for i in loose:
        if said[i]:
            found = drawn[home[i]].key if home[i] >= 0 else None
            zh, en = (f"按位置归入 {found}", f"placed in {found}") if found else ("不在任何小区内", "in no compound")
            faults.append(Fault("building", int(houses.rows[i]), "compound_id", said[i], zh, en))
    return home
