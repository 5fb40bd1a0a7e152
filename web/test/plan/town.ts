/** A town on squared paper: every square a stairwell, drawn by letters that name the grids. A tower's square is a digit. */

import type { Band } from '../../src/core/plan/bands'
import type { Point } from '../../src/core/plan/geometry'
import { planOf, type Plan, type PlanData } from '../../src/core/plan/plan'

const SIDE_M = 20
const FLOORS = 6
export const RULE = { least: 30, most: 100, target: 70 }

export interface Drawing {
  /** Rows from north to south; squares of one letter are a grid, `.` belongs to none. */
  readonly map: string
  /** The same for compounds; one compound where it is left out. */
  readonly compounds?: string
  readonly households?: number
  /** Units by key with counts of their own. */
  readonly counts?: Readonly<Record<string, number>>
}

/** `u<row><column>` are the units' keys, `b…` those of their buildings. */
export function town({ map, compounds, households = 10, counts = {} }: Drawing): Plan {
  return planOf(townData({ map, ...(compounds ? { compounds } : {}), households, counts }))
}

export function townData({ map, compounds, households = 10, counts = {} }: Drawing): PlanData {
  const rows = rowsOf(map)
  const homes = compounds ? rowsOf(compounds) : rows.map((row) => row.replace(/./g, 'C'))
  const squares = rows.flatMap((row, r) => [...row].map((grid, c) => ({ r, c, grid, home: homes[r]![c]! })))
  const keys = new Set(squares.map(({ r, c }) => keyAt(r, c)))
  const units = squares.map(({ r, c, grid }) => {
    const key = keyAt(r, c)
    const bands: Band[] = [{ floor_lo: 1, floor_hi: FLOORS, grid: grid === '.' ? null : grid }]
    const at: Point = [(c + 0.5) * SIDE_M, -(r + 0.5) * SIDE_M]
    const site = { key, name: key, building: `b${key}`, households: counts[key] ?? households }
    return { ...site, floor_lo: 1, floor_hi: FLOORS, floor_households: [], at, cell: [[square(r, c, 0)]], bands }
  })
  return {
    rule: RULE,
    compounds: [...new Set(squares.map(({ home }) => home))].map((key) => ({ key, name: key })),
    buildings: squares.map(({ r, c, home }) => {
      const key = keyAt(r, c)
      return { key: `b${key}`, name: key, compound: home, footprint: [[square(r, c, 5)]] }
    }),
    units,
    edges: squares.flatMap(({ r, c }) => {
      const beside = [keyAt(r, c + 1), keyAt(r + 1, c)].filter((key) => keys.has(key))
      return beside.map((key) => [keyAt(r, c), key] as const)
    }),
    grids: [...new Set(squares.map(({ grid }) => grid).filter((grid) => grid !== '.'))].map((key) => {
      return { key, name: `第${key}格`, code: null, locked: false }
    }),
  }
}

function rowsOf(map: string): string[] {
  return map.trim().split(/\s+/)
}

export function keyAt(r: number, c: number): string {
  return `u${r}-${c}`
}

function square(r: number, c: number, inset: number): Point[] {
  const [west, east] = [c * SIDE_M + inset, (c + 1) * SIDE_M - inset]
  const [north, south] = [-r * SIDE_M - inset, -(r + 1) * SIDE_M + inset]
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ]
}

/** A large town of `rows` × `columns` squares in blocks of 2 × 4. */
export function largeTown(rows: number, columns: number): Plan {
  const line = (r: number): string =>
    Array.from({ length: columns }, (_, c) => String.fromCodePoint(0x4e00 + Math.floor(r / 2) * 200 + Math.floor(c / 4))).join('')
  return town({ map: Array.from({ length: rows }, (_, r) => line(r)).join('\n'), households: 9 })
}
