/** Give stairwells, or some of their floors, to another micro-grid. Its own inverse. */

import type { Span } from '../bands'
import { give, type Plan } from '../plan'
import * as why from '../refusals'
import { damage, locked, sources, unmovable } from './movable'

export interface Reassign {
  readonly spans: readonly Span[]
  /** null: to no grid. */
  readonly to: string | null
}

export function refusal(plan: Plan, { spans, to }: Reassign): why.Refusal | null {
  if (to !== null && !plan.grids.has(to)) return why.UNKNOWN_GRID
  const stuck = unmovable(plan, spans)
  if (stuck) return stuck
  if (locked(plan, to)) return why.LOCKED
  const origin = sources(plan, spans)
  if (origin.size === 1 && origin.has(to)) return why.NO_CHANGE
  return damage(plan, give(plan, spans, to), { gains: to, loses: origin })
}

export function perform(plan: Plan, { spans, to }: Reassign): Plan {
  return give(plan, spans, to)
}
