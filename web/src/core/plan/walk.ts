/** How far a volunteer walks: from the dwelling in the middle of a grid to every household, as the objective counts it. */

import { behind } from './bands'
import { atomsOf, type Plan } from './plan'

/** A floor is three metres, and a metre of height counts as half a metre walked (geo/partition/objective.py). */
const CLIMB_M = 1.5

export interface Walk {
  /** The unit in the middle, by number; -1 for an empty grid. */
  readonly medoid: number
  /** Metres to the average household. */
  readonly mean: number
  /** Metres to the farthest dwelling. */
  readonly farthest: number
}

export function walkOf(plan: Plan, grid: string | null): Walk {
  const places = atomsOf(plan, grid).map(({ unit, place }) => {
    const { at } = plan.units[unit]!
    const { floor_lo, floor_hi } = plan.bands[unit]![place]!
    const households = behind(plan.units[unit]!, floor_lo, floor_hi)
    return { unit, households, x: at[0], y: at[1], z: (CLIMB_M * (floor_lo + floor_hi - 1)) / 2 }
  })
  const all = places.reduce((sum, { households }) => sum + households, 0)
  let best = { medoid: -1, total: Infinity, farthest: 0 }
  for (const middle of places) {
    let [total, farthest] = [0, 0]
    for (const { x, y, z, households } of places) {
      const metres = Math.hypot(x - middle.x, y - middle.y, z - middle.z)
      total += households * metres
      if (metres > farthest) farthest = metres
      if (total >= best.total) break
    }
    if (total < best.total) best = { medoid: middle.unit, total, farthest }
  }
  return { medoid: best.medoid, mean: all && best.medoid >= 0 ? best.total / all : 0, farthest: best.farthest }
}
