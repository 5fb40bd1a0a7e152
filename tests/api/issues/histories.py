"""Plays one random history through both the life cycle and the plain model, and holds them to each other."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from api.issues import lifecycle
from api.issues.matter import Act, Action, Actor, Case, Party, Status
from geo.errors import RefusedError
from tests.api.issues import plain_model

SPACE = UUID(int=9)
CASE, OTHER = uuid5(SPACE, "case"), uuid5(SPACE, "other")


def key(word: Any) -> UUID | None:
    return None if word is None else uuid5(SPACE, str(word))


def as_act(plain: dict[str, Any]) -> Act:
    """The same act in the words of the life cycle."""
    bodies = frozenset(uuid5(SPACE, body) for body in plain["bodies_of"])
    return Act(
        Action(plain["action"]),
        Actor(key(plain["account"]), frozenset(map(Party, plain["parties"])), bodies),
        plain["at"],
        reason=plain["reason"],
        body=None if plain["action"] == "arrive" else key(plain["body"]),
        bodies=tuple(uuid5(SPACE, body) for body in plain["bodies"]),
        hours=plain["hours"],
        until=plain["until"],
        photos=plain["photos"],
        into=OTHER,
        into_status=Status.FILED if plain["into_open"] else Status.CLOSED,
        parts=plain["parts"],
        satisfaction=plain["stars"],
        final=plain["final"],
    )


def play(seed: int) -> tuple[int, int]:
    """One history; how many of its acts were done and how many refused.

    Raises:
        AssertionError: the life cycle and the plain model disagree.
    """
    acts = plain_model.random_history(seed)
    case, plain, done = Case(CASE, acts[0]["at"]), plain_model.fresh(), 0
    for said in acts:
        act = as_act(said)
        may, why = plain_model.judge(plain, said), lifecycle.refusal(case, act)
        assert may is (why is None), (seed, said["action"], plain["status"], why)
        if why is None:
            case, plain, done = lifecycle.apply(case, act), plain_model.go(plain, said), done + 1
        else:
            try:
                lifecycle.apply(case, act)
            except RefusedError as refused:
                assert refused.refusal == why  # noqa: PT017  # not a test by itself: it answers with counts
            else:
                raise AssertionError("a refused act was done")
        agree(case, plain)
    return done, len(acts) - done


def agree(case: Case, plain: dict[str, Any]) -> None:
    """Both tell the same of the case."""
    assert case.status.value == plain["status"]
    assert case.body == key(plain["body"])
    assert case.handlers == frozenset(uuid5(SPACE, account) for account in plain["handlers"])
    assert (case.returns, case.final, case.extensions) == (plain["returns"], plain["final"], plain["extensions"])
    assert (case.suspension is not None, case.waiting) == (plain["suspended"], plain["waiting"])
    assert case.supervised is plain["supervised"]
    assert {call.body: call.arrived_at for call in case.calls} == {
        uuid5(SPACE, body): at for body, at in plain["calls"].items()
    }
