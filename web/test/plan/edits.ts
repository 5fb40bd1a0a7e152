/** Made-up edits of every verb, sensible and senseless, for the tests that try everything. */

import { between } from '../../src/core/plan/arcs'
import type { Span } from '../../src/core/plan/bands'
import { neighbours } from '../../src/core/plan/connected'
import type { Point } from '../../src/core/plan/geometry'
import type { Operation, VerbName } from '../../src/core/plan/operations'
import { spansOf, type Plan } from '../../src/core/plan/plan'
import type { Chance } from './chance'

const VERBS: readonly VerbName[] = [
  ...(['reassign', 'reassign', 'reassign', 'merge', 'found', 'split', 'split_floors', 'swap'] as const),
  ...(['reshape', 'transfer', 'rename', 'lock', 'lock', 'edit_adjacency'] as const),
]

export function madeUp(plan: Plan, by: Chance, serial: number): Operation {
  const grids = [...plan.grids.keys()]
  const grid = by.pick(grids)
  const near = [...neighbours(plan, grid)]
  const other = near.length && by.real() < 0.9 ? by.pick(near) : by.pick(grids)
  const fresh = { key: `new${serial}`, name: `新${serial}` }
  switch (by.pick(VERBS)) {
    case 'reassign':
      return { verb: 'reassign', arguments: { spans: some(plan, by, grid), to: by.real() < 0.05 ? null : other } }
    case 'merge':
      return { verb: 'merge', arguments: { absorbed: grid, into: other } }
    case 'found':
      return { verb: 'found', arguments: { spans: some(plan, by, grid), ...fresh } }
    case 'split':
      return { verb: 'split', arguments: { grid, line: cut(plan, by, grid), ...fresh } }
    case 'split_floors':
      return { verb: 'split_floors', arguments: { grid, floor: by.below(8), ...fresh } }
    case 'swap':
      return { verb: 'swap', arguments: { these: some(plan, by, grid), those: some(plan, by, other) } }
    case 'reshape':
      return { verb: 'reshape', arguments: dragged(plan, by) }
    case 'transfer': {
      const building = by.pick([...plan.buildings.keys()])
      return { verb: 'transfer', arguments: { building, compound: by.pick([...plan.compounds.keys()]), to: other } }
    }
    case 'rename':
      return { verb: 'rename', arguments: { grid, name: by.pick(['', fresh.name, plan.grids.get(other)!.name]) } }
    case 'lock':
      return { verb: 'lock', arguments: { grid, locked: by.real() < 0.2 } }
    case 'edit_adjacency': {
      const [a, b] = [by.pick(plan.units).key, by.pick(plan.units).key]
      return { verb: 'edit_adjacency', arguments: { a, b, joined: by.real() < 0.5 } }
    }
  }
}

/** What no verb can make sense of: names of nothing, numbers that are none, lines without length. */
export function malformed(plan: Plan, by: Chance): Operation {
  const grid = by.pick([...plan.grids.keys()])
  const unit = by.pick(plan.units).key
  return by.pick<Operation>([
    { verb: 'merge', arguments: { absorbed: 'nowhere', into: grid } },
    { verb: 'reassign', arguments: { spans: [{ unit, floor_lo: NaN, floor_hi: 2 }], to: grid } },
    { verb: 'reassign', arguments: { spans: [{ unit, floor_lo: 1.5, floor_hi: 2 }], to: 'nowhere' } },
    { verb: 'found', arguments: { spans: [], key: 'x', name: ' ' } },
    { verb: 'split', arguments: { grid, line: [[0, 0]], key: 'x', name: 'x' } },
    { verb: 'split', arguments: { grid, line: [[0, 0], [NaN, 1]], key: 'x', name: 'x' } },
    { verb: 'split_floors', arguments: { grid, floor: 10_000, key: 'x', name: 'x' } },
    { verb: 'swap', arguments: { these: [], those: [] } },
    { verb: 'reshape', arguments: { a: unit, b: unit, line: [] } },
    { verb: 'reshape', arguments: { a: unit, b: 'nowhere', line: [[0, 0], [Infinity, 0]] } },
    { verb: 'transfer', arguments: { building: 'nowhere', compound: 'C', to: grid } },
    { verb: 'lock', arguments: { grid: 'nowhere', locked: true } },
    { verb: 'edit_adjacency', arguments: { a: unit, b: unit, joined: true } },
  ])
}

/** One to three spans of a grid, sometimes only some of the floors, now and then nonsense. */
function some(plan: Plan, by: Chance, grid: string): Span[] {
  if (by.real() < 0.02) return [{ unit: 'nowhere', floor_lo: 1, floor_hi: 1 }]
  const spans = spansOf(plan, grid)
  return Array.from({ length: by.real() < 0.02 ? 0 : 1 + by.below(2) }, () => {
    const span = by.pick(spans)
    if (by.real() < 0.6) return span
    const floor = span.floor_lo + by.below(span.floor_hi - span.floor_lo + 1)
    return { ...span, floor_lo: floor, floor_hi: by.real() < 0.02 ? 99 : span.floor_hi }
  })
}

function cut(plan: Plan, by: Chance, grid: string): Point[] {
  const [one, other] = [0, 1].map(() => plan.units[plan.number.get(by.pick(spansOf(plan, grid)).unit)!]!.at)
  const off = (point: Point): Point => [point[0] + by.real() * 30 - 15, point[1] + by.real() * 30 - 15]
  return [off(one!), off(other!)]
}

function dragged(plan: Plan, by: Chance): { a: string; b: string; line: Point[] } {
  const one = by.below(plan.units.length)
  const other = plan.edges[one]!.length ? by.pick(plan.edges[one]!) : by.below(plan.units.length)
  const [arc] = between(plan.ground, one, other)
  const ends = arc?.line ?? [[0, 0] as Point, [1, 1] as Point]
  const [from, to] = [ends[0]!, ends.at(-1)!]
  const middle: Point = [(from[0] + to[0]) / 2 + by.real() * 12 - 6, (from[1] + to[1]) / 2 + by.real() * 12 - 6]
  const line = by.real() < 0.3 ? [...ends] : [from, middle, to]
  return { a: plan.units[one]!.key, b: plan.units[other]!.key, line }
}
