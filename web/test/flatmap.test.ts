/** A flat map keeps north up, shapes true, and everything on the sheet. */

import { describe, expect, test } from 'vitest'
import { flatMap, type Outline } from '../src/core/flatmap'

const square = (west: number, south: number, side: number): Outline => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, south],
      [west + side, south],
      [west + side, south + side],
      [west, south + side],
      [west, south],
    ],
  ],
})

function numbers(path: string): number[] {
  return (path.match(/-?[\d.]+/g) ?? []).map(Number)
}

describe('a flat map', () => {
  const map = flatMap([square(104, 30, 0.01)])

  test('shows everything inside its sheet', () => {
    const found = numbers(map.path(square(104, 30, 0.01)))
    expect(Math.min(...found)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...found)).toBeLessThanOrEqual(Math.max(map.width, map.height))
  })

  test('is narrower than high where a degree of longitude is shorter', () => {
    expect(map.width / map.height).toBeCloseTo(Math.cos((30 * Math.PI) / 180), 1)
  })

  test('has north at the top', () => {
    const [, south] = flatMap([square(104, 30, 0.01)]).middle(square(104, 30, 0.001))
    const [, north] = map.middle(square(104, 30.009, 0.001))
    expect(north).toBeLessThan(south)
  })

  test('draws every ring of several polygons', () => {
    const several = { type: 'MultiPolygon', coordinates: [square(104, 30, 0.001), square(104.002, 30, 0.001)].map((s) => s.coordinates) }
    expect(map.path(several).match(/M/g)).toHaveLength(2)
  })

  test('of nothing is still a map', () => {
    expect(flatMap([]).width).toBeGreaterThan(0)
  })
})
