/** What a zoom shows and what a click at it means. */

import { describe, expect, test } from 'vitest'
import { closestZoom, DRAWN_LEVELS, drawnAt, pickedAt, ZOOMS } from '../src/core/levels'

describe('a zoom', () => {
  test.each([
    [8, ['subdistrict']],
    [11, ['subdistrict', 'community']],
    [13, ['subdistrict', 'community', 'compound']],
    [15, ['subdistrict', 'community', 'compound', 'building']],
    [18.5, ['subdistrict', 'community', 'compound', 'building', 'unit']],
  ])('of %d draws %j', (zoom, levels) => {
    expect(drawnAt(zoom)).toEqual(levels)
  })

  test.each([
    [10, 'subdistrict'],
    [12, 'community'],
    [15, 'compound'],
    [17, 'building'],
    [19, 'unit'],
  ])('of %d lets a click mean a %s first', (zoom, level) => {
    expect(pickedAt(zoom)[0]).toBe(level)
  })

  test('never lets a click mean what is not drawn', () => {
    for (let zoom = 0; zoom <= 21; zoom += 0.1) {
      expect(drawnAt(zoom)).toEqual(expect.arrayContaining(pickedAt(zoom)))
    }
  })

  test('names a place only while it is drawn', () => {
    for (const level of DRAWN_LEVELS) expect(ZOOMS[level].named).toBeGreaterThanOrEqual(ZOOMS[level].drawn)
  })

  test('to which a place is brought lets a click mean that place', () => {
    for (const level of DRAWN_LEVELS) expect(pickedAt(closestZoom(level))).toContain(level)
  })
})
