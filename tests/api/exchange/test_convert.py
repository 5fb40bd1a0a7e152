"""``./minqing convert``: any of our formats into another, in any datum, with honest exit codes."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from api.cli import app
from geo.exchange.sandbox import Sandbox
from tests.geo.exchange.bad_files import BAD, good

if TYPE_CHECKING:
    from collections.abc import Iterator

CITIES = Path(__file__).parents[2] / "data" / "coordinates_of_cities.csv"


def convert(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["convert", *map(str, arguments)], env={"MINQING_LANG": "en"})
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


@pytest.fixture(autouse=True)
def one_nursery(request: pytest.FixtureRequest, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's own reading, but with a nursery that is already warm; one test leaves it as it is."""
    if request.function is not test_several_layers_need_a_choice:
        monkeypatch.setattr("api.commands.convert.read_file", sandbox.read)


@pytest.fixture
def places(tmp_path: Path) -> Path:
    rows = list(csv.reader(CITIES.read_text(encoding="utf-8").splitlines()[1:]))
    path = tmp_path / "places.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["name", "lon", "lat"], *(row[:3] for row in rows[1:])])
    return path


@pytest.mark.parametrize("datum", ["gcj02", "bd09", "cgcs2000", "web_mercator"])
def test_places_go_to_a_datum_and_come_home(datum: str, places: Path, tmp_path: Path) -> None:
    assert convert(places, tmp_path / "away.csv", "--from", "wgs84", "--to", datum)[0] == 0
    assert convert(tmp_path / "away.csv", tmp_path / "home.csv", "--from", datum, "--to", "wgs84")[0] == 0
    for before, after in zip(table(places), table(tmp_path / "home.csv"), strict=True):
        assert before["name"] == after["name"]
        assert float(before["lon"]) == pytest.approx(float(after["lon"]), abs=1e-7)
        assert float(before["lat"]) == pytest.approx(float(after["lat"]), abs=1e-7)


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_a_format_becomes_another(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_bytes(good("gpkg"))
    for one, other in (("a.gpkg", "b.zip"), ("b.zip", "c.geojson"), ("c.geojson", "d.kml"), ("d.kml", "e.xlsx")):
        assert convert(tmp_path / one, tmp_path / other) == (0, f"Wrote {tmp_path / other}: 40 rows, WGS-84 (GPS).\n")


def test_rows_without_a_place_leave_with_one(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,lon,lat\nx,104.06,30.66\ny,,\n")
    code, said = convert(tmp_path / "a.csv", tmp_path / "b.csv", "--to", "gcj02")
    assert code == 1
    assert "1 of them have no usable coordinates" in said


@pytest.mark.parametrize("name", ["vrt.geojson", "bomb.zip", "laughs.kml", "no-shx.zip", "locked.xlsx", "cut-0.6.gpkg"])
def test_a_refused_file_leaves_with_two_and_writes_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(BAD[name][1]())
    code, said = convert(tmp_path / name, tmp_path / "out.gpkg")
    assert code == 2
    assert said.startswith("✗ ")
    assert not (tmp_path / "out.gpkg").exists()


def test_swapped_columns_are_noticed_and_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,lon,lat\nx,30.66,104.06\ny,30.67,104.07\n")
    code, said = convert(tmp_path / "a.csv", tmp_path / "b.csv")
    assert code == 0
    assert "latitude before longitude" in said
    assert table(tmp_path / "b.csv")[0]["lon"].startswith("104.06")


def test_several_layers_need_a_choice(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_bytes(good("gpkg"))
    assert convert(tmp_path / "a.gpkg", tmp_path / "b.csv", "--layer", "nothing")[0] == 2
    assert convert(tmp_path / "a.gpkg", tmp_path / "b.csv", "--layer", "good")[0] == 0
