"""The two elements of a sheet that folium has none for without the internet: a legend and a search box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from branca.element import MacroElement
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
    """What the colours mean."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "L.control.legend({{ this.options|tojson }}).addTo({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, title: str, keys: Sequence[Key], *, note: str = "") -> None:
        super().__init__()  # type: ignore[no-untyped-call] # branca's is not annotated
        self._name = "Legend"
        listed = [{"color": key.color, "label": key.label, "dashed": key.dashed} for key in keys]
        self.options: dict[str, Any] = {"title": title, "note": note, "keys": listed}


class Search(MacroElement):
    """A box that finds features of some layers by some of their properties."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "L.control.search({groups: [{% for group in this.groups %}{{ group.get_name() }}, {% endfor %}],"
        " ...{{ this.options|tojson }} }).addTo({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, groups: Sequence[folium.GeoJson], fields: Sequence[str], *, placeholder: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # branca's is not annotated
        self._name = "Search"
        self.groups = tuple(groups)
        self.options: dict[str, Any] = {"fields": list(fields), "placeholder": placeholder}
