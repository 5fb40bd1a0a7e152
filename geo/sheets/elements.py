"""The two elements of a sheet that folium has none for: a legend, and one search box over several layers."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from branca.element import MacroElement
from folium.elements import JSCSSMixin
from folium.plugins import Search as PluginSearch
from folium.template import Template

if TYPE_CHECKING:
    from collections.abc import Sequence

    import folium


@dataclass(frozen=True, slots=True)
class Key:
    """One colour of a legend and what it means."""

    color: str
    label: str
    dashed: bool = False


class Legend(MacroElement):
    """What the colours mean. Its words are escaped here, because Leaflet takes them as HTML."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "(function () { const legend = L.control({position: 'bottomright'});"
        " legend.onAdd = function () { const box = L.DomUtil.create('div', 'legend');"
        " box.innerHTML = {{ this.words|tojson }}; L.DomEvent.disableClickPropagation(box); return box; };"
        " legend.addTo({{ this._parent.get_name() }}); })();"
        "{% endmacro %}"
    )

    def __init__(self, title: str, keys: Sequence[Key], *, note: str = "") -> None:
        super().__init__()  # type: ignore[no-untyped-call] # branca's is not annotated
        self._name = "Legend"
        lines = "".join(f'<li><i style="background:{key.color}"></i>{escape(key.label)}</li>' for key in keys)
        below = f"<p>{escape(note)}</p>" if note else ""
        self.words = f"<h2>{escape(title)}</h2><ul>{lines}</ul>{below}"


class Search(JSCSSMixin, MacroElement):
    """A box that finds features of several layers by one of their properties (leaflet-search)."""

    default_js = PluginSearch.default_js
    default_css = PluginSearch.default_css
    _template = Template(
        "{% macro script(this, kwargs) %}"
        "(function () { const map = {{ this._parent.get_name() }};"
        " const found = L.layerGroup([{% for group in this.groups %}{{ group.get_name() }}, {% endfor %}]);"
        " const box = new L.Control.Search({layer: found, propertyName: {{ this.property|tojson }}, marker: false,"
        " initial: false, collapsed: false, textPlaceholder: {{ this.placeholder|tojson }},"
        " textErr: {{ this.nothing|tojson }}, moveToLocation: function (place) { const layer = place.layer;"
        " if (!map.hasLayer(layer)) { L.featureGroup([layer]).addTo(map); }"
        " map.fitBounds(layer.getBounds ? layer.getBounds() : L.latLngBounds([place]), {maxZoom: 17, animate: false});"
        " layer.fire('click', {latlng: place, layer: layer}, true); } });"
        " box.setLayer = function (layer) { this._layer = layer; return this; };"
        " map.addControl(box); box._input.setAttribute('type', 'search');"
        " box._input.setAttribute('aria-label', {{ this.placeholder|tojson }}); box._input.removeAttribute('role');"
        " })();"
        "{% endmacro %}"
    )

    def __init__(self, groups: Sequence[folium.GeoJson], property_name: str, *, placeholder: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # branca's is not annotated
        self._name = "Search"
        self.groups = tuple(groups)
        self.property = property_name
        self.placeholder = placeholder
        self.nothing = "没有找到 / nothing found"
