/** Two neighbouring micro-grids exchange dwellings in one step, as neither could alone. Its own inverse. */

import type { Span } from '../bands'
import { give, type Plan } from '../plan'
import * as why from '../refusals'
import { damage, sources, unmovable } from './movable'

export interface Swap {
  readonly these: readonly Span[]
  readonly those: readonly Span[]
}

export function refusal(plan: Plan, swapping: Swap): why.Refusal | null {
  const { these, those } = swapping
  const stuck = unmovable(plan, these) ?? unmovable(plan, those)
  if (stuck) return stuck
  const [here, there] = [[...sources(plan, these)], [...sources(plan, those)]]
  if (here.length === there.length && here.every((grid) => there.includes(grid))) return why.NO_CHANGE
  const [[one], [other]] = [here, there]
  if (here.length !== 1 || there.length !== 1 || one == null || other == null) return why.UNKNOWN_GRID
  const after = perform(plan, swapping)
  return damage(plan, after, { gains: one, loses: [] }) ?? damage(plan, after, { gains: other, loses: [] })
}

export function perform(plan: Plan, { these, those }: Swap): Plan {
  const [one] = sources(plan, these)
  const [other] = sources(plan, those)
  return give(give(plan, these, other!), those, one!)
}
