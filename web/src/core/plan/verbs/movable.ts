/** Whether dwellings may go from grid to grid: the questions that the verbs of reassignment share. */

import type { Span } from '../bands'
import { pieces } from '../connected'
import type { Plan } from '../plan'
import * as why from '../refusals'
import type { Refusal } from '../refusals'

/** Why these floors may not leave where they are: unknown, or in a locked grid. */
export function unmovable(plan: Plan, spans: readonly Span[]): Refusal | null {
  if (!spans.length) return why.NOTHING_CHOSEN
  for (const span of spans) {
    const number = plan.number.get(span.unit)
    if (number === undefined) return why.UNKNOWN_UNIT
    const unit = plan.units[number]!
    const inside = unit.floor_lo <= span.floor_lo && span.floor_lo <= span.floor_hi && span.floor_hi <= unit.floor_hi
    if (!inside || !Number.isInteger(span.floor_lo) || !Number.isInteger(span.floor_hi)) return why.UNKNOWN_FLOOR
  }
  return [...sources(plan, spans)].some((grid) => locked(plan, grid)) ? why.LOCKED : null
}

/** Whether a grid may not change. */
export function locked(plan: Plan, grid: string | null): boolean {
  return grid !== null && plan.grids.get(grid)!.locked
}

/** The grids from which these floors come. */
export function sources(plan: Plan, spans: readonly Span[]): Set<string | null> {
  const found = new Set<string | null>()
  for (const span of spans) {
    for (const band of plan.bands[plan.number.get(span.unit)!]!) {
      if (band.floor_lo <= span.floor_hi && span.floor_lo <= band.floor_hi) found.add(band.grid)
    }
  }
  return found
}

/** What an edit would break: a grid left empty, grown where it does not touch, or torn apart. */
export function damage(
  before: Plan,
  after: Plan,
  { gains, loses }: { gains: string | null; loses: Iterable<string | null> },
): Refusal | null {
  const losers = [...loses].filter((grid) => grid !== null && grid !== gains).sort() as string[]
  for (const grid of losers) {
    if (!after.members.has(grid)) return why.LAST_DWELLING
    if (pieces(after, grid) > Math.max(pieces(before, grid), 1)) return why.TEARS_APART
  }
  if (gains === null) return null
  const stood = before.grids.has(gains) ? pieces(before, gains) : 1
  return pieces(after, gains) > Math.max(stood, 1) ? why.NOT_ADJACENT : null
}
