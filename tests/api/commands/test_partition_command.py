"""``./minqing partition`` at the terminal: files in, files out, and a clear word when a file will not do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import geopandas as gpd
import pyogrio
import pytest
import shapely
from typer.testing import CliRunner

from api.cli import app
from tests.geo.exchange.grids.planners_files import GAUSS_KRUEGER, houses, save, yard

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

HERE = ("--workers", "1", "--no-prove")


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINQING_LANG", "en")


def run(source: Path, *options: str) -> Result:
    folder = source.parent
    files = ["--out", str(folder / "plan.gpkg"), "--report", str(folder / "report.json")]
    return CliRunner().invoke(app, ["partition", str(source), *files, *HERE, *options])


def test_buildings_become_micro_grids_with_a_report(tmp_path: Path) -> None:
    compound = gpd.GeoDataFrame({"compound_id": ["A"]}, geometry=[yard(4, 5)], crs=GAUSS_KRUEGER)
    result = run(save(tmp_path / "in.gpkg", building=houses(), compound=compound))
    assert result.exit_code == 0, result.output
    grids = pyogrio.read_dataframe(tmp_path / "plan.gpkg", layer="micro_grid")
    assert grids.households.between(30, 100).all()
    assert grids.households.sum() == 480
    assert set(grids.compound_id) == {"A"}
    assert shapely.area(grids.geometry.to_numpy()).sum() == pytest.approx(yard(4, 5).area, abs=1.0)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    (problem,) = report["problems"]
    wanted = {"households", "grids", "objective", "bound", "gap", "status", "reason", "waiver", "seconds"}
    assert wanted <= problem.keys()
    assert problem["grids"] == len(grids)


def test_the_same_seed_gives_the_same_plan(tmp_path: Path) -> None:
    source = save(tmp_path / "in.gpkg", building=houses())
    plans = []
    for _ in range(2):
        assert run(source, "--seed", "5").exit_code == 0
        plans.append((tmp_path / "plan.gpkg").read_bytes())
    assert plans[0] == plans[1]


def test_a_lonely_house_is_a_grid_with_its_reason_and_waiver(tmp_path: Path) -> None:
    result = run(save(tmp_path / "in.gpkg", building=houses(1, 1, households=12)))
    assert result.exit_code == 0
    (problem,) = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["problems"]
    assert problem["reason"]["code"] == "below-minimum"
    assert [(w["households"], w["excess"]) for w in problem["waiver"]] == [(12, 18)]


def test_faults_of_the_file_are_named_at_the_terminal_and_in_the_report(tmp_path: Path) -> None:
    result = run(save(tmp_path / "in.gpkg", building=houses(households=[-3] + [24] * 19)))
    assert result.exit_code == 0
    assert "building 1 households: -3 (estimated from floor area: 26)" in result.output
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["estimated"] == {"units": 1, "households": 26}
    assert [f["row"] for f in report["faults"]] == [1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--min", "90", "--max", "40"], "90"),
        (["--map", "households"], "households=hh_est"),
        (["--map", "households=nope"], "no such column"),
        (["--out", "/no/such/folder/plan.gpkg"], "folder does not exist"),
    ],
)
def test_impossible_wishes_leave_with_two_and_a_word(tmp_path: Path, options: list[str], words: str) -> None:
    result = run(save(tmp_path / "in.gpkg", building=houses(2, 1)), *options)
    assert result.exit_code == 2
    assert words in result.output
    assert not (tmp_path / "plan.gpkg").exists()


def test_a_file_that_is_none_leaves_with_two_and_a_word(tmp_path: Path) -> None:
    (tmp_path / "in.gpkg").write_text("hello")
    result = run(tmp_path / "in.gpkg")
    assert result.exit_code == 2
    assert "no GeoPackage" in result.output


def test_nobody_at_home_leaves_with_two_and_a_word(tmp_path: Path) -> None:
    result = run(save(tmp_path / "in.gpkg", building=houses(households=0)))
    assert result.exit_code == 2
    assert "nobody lives" in result.output
