"""GPS tracks of a file become rounds: flagged as imported, the same positions once, faults told by track."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import shapely

from api.imports.journeys import gathered
from api.imports.undo import undo
from geo.exchange.purposes import Purpose
from tests.api.imports.conftest import layer

if TYPE_CHECKING:
    from geo.exchange.layer import Layer
    from tests.api.imports.conftest import City

START = datetime(2026, 5, 3, 1, tzinfo=UTC)


def walk(title: str = "甲 track_points", *, pace_deg: float = 0.0001, times: bool = True) -> Layer:
    """Thirty fixes, ten seconds apart, past the houses of the napkin."""
    shapes = [shapely.Point(104.0320 + n * pace_deg, 30.6319 + (n % 3) * 1e-5) for n in range(30)]
    said = [(START + timedelta(seconds=10 * n + n % 2)).isoformat() if times else None for n in range(30)]
    return layer(title, shapes, track_fid=[0] * 30, time=said)


def test_a_track_becomes_a_round_that_says_it_was_imported(city: City) -> None:
    assert city.load(walk(), Purpose.TRACK).came_to() == {"added": 1}
    rows = city.ask("SELECT p.fixes, round(p.length_m) > 200, p.passed > 0, p.flags->0->>'code', m.name FROM patrol p"
                    " JOIN community m ON m.id = p.community_id")  # fmt: skip
    assert rows == [(30, True, True, "imported", "吉福社区")]


def test_the_same_walk_is_one_round(city: City) -> None:
    city.load(walk(), Purpose.TRACK, source="手机")
    assert city.load(walk("乙 track_points"), Purpose.TRACK, source="电脑").came_to() == {"same": 1}


def test_a_track_without_times_is_no_round(city: City) -> None:
    came = city.load(walk(times=False), Purpose.TRACK)
    assert came.came_to() == {"held": 1}
    assert [(f.kind.value, f.severity.value) for f in came.looked.faults] == [("no-time", "blocks")]


def test_a_ride_in_a_car_is_told_and_kept(city: City) -> None:
    came = city.load(walk(pace_deg=0.003), Purpose.TRACK)
    assert [fault.kind.value for fault in came.looked.faults] == ["too-fast"]
    assert came.came_to() == {"added": 1}


def test_several_track_files_come_as_one_layer(city: City) -> None:
    whole = gathered([walk("甲 track_points"), walk("乙 track_points", pace_deg=0.00012)])[0]
    assert (whole.name, len(whole)) == ("track_points", 60)
    assert city.load(whole, Purpose.TRACK).came_to() == {"added": 2}


def test_undo_takes_rounds_back(city: City) -> None:
    came = city.load(walk(), Purpose.TRACK)
    undo(city.connection, came.id)
    assert city.ask("SELECT count(*) FROM patrol") == [(0,)]
