/** Split a tower's micro-grid by floors: from one floor upwards it becomes a grid of its own. Undone by `merge`. */

import type { Span } from '../bands'
import { spansOf, type Plan } from '../plan'
import * as why from '../refusals'
import * as found from './found'

export interface SplitFloors {
  readonly grid: string
  readonly floor: number
  readonly key: string
  readonly name: string
}

export function refusal(plan: Plan, { grid, floor, key, name }: SplitFloors): why.Refusal | null {
  if (!plan.grids.has(grid)) return why.UNKNOWN_GRID
  const upper = above(plan, grid, floor)
  const all = spansOf(plan, grid)
  const whole = upper.length === all.length && upper.every((span, i) => span.floor_lo === all[i]!.floor_lo)
  if (!upper.length || whole) return why.UNKNOWN_FLOOR
  return found.refusal(plan, { spans: upper, key, name })
}

export function perform(plan: Plan, { grid, floor, key, name }: SplitFloors): Plan {
  return found.perform(plan, { spans: above(plan, grid, floor), key, name })
}

/** Floors of the grid from `floor` upwards. */
export function above(plan: Plan, grid: string, floor: number): Span[] {
  return spansOf(plan, grid)
    .filter((span) => span.floor_hi >= floor)
    .map((span) => ({ ...span, floor_lo: Math.max(span.floor_lo, floor) }))
}
