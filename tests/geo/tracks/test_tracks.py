"""A walk is cleaned, measured and held against the houses it passed; a faked one is flagged and never dropped."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely

from geo.errors import UnreadableFileError
from geo.tracks import gpx
from geo.tracks.clean import Fix, Track, clean, metres
from geo.tracks.coverage import passed

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
METRE = 1 / 111_195


def walk(*legs: tuple[float, float, float], every_s: float = 10.0, seed: int = 1) -> list[Fix]:
    """A walk of legs (seconds, east m/s, north m/s) with a receiver's jitter of a metre."""
    rng = np.random.default_rng(seed)
    fixes, x, y, at = [], 0.0, 0.0, 0.0
    for seconds, east, north in legs:
        for _ in range(int(seconds / every_s)):
            at += every_s
            x, y = x + east * every_s, y + north * every_s
            dx, dy = rng.normal(0, 1, 2)
            lon = 104.0 + (x + dx) * METRE / math.cos(math.radians(30.6))
            fixes.append(Fix(START + timedelta(seconds=at), lon, 30.6 + (y + dy) * METRE, 5.0))
    return fixes


def codes(track: Track) -> set[str]:
    return {flag.code for flag in track.flags}


def test_an_honest_walk_is_one_line_without_a_flag() -> None:
    track = clean(walk((600, 1.2, 0)))
    assert len(track.lines) == 1
    assert track.flags == ()
    assert track.length_m == pytest.approx(720, rel=0.1)


def test_a_pause_of_the_device_cuts_the_line() -> None:
    first, later = walk((300, 1.2, 0)), walk((300, 1.2, 0))
    moved = [Fix(f.at + timedelta(minutes=20), f.lon + 400 * METRE, f.lat, f.accuracy_m) for f in later]
    assert len(clean([*first, *moved]).lines) == 2


def test_a_jump_is_left_out_and_flagged() -> None:
    fixes = walk((600, 1.2, 0))
    fixes[30] = Fix(fixes[30].at, fixes[30].lon + 0.05, fixes[30].lat, 5.0)
    track = clean(fixes)
    assert [lost.why for lost in track.left_out] == ["jump"]
    assert codes(track) == {"too-fast"}
    assert track.length_m == pytest.approx(720, rel=0.1)


def test_standing_still_is_a_stop() -> None:
    track = clean(walk((300, 1.2, 0), (300, 0, 0), (300, 1.2, 0)))
    assert any((stop.until - stop.since).total_seconds() >= 240 for stop in track.stops)


def test_order_of_arrival_does_not_matter() -> None:
    fixes = walk((600, 1.2, 0.3))
    assert clean(fixes[::-1]) == clean(fixes)


@pytest.mark.parametrize(
    ("fixes", "code"),
    [
        ([Fix(START + timedelta(seconds=10 * n), 104.0, 30.6, 5) for n in range(60)], "frozen"),
        ([Fix(START + timedelta(seconds=10 * n), 104 + n * 1e-4, 30.6, 5) for n in range(60)], "too-regular"),
        ([Fix(f.at, f.lon, f.lat, 5, mocked=True) for f in walk((300, 1, 0))], "mocked"),
        ([Fix(f.at + timedelta(hours=3), f.lon, f.lat, 5) for f in walk((300, 1, 0))], "out-of-time"),
    ],
)
def test_a_faked_track_is_flagged_and_kept(fixes: list[Fix], code: str) -> None:
    track = clean(fixes, since=START, until=START + timedelta(hours=1))
    assert code in codes(track)
    assert sum(map(len, track.lines)) == len(fixes)
    assert all(flag.zh and flag.en for flag in track.flags)


def test_units_within_thirty_metres_are_passed() -> None:
    track = clean(walk((600, 1.2, 0)))
    near, far = 30.6 + 25 * METRE, 30.6 + 40 * METRE
    units = [shapely.Point(104.002, near), shapely.Point(104.002, far), shapely.Point(104.05, 30.6)]
    assert passed(track, units).tolist() == [True, False, False]
    assert passed(clean([]), units).tolist() == [False] * 3


def test_gpx_there_and_back() -> None:
    track = clean(walk((600, 1.2, 0)))
    again = clean([Fix(f.at, f.lon, f.lat) for f in gpx.read(gpx.write(track, name="巡查 <1>"))])
    assert [len(line) for line in again.lines] == [len(line) for line in track.lines]
    assert all(metres(a, b) < 0.02 for a, b in zip(again.lines[0], track.lines[0], strict=True))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"not xml", "no-gpx"),
        (b"<svg/>", "no-gpx"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><gpx/>', "no-gpx"),
        (b"<gpx><trk><trkseg><trkpt lat='1' lon='2'/></trkseg></trk></gpx>", "no-times"),
    ],
)
def test_what_is_no_gpx_is_refused_in_words(text: bytes, code: str) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        gpx.read(text)
    assert refused.value.refusal.code == code
