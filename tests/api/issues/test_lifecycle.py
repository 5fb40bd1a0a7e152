"""The life cycle agrees with a plain retelling on any history, and the store knows the same steps."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.issues import lifecycle
from api.issues.matter import ENDED, OPEN, SETTLED, Action, Status
from geo.errors import Refusal
from tests.api.issues import plain_model
from tests.api.issues.histories import play

if TYPE_CHECKING:
    import pytest


@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**40))
def test_random_histories_agree_with_the_plain_model(seed: int) -> None:
    play(seed)


def test_histories_come_far_enough_to_mean_something() -> None:
    done = Counter(play(seed)[0] >= 3 for seed in range(200))
    assert done[True] > 100


def test_a_life_cycle_with_a_hole_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the rule that nobody checks their own work, the two disagree."""
    monkeypatch.setitem(lifecycle.REASONS, Action.CHECK, (lifecycle._all_arrived,))
    seeds = range(20_000)
    assert any(_disagrees(seed) for seed in seeds)


def _disagrees(seed: int) -> bool:
    try:
        play(seed)
    except AssertionError:
        return True
    return False


def test_every_refusal_speaks_both_languages() -> None:
    refusals = [value for value in vars(lifecycle).values() if isinstance(value, Refusal)]
    assert len(refusals) > 25
    assert all(why.zh and why.en and why.code for why in refusals)
    assert len({why.code for why in refusals}) == len(refusals)


def test_every_state_can_be_left_or_has_ended() -> None:
    left = {source for way in lifecycle.WAYS.values() if way.target for source in way.source}
    assert set(Status) - left == {Status.REJECTED, Status.MERGED, Status.SPLIT, Status.VOID}
    assert set(Status) - left <= ENDED <= SETTLED
    assert set(Status) == OPEN | SETTLED
    assert set(plain_model.ACTIONS) == {action.value for action in lifecycle.WAYS}


def test_the_store_knows_the_same_steps(database_url: str) -> None:
    with psycopg.connect(database_url) as store:
        stored = set(store.execute("SELECT action, before, after FROM issue_step").fetchall())
    assert stored == {(action.value, before.value, after.value) for action, before, after in lifecycle.steps()}
