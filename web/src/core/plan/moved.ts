/** Who lives in another grid in the second of two plans: grids are the same where they share most households. */

import { behind } from './bands'
import type { Plan } from './plan'

export interface Moved {
  readonly units: readonly string[]
  readonly households: number
}

export function movedBetween(left: Plan, right: Plan): Moved {
  const shares = sharesOf(left, right)
  const twin = twins(shares)
  const units = new Set<string>()
  let households = 0
  for (const { from, to, unit, count } of shares) {
    if (from === to || (from !== null && twin.get(from) === to)) continue
    units.add(unit)
    households += count
  }
  return { units: [...units], households }
}

interface Share {
  readonly from: string | null
  readonly to: string | null
  readonly unit: string
  readonly count: number
}

/** Floors of one unit that lie in one grid each of both plans. */
function sharesOf(left: Plan, right: Plan): Share[] {
  return left.units.flatMap((unit, i) => {
    const other = right.number.get(unit.key)
    if (other === undefined) return []
    return left.bands[i]!.flatMap((one) =>
      right.bands[other]!.flatMap((two) => {
        const [low, high] = [Math.max(one.floor_lo, two.floor_lo), Math.min(one.floor_hi, two.floor_hi)]
        return low > high ? [] : [{ from: one.grid, to: two.grid, unit: unit.key, count: behind(unit, low, high) }]
      }),
    )
  })
}

/** The grid of the second plan that continues each of the first, the largest common part first, none twice. */
function twins(shares: readonly Share[]): ReadonlyMap<string, string> {
  const common = new Map<string, { from: string; to: string; count: number }>()
  for (const { from, to, count } of shares) {
    if (from === null || to === null) continue
    const pair = common.get(`${from} ${to}`) ?? { from, to, count: 0 }
    common.set(`${from} ${to}`, { ...pair, count: pair.count + count })
  }
  const twin = new Map<string, string>()
  const taken = new Set<string>()
  for (const { from, to } of [...common.values()].sort((a, b) => b.count - a.count)) {
    if (twin.has(from) || taken.has(to)) continue
    twin.set(from, to)
    taken.add(to)
  }
  return twin
}
