/** Found a new micro-grid of chosen stairwells or floors. Undone by merging it away, or by giving its dwellings back. */

import type { Span } from '../bands'
import { pieces } from '../connected'
import { give, withGrid, type Plan } from '../plan'
import * as why from '../refusals'
import { damage, sources, unmovable } from './movable'

export interface Found {
  readonly spans: readonly Span[]
  readonly key: string
  readonly name: string
}

export function refusal(plan: Plan, founding: Found): why.Refusal | null {
  const { spans, key, name } = founding
  if (plan.grids.has(key)) return why.KEY_TAKEN
  if (!name.trim()) return why.NAME_EMPTY
  for (const grid of plan.grids.values()) if (grid.name === name) return why.NAME_TAKEN
  const stuck = unmovable(plan, spans)
  if (stuck) return stuck
  const after = perform(plan, founding)
  const broken = damage(plan, after, { gains: null, loses: sources(plan, spans) })
  if (broken) return broken
  return pieces(after, key) > 1 ? why.TEARS_APART : null
}

export function perform(plan: Plan, { spans, key, name }: Found): Plan {
  return withGrid(give(plan, spans, key), { key, name, code: null, locked: false })
}
