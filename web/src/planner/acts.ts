/** What can be done with what is chosen, each act with the reason why not. */

import { between } from '../core/plan/arcs'
import type { Span } from '../core/plan/bands'
import { neighbours } from '../core/plan/connected'
import { distance, type Point } from '../core/plan/geometry'
import { refusal, type Operation } from '../core/plan/operations'
import { compoundOf, householdsOf, type Plan } from '../core/plan/plan'
import type { Refusal } from '../core/plan/refusals'
import { behind } from '../core/plan/bands'

export interface Act {
  readonly operation: Operation
  readonly refusal: Refusal | null
  /** Households of the grid that gains, afterwards. */
  readonly after: number
}

export function act(plan: Plan, operation: Operation, after = 0): Act {
  return { operation, refusal: refusal(plan, operation), after }
}

export function householdsIn(plan: Plan, spans: readonly Span[]): number {
  return spans.reduce((sum, { unit, floor_lo, floor_hi }) => sum + behind(plan.units[plan.number.get(unit)!]!, floor_lo, floor_hi), 0)
}

/** The grids from which some floors come; null among them where some belong to none. */
export function gridsOf(plan: Plan, spans: readonly Span[]): (string | null)[] {
  const found = new Set<string | null>()
  for (const { unit, floor_lo, floor_hi } of spans) {
    for (const band of plan.bands[plan.number.get(unit)!]!) {
      if (band.floor_lo <= floor_hi && floor_lo <= band.floor_hi) found.add(band.grid)
    }
  }
  return [...found]
}

/** Giving the chosen floors to each grid near them; those that may come first. */
export function gifts(plan: Plan, spans: readonly Span[]): (Act & { to: string })[] {
  const near = new Set<string>()
  for (const grid of gridsOf(plan, spans)) if (grid) for (const other of neighbours(plan, grid)) near.add(other)
  for (const { unit } of spans) {
    for (const other of plan.edges[plan.number.get(unit)!]!) for (const { grid } of plan.bands[other]!) if (grid) near.add(grid)
  }
  const moved = householdsIn(plan, spans)
  return [...near]
    .map((to) => ({ to, ...act(plan, { verb: 'reassign', arguments: { spans, to } }, householdsOf(plan, to) + moved) }))
    .filter(({ refusal: reason }) => reason?.code !== 'no-change')
    .sort((a, b) => Number(!!a.refusal) - Number(!!b.refusal) || a.after - b.after)
}

export function merges(plan: Plan, grid: string): (Act & { into: string })[] {
  return [...neighbours(plan, grid)].map((into) => ({
    into,
    ...act(plan, { verb: 'merge', arguments: { absorbed: grid, into } }, householdsOf(plan, grid) + householdsOf(plan, into)),
  }))
}

/** Giving a building to each compound next door, and to each grid there that it touches. */
export function transfers(plan: Plan, building: string): (Act & { to: string; compound: string })[] {
  const own = plan.units.flatMap((unit, i) => (unit.building === building ? [i] : []))
  const home = plan.buildings.get(building)!.compound
  const targets = new Map<string, string>()
  for (const unit of own) {
    for (const arc of plan.ground.of[unit]!) {
      for (const other of [plan.ground.arcs[arc]!.left, plan.ground.arcs[arc]!.right]) {
        if (other < 0 || compoundOf(plan, other) === home) continue
        for (const { grid } of plan.bands[other]!) if (grid) targets.set(grid, compoundOf(plan, other))
      }
    }
  }
  return [...targets].map(([to, compound]) => ({ to, compound, ...act(plan, { verb: 'transfer', arguments: { building, compound, to } }, householdsOf(plan, to)) }))
}

/** The border between two units with its middle moved by some metres; null where they share none. */
export function nudged(plan: Plan, a: string, b: string, by: Point): Operation | null {
  const [one, other] = [plan.number.get(a)!, plan.number.get(b)!]
  const longest = between(plan.ground, one, other).sort((x, y) => reach(y.line) - reach(x.line))[0]
  if (!longest) return null
  const { line } = longest
  const middle = line.length > 2 ? line.slice(1, -1) : [[(line[0]![0] + line[1]![0]) / 2, (line[0]![1] + line[1]![1]) / 2] as Point]
  const moved = middle.map(([x, y]): Point => [x + by[0], y + by[1]])
  return { verb: 'reshape', arguments: { a, b, line: [line[0]!, ...moved, line.at(-1)!] } }
}

function reach(line: readonly Point[]): number {
  return distance(line[0]!, line.at(-1)!)
}
