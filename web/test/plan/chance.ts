/** Numbers that look random and are the same for the same seed (mulberry32). */

export interface Chance {
  /** From 0 up to, but not including, 1. */
  real(): number
  /** From 0 up to, but not including, `n`. */
  below(n: number): number
  pick<Item>(items: readonly Item[]): Item
}

export function chance(seed: number): Chance {
  let state = seed >>> 0
  function real(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = (n: number): number => Math.floor(real() * n)
  return { real, below, pick: (items) => items[below(items.length)]! }
}
