import { expect, test } from 'vitest'
import { areaOf, tileAt, tilesOver } from '../src/patrol/area'

const LAYERS = [
  { url: '/t/building/{z}/{x}/{y}', minzoom: 14, maxzoom: 15 },
  { url: '/t/community/{z}/{x}/{y}', minzoom: 0, maxzoom: 13 },
]

test('a place lies in the tile of the usual grid', () => {
  expect(tileAt([0, 0], 1)).toEqual([1, 1])
  expect(tileAt([-180, 85], 2)).toEqual([0, 0])
  expect(tileAt([104.06, 30.67], 14)).toEqual([12927, 6724])
})

test('every layer is covered in the zooms that it has, the overview first', () => {
  const box = areaOf([[104.06, 30.67]])
  expect(box).not.toBeNull()
  const tiles = tilesOver(box!, LAYERS)
  expect(tiles[0]).toMatch(/^\/t\/community\/13\//)
  expect(tiles.filter((url) => url.includes('/building/14/')).length).toBeGreaterThan(0)
  expect(tiles.some((url) => url.includes('/community/14/') || url.includes('/building/13/'))).toBe(false)
  expect(tiles).toContain('/t/building/14/12927/6724')
  expect(new Set(tiles).size).toBe(tiles.length)
})

test('of an area that is too large only the overview is kept, and of none nothing', () => {
  const tiles = tilesOver([104, 30, 104.3, 30.3], LAYERS, 200)
  expect(tiles.length).toBeGreaterThan(0)
  expect(tiles.every((url) => url.includes('/13/'))).toBe(true)
  expect(areaOf([])).toBeNull()
})
