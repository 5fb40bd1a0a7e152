/** Footprints in figures: beside a house, along its walls. */

import { describe, expect, test } from 'vitest'
import { buildable, footing, SIDES, sizeOf } from '../../src/core/plan/footing'
import { boxOf, ringArea, type Point, type Ring, type Rings } from '../../src/core/plan/geometry'
import { areaM2, sharedM2 } from '../../src/core/plan/shared'

const HOUSE: readonly Rings[] = [[[[10, 20], [34, 20], [34, 30], [10, 30], [10, 20]]]]

function turned(house: readonly Rings[], angle: number): readonly Rings[] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return house.map((rings) => rings.map((ring) => ring.map(([x, y]): Point => [cos * x - sin * y, sin * x + cos * y])))
}

function round(ring: Ring): number[] {
  return boxOf(ring).map((side) => Math.round(side * 1000) / 1000)
}

describe('a footprint in figures', () => {
  test('is as long and deep as its neighbour where nothing else is said', () => {
    expect(sizeOf(HOUSE)).toEqual({ long: 24, deep: 10 })
    expect(sizeOf([])).toEqual({ long: 0, deep: 0 })
  })

  test.each([
    ['east', [37, 21, 57, 29]],
    ['west', [-13, 21, 7, 29]],
    ['north', [12, 33, 32, 41]],
    ['south', [12, 9, 32, 17]],
    ['here', [12, 21, 32, 29]],
  ] as const)('stands %s of the house, three metres off', (side, where) => {
    expect(round(footing(HOUSE, [0, 0], side, 3, { long: 20, deep: 8 }))).toEqual(where)
  })

  test.each([0, 0.3, 1.2, 2, 3.5, 5.9])('follows the walls of a house that is turned by %f', (angle) => {
    const house = turned(HOUSE, angle)
    for (const side of SIDES) {
      const ring = footing(house, [0, 0], side, 3, { long: 20, deep: 8 })
      expect(Math.abs(ringArea(ring))).toBeCloseTo(160, 6)
      expect(sharedM2([[ring]], house)).toBeCloseTo(side === 'here' ? 160 : 0, 6)
    }
    expect(areaM2(house)).toBeCloseTo(240, 6)
  })

  test('stands about the point where only a point is known', () => {
    expect(round(footing([], [5, 5], 'here', 0, { long: 4, deep: 2 }))).toEqual([3, 4, 7, 6])
    expect(round(footing([], [5, 5], 'east', 1, { long: 4, deep: 2 }))).toEqual([6, 4, 10, 6])
  })

  test.each([
    [{ long: 20, deep: 8 }, 3, true],
    [{ long: 0.5, deep: 8 }, 3, false],
    [{ long: 20, deep: 800 }, 3, false],
    [{ long: 20, deep: 8 }, -1, false],
    [{ long: Number.NaN, deep: 8 }, 1, false],
  ])('somebody could build %j, %d m off: %s', (size, gap, fits) => {
    expect(buildable(size, gap)).toBe(fits)
  })
})
