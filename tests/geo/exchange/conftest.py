"""One sandbox for the whole run: its nursery starts once, each file still gets a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from geo.exchange.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened
