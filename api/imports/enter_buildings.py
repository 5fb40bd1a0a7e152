"""Enters buildings with their units: into the compound that holds them, or into a neighbourhood that stands in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from psycopg.rows import dict_row

from api.imports.addresses import Register
from api.imports.changed_buildings import SAME_DEG, UNIT_COLUMNS, Again, change_buildings, said_of
from api.imports.ground import CLEAR_DEG, Ground
from api.imports.known import stock
from api.imports.outcome import RowOutcome
from geo.crs.metric import metric_zone_of
from geo.exchange.delivery import houses_of
from geo.exchange.faults import Kind
from geo.exchange.matching import match
from geo.exchange.placing import NONE, placed, stand_in_compounds
from geo.exchange.staircases import staircases
from geo.topology.slices import polygons_only

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from numpy.typing import NDArray

    from api.imports.book import Book
    from api.imports.known import Stock
    from api.imports.outcome import Outcome
    from geo.exchange.delivery import Delivery, Houses

TOUCHES = 1e-6
GROWN_M = 3.0
Home = tuple["UUID", "UUID"]
"""A compound and its community."""
COLUMNS = (
    "id",
    "compound_id",
    "community_id",
    "code",
    "name",
    "name_en",
    "address",
    "use",
    "floors",
    "built",
    "geometry",
)
TAKEN_CODES = "SELECT code FROM building WHERE code = ANY(%s)"
BY_ID = "SELECT * FROM building WHERE id = ANY(%s)"


def enter_buildings(book: Book, delivery: Delivery, outcome: Outcome) -> None:
    """Enter buildings; those with households get their units, cut along the long axis.

    Args:
        book: what writes; its transaction.
        delivery: buildings, degrees WGS-84.
        outcome: told what became of each row.
    """
    shapes = delivery.shapes
    sound = ~shapely.is_missing(shapes) & shapely.is_valid(shapes) & ~shapely.is_empty(shapes)
    sound &= np.isin(shapely.get_type_id(shapes), (0, 3, 6))
    _enter_by_words(book, delivery.take(np.flatnonzero(~sound)), outcome)
    usable = np.flatnonzero(sound)
    if not len(usable):
        return
    delivery = delivery.take(usable)
    ground = Ground(book, delivery.shapes)
    known = stock(book.connection, "building", book.source, ground.box, delivery.codes)
    found = match(delivery, known.known)
    houses = houses_of(delivery)
    book.connection.execute("SET CONSTRAINTS ALL DEFERRED")
    homes = _homes(book, ground, delivery, found, known, outcome)
    _add_new(book, delivery, houses, found, homes, outcome)
    again = [int(at) for at in np.flatnonzero(found != NONE) if int(at) in homes]
    changed = [Again(at, known.rows[found[at]], known.shapes[found[at]], *homes[at]) for at in again]
    change_buildings(book, delivery, houses, changed, outcome)
    book.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    delivered = set(found.tolist())
    outcome.rows.extend(
        RowOutcome(None, "gone", row["name"], row["id"], {"code": row["code"]})
        for at, row in enumerate(known.rows)
        if row["ours"] and at not in delivered
    )


def _enter_by_words(book: Book, delivery: Delivery, outcome: Outcome) -> None:
    """Rows without a place: what a list says of buildings that are known by code, name or address."""
    if not len(delivery):
        return
    register = Register.of(book.connection)
    compounds, names, addresses = (delivery.field(name) for name in ("compound", "building", "address"))
    found = [
        register.find(code=delivery.keys[at], compound=compounds[at], building=names[at] or delivery.field("name")[at],
                      address=addresses[at])
        for at in range(len(delivery))
    ]  # fmt: skip
    for at, home in enumerate(found):
        if home is None:
            outcome.hold(delivery, at, Kind.NO_SHAPE, "没有可用的位置或轮廓，也对不上已知楼栋",
                         "has no usable place or outline, and is no building that is known")  # fmt: skip
    known = np.array([at for at, home in enumerate(found) if home is not None], dtype=np.intp)
    if not len(known):
        return
    homes = [home for home in found if home is not None]
    with book.connection.cursor(row_factory=dict_row) as cursor:
        rows = {row["id"]: row for row in cursor.execute(BY_ID, [[home.id for home in homes]]).fetchall()}
    placed_ = replace(delivery.take(known), shapes=np.array([home.shape for home in homes], dtype=object),
                      names=tuple(home.name for home in homes))  # fmt: skip
    houses = houses_of(placed_)
    olds = [rows[home.id] for home in homes]
    changed = [
        Again(at, old, home.shape, old["compound_id"], old["community_id"])
        for at, (old, home) in enumerate(zip(olds, homes, strict=True))
    ]
    change_buildings(book, placed_, houses, changed, outcome)


def _homes(  # noqa: PLR0917 - what one table of rows is made from
    book: Book, ground: Ground, delivery: Delivery, found: NDArray[np.intp], known: Stock, outcome: Outcome
) -> dict[int, Home]:
    """The compound of each row; rows that lie across a drawn border are held back."""
    compounds = ground.of("compound")
    where = placed(delivery.shapes, compounds.shapes)
    homes: dict[int, Home] = {}
    leaning: dict[int, list[int]] = {}
    loose: list[int] = []
    for at in range(len(delivery)):
        parent, best = int(where.parent[at]), int(where.best[at])
        if parent == NONE and found[at] != NONE and shapely.equals_exact(
            known.shapes[found[at]], delivery.shapes[at], SAME_DEG, normalize=True
        ):  # fmt: skip
            row = known.rows[found[at]]
            homes[at] = (row["compound_id"], row["community_id"])
        elif parent != NONE:
            homes[at] = (compounds.rows[parent]["id"], compounds.rows[parent]["community_id"])
        elif best == NONE or where.share[at] <= TOUCHES:
            loose.append(at)
        elif compounds.rows[best]["stand_in"]:
            leaning.setdefault(best, []).append(at)
        else:
            outcome.hold(delivery, at, Kind.OUTSIDE_PARENT, f"只有 {where.share[at]:.0%} 在所属小区内",
                         f"lies only {where.share[at]:.0%} inside its compound")  # fmt: skip
    for place, rows in leaning.items():
        _grow(book, ground, compounds, place, delivery, rows, homes, outcome)
    if loose:
        _settle(book, ground, delivery, loose, homes, outcome)
    return homes


def _grow(  # noqa: PLR0917 - one compound, the rows that lean on it, and where they are noted
    book: Book,
    ground: Ground,
    compounds: Stock,
    place: int,
    delivery: Delivery,
    rows: list[int],
    homes: dict[int, Home],
    outcome: Outcome,
) -> None:
    """A stand-in compound reaches round buildings that lean on it, as far as its neighbours and community allow."""
    row, shape = compounds.rows[place], compounds.shapes[place]
    communities = ground.of("community")
    around = next(
        s for s, r in zip(communities.shapes, communities.rows, strict=True) if r["id"] == row["community_id"]
    )
    zone = metric_zone_of([shape])
    reach = shapely.buffer(zone.to_metres(delivery.shapes[rows]), GROWN_M, quad_segs=2)
    wide = zone.to_degrees(shapely.union_all([*reach, zone.to_metres(shape)]))
    others = [s for at, s in enumerate(compounds.shapes) if at != place and shapely.intersects(s, wide)]
    grown = shapely.intersection(wide, shapely.buffer(around, -CLEAR_DEG))
    if others:
        grown = shapely.difference(grown, shapely.union_all(shapely.buffer(others, CLEAR_DEG)))
    grown = polygons_only(shapely.union(grown, shape))
    held = shapely.covers(grown, delivery.shapes[rows])
    for at, inside in zip(rows, held, strict=True):
        if inside:
            homes[at] = (row["id"], row["community_id"])
        else:
            outcome.hold(delivery, at, Kind.OUTSIDE_PARENT, "跨在小区或社区边界上", "lies across a border")
    if held.any():
        compounds.shapes[place] = grown
        book.change("compound", row["id"], {"geometry": grown}, quietly=True)


def _settle(  # noqa: PLR0917 - as above
    book: Book, ground: Ground, delivery: Delivery, loose: list[int], homes: dict[int, Home], outcome: Outcome
) -> None:
    """Buildings in no compound: neighbourhoods stand in, in their community or in ground that stands in for one."""
    communities = ground.of("community")
    where = placed(delivery.shapes[loose], communities.shapes)
    groups: dict[int, list[int]] = {}
    for at, parent, best, share in zip(loose, where.parent, where.best, where.share, strict=True):
        if parent == NONE and best != NONE and share > TOUCHES and not communities.rows[best]["stand_in"]:
            outcome.hold(delivery, at, Kind.OUTSIDE_PARENT, "跨在社区边界上", "lies across the border of a community")
        else:
            groups.setdefault(int(parent), []).append(at)
    for parent, rows in sorted(groups.items()):
        within = communities.shapes[parent] if parent != NONE else None
        drawn = stand_in_compounds(delivery.shapes[rows], ground.of("compound").shapes, within)
        used = np.unique(drawn.of_building[drawn.of_building != NONE])
        for at, number in zip(rows, drawn.of_building, strict=True):
            if number == NONE:
                outcome.hold(
                    delivery, at, Kind.OUTSIDE_PARENT, "紧贴其他小区或社区边界", "leans on another compound or border"
                )
        if not len(used):
            continue
        outlines = np.array(drawn.outlines, dtype=object)[used]
        community = communities.rows[parent]["id"] if parent != NONE else ground.hold("community", outlines)
        keys = dict(zip(used.tolist(), _neighbourhoods(book, community, outlines), strict=True))
        homes |= {
            at: (keys[int(number)], community)
            for at, number in zip(rows, drawn.of_building, strict=True)
            if number != NONE
        }
        ground.forget("compound")


def _neighbourhoods(book: Book, community: UUID, outlines: NDArray[np.object_]) -> list[UUID]:
    keys = book.fresh(len(outlines))
    row = book.connection.execute("SELECT count(*) FROM compound WHERE community_id = %s", [community]).fetchone()
    assert row is not None
    columns = ("id", "community_id", "name", "name_en", "kind", "geometry")
    rows = [
        (key, community, f"片区 {row[0] + n}", f"neighbourhood {row[0] + n}", "neighbourhood", outline)
        for n, (key, outline) in enumerate(zip(keys, outlines, strict=True), start=1)
    ]
    book.add("compound", columns, rows)
    book.mark_stand_ins("compound", keys)
    return keys


def _add_new(  # noqa: PLR0917 - what one table of rows is made from
    book: Book,
    delivery: Delivery,
    houses: Houses,
    found: NDArray[np.intp],
    homes: dict[int, Home],
    outcome: Outcome,
) -> None:
    new = [at for at in range(len(delivery)) if found[at] == NONE and at in homes]
    if not new:
        return
    keys = book.fresh(len(new))
    taken = {r[0] for r in book.connection.execute(TAKEN_CODES, [[c for c in delivery.codes if c]]).fetchall()}

    def rows() -> Iterator[tuple[Any, ...]]:
        for at, key in zip(new, keys, strict=True):
            said = said_of(delivery, houses, at)
            if said["code"] in taken:
                said["code"] = None
            taken.add(said["code"])
            yield (key, *homes[at], *(said[name] for name in COLUMNS[3:-1]), delivery.shapes[at])
            outcome.note(delivery, at, "added", key, estimated=bool(houses.estimated[at]))

    book.add("building", COLUMNS, rows())
    book.remember("building", ((key, delivery.keys[at]) for at, key in zip(new, keys, strict=True)))
    _add_units(book, delivery, houses, np.array(new, dtype=np.intp), keys, homes)


def _add_units(  # noqa: PLR0917 - as above
    book: Book,
    delivery: Delivery,
    houses: Houses,
    rows: NDArray[np.intp],
    keys: list[UUID],
    homes: dict[int, Home],
) -> None:
    stairs = staircases(delivery.shapes[rows], houses.units[rows], houses.households[rows])
    if not len(stairs.building):
        return
    ids = book.fresh(len(stairs.building))
    book.add(
        "unit",
        UNIT_COLUMNS,
        (
            (key, keys[b], homes[int(rows[b])][1], f"{number}单元", f"Unit {number}", 1, int(houses.floors[rows[b]]),
             bool(houses.estimated[rows[b]]), int(households), shape)
            for key, b, number, households, shape in zip(
                ids, stairs.building, stairs.number, stairs.households, stairs.shapes, strict=True)
        ),
    )  # fmt: skip
