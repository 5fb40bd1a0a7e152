/** A plan as features of the map, and only those that have changed since it was last drawn. */

import { outline, polygonsOf } from '../../core/plan/arcs'
import { coloured } from '../../core/plan/colouring'
import type { Point, Rings } from '../../core/plan/geometry'
import { compoundOf, householdsOf, outlineOf, type Plan } from '../../core/plan/plan'
import { standing, type Standing } from '../../core/plan/rule'
import { toLonLat, type Plane } from '../../core/plan/wire'
import { walkOf } from '../../core/plan/walk'
import { GRID_TINTS, RULE_TINTS } from './tints'

export type Feature = GeoJSON.Feature<GeoJSON.Geometry, Record<string, unknown>>

export interface Wear {
  readonly night: boolean
  /** Colour by grid, or by how grids stand to the rule. */
  readonly by: 'grid' | 'rule'
  figure(households: number, standing: Standing): string
  short(name: string): string
}

export interface Drawn {
  readonly grids: readonly Feature[]
  readonly labels: readonly Feature[]
  readonly gone: readonly string[]
  readonly cells: readonly Feature[] | null
  readonly loose: readonly Feature[]
}

/** Remembers what it has drawn, so that an edit redraws two grids and not the city. */
export function openDrawing(plane: Plane) {
  let colours: ReadonlyMap<string, number> = new Map()
  let last: Plan | null = null
  let worn: Wear | null = null

  function corners(rings: Rings): [number, number][][] {
    return rings.map((ring) => ring.map((point) => toLonLat(plane, point)))
  }

  function area(key: string, polygons: readonly Rings[], properties: Record<string, unknown>): Feature {
    return { type: 'Feature', properties: { key, ...properties }, geometry: { type: 'MultiPolygon', coordinates: polygons.map(corners) } }
  }

  function tint(plan: Plan, grid: string | null, wear: Wear): string {
    const mood = wear.night ? 'night' : 'day'
    if (grid === null) return wear.night ? '#3a3f46' : '#e4e0d8'
    if (wear.by === 'rule') return RULE_TINTS[mood][standing(plan.rule, householdsOf(plan, grid))]
    return GRID_TINTS[mood][(colours.get(grid) ?? 0) % GRID_TINTS[mood].length]!
  }

  /** What has changed since the plan that was drawn last. */
  function draw(plan: Plan, wear: Wear): Drawn {
    const before = last && worn === wear ? last : null
    const sameGrids = before?.grids === plan.grids
    const old = colours
    if (!sameGrids || before?.ground.of !== plan.ground.of) colours = coloured(plan, colours, GRID_TINTS.day.length)
    const changed = [...plan.grids.keys()].filter((key) => {
      if (!before) return true
      const same = before.members.get(key) === plan.members.get(key) && householdsOf(before, key) === householdsOf(plan, key)
      return !same || before.ground !== plan.ground || before.grids.get(key) !== plan.grids.get(key) || old.get(key) !== colours.get(key)
    })
    const gone = before ? [...before.grids.keys()].filter((key) => !plan.grids.has(key)) : []
    const cells = before?.ground === plan.ground && before.bands === plan.bands ? null : cellsChanged(before, plan)
    last = plan
    worn = wear
    return {
      grids: changed.map((key) => gridFeature(plan, key, wear)),
      labels: changed.map((key) => labelFeature(plan, key, wear)),
      gone,
      cells,
      loose: [],
    }
  }

  function gridFeature(plan: Plan, key: string, wear: Wear): Feature {
    const stands = standing(plan.rule, householdsOf(plan, key))
    return area(key, polygonsOf(outlineOf(plan, key)), { tint: tint(plan, key, wear), standing: stands })
  }

  function labelFeature(plan: Plan, key: string, wear: Wear): Feature {
    const count = householdsOf(plan, key)
    const grid = plan.grids.get(key)!
    const { at, lowest } = middle(plan, key)
    return {
      type: 'Feature',
      properties: {
        key,
        name: `${grid.locked ? '🔒' : ''}${wear.short(grid.name)}`,
        figure: wear.figure(count, standing(plan.rule, count)),
        order: lowest,
      },
      geometry: { type: 'Point', coordinates: toLonLat(plane, at) },
    }
  }

  /** Where a grid's name stands; of grids one above the other the upper ones' a little further north. */
  function middle(plan: Plan, key: string): { at: Point; lowest: number } {
    const { medoid } = walkOf(plan, key)
    const lowest = Math.min(...(plan.members.get(key) ?? []).flatMap((unit) => plan.bands[unit]!.filter((band) => band.grid === key).map((band) => band.floor_lo)))
    const [x, y]: Point = medoid >= 0 ? plan.units[medoid]!.at : [0, 0]
    return { at: [x, y + (lowest > 1 ? 6 : 0)], lowest }
  }

  /** A mark at each grid about which remarks wait. */
  function remarks(plan: Plan, waiting: ReadonlyMap<string, readonly unknown[]>): Feature[] {
    return [...waiting].flatMap(([key, own]): Feature[] => {
      if (!plan.grids.has(key)) return []
      const coordinates = toLonLat(plane, middle(plan, key).at)
      return [{ type: 'Feature', properties: { key, count: own.length > 9 ? '9+' : String(own.length) }, geometry: { type: 'Point', coordinates } }]
    })
  }

  function cellsChanged(before: Plan | null, plan: Plan): Feature[] {
    const features: Feature[] = []
    plan.units.forEach((unit, i) => {
      const same = before && before.bands[i] === plan.bands[i] && before.ground === plan.ground
      if (!same) {
        const loose = plan.bands[i]!.some((band) => band.grid === null)
        features.push(area(unit.key, polygonsOf(outline(plan.ground, [i])), { loose }))
      }
    })
    return features
  }

  /** Every floor of every house in the colour of its grid, for the tilted map. */
  function stacked(plan: Plan, wear: Wear, parts: ReadonlyMap<string, readonly Rings[]>): Feature[] {
    return plan.units.flatMap((unit, i) =>
      plan.bands[i]!.map((band) =>
        area(`${unit.key} ${band.floor_lo}`, parts.get(unit.key) ?? [], { tint: tint(plan, band.grid, wear), low: band.floor_lo - 1, high: band.floor_hi }),
      ),
    )
  }

  /** Borders between two grids on the ground: what can be dragged. */
  function borders(plan: Plan): { lines: Feature[]; handles: Feature[] } {
    const lines: Feature[] = []
    const handles: Feature[] = []
    plan.ground.arcs.forEach((arc, number) => {
      if (arc.left < 0 || arc.right < 0 || plan.bands[arc.left]![0]!.grid === plan.bands[arc.right]![0]!.grid) return
      const line = arc.line.map((point) => toLonLat(plane, point))
      lines.push({ type: 'Feature', properties: { key: `${number}` }, geometry: { type: 'LineString', coordinates: line } })
      line.slice(1, -1).forEach((corner, i) =>
        handles.push({ type: 'Feature', properties: { key: `${number} ${i + 1}`, number }, geometry: { type: 'Point', coordinates: corner } }),
      )
    })
    return { lines, handles }
  }

  return { draw, stacked, borders, remarks, area, forget: () => (last = null), tint, compoundOf }
}
