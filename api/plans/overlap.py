"""Households that two grids of two plans share: what succession and comparison are made from."""

from __future__ import annotations

# Floors are counted where somebody counted them, else by their share of the unit.
SHARED = """
SELECT a.micro_grid_id AS former_id, b.micro_grid_id AS grid_id, sum(CASE
         WHEN a.floors * b.floors @> int4range(u.floor_lo, u.floor_hi, '[]') THEN u.households
         WHEN u.floors_counted > 0 THEN coalesce((
           SELECT sum(f.households) FROM floor f WHERE f.unit_id = u.id AND f.number <@ (a.floors * b.floors)), 0)
         ELSE round(u.households * (upper(a.floors * b.floors) - lower(a.floors * b.floors))::numeric
                    / (u.floor_hi - u.floor_lo + 1)) END)::integer AS households
  FROM plan_member a JOIN plan_member b ON b.unit_id = a.unit_id AND b.floors && a.floors
  JOIN unit u ON u.id = a.unit_id
 WHERE a.plan_id = {former} AND b.plan_id = {plan} AND a.community_id = {community} AND b.community_id = {community}
 GROUP BY 1, 2
"""


def shared(former: str, plan: str, community: str) -> str:
    """The query, with SQL for the two plans and the community."""
    return SHARED.format(former=former, plan=plan, community=community)
