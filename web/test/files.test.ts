// Where the map opens on a file's shapes, and whose list a layer is.

import { expect, test } from 'vitest'
import { sourceOf, viewOf } from '../src/files/files'

const point = (longitude: number, latitude: number) => ({ type: 'Point', coordinates: [longitude, latitude] })

test('a layer fills the map, whatever its shapes are', () => {
  const ring = [[[104, 30], [104.02, 30], [104.02, 30.02], [104, 30]]]
  const view = viewOf([{ type: 'Polygon', coordinates: ring }, point(104.02, 30.01)])
  expect(view?.longitude).toBeCloseTo(104.01)
  expect(view?.latitude).toBeCloseTo(30.005)
  expect(view?.zoom).toBeCloseTo(14.46, 1)
})

test('one slip of many does not move the map away', () => {
  const many = Array.from({ length: 40 }, (_, n) => point(104 + n / 1000, 30))
  const view = viewOf([...many, point(0, 0)])
  expect(view?.longitude).toBeCloseTo(104.02, 1)
  expect(view?.latitude).toBe(30)
})

test('a single place is seen from near, and nothing from nowhere', () => {
  expect(viewOf([point(104, 30)])?.zoom).toBe(17)
  expect(viewOf([])).toBeNull()
})

test('layers of one file are lists of their own, unless somebody has named them', () => {
  const layers = ['a', 'b'].map((name) => ({ name, rows: 1, shapes: 'areas', columns: [], sample: [], purpose: 'building' as const, guesses: {} }))
  expect(sourceOf({ source: 'c.gpkg', file_name: 'c.gpkg', layers }, 'b')).toBe('c.gpkg · b')
  expect(sourceOf({ source: 'c.gpkg · a', file_name: 'c.gpkg', layers }, 'b')).toBe('c.gpkg · b')
  expect(sourceOf({ source: 'c.gpkg', file_name: 'c.gpkg', layers: layers.slice(1) }, 'b')).toBe('c.gpkg')
  expect(sourceOf({ source: 'bureau', file_name: 'c.gpkg', layers }, 'b')).toBe('bureau')
})
