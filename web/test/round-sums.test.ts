import { expect, test } from 'vitest'
import { trackOf } from '../src/rounds/rounds'
import { bySums } from '../src/rounds/sums'

const at = '2026-11-20T02:00:00Z'

function unit(grid: string | null, passed: boolean, visited = false, notHome = 0) {
  return { micro_grid_id: grid, micro_grid: grid, community: '福汀社区', passed_at: passed ? at : null, visited_at: visited ? at : null, not_home: notHome }
}

test('grids are summed up, the least reached first', () => {
  const sums = bySums([unit('a', true, true), unit('a', true), unit('b', false, false, 2), unit('b', true), unit(null, false)])
  expect(sums.map(({ name, units, passed, visited, notHome }) => [name, units, passed, visited, notHome])).toEqual([
    [null, 1, 0, 0, 0],
    ['b', 2, 1, 0, 2],
    ['a', 2, 2, 1, 0],
  ])
})

test('a track falls apart into its lines, its stops and what is no part of it', () => {
  const shape = (part: string, type: string, coordinates: unknown) => ({ geometry: { type, coordinates }, properties: { part } })
  const found = trackOf({ features: [shape('line', 'LineString', [[1, 2], [3, 4]]), shape('stop', 'Point', [1, 2]), shape('left_out', 'Point', [9, 9])] })
  expect(found).toEqual({ lines: [[[1, 2], [3, 4]]], stops: [[1, 2]], leftOut: [[9, 9]] })
})
