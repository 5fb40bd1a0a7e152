/** Lays the service's word over a plan: the present value of whatever has changed there. */

import { arcsOf, outline, polygonsOf } from './arcs'
import type { Band } from './bands'
import type { Rings } from './geometry'
import { counted, type Building, type MicroGrid, type Plan, type Unit } from './plan'
import { areasOf, pairs, type Patch } from './wire'

/** The plan as the service has it now; null where it has to be loaded anew, since buildings or units came or went. */
export function patched(plan: Plan, patch: Patch): Plan | null {
  const known = [...Object.keys(patch.bands), ...Object.keys(patch.cells), ...Object.keys(patch.units), ...Object.keys(patch.edges)]
  if (known.some((key) => !plan.number.has(key))) return null
  if (Object.values(patch.units).includes(null) || Object.values(patch.buildings).includes(null)) return null
  if (Object.keys(patch.buildings).some((key) => !plan.buildings.has(key))) return null
  return sharing(plan, counted({
    ...plan,
    grids: gridsAfter(plan, patch),
    bands: bandsAfter(plan, patch),
    units: unitsAfter(plan, patch),
    edges: edgesAfter(plan, patch),
    buildings: buildingsAfter(plan, patch),
    ground: groundAfter(plan, patch),
    edits: patch.edits ? { joined: pairs(patch.edits.joined), parted: pairs(patch.edits.parted) } : plan.edits,
  }))
}

/** Grids that hold the same units as before keep the very same list, so that nobody draws them again. */
function sharing({ members }: Plan, after: Plan): Plan {
  const kept = new Map(after.members)
  for (const [grid, units] of after.members) {
    const before = members.get(grid)
    if (before && before.length === units.length && before.every((unit, i) => unit === units[i])) kept.set(grid, before)
  }
  return { ...after, members: kept }
}

function gridsAfter({ grids }: Plan, patch: Patch): ReadonlyMap<string, MicroGrid> {
  const next = new Map(grids)
  for (const [key, grid] of Object.entries(patch.grids)) {
    if (grid) next.set(key, { key, name: grid.name, locked: grid.locked, code: grids.get(key)?.code ?? null })
    else next.delete(key)
  }
  return next
}

function bandsAfter({ bands, number }: Plan, patch: Patch): readonly (readonly Band[])[] {
  const next = bands.slice()
  for (const [key, now] of Object.entries(patch.bands)) {
    next[number.get(key)!] = (now ?? []).map(([floor_lo, floor_hi, grid]) => ({ floor_lo, floor_hi, grid }))
  }
  return next
}

function unitsAfter({ units, number }: Plan, patch: Patch): readonly Unit[] {
  const next = units.slice()
  for (const [key, now] of Object.entries(patch.units)) {
    const place = number.get(key)!
    if (now) next[place] = { ...next[place]!, ...now }
  }
  return next
}

function edgesAfter({ edges, number }: Plan, patch: Patch): readonly (readonly number[])[] {
  const next = edges.slice()
  for (const [key, now] of Object.entries(patch.edges)) {
    next[number.get(key)!] = (now ?? []).flatMap((other) => number.get(other) ?? [])
  }
  return next
}

function buildingsAfter({ buildings }: Plan, patch: Patch): ReadonlyMap<string, Building> {
  const next = new Map(buildings)
  for (const [key, now] of Object.entries(patch.buildings)) {
    if (now) next.set(key, { ...next.get(key)!, compound: now.compound, footprint: areasOf(now.footprint) })
  }
  return next
}

/** Cells that came back as they were drawn here leave the borders alone; others are laid anew. */
function groundAfter(plan: Plan, patch: Patch): Plan['ground'] {
  const cells = Object.entries(patch.cells).map(([key, shape]) => [plan.number.get(key)!, areasOf(shape)] as const)
  const fresh = new Map(cells.filter(([unit, cell]) => !sameGround(cell, polygonsOf(outline(plan.ground, [unit])))))
  if (!fresh.size) return plan.ground
  return arcsOf(plan.units.map((_, unit) => fresh.get(unit) ?? polygonsOf(outline(plan.ground, [unit]))))
}

function sameGround(one: readonly Rings[], other: readonly Rings[]): boolean {
  return corners(one) === corners(other)
}

/** The same ground gives the same word, wherever its rings begin. */
function corners(cell: readonly Rings[]): string {
  const points = cell.flat().flatMap((ring) => ring.slice(1).map(([x, y]) => `${x},${y}`))
  return points.sort().join(' ')
}
