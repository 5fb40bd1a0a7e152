"""Finds the parent of delivered places, or makes ground that stands in for what nobody has drawn yet."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from api.imports.known import Box, Stock, box_of, stock
from api.trouble import Trouble
from geo.exchange.placing import CLEAR_M, NONE, stand_in_ground

if TYPE_CHECKING:
    from uuid import UUID

    from numpy.typing import NDArray

    from api.imports.book import Book

ABOVE = {"subdistrict": "district", "community": "subdistrict", "compound": "community", "building": "compound"}
BELOW = {above: level for level, above in ABOVE.items()}
NAMES = {
    "district": ("待定区县", "district to be drawn"),
    "subdistrict": ("待定街道", "subdistrict to be drawn"),
    "community": ("待划定社区", "community to be drawn"),
}
SKIRTS_M = {"community": 12.0, "subdistrict": 16.0, "district": 20.0}
REUSED_WITHIN_DEG = 0.05
CLEAR_DEG = CLEAR_M / 111_320
WIDEST_KM = 1_000
"""No city and no prefecture reaches further across."""


class Ground:
    """The places of each level near a delivery, and those that stand in; grows while an import is entered."""

    def __init__(self, book: Book, shapes: NDArray[np.object_]) -> None:
        self.book = book
        box = box_of(shapes)
        self.box: Box | None = None
        if box is not None:
            west, south, east, north = box
            near = REUSED_WITHIN_DEG
            self.box = (west - near, south - near, east + near, north + near)
        self._stock: dict[str, Stock] = {}

    def of(self, level: str) -> Stock:
        """The places of a level around the delivery."""
        if level not in self._stock:
            self._stock[level] = stock(self.book.connection, level, self.book.source, self.box)
        return self._stock[level]

    def forget(self, level: str) -> None:
        """Read a level anew when next asked: it has been written to."""
        self._stock.pop(level, None)

    def hold(self, level: str, inside: NDArray[np.object_]) -> UUID:
        """A place of ``level`` that holds all of ``inside``, where no drawn one does: made, or an earlier one grown.

        Raises:
            Trouble: they lie further apart than any place reaches.
        """
        _refuse_scattered(inside)
        places = self.of(level)
        old = self._stand_in_near(places, inside)
        things = np.asarray(shapely.get_parts(inside))
        if old != NONE:
            things = np.concatenate((things, shapely.get_parts(places.shapes[old])))
        taken = [places.shapes[at] for at in range(len(places)) if at != old]
        parent = self._drawn_parent(level, inside)
        if level == "community" and parent is None:
            taken += [s for s, row in zip(self.of("subdistrict").shapes, self.of("subdistrict").rows, strict=True)
                      if not row["stand_in"]]  # fmt: skip
        siblings = np.array(taken if level != "district" else [], dtype=object)
        outline = stand_in_ground(things, siblings, skirt_m=SKIRTS_M[level])
        if parent is not None:
            outline = shapely.intersection(outline, shapely.buffer(parent["shape"], -CLEAR_DEG))
        return self._write(level, outline, places.rows[old] if old != NONE else None, parent)

    def _stand_in_near(self, places: Stock, inside: NDArray[np.object_]) -> int:
        waiting = np.flatnonzero(places.stand_ins()) if len(places) else np.zeros(0, dtype=np.intp)
        if not len(waiting):
            return NONE
        near = shapely.distance(places.shapes[waiting], shapely.box(*shapely.total_bounds(inside)))
        return int(waiting[np.argmin(near)]) if near.min() <= REUSED_WITHIN_DEG else NONE

    def _drawn_parent(self, level: str, inside: NDArray[np.object_]) -> dict[str, Any] | None:
        if level not in ABOVE:
            return None
        above = self.of(ABOVE[level])
        for row, shape in zip(above.rows, above.shapes, strict=True):
            if not row["stand_in"] and shapely.covers(shape, inside).all():
                return {**row, "shape": shape}
        return None

    def _write(
        self, level: str, outline: shapely.Geometry, old: dict[str, Any] | None, parent: dict[str, Any] | None
    ) -> UUID:
        values: dict[str, Any] = {"geometry": outline}
        if level in ABOVE:
            held_by = parent["id"] if parent is not None else self.hold(ABOVE[level], np.array([outline], dtype=object))
            values[f"{ABOVE[level]}_id"] = held_by
        if old is not None:
            self.book.change(level, old["id"], values, quietly=True)
            self.forget(level)
            return old["id"]  # type: ignore[no-any-return] # a row of the store
        [key] = self.book.fresh(1)
        zh, en = NAMES[level]
        columns = {"id": key, "name": zh, "name_en": en, **values}
        self.book.add(level, list(columns), [list(columns.values())])
        self.book.mark_stand_ins(level, [key])
        self.forget(level)
        return key


def _refuse_scattered(things: NDArray[np.object_]) -> None:
    west, south, east, north = shapely.total_bounds(things)
    across_km = math.hypot((east - west) * math.cos(math.radians((south + north) / 2)), north - south) * 111.32
    if across_km > WIDEST_KM:
        raise Trouble(
            f"这些地点相距 {across_km:,.0f} 公里，不会在同一个城市：请检查坐标；事件或轨迹请按其类别导入。"
            "没有写入任何内容。",
            f"These lie {across_km:,.0f} km apart, which no city does: check the coordinates, or bring issues and "
            "tracks as what they are. Nothing was written.",
        )
