"""Who closes what is not done is named; on answers that are alike nobody is; and the number leads to as many cases."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np
import pytest

from api.access.roles import Role
from api.office.signals import Answers, signals_of
from tests.api.heat.conftest import Told, owner, tell
from tests.api.places.small_city import SUBDISTRICT
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    import httpx
    import psycopg

__all__ = ["owner"]
BODY = "INSERT INTO body (id, kind, name, subdistrict_id) VALUES (%s, 'property_firm', %s, %s)"
OTHERS = [Answers(f"body-{k}", "noise", "home", 80, 60) for k in range(6)]


def test_a_body_whose_closings_are_denied_is_named_with_what_and_where() -> None:
    cheat = [Answers("cheat", "lift", "tower", 60, 15), Answers("cheat", "noise", "court", 40, 30)]
    [signal] = signals_of([*OTHERS, *cheat])
    assert (signal.body, signal.asked, signal.content, signal.others) == ("cheat", 100, 45, 0.75)
    assert (signal.categories[0], signal.compounds[0]) == ("lift", "tower")
    assert signal.p < 1e-4


def test_few_surveys_or_a_common_share_name_nobody() -> None:
    assert signals_of(OTHERS) == ()
    assert signals_of([*OTHERS, Answers("small", "lift", None, 10, 0)]) == ()
    assert signals_of([]) == ()


def test_answers_by_chance_name_somebody_on_at_most_one_page_in_twenty() -> None:
    rng = np.random.default_rng(4)
    pages = [[Answers(str(b), "noise", None, 90, int(rng.binomial(90, 0.7))) for b in range(12)] for _ in range(200)]
    assert sum(bool(signals_of(page)) for page in pages) <= 10


@pytest.fixture
def denied(owner: psycopg.Connection) -> str:
    """A body with forty surveys that say no, beside one with forty that say yes."""
    cheat, honest = uuid4(), uuid4()
    for body, name in ((cheat, "恒盛物业"), (honest, "锦安物业")):
        owner.execute(BODY, [body, name, SUBDISTRICT.id])
    for body, stars in ((cheat, 1), (honest, 5)):
        keys = tell(owner, [Told(day=k / 4, category="dirt.bin", status="surveyed") for k in range(40)])
        owner.execute("UPDATE issue SET body_id = %s, satisfaction = %s WHERE id = ANY(%s)", [body, stars, keys])
    return str(cheat)


async def test_the_sentence_leads_to_the_very_cases(client: httpx.AsyncClient, city_url: str, denied: str) -> None:
    client.headers.update(sign_in(city_url, Role.STREET_OFFICE, "subdistrict", SUBDISTRICT.id))
    morning = (await client.get("/api/office/morning", params={"day": "2026-03-20"})).json()
    [signal] = morning["signals"]
    assert (signal["body_id"], signal["asked"], signal["denied"]) == (denied, 40, 40)
    assert signal["zh"].startswith("恒盛物业办结后")
    assert "40 surveys say no" in signal["en"]
    listed = (await client.get(signal["href"].replace("/issues.html", "/api/issues/counts"))).json()
    assert listed["total"] == signal["denied"]
