"""A sheet is one file that asks nobody for anything, or it is not made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import folium
import numpy as np
import pyarrow as pa
import pytest
import shapely
from branca.element import Figure
from folium.plugins import HeatMap, HeatMapWithTime, MarkerCluster

from geo.errors import InvalidInputError
from geo.exchange.layer import Layer
from geo.sheets.inline import UnknownAssetError, inlined
from geo.sheets.scripts import SCRIPTS, STYLES, Scripts, ScriptsMissingError
from geo.sheets.standalone_map import Choropleth, Film, Points, Stratum, standalone_map

if TYPE_CHECKING:
    from pathlib import Path

AREAS = np.array([shapely.box(104 + n / 500, 30.6, 104 + (n + 1) / 500, 30.602) for n in range(5)], dtype=object)


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Scripts:
    """Files that stand in for the built ones: what is inside them does not matter here."""
    folder = tmp_path_factory.mktemp("sheets")
    for name in {*SCRIPTS.values(), *STYLES.values()}:
        (folder / name).write_text(f"/* {name} */", encoding="utf-8")
    return Scripts(folder)


def grids(names: list[str] | None = None) -> Stratum:
    table = pa.table({"name": names or ["东", "南", "西", "北", "中"], "households": [12, 45, 70, 100, 101]})
    return Stratum(
        Layer("grid", table, AREAS, 4326),
        "微网格",
        {"name": "名称", "households": "户数"},
        choropleth=Choropleth("households", "户数"),
    )


def test_no_address_is_left_in_a_sheet(scripts: Scripts) -> None:
    page = standalone_map("吉福社区", [grids()], scripts)
    assert "cdn." not in page
    assert 'src="' not in page
    assert "default-src 'none'" in page


def test_clusters_and_heat_by_time_come_along(scripts: Scripts) -> None:
    points = Points("件", [(104.001, 30.601, "`${alert(1)}` <b>")])
    film = Film("周", [("一", [(104.001, 30.601, 0.5)]), ("二", [])])
    page = standalone_map("x", [grids()], scripts, points=points, film=film)
    for name in ("markercluster.js", "timedimension.js", "heatmap.js", "leaflet-heatmap.js", "search.js"):
        assert f"/* {name} */" in page
    assert "`${alert" not in page
    assert "[[[30.601, 104.001, 0.5]], []]" in page


def test_the_elements_of_folium_itself_are_taken_too(scripts: Scripts) -> None:
    sheet = folium.Map(tiles=None)
    MarkerCluster([[30.6, 104.0]]).add_to(sheet)  # type: ignore[no-untyped-call] # folium's are not annotated
    HeatMapWithTime([[[30.6, 104.0, 1]]]).add_to(sheet)  # type: ignore[no-untyped-call]
    assert "cdn" not in inlined(sheet, scripts)


def test_a_sheet_whose_scripts_were_never_built_says_so(tmp_path: Path) -> None:
    with pytest.raises(ScriptsMissingError, match="build the pages first"):
        standalone_map("x", [grids()], Scripts(tmp_path / "sheets"))


def test_a_script_that_is_not_here_is_refused(scripts: Scripts) -> None:
    sheet = folium.Map(tiles=None)
    sheet.add_js_link("unheard-of", "https://example.org/x.js")
    with pytest.raises(UnknownAssetError, match="unheard-of"):
        inlined(sheet, scripts)
    folium.Map.default_js[:] = [pair for pair in folium.Map.default_js if pair[0] != "unheard-of"]


def test_an_element_whose_scripts_are_not_here_is_refused(scripts: Scripts) -> None:
    sheet = folium.Map(tiles=None)
    HeatMap([[30.0, 104.0]]).add_to(sheet)  # type: ignore[no-untyped-call] # folium's is not annotated
    with pytest.raises(UnknownAssetError, match="heat"):
        inlined(sheet, scripts)


def test_tiles_from_the_internet_are_refused(scripts: Scripts) -> None:
    with pytest.raises(UnknownAssetError, match="TileLayer"):
        inlined(folium.Map(), scripts)


def test_an_address_in_the_page_itself_is_refused(scripts: Scripts) -> None:
    sheet = folium.Map(tiles=None)
    figure = sheet.get_root()
    assert isinstance(figure, Figure)
    figure.html.add_child(folium.Element('<img src="https://example.org/spy.png">'))
    with pytest.raises(UnknownAssetError, match=r"spy\.png"):
        inlined(sheet, scripts)


def test_a_name_from_a_strangers_file_stays_text(scripts: Scripts) -> None:
    page = standalone_map("x", [grids(["</script><script>alert(1)</script>", "b", "c", "d", "e"])], scripts)
    assert "alert(1)</script>" not in page


@pytest.mark.parametrize(
    ("households", "color"), [(29, "#f7e0a3"), (30, "#cfe3c2"), (100, "#4a9aa5"), (101, "#7a5195"), (None, "#d9d9d9")]
)
def test_the_rule_parts_the_colours(households: int | None, color: str) -> None:
    assert Choropleth("households", "户数").color(households) == color


def test_nothing_with_a_place_makes_no_sheet(scripts: Scripts) -> None:
    nowhere = Layer("grid", pa.table({"name": ["a"]}), np.array([None], dtype=object), 4326)
    with pytest.raises(InvalidInputError):
        standalone_map("x", [Stratum(nowhere, "x")], scripts)
