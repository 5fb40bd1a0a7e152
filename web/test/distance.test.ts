import { expect, test } from 'vitest'
import { distanceM } from '../src/core/distance'

test('a degree of latitude is 111 km, one of longitude shrinks with the cosine', () => {
  expect(distanceM([104, 30], [104, 31])).toBeCloseTo(111_195, -1)
  expect(distanceM([104, 60], [105, 60])).toBeCloseTo(111_195 / 2, -2)
  expect(distanceM([104, 30], [104, 30])).toBe(0)
  expect(distanceM([-179.5, 0], [179.5, 0])).toBeCloseTo(111_195, -1)
})
