"""The workbench: everything that the editor needs of one community of a plan, in one answer."""

from __future__ import annotations

import asyncio
import gzip
import json
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.errors import InvalidError, NotFoundError
from api.plans.patching import adjacency_said
from api.plans.plain_shapes import told
from api.plans.shelf import take_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.plans.sheet import Sheet
    from api.plans.shelf import Shelf
    from geo.topology.plan import Plan

ZIPPED_AT = 5

HEAD = text("""
SELECT p.id, p.name, p.state, p.version, p.least, p.most, p.target, c.id AS community_id, c.name AS community,
       c.name_en AS community_en, may_approve(p.id) AS approve,
       p.state = 'draft' AND ((SELECT whole('editable')) OR c.id IN (SELECT unnest(scope('editable')))) AS edit,
       ((SELECT whole('homes')) OR c.id IN (SELECT unnest(scope('homes')))) AS homes
  FROM plan p JOIN community c ON c.id = coalesce(CAST(:community AS uuid), p.community_id)
 WHERE p.id = :plan
""")
NAMES = text("""
SELECT 'c' AS kind, id::text AS key, name, name_en, coalesce(code, '') AS code, '' AS use
  FROM compound WHERE community_id = :community
UNION ALL SELECT 'b', id::text, name, '', coalesce(code, ''), use FROM building WHERE community_id = :community
UNION ALL SELECT 'u', id::text, name, '', coalesce(code, ''), '' FROM unit WHERE community_id = :community
UNION ALL SELECT 'g', id::text, name, '', coalesce(code, ''), '' FROM micro_grid
 WHERE plan_id = :plan AND community_id = :community
""")
NOBODY = {"name": "", "name_en": "", "code": "", "use": ""}


@dataclass(frozen=True, slots=True)
class Bench:
    """A workbench's answer: its version in words, and a gzipped body; no body where the reader has it already."""

    etag: str
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: the community (None: the plan's only one), one compound or all, and the etag one has."""

    community_id: UUID | None = None
    compound_id: UUID | None = None
    known: str = ""


async def workbench(session: AsyncSession, shelf: Shelf, plan_id: UUID, wanted: Wanted) -> Bench:
    """The workbench of a community, or of one compound in it.

    Raises:
        NotFoundError: there is none, or it is not the asker's to see whole.
        InvalidError: the plan covers several communities and none was named.
    """
    community_id, compound_id = wanted.community_id, wanted.compound_id
    head = (await session.execute(HEAD, {"plan": plan_id, "community": community_id})).mappings().first()
    if head is None and community_id is None:
        raise InvalidError("请指定社区:该方案覆盖多个社区。", "Name a community: this plan covers several.")
    if head is None:
        raise NotFoundError(
            "没有这个方案或社区,或您无权查看。", "There is no such plan or community, or it is not yours."
        )
    sheet = await take_up(session, shelf, plan_id, head["community_id"])
    may = {"edit": head["edit"], "submit": head["edit"], "approve": head["approve"]}
    marks = [
        head["version"],
        head["state"],
        head["name"],
        head["homes"],
        sheet.version,
        sheet.kept,
        sheet.plan.rule,
        may,
    ]
    etag = blake2b(repr([plan_id, head["community_id"], compound_id, *marks]).encode(), digest_size=12).hexdigest()
    if wanted.known == etag:
        return Bench(etag, None)
    where = {"plan": plan_id, "community": head["community_id"]}
    rows = (await session.execute(NAMES, where)).mappings().all()
    names = {(row["kind"], row["key"]): dict(row) for row in rows}
    only = str(compound_id) if compound_id else None
    if only is not None and only not in sheet.plan.compounds:
        raise NotFoundError("该社区没有这个小区。", "The community has no such compound.")
    bench = {
        "plan": {
            "id": str(head["id"]),
            "name": head["name"],
            "state": head["state"],
            "rule": {"least": head["least"], "most": head["most"], "target": head["target"]},
        },
        "community": {"id": str(head["community_id"]), "name": head["community"], "name_en": head["community_en"]},
        "version": sheet.version,
        "may": may,
    }
    body = await asyncio.to_thread(_body, bench, sheet, names, only, floors=head["homes"])
    return Bench(etag, body)


def _body(
    bench: dict[str, Any], sheet: Sheet, names: Mapping[tuple[str, str], Any], only: str | None, *, floors: bool
) -> bytes:
    whole = bench | _plane(sheet) | ground_told(sheet.plan, names, only, floors=floors)
    return gzip.compress(json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode(), ZIPPED_AT)


def _plane(sheet: Sheet) -> dict[str, Any]:
    (a, _), (_, d) = sheet.plane.outward
    lon, lat = sheet.plane.origin
    return {"plane": {"lon": lon, "lat": lat, "lon_per_mm": a / 1000, "lat_per_mm": d / 1000}}


def ground_told(plan: Plan, names: Mapping[tuple[str, str], Any], only: str | None, *, floors: bool) -> dict[str, Any]:
    """Everything of a plan that the editor works on, by places in lists; ``only``: one compound."""

    def ordered(kind: str, keys: Iterable[str]) -> list[str]:
        """By code, those without one last: the same however the plan came about."""
        return sorted(keys, key=lambda key: (not (code := names.get((kind, key), NOBODY)["code"]), code, key))

    compounds = ordered("c", (key for key in plan.compounds if only in (None, key)))
    at_compound = {key: i for i, key in enumerate(compounds)}
    buildings = ordered("b", (key for key, site in plan.buildings.items() if site.compound in at_compound))
    at_building = {key: i for i, key in enumerate(buildings)}
    units = ordered("u", (key for key, site in plan.units.items() if site.building in at_building))
    at_unit = {key: i for i, key in enumerate(units)}
    living = {band.grid for key in units for band in plan.bands[key]}
    grids = ordered("g", (key for key in plan.grids if key in living))
    at_grid: dict[str | None, int] = {key: i for i, key in enumerate(grids)} | {None: -1}

    def named(kind: str, key: str, *fields: str) -> dict[str, Any]:
        known = names.get((kind, key), NOBODY)
        return {"id": key} | {field: known[field] for field in fields}

    return {
        "compounds": [
            named("c", key, "name", "name_en", "code") | {"outline": told(plan.compounds[key].geometry)}
            for key in compounds
        ],
        "buildings": [
            named("b", key, "name", "code", "use")
            | {"compound": at_compound[plan.buildings[key].compound], "footprint": told(plan.buildings[key].geometry)}
            for key in buildings
        ],
        "units": [named("u", key, "name", "code") | _unit(plan, key, at_building, floors=floors) for key in units],
        "edges": sorted(
            (at_unit[a], at_unit[b]) for a in units for b in plan.edges[a] if b in at_unit and at_unit[a] < at_unit[b]
        ),
        "grids": [
            named("g", key, "code")
            | {
                "name": plan.grids[key].name,
                "locked": plan.grids[key].locked,
                "households": plan.households(key),
            }
            for key in grids
        ],
        "bands": [
            (at_unit[key], band.floor_lo, band.floor_hi, at_grid[band.grid])
            for key in units
            for band in plan.bands[key]
        ],
        "barriers": [told(line) for line in plan.barriers],
        "gates": [told(gate) for gate in plan.gates],
        "edits": adjacency_said(plan),
    }


def _unit(plan: Plan, key: str, at_building: Mapping[str, int], *, floors: bool) -> dict[str, Any]:
    site = plan.units[key]
    return {
        "building": at_building[site.building],
        "floor_lo": site.floor_lo,
        "floor_hi": site.floor_hi,
        "households": site.households,
        "floor_households": list(site.floor_households) if floors else [],
        "cell": told(plan.cells[key]),
        "part": told(site.geometry),
    }
