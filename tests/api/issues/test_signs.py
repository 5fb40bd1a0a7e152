"""Every category has a sign that the pages can draw, and no two that are shown side by side have the same."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from api.settings import ROOT

if TYPE_CHECKING:
    from tests.api.issues.conftest import People

DRAWN = re.compile(r"^  '?([a-z-]+)'?: 'M", re.MULTILINE)


async def test_every_category_has_a_sign_of_its_own(people: People) -> None:
    drawn = set(DRAWN.findall((ROOT / "web" / "src" / "issues" / "signs.ts").read_text(encoding="utf-8")))
    categories = (await people.office.get("/api/issue-categories")).json()
    assert {category["icon"] for category in categories} <= drawn
    beside = Counter((category["parent"], category["icon"]) for category in categories)
    assert [pair for pair, count in beside.items() if count > 1] == []
