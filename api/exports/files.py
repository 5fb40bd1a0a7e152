"""Makes the file that somebody asked for out of layers: GIS formats, Excel, a map that needs no network, a booklet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from api.settings import Settings
from geo.crs.datum import Datum
from geo.crs.reading import Reading
from geo.errors import InvalidInputError
from geo.exchange.carry import carried
from geo.exchange.writers import MANY, ONE, write
from geo.sheets.booklet import Booklet, write_booklet
from geo.sheets.pages import pages_of
from geo.sheets.scripts import Scripts
from geo.sheets.standalone_map import Choropleth, Look, Stratum, Words, standalone_map

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.exchange.layer import Layer

SHEET, BOOKLET = ".html", ".pdf"
SUFFIXES = (*MANY, *ONE, SHEET, BOOKLET)
_LOOKS = {
    "community": Look("#1f3b57", None, 3.0),
    "compound": Look("#6b5b3e", None, 1.5),
    "building": Look("#5b6670", "#8d99a6", 0.8, 0.6),
    "barrier": Look("#b08d57", None, 2.0),
    "area": Look("#8fb8d8", "#c4dff0", 0.5, 0.8),
    "unit": Look("#5b6670", None, 0.8),
    "member": Look("#5b6670", None, 0.5),
    "issue": Look("#a3423a", "#a3423a", 0.8, 0.6),
    "grid": Look("#2f2f2f", None, 1.6, 0.65),
}
_TITLES = {
    "district": ("区县", "districts"), "subdistrict": ("街道", "subdistricts"), "community": ("社区", "communities"),
    "compound": ("小区", "compounds"), "building": ("楼栋", "buildings"), "unit": ("单元", "units"),
    "barrier": ("道路与隔断", "roads and barriers"), "area": ("水面绿地", "water and parks"),
    "issue": ("诉求、事件", "issues"), "grid": ("微网格", "micro-grids"), "member": ("单元归属", "who belongs where"),
}  # fmt: skip
_HEADINGS = {
    "name": ("名称", "name"), "code": ("编码", "code"), "community": ("社区", "community"),
    "compound": ("小区", "compound"), "buildings": ("楼栋", "buildings"), "households": ("户数", "households"),
    "units": ("单元数", "units"), "floors": ("层数", "floors"), "worker": ("网格员", "grid worker"),
    "address": ("地址", "address"), "title": ("标题", "title"), "status": ("状态", "status"),
    "reported_at": ("受理时间", "reported"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ordered:
    """How a file is wanted.

    Attributes:
        title: what it is called.
        datum: of the numbers; sheets and booklets stay in WGS-84.
        text: ``"gbk"`` or ``"utf-8"`` for Shapefile and CSV.
        language: ``"zh"`` or ``"en"``, for sheets and booklets.
        note: a line below the title: the plan's state and the day.
        scripts: what a map is made of; where the pages' build has laid it out, if left open.
    """

    title: str
    datum: Datum = Datum.WGS84
    text: str = "utf-8"
    language: str = "zh"
    note: str = ""
    scripts: Path | None = None


def write_file(layers: Sequence[Layer], path: Path, ordered: Ordered) -> None:
    """Write the layers as the path's ending says.

    Raises:
        InvalidInputError: nothing to write, or not in this format.
    """
    filled = [layer for layer in layers if len(layer)]
    if not filled:
        raise InvalidInputError("没有可导出的内容 / there is nothing to export")
    suffix = path.suffix.lower()
    if suffix == SHEET:
        path.write_text(_sheet(filled, ordered), encoding="utf-8")
    elif suffix == BOOKLET:
        pages = pages_of({layer.name: layer for layer in filled})
        write_booklet(Booklet(ordered.title, ordered.note, tuple(pages), ordered.language), path)
    else:
        write([_carried(layer, ordered.datum) for layer in filled], path, text=ordered.text)


def _carried(layer: Layer, datum: Datum) -> Layer:
    if layer.epsg is None:
        return layer
    moved = carried(layer, Reading(Datum.WGS84), datum)
    return moved.with_geometry(_uncrossed(moved.geometry), epsg=moved.epsg)


def _uncrossed(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Areas whose thinnest necks a shift has turned inside out, made whole: KML refuses them, and others choke."""
    crossed = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_valid(shapes)))
    if not len(crossed):
        return shapes
    out = shapes.copy()
    out[crossed] = shapely.make_valid(shapes[crossed], method="structure", keep_collapsed=False)
    return out


def _sheet(layers: Sequence[Layer], ordered: Ordered) -> str:
    drawn = [layer for layer in layers if layer.name != "member" and _has_place(layer)]
    order = list(_LOOKS)
    drawn.sort(key=lambda layer: (layer.name == "grid", order.index(layer.name) if layer.name in order else 0))
    return standalone_map(
        ordered.title,
        [_stratum(layer, ordered.language) for layer in drawn],
        Scripts(ordered.scripts or Settings().sheets),
        words=Words(ordered.note, "搜索名称、编码、户数…" if ordered.language == "zh" else "search names and codes"),
    )


def _stratum(layer: Layer, language: str) -> Stratum:
    at = 0 if language == "zh" else 1
    headings = {name: words[at] for name, words in _HEADINGS.items() if name in layer.columns}
    colored = None
    if layer.name == "grid":
        colored = Choropleth("households", "每格户数" if language == "zh" else "households a grid")
    title = _TITLES.get(layer.name, (layer.name, layer.name))[at]
    return Stratum(layer, title, headings, _LOOKS.get(layer.name, Look()), layer.name != "unit", colored)


def _has_place(layer: Layer) -> bool:
    return bool(np.any(~(shapely.is_missing(layer.geometry) | shapely.is_empty(layer.geometry))))
