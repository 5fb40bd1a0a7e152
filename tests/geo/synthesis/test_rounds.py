"""Rounds of an invented town: the same from the same seed, at a walking pace, odd only where they are meant to be."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from geo.synthesis.rounds import Door, rounds_of
from geo.tracks.clean import clean

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DOORS = [
    Door(UUID(int=1 + n), UUID(int=1000 + n // 40), 104.05 + 0.0004 * (n % 8), 30.65 + 0.0004 * (n // 8))
    for n in range(80)
]


def test_the_same_seed_walks_the_same_rounds() -> None:
    assert list(rounds_of(DOORS, NOW, seed=3)) == list(rounds_of(DOORS, NOW, seed=3))


def test_rounds_end_before_now_and_pass_doors_of_their_own_community() -> None:
    home = {door.unit: door.community for door in DOORS}
    for walked in rounds_of(DOORS, NOW, seed=3):
        assert walked.started_at < walked.ended_at <= NOW
        assert {home[unit] for unit in walked.route} == {walked.community}
        assert all(walked.started_at < call.at < walked.ended_at for call in walked.calls)


def test_only_five_rounds_of_the_first_community_look_odd() -> None:
    odd = [
        (walked.community, tuple(flag.code for flag in clean(walked.fixes).flags))
        for walked in rounds_of(DOORS, NOW, seed=3)
        if walked.fixes and clean(walked.fixes).flags
    ]
    assert {community for community, _ in odd} == {UUID(int=1000)}
    assert {flags for _, flags in odd} == {("mocked",), ("frozen",), ("too-fast",), ("too-regular",)}
