/** The planner's choice: weights kept sane, and who moves between two plans. */

import { describe, expect, test } from 'vitest'
import { said, USUAL, weighed } from '../src/core/plan/leanings'
import { movedBetween } from '../src/core/plan/moved'
import { perform } from '../src/core/plan/operations'
import { town } from './plan/town'

describe('weights', () => {
  test('as usual are not said', () => {
    expect(said(USUAL)).toBeNull()
    expect(said(weighed(USUAL, 'short_walks', 2))).toEqual({ ...USUAL, short_walks: 2 })
  })

  test('stay between nothing and four times', () => {
    expect(weighed(USUAL, 'few_grids', -1).few_grids).toBe(0)
    expect(weighed(USUAL, 'few_grids', 99).few_grids).toBe(4)
    expect(weighed(USUAL, 'few_grids', Number.NaN).few_grids).toBe(1)
  })
})

describe('between two plans', () => {
  const plan = town({ map: 'aabb aabb' })

  test('nobody moves where nothing changed', () => {
    expect(movedBetween(plan, plan)).toEqual({ units: [], households: 0 })
  })

  test('those move who get another grid, and nobody else', () => {
    const moved = perform(plan, { verb: 'reassign', arguments: { spans: [{ unit: 'u0-1', floor_lo: 1, floor_hi: 6 }], to: 'b' } })
    if (!moved.ok) throw new Error(moved.reason.en)
    expect(movedBetween(plan, moved.value)).toEqual({ units: ['u0-1'], households: 10 })
  })

  test('a grid under another key is the same grid', () => {
    const renamed = town({ map: 'ccbb ccbb' })
    expect(movedBetween(plan, renamed).units).toEqual([])
  })

  test('of a grid that was divided only the smaller part moves', () => {
    expect(movedBetween(town({ map: 'aaaa' }), town({ map: 'aaab' })).units).toEqual(['u0-3'])
  })
})
