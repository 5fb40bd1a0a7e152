"""What the database itself refuses, whoever asks: places outside their parents, dwellings in two grids."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

import psycopg
import pytest
from psycopg import errors

from tests.api.places.small_city import BUILDING, COMMUNITY, COMPOUND, LONE, SUBDISTRICT, UNITS, square
from tests.api.waiting import until_somebody_waits

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapely import MultiPolygon

Refused = type[psycopg.Error]


def wkt(shape: MultiPolygon) -> str:
    return f"SRID=4326;{shape.wkt}"


def insert_compound(store: psycopg.Connection, shape: MultiPolygon, *, community: UUID = COMMUNITY.id) -> UUID:
    row = store.execute(
        "INSERT INTO compound (community_id, name, geometry) VALUES (%s, '新苑', %s) RETURNING id",
        [community, wkt(shape)],
    ).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def test_a_compound_beside_the_others_is_welcome(store: psycopg.Connection) -> None:
    insert_compound(store, square(22, 22, 28, 28))


def test_a_compound_may_share_an_edge_with_its_neighbour(store: psycopg.Connection) -> None:
    insert_compound(store, square(50, 30, 55, 50))


def test_a_compound_outside_its_community_is_refused(store: psycopg.Connection) -> None:
    with pytest.raises(errors.CheckViolation, match='does not lie in community "吉福社区"'):
        insert_compound(store, square(55, 55, 65, 58))


def test_a_compound_on_top_of_another_is_refused(store: psycopg.Connection) -> None:
    with pytest.raises(errors.ExclusionViolation, match='overlaps compound "锦绣花园"'):
        insert_compound(store, square(49, 49, 55, 55))


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("UPDATE compound SET geometry = %(small)s WHERE id = %(compound)s", errors.CheckViolation),
        ("UPDATE community SET geometry = %(small)s WHERE id = %(community)s", errors.CheckViolation),
        ("UPDATE building SET geometry = %(far)s WHERE id = %(building)s", errors.CheckViolation),
        ("UPDATE unit SET geometry = %(far)s WHERE building_id = %(building)s", errors.CheckViolation),
        ("UPDATE building SET community_id = uuid7() WHERE id = %(building)s", errors.ForeignKeyViolation),
        ("UPDATE building SET floors = 0 WHERE id = %(building)s", errors.CheckViolation),
        ("UPDATE unit SET floor_lo = 9 WHERE building_id = %(building)s", errors.CheckViolation),
        ("UPDATE compound SET code = '12345' WHERE id = %(compound)s", errors.CheckViolation),
        ("DELETE FROM compound WHERE id = %(compound)s", errors.ForeignKeyViolation),
        ("UPDATE unit SET households = 5 WHERE building_id = %(building)s", errors.GeneratedAlways),
        (
            "UPDATE building SET geometry = ST_SetSRID(ST_MakePoint('NaN', 30.6), 4326) WHERE id = %(building)s",
            errors.CheckViolation,
        ),
        (
            "UPDATE building SET geometry = ST_SetSRID(ST_MakePoint('Infinity', 30.6), 4326) WHERE id = %(building)s",
            errors.CheckViolation,
        ),
    ],
)
def test_an_impossible_place_is_refused(store: psycopg.Connection, statement: LiteralString, error: Refused) -> None:
    values = {
        "small": wkt(square(30, 30, 31, 31)),
        "far": wkt(square(1, 1, 2, 2)),
        "compound": COMPOUND.id,
        "community": COMMUNITY.id,
        "building": BUILDING.id,
    }
    with pytest.raises(error):
        store.execute(statement, values)


def insert_buildings(store: psycopg.Connection, *shapes: MultiPolygon) -> None:
    store.execute(
        "INSERT INTO building (compound_id, community_id, name, floors, geometry)"
        " SELECT %s, %s, n || '栋', 3, shape::geometry FROM unnest(%s::text[]) WITH ORDINALITY AS s(shape, n)",
        [COMPOUND.id, COMMUNITY.id, [wkt(shape) for shape in shapes]],
    )


def test_one_building_of_many_that_arrive_outside_their_compound_refuses_them_all(store: psycopg.Connection) -> None:
    with pytest.raises(errors.CheckViolation, match='building "2栋" does not lie in compound "锦绣花园"'):
        insert_buildings(store, square(47, 47, 49, 49), square(1, 1, 2, 2))


def test_units_that_arrive_outside_their_building_are_refused(store: psycopg.Connection) -> None:
    with pytest.raises(errors.CheckViolation, match='unit "9单元" does not lie in building'):
        store.execute(
            "INSERT INTO unit (building_id, community_id, name, floor_lo, floor_hi, geometry)"
            " VALUES (%s, %s, '9单元', 1, 2, %s)",
            [BUILDING.id, COMMUNITY.id, wkt(square(1, 1, 2, 2))],
        )


def test_a_building_may_arrive_before_its_compound_has_grown_where_the_question_is_deferred(
    store: psycopg.Connection,
) -> None:
    store.execute("SET CONSTRAINTS ALL DEFERRED")
    insert_buildings(store, square(51, 51, 52, 52))
    with pytest.raises(errors.CheckViolation), store.transaction():
        store.execute("SET CONSTRAINTS ALL IMMEDIATE")
    store.execute("UPDATE compound SET geometry = %s WHERE id = %s", [wkt(square(30, 30, 55, 55)), COMPOUND.id])
    store.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert store.execute("SELECT count(*) FROM nesting_doubt").fetchone() == (0,)


def test_a_scribble_of_too_many_vertices_is_refused(store: psycopg.Connection) -> None:
    with pytest.raises(errors.CheckViolation):
        store.execute(
            "UPDATE compound SET geometry = ST_Multi(ST_Segmentize(geometry, 0.0000005)) WHERE id = %s", [COMPOUND.id]
        )


def draft(store: psycopg.Connection) -> tuple[UUID, UUID, UUID]:
    """A plan with two empty micro-grids."""
    row = store.execute(
        "INSERT INTO plan (subdistrict_id, community_id, name) VALUES (%s, %s, '春季方案') RETURNING id",
        [SUBDISTRICT.id, COMMUNITY.id],
    ).fetchone()
    assert row is not None
    grids = store.execute(
        "INSERT INTO micro_grid (plan_id, community_id, name) SELECT %s, %s, n FROM unnest(ARRAY['甲','乙']) n"
        " RETURNING id",
        [row[0], COMMUNITY.id],
    ).fetchall()
    return row[0], grids[0][0], grids[1][0]


def join(store: psycopg.Connection, plan: UUID, grid: UUID, floors: str, *, unit: UUID = UNITS[0].id) -> None:
    store.execute(
        "INSERT INTO plan_member (plan_id, unit_id, community_id, micro_grid_id, floors) VALUES (%s, %s, %s, %s, %s)",
        [plan, unit, COMMUNITY.id, grid, floors],
    )


def test_floors_of_one_unit_may_be_shared_out_between_grids(store: psycopg.Connection) -> None:
    plan, one, other = draft(store)
    join(store, plan, one, "[1,3]")
    join(store, plan, other, "[4,6]")


def test_a_dwelling_in_two_grids_is_refused(store: psycopg.Connection) -> None:
    plan, one, other = draft(store)
    join(store, plan, one, "[1,4]")
    with pytest.raises(errors.ExclusionViolation):
        join(store, plan, other, "[4,6]")


def test_floors_that_a_unit_does_not_have_are_refused(store: psycopg.Connection) -> None:
    plan, one, _ = draft(store)
    with pytest.raises(errors.CheckViolation, match="do not lie in unit"):
        join(store, plan, one, "[1,7]")


def test_a_member_of_another_plans_grid_is_refused(store: psycopg.Connection) -> None:
    plan, _, _ = draft(store)
    _, foreign, _ = draft(store)
    with pytest.raises(errors.ForeignKeyViolation):
        join(store, plan, foreign, "[1,6]")


def test_a_deferred_check_is_made_at_the_end_all_the_same(store: psycopg.Connection) -> None:
    store.execute("SET CONSTRAINTS ALL DEFERRED")
    insert_compound(store, square(55, 55, 65, 58))
    with pytest.raises(errors.CheckViolation):
        store.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_compound_cannot_shrink_while_a_building_is_being_moved(fresh_city: Callable[[], str]) -> None:
    """Two transactions at once: the shrinking one waits for the other, then is refused."""
    url = fresh_city()
    outcome: list[str] = []

    def shrink() -> None:
        try:
            with psycopg.connect(url) as other:
                other.execute(
                    "UPDATE compound SET geometry = %s WHERE id = %s", [wkt(square(30, 30, 46, 46)), COMPOUND.id]
                )
            outcome.append("shrunk")
        except errors.CheckViolation:
            outcome.append("refused")

    with psycopg.connect(url) as first:
        first.execute("DELETE FROM unit WHERE building_id = %s", [LONE.id])
        first.commit()
        first.execute("UPDATE building SET geometry = %s WHERE id = %s", [wkt(square(47, 47, 49, 49)), LONE.id])
        racer = threading.Thread(target=shrink)
        racer.start()
        until_somebody_waits(url)
        assert not outcome, "the shrinking transaction did not wait"
        first.commit()
    racer.join()
    assert outcome == ["refused"]
