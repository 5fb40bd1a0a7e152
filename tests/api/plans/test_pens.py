"""One pen a plan: whoever comes second waits, whoever gives up waiting stands in nobody's way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from api.plans.pens import Hand, Pen

if TYPE_CHECKING:
    from uuid import UUID


async def test_the_second_hand_waits_until_the_first_has_put_the_pen_down() -> None:
    pens: dict[UUID, Pen] = {}
    plan, other = uuid4(), uuid4()
    first, second, elsewhere = (Hand(pens) for _ in range(3))
    await first.take(plan)
    await elsewhere.take(other)
    waiting = asyncio.create_task(second.take(plan))
    await asyncio.sleep(0)
    assert not waiting.done()
    first.put_down()
    await waiting
    second.put_down()
    elsewhere.put_down()
    assert pens == {}


async def test_whoever_gives_up_waiting_stands_in_nobodys_way() -> None:
    pens: dict[UUID, Pen] = {}
    plan = uuid4()
    first, second, third = (Hand(pens) for _ in range(3))
    await first.take(plan)
    waiting = asyncio.create_task(second.take(plan))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    second.put_down()
    first.put_down()
    await third.take(plan)
    third.put_down()
    assert pens == {}
