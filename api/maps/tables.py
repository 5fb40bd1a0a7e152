"""Which layers the map has, from which zoom on each is drawn, and what a tile tells of a feature.

The tables behind them are made by migration 0011 and kept true by its triggers; a test holds both to one another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["String", "Number", "Boolean"]

NAMES: dict[str, Kind] = {"id": "String", "code": "String", "name": "String", "name_en": "String"}


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: ``bands`` are (lowest, highest) zooms served from one table; ``labelled`` bands hold label points."""

    name: str
    zh: str
    bands: tuple[tuple[int, int], ...]
    fields: dict[str, Kind] = field(hash=False)
    labelled_from: int | None = 0
    of_plan: bool = False

    @property
    def minzoom(self) -> int:
        """The lowest zoom at which the layer is drawn."""
        return self.bands[0][0]

    @property
    def maxzoom(self) -> int:
        """The highest zoom that has tiles; beyond it a map enlarges these."""
        return self.bands[-1][1]

    def band(self, zoom: int) -> int | None:
        """The lowest zoom of the band that serves ``zoom``, or None where the layer is not drawn.

        >>> LAYERS["building"].band(15), LAYERS["building"].band(16), LAYERS["building"].band(9)
        (14, 16, None)
        """
        return next((lo for lo, hi in self.bands if lo <= zoom <= hi), None)


_ALL = (
    Layer(
        "subdistrict",
        "街道",
        ((0, 5), (6, 8), (9, 11), (12, 13), (14, 16)),
        {**NAMES, "households": "Number"},
    ),
    Layer("community", "社区", ((9, 10), (11, 13), (14, 16)), {**NAMES, "kind": "String", "households": "Number"}),
    Layer("compound", "小区", ((12, 13), (14, 16)), {**NAMES, "kind": "String", "households": "Number"}),
    Layer(
        "micro_grid",
        "微网格",
        ((12, 13), (14, 15), (16, 16)),
        {
            "id": "String",
            "code": "String",
            "name": "String",
            "households": "Number",
            "floor_lo": "Number",
            "floor_hi": "Number",
            "compound_id": "String",
        },
        of_plan=True,
    ),
    Layer(
        "building",
        "楼栋",
        ((14, 15), (16, 16)),
        {
            "id": "String",
            "name": "String",
            "name_en": "String",
            "floors": "Number",
            "units": "Number",
            "households": "Number",
            "use": "String",
            "estimated": "Boolean",
        },
        labelled_from=16,
    ),
    Layer(
        "unit",
        "单元",
        ((16, 16),),
        {
            "id": "String",
            "name": "String",
            "name_en": "String",
            "households": "Number",
            "estimated": "Boolean",
            "building_id": "String",
        },
    ),
    Layer(
        "barrier",
        "屏障",
        ((10, 11), (12, 13), (14, 16)),
        {"id": "String", "kind": "String", "road_class": "String", "name": "String", "name_en": "String"},
        labelled_from=None,
    ),
    Layer(
        "area",
        "地块",
        ((10, 11), (12, 13), (14, 16)),
        {"id": "String", "kind": "String", "name": "String", "name_en": "String"},
    ),
)
LAYERS: dict[str, Layer] = {layer.name: layer for layer in _ALL}
