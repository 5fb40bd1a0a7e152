/**
 * Plans as they come over the line (docs/plans-api.md), and the way to the core's values: whole millimetres outside,
 * metres inside, exact both ways.
 */

import type { Band } from './bands'
import { middleOf, type Point, type Ring, type Rings } from './geometry'
import type { Operation } from './operations'
import type { Compound, PlanData, Rule } from './plan'

export type Shape =
  | { readonly type: 'Point'; readonly coordinates: Point }
  | { readonly type: 'LineString'; readonly coordinates: readonly Point[] }
  | { readonly type: 'Polygon'; readonly coordinates: Rings }
  | { readonly type: 'MultiPolygon'; readonly coordinates: readonly Rings[] }

export interface Plane {
  readonly lon: number
  readonly lat: number
  readonly lon_per_mm: number
  readonly lat_per_mm: number
}

export type PlanState = 'draft' | 'in_review' | 'approved' | 'published' | 'superseded'

export interface WireUnit {
  readonly id: string
  readonly building: number
  readonly name: string
  readonly code: string
  readonly floor_lo: number
  readonly floor_hi: number
  readonly households: number
  readonly floor_households: readonly number[]
  readonly cell: Shape
  readonly part: Shape | null
}

export interface Workbench {
  readonly plan: { readonly id: string; readonly name: string; readonly state: PlanState; readonly rule: Rule }
  readonly community: { readonly id: string; readonly name: string; readonly name_en: string }
  readonly version: number
  readonly may: { readonly edit: boolean; readonly submit: boolean; readonly approve: boolean }
  readonly plane: Plane
  readonly compounds: readonly { id: string; name: string; name_en: string; code: string; outline: Shape }[]
  readonly buildings: readonly { id: string; compound: number; name: string; code: string; use: string; footprint: Shape }[]
  readonly units: readonly WireUnit[]
  readonly edges: readonly (readonly [number, number])[]
  readonly grids: readonly { id: string; code: string | null; name: string; locked: boolean; households: number }[]
  readonly bands: readonly (readonly [unit: number, floor_lo: number, floor_hi: number, grid: number])[]
  readonly barriers: readonly Shape[]
  readonly gates: readonly Shape[]
  readonly edits: { readonly joined: readonly (readonly [string, string])[]; readonly parted: readonly (readonly [string, string])[] }
}

type Gone = null

/** The present value of everything that has changed: to overwrite with, never to merge. */
export interface Patch {
  readonly grids: Readonly<Record<string, { name: string; locked: boolean; households: number } | Gone>>
  readonly bands: Readonly<Record<string, readonly (readonly [number, number, string | null])[] | Gone>>
  readonly cells: Readonly<Record<string, Shape | Gone>>
  readonly units: Readonly<Record<string, Pick<WireUnit, 'households' | 'floor_lo' | 'floor_hi' | 'floor_households'> & { building: string } | Gone>>
  readonly edges: Readonly<Record<string, readonly string[] | Gone>>
  readonly buildings: Readonly<Record<string, { compound: string; footprint: Shape } | Gone>>
  readonly compounds: Readonly<Record<string, { outline: Shape } | Gone>>
  readonly edits: Workbench['edits'] | Gone
}

/** One operation in the service's log. */
export interface LogEntry {
  readonly version: number
  readonly verb: string
  readonly arguments: Readonly<Record<string, unknown>>
  readonly of: number | null
  readonly who: string
  readonly mine: boolean
  readonly client: string | null
  readonly at: string
  readonly community_id: string
  readonly in_effect: boolean
}

/** An operation as it is sent: a verb of the plan, or a turn of the log. */
export interface WireOperation {
  readonly verb: string
  readonly arguments: Readonly<Record<string, unknown>>
}

const MM = 1000

function metres([x, y]: Point): Point {
  return [x / MM, y / MM]
}

function ringInMetres(ring: Ring): Ring {
  return ring.map(metres)
}

/** The polygons of a shape in metres; none of a point or a line. */
export function areasOf(shape: Shape | null): readonly Rings[] {
  if (shape?.type === 'Polygon') return [shape.coordinates.map(ringInMetres)]
  if (shape?.type === 'MultiPolygon') return shape.coordinates.map((rings) => rings.map(ringInMetres))
  return []
}

export function lineShape(line: readonly Point[]): Shape {
  return { type: 'LineString', coordinates: line.map(([x, y]): Point => [Math.round(x * MM), Math.round(y * MM)]) }
}

export function toLonLat({ lon, lat, lon_per_mm, lat_per_mm }: Plane, [x, y]: Point): [number, number] {
  return [lon + x * MM * lon_per_mm, lat + y * MM * lat_per_mm]
}

export function fromLonLat({ lon, lat, lon_per_mm, lat_per_mm }: Plane, [east, north]: readonly [number, number]): Point {
  return [(east - lon) / lon_per_mm / MM, (north - lat) / lat_per_mm / MM]
}

/** The workbench as the core works on it. */
export function planData(bench: Workbench): PlanData {
  const { units, buildings, compounds, grids, edits } = bench
  const bands: Band[][] = units.map(() => [])
  for (const [unit, floor_lo, floor_hi, grid] of bench.bands) {
    bands[unit]!.push({ floor_lo, floor_hi, grid: grid < 0 ? null : grids[grid]!.id })
  }
  return {
    rule: bench.plan.rule,
    compounds: compounds.map(({ id, name }): Compound => ({ key: id, name })),
    buildings: buildings.map(({ id, name, compound, footprint }) => {
      return { key: id, name, compound: compounds[compound]!.id, footprint: areasOf(footprint) }
    }),
    units: units.map((unit, i) => {
      const { id, name, households, floor_lo, floor_hi, floor_households } = unit
      const cell = areasOf(unit.cell)
      const site = { key: id, name, building: buildings[unit.building]!.id, households, floor_lo, floor_hi, floor_households }
      return { ...site, at: placeOf(unit, cell), cell, bands: bands[i]! }
    }),
    edges: bench.edges.map(([a, b]) => [units[a]!.id, units[b]!.id] as const),
    grids: grids.map(({ id, name, code, locked }) => ({ key: id, name, code: code || null, locked })),
    edits: { joined: pairs(edits.joined), parted: pairs(edits.parted) },
  }
}

function placeOf({ part }: WireUnit, cell: readonly Rings[]): Point {
  if (part?.type === 'Point') return metres(part.coordinates)
  const ground = areasOf(part)[0] ?? cell[0]
  return (ground && middleOf(ground)) ?? [0, 0]
}

export function pairs(said: readonly (readonly [string, string])[]): Set<string> {
  return new Set(said.map(([a, b]) => (a < b ? `${a} ${b}` : `${b} ${a}`)))
}

/** An edit as the service wants it. */
export function wireOperation({ verb, arguments: said }: Operation): WireOperation {
  if (verb === 'reshape') return { verb, arguments: { ...said, line: lineShape(said.line) } }
  if (verb === 'split') return { verb, arguments: { ...said, line: lineShape(said.line) } }
  return { verb, arguments: { ...said } }
}
