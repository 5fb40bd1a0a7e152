/** Ground that two areas share, against what squared paper says. */

import { describe, expect, test } from 'vitest'
import type { Point, Ring, Rings } from '../../src/core/plan/geometry'
import { overlying } from '../../src/core/plan/overlying'
import { areaM2, sharedM2 } from '../../src/core/plan/shared'
import { town } from './town'

function box(west: number, south: number, east: number, north: number): Ring {
  return [[west, south], [east, south], [east, north], [west, north], [west, south]]
}

/** Three sides of a yard: its bay is open to the north. */
const YARD: Rings = [[[0, 0], [9, 0], [9, 9], [6, 9], [6, 3], [3, 3], [3, 9], [0, 9], [0, 0]]]
/** A house round a court. */
const COURT: Rings = [box(0, 0, 9, 9), box(3, 3, 6, 6)]

describe('shared ground', () => {
  test.each([
    ['apart', [box(0, 0, 2, 2)], [box(3, 0, 5, 2)], 0],
    ['wall to wall', [box(0, 0, 2, 2)], [box(2, 0, 5, 2)], 0],
    ['a corner', [box(0, 0, 2, 2)], [box(1, 1, 5, 5)], 1],
    ['one in the other', [box(0, 0, 9, 9)], [box(1, 1, 3, 4)], 6],
    ['the same', [box(0, 0, 4, 5)], [box(0, 0, 4, 5)], 20],
    ['in a bay', YARD, [box(3, 4, 6, 9)], 0],
    ['across a bay', YARD, [box(0, 4, 9, 6)], 12],
    ['in a court', COURT, [box(4, 4, 5, 5)], 0],
    ['across a court', COURT, [box(-1, 4, 10, 5)], 6],
  ] as const)('%s', (_, one, other, shared) => {
    expect(sharedM2([one], [other])).toBeCloseTo(shared, 9)
    expect(sharedM2([other], [one])).toBeCloseTo(shared, 9)
  })

  test('is the same whichever way the rings run, and wherever they begin', () => {
    const turned = COURT.map((ring, i) => {
      const open = ring.slice(1)
      const shifted: Point[] = [...open.slice(2), ...open.slice(0, 2)]
      const closed = [...shifted, shifted[0]!]
      return i ? closed : [...closed].reverse()
    })
    expect(sharedM2([turned], [[box(-1, 4, 10, 5)]])).toBeCloseTo(6, 9)
    expect(areaM2([turned])).toBe(72)
  })

  test('adds up over the parts of a building', () => {
    expect(sharedM2([[box(0, 0, 1, 1)], [box(5, 0, 6, 1)]], [[box(0, 0, 6, 1)]])).toBeCloseTo(2, 9)
  })
})

describe('a footprint over another house', () => {
  const plan = town({ map: 'aa aa' }) // houses of 10 by 10 m in squares of 20

  test('is seen with the houses that it lies over', () => {
    expect(overlying(plan, box(2, -12, 12, -2))).toEqual(['bu0-0'])
    expect(overlying(plan, box(10, -12, 30, -8))).toEqual(['bu0-0', 'bu0-1'])
    expect(overlying(plan, box(16, -12, 24, -2))).toEqual([])
  })

  test('may reach into a wall, and lies over nobody when it is that house drawn anew', () => {
    expect(overlying(plan, box(-5, -15, 5.4, -5))).toEqual([])
    expect(overlying(plan, box(-5, -15, 6, -5))).toEqual(['bu0-0'])
    expect(overlying(plan, box(4, -16, 16, -4), 'bu0-0')).toEqual([])
  })

  test('that was over its neighbour before may stay so, but not take more', () => {
    const [one, other] = [plan.buildings.get('bu0-0')!, plan.buildings.get('bu0-1')!]
    const lapping = { ...plan, buildings: new Map(plan.buildings).set(one.key, { ...one, footprint: [[box(5, -15, 30, -5)]] }) }
    expect(overlying(lapping, box(5, -15, 29, -5), one.key)).toEqual([])
    expect(overlying(lapping, box(5, -15, 31, -5), one.key)).toEqual([other.key])
  })
})
