/** Merge one micro-grid into a neighbour. The inverse of `split`. */

import { neighbours } from '../connected'
import { give, householdsOf, spansOf, withoutGrid, type Plan } from '../plan'
import * as why from '../refusals'
import { locked } from './movable'

export interface Merge {
  readonly absorbed: string
  readonly into: string
}

export function refusal(plan: Plan, { absorbed, into }: Merge): why.Refusal | null {
  if (!plan.grids.has(absorbed) || !plan.grids.has(into)) return why.UNKNOWN_GRID
  if (absorbed === into) return why.NO_CHANGE
  if (locked(plan, absorbed) || locked(plan, into)) return why.LOCKED
  if (!neighbours(plan, absorbed).has(into)) return why.NOT_ADJACENT
  const together = householdsOf(plan, absorbed) + householdsOf(plan, into)
  return together > plan.rule.most ? why.TOO_MANY_HOUSEHOLDS : null
}

export function perform(plan: Plan, { absorbed, into }: Merge): Plan {
  return withoutGrid(give(plan, spansOf(plan, absorbed), into), absorbed)
}
