"""What a map leaves out, it says."""

from __future__ import annotations

import numpy as np

from geo.heat.doubts import Doubt, again, note, nowhere, stamped, storm

DAY = 86_400


def test_an_empty_field_is_no_place() -> None:
    lon, lat = np.array([0.0, 104.0, np.nan, 500.0]), np.array([0.0, 30.6, 1.0, 1.0])
    assert nowhere(lon, lat).tolist() == [True, False, True, True]


def test_one_resident_fifty_times_counts_once_and_fifty_residents_count_fifty_times() -> None:
    same, seconds = np.zeros(50, int), np.arange(50) * DAY
    assert again(same, same, same + 7, seconds).sum() == 49
    assert again(same, same, np.arange(50), seconds).sum() == 0
    assert again(same, same, same - 1, seconds).sum() == 0


def test_after_eight_days_it_is_news_again() -> None:
    assert again(*(np.zeros(2, int),) * 3, np.array([0, 8 * DAY])).tolist() == [False, False]


def test_a_storm_of_duplicates_counts_once() -> None:
    same = np.zeros(4, int)
    assert storm(same, same, np.array([0, 60, 120, 5 * DAY])).tolist() == [False, True, True, False]


def test_the_time_of_a_list_is_nobodys_hour() -> None:
    rng = np.random.default_rng(1)
    honest = rng.integers(0, 100 * DAY, 900)
    assert not stamped(honest).any()
    at_once = np.full(40, 12_345_678)
    assert stamped(np.concatenate([honest, at_once])).tolist() == [False] * 900 + [True] * 40
    always_nine = rng.integers(0, 400, 1000) * DAY + 3600
    assert stamped(np.concatenate([honest, always_nine]))[900:].all()
    assert not stamped(always_nine[:19]).any(), "of a handful nothing is thought"


def test_a_list_that_tells_whole_hours_keeps_them() -> None:
    rng = np.random.default_rng(2)
    rounded = rng.permutation(5000)[:900] * 3600
    assert not stamped(rounded).any()


def test_a_note_speaks_both_languages() -> None:
    said = note(Doubt.NOWHERE, 1234)
    assert "1234" in said.zh
    assert "1,234" in said.en
