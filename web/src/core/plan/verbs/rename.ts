/** Give a micro-grid another name. Its own inverse. */

import { withGrid, type Plan } from '../plan'
import * as why from '../refusals'

export interface Rename {
  readonly grid: string
  readonly name: string
}

export function refusal(plan: Plan, { grid, name }: Rename): why.Refusal | null {
  const now = plan.grids.get(grid)
  if (!now) return why.UNKNOWN_GRID
  if (now.locked) return why.LOCKED
  if (!name.trim()) return why.NAME_EMPTY
  if (now.name === name) return why.NO_CHANGE
  for (const other of plan.grids.values()) if (other.name === name) return why.NAME_TAKEN
  return null
}

export function perform(plan: Plan, { grid, name }: Rename): Plan {
  return withGrid(plan, { ...plan.grids.get(grid)!, name })
}
