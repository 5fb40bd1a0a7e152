"""A map for people without our service, in one HTML file: coloured areas, clusters, heat by time, search, pop-ups."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import shapely
from branca.element import Figure
from folium.plugins import HeatMapWithTime, MarkerCluster

from geo.errors import InvalidInputError
from geo.sheets.elements import Key, Legend, Search
from geo.sheets.inline import inlined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geo.exchange.layer import Layer
    from geo.sheets.scripts import Scripts

CENTIMETRES = 7  # decimals of a degree
CLASSES = ("#f7e0a3", "#cfe3c2", "#92c5b0", "#4a9aa5", "#7a5195")
"""From few to many; light to dark in greyscale too."""
NO_DATA = "#d9d9d9"
FOUND_BY = "__said"
"""The property that search looks through."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the things of a stratum are drawn: CSS colours, widths in pixels."""

    stroke: str = "#5b6670"
    fill: str | None = None
    width: float = 1.0
    fill_opacity: float = 0.35


@dataclass(frozen=True, slots=True)
class Choropleth:
    """Colour areas by a number: ``breaks`` part the classes, the upper end of each belongs to it.

    ``step`` is from one number to the next (0: they are no whole numbers); ``unknown`` what the legend calls areas
    without one.
    """

    column: str
    title: str
    breaks: tuple[float, ...] = (29, 49, 69, 100)
    step: float = 1
    unknown: str = ""

    def color(self, value: Any) -> str:
        """The colour of one value; grey where there is none."""
        if not isinstance(value, int | float) or not np.isfinite(value):
            return NO_DATA
        return CLASSES[int(np.searchsorted(self.breaks, value, side="left"))]

    def keys(self) -> list[Key]:
        """What the legend says."""
        ends = [f"≤ {self.breaks[0]:g}", *(f"{low + self.step:g}–{high:g}" for low, high in zip(
            self.breaks, self.breaks[1:], strict=False
        )), f"> {self.breaks[-1]:g}"]  # fmt: skip
        keys = [Key(color, label) for color, label in zip(CLASSES, ends, strict=True)]
        return [*keys, Key(NO_DATA, self.unknown)] if self.unknown else keys


@dataclass(frozen=True, slots=True)
class Stratum:
    """One layer of the sheet.

    Attributes:
        layer: degrees WGS-84.
        title: its name in the list of layers.
        headings: the columns that a pop-up shows, each with its heading; the first is what search finds.
        look: how it is drawn.
        shown: whether it is switched on at first.
        choropleth: a number to colour by, instead of the look's fill.
    """

    layer: Layer
    title: str
    headings: Mapping[str, str] = field(default_factory=dict)
    look: Look = field(default_factory=Look)
    shown: bool = True
    choropleth: Choropleth | None = None


@dataclass(frozen=True, slots=True)
class Points:
    """Places gathered into clusters that open as one comes nearer. ``rows``: longitude, latitude, words for each."""

    title: str
    rows: Sequence[tuple[float, float, str]]
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Film:
    """Heat by time. ``steps``: what each is called, and its longitude, latitude and weight (0 to 1) one by one."""

    title: str
    steps: Sequence[tuple[str, Sequence[tuple[float, float, float]]]]
    radius: int = 18


@dataclass(frozen=True, slots=True)
class Words:
    """What a sheet says of itself: a line below the legend (plan, date, source), and the words in the search box."""

    note: str = ""
    search: str = "搜索 / search"


NO_WORDS = Words()


def standalone_map(
    title: str,
    strata: Sequence[Stratum],
    scripts: Scripts,
    *,
    words: Words = NO_WORDS,
    points: Points | None = None,
    film: Film | None = None,
) -> str:
    """The HTML of the sheet.

    Args:
        title: what stands in the browser's bar.
        strata: from the bottom to the top; at least one with a shape.
        scripts: Leaflet and its plugins.
        words: what it says of itself.
        points: places to gather into clusters.
        film: heat by time, with a slider and a button to play it.

    Raises:
        InvalidInputError: nothing in it has a place, or the scripts are not there.
    """
    bounds = _bounds([stratum.layer.geometry for stratum in strata])
    west, south, east, north = bounds
    sheet = folium.Map([(south + north) / 2, (west + east) / 2], zoom_start=14, tiles=None, control_scale=True)
    sheet.options |= {"maxZoom": 19, "attributionControl": False}
    figure = sheet.get_root()
    assert isinstance(figure, Figure)
    figure.title = html.escape(title)
    groups = [_group(stratum) for stratum in strata]
    for group in groups:
        group.add_to(sheet)
    if points is not None and points.rows:
        _clusters(points).add_to(sheet)
    if film is not None and film.steps:
        _film(film).add_to(sheet)
    folium.LayerControl(collapsed=False).add_to(sheet)
    sheet.add_child(Search(groups[::-1], FOUND_BY, placeholder=words.search))
    for stratum in strata:
        if stratum.choropleth is not None and stratum.shown:
            sheet.add_child(Legend(stratum.choropleth.title, stratum.choropleth.keys(), note=words.note))
    sheet.fit_bounds([[south, west], [north, east]])
    return inlined(sheet, scripts)


def _clusters(points: Points) -> MarkerCluster:
    cluster = MarkerCluster(name=html.escape(points.title), show=points.shown)  # type: ignore[no-untyped-call] # folium's
    for lon, lat, said in points.rows:
        folium.CircleMarker(
            [round(lat, 6), round(lon, 6)], radius=6, weight=1, color="#6b1550", fill_opacity=0.8,
            popup=folium.Popup(html.escape(said).replace("`", "&#96;"), max_width=320),
        ).add_to(cluster)  # fmt: skip
    return cluster


def _film(film: Film) -> HeatMapWithTime:
    data = [[[round(lat, 6), round(lon, 6), round(w, 4)] for lon, lat, w in rows] for _, rows in film.steps]
    names = [html.escape(name) for name, _ in film.steps]
    return HeatMapWithTime(  # type: ignore[no-untyped-call] # folium's is not annotated
        data, index=names, name=html.escape(film.title), radius=film.radius, max_opacity=0.75, min_opacity=0.05,
    )  # fmt: skip


def _bounds(shapes: Sequence[NDArray[np.object_]]) -> tuple[float, float, float, float]:
    bounds = shapely.total_bounds(np.concatenate([np.asarray(each, dtype=object) for each in shapes]))
    if not np.isfinite(bounds).all():
        raise InvalidInputError("There is nothing to draw: no row has a place.")
    west, south, east, north = (float(bound) for bound in bounds)
    return west, south, east, north


def _group(stratum: Stratum) -> folium.GeoJson:
    look, choropleth = stratum.look, stratum.choropleth

    def style(feature: dict[str, Any]) -> dict[str, Any]:
        color = look.fill if choropleth is None else choropleth.color(feature["properties"]["__value"])
        drawn = {
            "color": look.stroke,
            "weight": look.width,
            "fillOpacity": look.fill_opacity,
            "fill": color is not None,
        }
        return drawn if color is None else {**drawn, "fillColor": color}

    group = folium.GeoJson(
        _features(stratum),
        name=stratum.title,
        style_function=style,
        highlight_function=lambda _: {"weight": look.width + 2, "color": "#c2410c"},
        show=stratum.shown,
    )
    if stratum.headings:
        aliases = [html.escape(heading) for heading in stratum.headings.values()]
        folium.GeoJsonPopup(list(stratum.headings), aliases).add_to(group)
        first = next(iter(stratum.headings))
        folium.GeoJsonTooltip([first], labels=False).add_to(group)
    return group


def _features(stratum: Stratum) -> dict[str, Any]:
    """GeoJSON whose texts are HTML text, because folium's templates put them into ``innerHTML``."""
    columns = {name: stratum.layer.column(name) for name in stratum.headings}
    values = stratum.layer.column(stratum.choropleth.column) if stratum.choropleth else [None] * len(stratum.layer)
    features = []
    for row, shape in enumerate(stratum.layer.geometry):
        if shape is None or shape.is_empty:
            continue
        said = {name: _said(cells[row]) for name, cells in columns.items()}
        geometry = _rounded(shapely.geometry.mapping(shape))
        found_by = " · ".join(str(one) for one in list(said.values())[:4] if one != "")
        shown = {**said, "__value": values[row], FOUND_BY: found_by}
        features.append({"type": "Feature", "id": str(row), "properties": shown, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def _said(cell: Any) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell if np.isfinite(cell) else ""
    return html.escape(str(cell))


def _rounded(part: Any) -> Any:
    if isinstance(part, float):
        return round(part, CENTIMETRES)
    if isinstance(part, dict):
        return {name: _rounded(value) for name, value in part.items()}
    return [_rounded(each) for each in part] if isinstance(part, list | tuple) else part
