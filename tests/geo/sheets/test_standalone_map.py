"""A sheet is one file that asks nobody for anything, or it is not made."""

from __future__ import annotations

import folium
import numpy as np
import pyarrow as pa
import pytest
import shapely
from branca.element import Figure
from folium.plugins import HeatMap

from geo.errors import InvalidInputError
from geo.exchange.layer import Layer
from geo.sheets.inline import UnknownAssetError, inlined
from geo.sheets.standalone_map import Choropleth, Stratum, standalone_map

AREAS = np.array([shapely.box(104 + n / 500, 30.6, 104 + (n + 1) / 500, 30.602) for n in range(5)], dtype=object)


def grids(names: list[str] | None = None) -> Stratum:
    table = pa.table({"name": names or ["东", "南", "西", "北", "中"], "households": [12, 45, 70, 100, 101]})
    return Stratum(
        Layer("grid", table, AREAS, 4326),
        "微网格",
        {"name": "名称", "households": "户数"},
        choropleth=Choropleth("households", "户数"),
    )


def test_no_address_is_left_in_a_sheet() -> None:
    page = standalone_map("吉福社区", [grids()])
    assert "cdn." not in page
    assert 'src="' not in page
    assert "default-src 'none'" in page


def test_a_script_that_is_not_here_is_refused() -> None:
    sheet = folium.Map(tiles=None)
    sheet.add_js_link("unheard-of", "https://example.org/x.js")
    with pytest.raises(UnknownAssetError, match="unheard-of"):
        inlined(sheet)
    folium.Map.default_js[:] = [pair for pair in folium.Map.default_js if pair[0] != "unheard-of"]


def test_an_element_whose_scripts_are_not_here_is_refused() -> None:
    sheet = folium.Map(tiles=None)
    HeatMap([[30.0, 104.0]]).add_to(sheet)  # type: ignore[no-untyped-call] # folium's is not annotated
    with pytest.raises(UnknownAssetError, match="HeatMap"):
        inlined(sheet)


def test_tiles_from_the_internet_are_refused() -> None:
    with pytest.raises(UnknownAssetError, match="TileLayer"):
        inlined(folium.Map())


def test_an_address_in_the_page_itself_is_refused() -> None:
    sheet = folium.Map(tiles=None)
    figure = sheet.get_root()
    assert isinstance(figure, Figure)
    figure.html.add_child(folium.Element('<img src="https://example.org/spy.png">'))
    with pytest.raises(UnknownAssetError, match=r"spy\.png"):
        inlined(sheet)


def test_a_name_from_a_strangers_file_stays_text() -> None:
    page = standalone_map("x", [grids(["</script><script>alert(1)</script>", "b", "c", "d", "e"])])
    assert "alert(1)</script>" not in page


@pytest.mark.parametrize(
    ("households", "color"), [(29, "#f7e0a3"), (30, "#cfe3c2"), (100, "#4a9aa5"), (101, "#7a5195"), (None, "#d9d9d9")]
)
def test_the_rule_parts_the_colours(households: int | None, color: str) -> None:
    assert Choropleth("households", "户数").color(households) == color


def test_nothing_with_a_place_makes_no_sheet() -> None:
    nowhere = Layer("grid", pa.table({"name": ["a"]}), np.array([None], dtype=object), 4326)
    with pytest.raises(InvalidInputError):
        standalone_map("x", [Stratum(nowhere, "x")])
