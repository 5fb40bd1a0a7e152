/** How a grid stands to the household rule, and how a plan does as a whole. */

import type { Plan, Rule } from './plan'
import { householdsOf } from './plan'

export type Standing = 'below' | 'low' | 'fine' | 'high' | 'above'

/** Below or above the rule, near a limit of it, or well inside. */
export function standing({ least, most, target }: Rule, households: number): Standing {
  if (households < least) return 'below'
  if (households > most) return 'above'
  if (households < least + (target - least) / 4) return 'low'
  if (households > most - (most - target) / 4) return 'high'
  return 'fine'
}

export function isBroken(standing: Standing): boolean {
  return standing === 'below' || standing === 'above'
}

/** Households missing to the least or above the most; 0 inside the rule. */
export function excess({ least, most }: Rule, households: number): number {
  return Math.max(least - households, households - most, 0)
}

export interface Totals {
  readonly grids: number
  readonly households: number
  readonly unassigned: number
  readonly broken: number
  readonly missing: number
  /** Root of the mean squared distance from the target, in parts of the target: 0 is perfect balance. */
  readonly balance: number
}

export function totals(plan: Plan): Totals {
  let [households, broken, missing, squares] = [0, 0, 0, 0]
  for (const key of plan.grids.keys()) {
    const count = householdsOf(plan, key)
    const miss = excess(plan.rule, count)
    households += count
    broken += miss > 0 ? 1 : 0
    missing += miss
    squares += (count / plan.rule.target - 1) ** 2
  }
  const grids = plan.grids.size
  const balance = grids ? Math.sqrt(squares / grids) : 0
  return { grids, households, unassigned: householdsOf(plan, null), broken, missing, balance }
}
