/**
 * A plan: which dwelling belongs to which micro-grid, over the ground on which they stand.
 *
 * The twin of geo/topology/plan.py, so that the page can answer within a frame what the server will say. A plan never
 * changes: every verb gives a new one that shares whatever it did not touch.
 */

import { arcsOf, outline, type Arcs } from './arcs'
import { behind, painted, type Band, type Span } from './bands'
import { middleOf, type Point, type Rings } from './geometry'

export interface Rule {
  readonly least: number
  readonly most: number
  readonly target: number
}

/** A stairwell (单元) and the ground that goes with it. */
export interface Unit {
  readonly key: string
  readonly name: string
  readonly building: string
  readonly households: number
  readonly floor_lo: number
  readonly floor_hi: number
  readonly floor_households: readonly number[]
  /** The middle of its part of the footprint, metres: where people live, for the walk. */
  readonly at: Point
}

export interface Building {
  readonly key: string
  readonly name: string
  readonly compound: string
  /** The polygons of the footprint, metres; none where only a point is known. */
  readonly footprint: readonly Rings[]
}

export interface Compound {
  readonly key: string
  readonly name: string
}

/** A micro-grid (微网格). A locked one changes neither by hand nor by machine. */
export interface MicroGrid {
  readonly key: string
  readonly name: string
  readonly code: string | null
  readonly locked: boolean
}

/** What planners said about neighbours on top of the map: pairs of units as `a b`, a < b. */
export interface Edits {
  readonly joined: ReadonlySet<string>
  readonly parted: ReadonlySet<string>
}

/** Everything by number of the unit, except grids, buildings and compounds, which go by key. */
export interface Plan {
  readonly rule: Rule
  readonly units: readonly Unit[]
  readonly number: ReadonlyMap<string, number>
  readonly buildings: ReadonlyMap<string, Building>
  readonly compounds: ReadonlyMap<string, Compound>
  /** Units one can walk to from each unit, in its compound and beyond. */
  readonly edges: readonly (readonly number[])[]
  readonly edits: Edits
  readonly bands: readonly (readonly Band[])[]
  readonly grids: ReadonlyMap<string, MicroGrid>
  readonly ground: Arcs
  /** Units of each grid and the households there; null: those that belong to none. Kept by difference. */
  readonly members: ReadonlyMap<string | null, readonly number[]>
  readonly counts: ReadonlyMap<string | null, number>
  /** Compounds with fewer households than the rule's minimum: they may join hands. */
  readonly small: ReadonlySet<string>
}

/** A band of a unit, by number and place from below. */
export interface Atom {
  readonly unit: number
  readonly place: number
}

export interface PlanData {
  readonly rule: Rule
  readonly compounds: readonly Compound[]
  readonly buildings: readonly Building[]
  readonly units: readonly (Unit & { readonly cell: readonly Rings[]; readonly bands: readonly Band[] })[]
  readonly edges: readonly (readonly [string, string])[]
  readonly grids: readonly MicroGrid[]
  readonly edits?: Edits
}

export function planOf(data: PlanData): Plan {
  const number = new Map(data.units.map((unit, i) => [unit.key, i]))
  const edges: number[][] = data.units.map(() => [])
  for (const [a, b] of data.edges) {
    const [one, other] = [number.get(a), number.get(b)]
    if (one === undefined || other === undefined) continue
    edges[one]!.push(other)
    edges[other]!.push(one)
  }
  const buildings = new Map(data.buildings.map((building) => [building.key, building]))
  const units = data.units.map(({ cell: _cell, bands: _bands, ...unit }) => unit)
  return counted({
    rule: data.rule,
    units,
    number,
    buildings,
    compounds: new Map(data.compounds.map((compound) => [compound.key, compound])),
    edges,
    edits: data.edits ?? { joined: new Set(), parted: new Set() },
    bands: data.units.map((unit) => unit.bands),
    grids: new Map(data.grids.map((grid) => [grid.key, grid])),
    ground: arcsOf(data.units.map((unit) => unit.cell)),
    members: new Map(),
    counts: new Map(),
    small: new Set(),
  })
}

/** The plan with everything that is kept by difference reckoned from the beginning. */
export function counted(plan: Plan): Plan {
  const members = new Map<string | null, number[]>()
  const counts = new Map<string | null, number>()
  plan.bands.forEach((bands, unit) => {
    for (const band of bands) {
      counts.set(band.grid, (counts.get(band.grid) ?? 0) + behind(plan.units[unit]!, band.floor_lo, band.floor_hi))
      const own = members.get(band.grid) ?? []
      if (own.at(-1) !== unit) own.push(unit)
      members.set(band.grid, own)
    }
  })
  return { ...plan, members, counts, small: smallOf(plan) }
}

export function smallOf({ rule, units, buildings, compounds }: Plan): ReadonlySet<string> {
  const total = new Map<string, number>([...compounds.keys()].map((key) => [key, 0]))
  for (const unit of units) {
    const home = buildings.get(unit.building)!.compound
    total.set(home, (total.get(home) ?? 0) + unit.households)
  }
  return new Set([...total].filter(([, count]) => count < rule.least).map(([key]) => key))
}

/** The compound in which a unit stands. */
export function compoundOf(plan: Plan, unit: number): string {
  return plan.buildings.get(plan.units[unit]!.building)!.compound
}

export function householdsOf(plan: Plan, grid: string | null): number {
  return plan.counts.get(grid) ?? 0
}

/** Bands that belong to a grid; null: to none yet. */
export function atomsOf(plan: Plan, grid: string | null): Atom[] {
  const atoms: Atom[] = []
  for (const unit of plan.members.get(grid) ?? []) {
    plan.bands[unit]!.forEach((band, place) => {
      if (band.grid === grid) atoms.push({ unit, place })
    })
  }
  return atoms
}

/** All floors of a grid. */
export function spansOf(plan: Plan, grid: string | null): Span[] {
  return atomsOf(plan, grid).map(({ unit, place }) => {
    const { floor_lo, floor_hi } = plan.bands[unit]![place]!
    return { unit: plan.units[unit]!.key, floor_lo, floor_hi }
  })
}

/** A unit with all its floors. */
export function wholeUnit({ key, floor_lo, floor_hi }: Unit): Span {
  return { unit: key, floor_lo, floor_hi }
}

/** The plan with some floors given to a grid; no questions asked (the verbs ask them). */
export function give(plan: Plan, spans: readonly Span[], grid: string | null): Plan {
  const last = GIVEN.get(plan)
  if (last && last.spans === spans && last.grid === grid) return last.after
  const changes = new Map<number, readonly Band[]>()
  for (const span of spans) {
    const unit = plan.number.get(span.unit)!
    changes.set(unit, painted(changes.get(unit) ?? plan.bands[unit]!, span.floor_lo, span.floor_hi, grid))
  }
  const after = withBands(plan, changes)
  GIVEN.set(plan, { spans, grid, after })
  return after
}

/** A verb asks first what would become of it and then does it: the second time the answer is here. */
const GIVEN = new WeakMap<Plan, { readonly spans: readonly Span[]; readonly grid: string | null; readonly after: Plan }>()

/** The plan with the bands of some units set; members and counts follow by difference. */
export function withBands(plan: Plan, changes: ReadonlyMap<number, readonly Band[]>): Plan {
  const bands = plan.bands.slice()
  const members = new Map(plan.members)
  const counts = new Map(plan.counts)
  const fresh = new Map<string | null, Set<number>>()
  const own = (grid: string | null): Set<number> => {
    const known = fresh.get(grid)
    if (known) return known
    const copied = new Set(members.get(grid))
    fresh.set(grid, copied)
    return copied
  }
  for (const [unit, after] of changes) {
    const site = plan.units[unit]!
    for (const band of bands[unit]!) {
      own(band.grid).delete(unit)
      counts.set(band.grid, (counts.get(band.grid) ?? 0) - behind(site, band.floor_lo, band.floor_hi))
    }
    for (const band of after) {
      own(band.grid).add(unit)
      counts.set(band.grid, (counts.get(band.grid) ?? 0) + behind(site, band.floor_lo, band.floor_hi))
    }
    bands[unit] = after
  }
  for (const [grid, units] of fresh) {
    if (units.size) members.set(grid, [...units].sort((a, b) => a - b))
    else {
      members.delete(grid)
      counts.delete(grid)
    }
  }
  return { ...plan, bands, members, counts }
}

export function withGrid(plan: Plan, grid: MicroGrid): Plan {
  return { ...plan, grids: new Map(plan.grids).set(grid.key, grid) }
}

export function withoutGrid(plan: Plan, key: string): Plan {
  const grids = new Map(plan.grids)
  grids.delete(key)
  return { ...plan, grids }
}

/** The ground of a grid, as rings that keep it on their left; metres. */
export function outlineOf(plan: Plan, grid: string | null): Rings {
  return outline(plan.ground, plan.members.get(grid) ?? [])
}

/** A point inside a unit's ground by which a cut decides on which side it lies. */
export function middleOfUnit(plan: Plan, unit: number): Point {
  return middleOf(outline(plan.ground, [unit])) ?? plan.units[unit]!.at
}
