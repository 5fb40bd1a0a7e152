/** Colours for grids so that neighbours differ: numbers, which the map turns into tints. */

import type { Plan } from './plan'

/** The colour of each grid; those that had one keep it unless a neighbour has come to wear the same. */
export function coloured(plan: Plan, before: ReadonlyMap<string, number>, colours: number): ReadonlyMap<string, number> {
  const near = touching(plan)
  const worn = new Map<string, number>()
  const keys = [...plan.grids.keys()].sort((a, b) => Number(before.has(b)) - Number(before.has(a)))
  for (const key of keys) {
    const taken = new Set([...(near.get(key) ?? [])].map((other) => worn.get(other)))
    const own = before.get(key)
    worn.set(key, own !== undefined && !taken.has(own) ? own : leastWorn(worn, taken, colours))
  }
  return worn
}

function leastWorn(worn: ReadonlyMap<string, number>, taken: ReadonlySet<number | undefined>, colours: number): number {
  const counts = Array.from({ length: colours }, () => 0)
  for (const colour of worn.values()) counts[colour]! += 1
  const free = counts.map((_, colour) => colour).filter((colour) => !taken.has(colour))
  const choice = free.length ? free : counts.map((_, colour) => colour)
  return choice.reduce((best, colour) => (counts[colour]! < counts[best]! ? colour : best))
}

/** Grids whose ground meets along a border, and those that stand on one another. */
function touching({ ground, bands }: Plan): Map<string, Set<string>> {
  const near = new Map<string, Set<string>>()
  function meet(a: string | null | undefined, b: string | null | undefined): void {
    if (a == null || b == null || a === b) return
    for (const [one, other] of [[a, b], [b, a]] as const) {
      const known = near.get(one)
      if (known) known.add(other)
      else near.set(one, new Set([other]))
    }
  }
  for (const { left, right } of ground.arcs) {
    if (right < 0 || left < 0) continue
    for (const { grid } of bands[left]!) for (const other of bands[right]!) meet(grid, other.grid)
  }
  for (const stack of bands) for (let i = 1; i < stack.length; i++) meet(stack[i - 1]!.grid, stack[i]!.grid)
  return near
}
