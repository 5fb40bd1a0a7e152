"""What a map leaves out, it says."""

from __future__ import annotations

import numpy as np

from geo.heat.doubts import Doubt, again, no_hour, note, nowhere, storm

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


def test_times_of_an_import_have_no_hour() -> None:
    rng = np.random.default_rng(1)
    honest = rng.integers(0, 100 * DAY, 900)
    imported = rng.integers(0, 100, 100) * DAY - 8 * 3600
    flagged = no_hour(np.concatenate([honest, imported]))
    assert flagged[900:].all()
    assert flagged[:900].mean() < 0.01
    assert not no_hour(honest).any()


def test_a_note_speaks_both_languages() -> None:
    said = note(Doubt.NOWHERE, 1234)
    assert "1234" in said.zh
    assert "1,234" in said.en
