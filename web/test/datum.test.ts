/** A base map in GCJ-02 or BD-09 is moved to where it belongs, to a fraction of a pixel. */

import { describe, expect, test } from 'vitest'
import { onDatum } from '../src/core/datum'
import { mosaic } from '../src/core/mosaic'
import type { Position } from '../src/core/place'

const SHANGHAI: Position = [121.4737, 31.2304]

function metresBetween([a, b]: Position, [c, d]: Position): number {
  return Math.hypot((c - a) * 111_320 * Math.cos((b * Math.PI) / 180), (d - b) * 110_950)
}

describe('a datum', () => {
  test('leaves true positions alone', () => {
    expect(onDatum(SHANGHAI, 'wgs84')).toEqual(SHANGHAI)
    expect(onDatum(SHANGHAI, 'cgcs2000')).toEqual(SHANGHAI)
  })

  test.each([
    ['Lanzhou', [103.8343, 36.0611], 219],
    ['Chengdu', [104.0665, 30.5723], 361],
    ['Changchun', [125.3235, 43.8171], 588],
  ] as const)('GCJ-02 lies as far off in %s as was measured there', (_city, at, metres) => {
    expect(metresBetween(at, onDatum(at, 'gcj02'))).toBeGreaterThan(metres - 30)
    expect(metresBetween(at, onDatum(at, 'gcj02'))).toBeLessThan(metres + 30)
  })

  test('BD-09 lies more than 900 m off', () => {
    expect(metresBetween(SHANGHAI, onDatum(SHANGHAI, 'bd09'))).toBeGreaterThan(900)
  })

  test('has no offset outside China', () => {
    expect(onDatum([2.35, 48.86], 'gcj02')).toEqual([2.35, 48.86])
  })
})

describe('a mosaic', () => {
  const tile = { z: 16, x: 51712, y: 26900 }

  test('of a true base map is the tile itself', () => {
    expect(mosaic(tile, 'wgs84', 256)).toEqual([{ ...tile, left: 0, top: 0 }])
  })

  test('of a shifted base map covers every pixel of the true tile', () => {
    const pieces = mosaic(tile, 'gcj02', 256)
    const covered = pieces.reduce((sum, { left, top }) => sum + shown(left) * shown(top), 0)
    expect(covered).toBe(256 * 256)
    expect(pieces.length).toBeGreaterThan(1)
  })

  test('fits its neighbour to a pixel', () => {
    const here = mosaic(tile, 'gcj02', 256).find(({ x }) => x === tile.x + 1)
    const next = mosaic({ ...tile, x: tile.x + 1 }, 'gcj02', 256).find(({ x }) => x === tile.x + 1)
    expect(here && next).toBeTruthy()
    expect(Math.abs((here?.left ?? 0) - 256 - (next?.left ?? 0))).toBeLessThanOrEqual(1)
  })

  function shown(offset: number): number {
    return 256 - Math.abs(offset)
  }
})
