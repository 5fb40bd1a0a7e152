/** Lock a micro-grid so that neither hand nor machine changes it, or unlock it. Its own inverse. */

import { withGrid, type Plan } from '../plan'
import * as why from '../refusals'

export interface Lock {
  readonly grid: string
  readonly locked: boolean
}

export function refusal(plan: Plan, { grid, locked }: Lock): why.Refusal | null {
  const now = plan.grids.get(grid)
  if (!now) return why.UNKNOWN_GRID
  return now.locked === locked ? why.NO_CHANGE : null
}

export function perform(plan: Plan, { grid, locked }: Lock): Plan {
  return withGrid(plan, { ...plan.grids.get(grid)!, locked })
}
