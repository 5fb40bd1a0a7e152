"""Fills an empty store: the sample subdistrict that ships, and whatever has to be true of it afterwards."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import psycopg

from api.access.demo import employ_everybody, welcome_visitors
from api.maps.rebuild import rebuild
from api.plans.sample import publish_sample
from api.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SAMPLE = ROOT / "data" / "samples"


def is_empty(url: str) -> bool:
    """Whether the store at ``url`` holds no place at all."""
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT 1 FROM district LIMIT 1").fetchone() is None


def load_sample(
    url: str,
    *,
    folder: Path = SAMPLE,
    progress: Callable[[int], None] = lambda _: None,
    data_dir: Path | None = None,
) -> None:
    """Load the sample subdistrict, door by door, into the empty store at ``url`` (the owner's role).

    ``data_dir`` holds the keys that seal the telephone numbers of its staff; without it they have none.
    """
    # The geometry libraries take a second to import; most starts only ask whether the store is empty.
    from api.access import keyring  # noqa: PLC0415  # see above
    from api.access.sample import take_on_staff  # noqa: PLC0415  # see above
    from api.issues.sample import live_through_a_year  # noqa: PLC0415  # see above
    from api.patrols.sample import walk_through_a_year  # noqa: PLC0415  # see above
    from api.places.load import load_city  # noqa: PLC0415  # see above
    from geo.synthesis.files import read_sample  # noqa: PLC0415  # see above

    def in_force(connection: psycopg.Connection) -> None:
        if (folder / "plan.json").exists():
            publish_sample(connection, folder / "plan.json")

    ring = keyring.read(keyring.file_in(data_dir)) if data_dir else None
    people = (welcome_visitors, employ_everybody, partial(take_on_staff, ring=ring))
    afterwards = (in_force, rebuild, *people, live_through_a_year, walk_through_a_year)
    load_city(url, [read_sample(folder)], doors=True, progress=progress, afterwards=afterwards)
