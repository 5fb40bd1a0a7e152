/** Floors of a unit and whose they are: cut, given away, joined again. Floors are inclusive at both ends. */

/** Floors of a unit and the grid they belong to; null: to none yet. */
export interface Band {
  readonly floor_lo: number
  readonly floor_hi: number
  readonly grid: string | null
}

/** Floors of a named unit: what an edit moves. */
export interface Span {
  readonly unit: string
  readonly floor_lo: number
  readonly floor_hi: number
}

/** Bands of a unit with some floors given to a grid; bands of one grid that meet become one. */
export function painted(bands: readonly Band[], low: number, high: number, grid: string | null): readonly Band[] {
  const whole: Band[] = []
  function lay(from: number, to: number, owner: string | null): void {
    if (from > to) return
    const last = whole.at(-1)
    if (last && last.grid === owner) whole[whole.length - 1] = { floor_lo: last.floor_lo, floor_hi: to, grid: owner }
    else whole.push({ floor_lo: from, floor_hi: to, grid: owner })
  }
  for (const band of bands) {
    const from = Math.max(band.floor_lo, low)
    const to = Math.min(band.floor_hi, high)
    if (from > to) lay(band.floor_lo, band.floor_hi, band.grid)
    else {
      lay(band.floor_lo, from - 1, band.grid)
      lay(from, to, grid)
      lay(to + 1, band.floor_hi, band.grid)
    }
  }
  return whole
}

interface Counted {
  readonly households: number
  readonly floor_lo: number
  readonly floor_hi: number
  readonly floor_households: readonly number[]
}

/** Households behind some floors of a unit; spread evenly over its floors where nobody counted them. */
export function behind(unit: Counted, low: number, high: number): number {
  if (low === unit.floor_lo && high === unit.floor_hi) return unit.households
  const from = low - unit.floor_lo
  const to = high - unit.floor_lo + 1
  if (unit.floor_households.length) return unit.floor_households.slice(from, to).reduce((sum, count) => sum + count, 0)
  return upTo(unit, to) - upTo(unit, from)
}

/** Households below the nth floor, rounded to whole ones as geo/topology/adjacency.py does. */
function upTo({ households, floor_lo, floor_hi }: Counted, n: number): number {
  const floors = floor_hi - floor_lo + 1
  return Math.floor((2 * households * n + floors) / (2 * floors))
}
