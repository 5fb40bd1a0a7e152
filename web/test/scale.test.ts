/** The scale bar tells the truth and is a round distance. */

import { describe, expect, test } from 'vitest'
import { distance } from '../src/core/format'
import { metresPerPixel, scaleBar } from '../src/core/scale'
import { TEXTS } from '../src/text'

describe('the scale bar', () => {
  test('fits its room and uses at least two fifths of it', () => {
    for (let zoom = 3; zoom <= 21; zoom += 0.07) {
      const bar = scaleBar(metresPerPixel(30.66, zoom), 110)
      expect(bar.px).toBeLessThanOrEqual(110.0001)
      expect(bar.px).toBeGreaterThanOrEqual(110 * 0.4 - 0.001)
      expect([1, 2, 5]).toContain(Number(String(bar.metres).replace(/[0.]/g, '')))
    }
  })

  test('knows that a pixel at zoom 0 on the equator is a 512th of the Earth’s girth', () => {
    expect(metresPerPixel(0, 0) * 512).toBeCloseTo(40_075_016.686, 3)
    expect(metresPerPixel(60, 10)).toBeCloseTo(metresPerPixel(0, 11), 6)
  })

  test('is written in metres, and in kilometres from a thousand', () => {
    expect(distance(200, 'zh-CN', TEXTS['zh-CN'])).toBe('200 米')
    expect(distance(2000, 'zh-CN', TEXTS['zh-CN'])).toBe('2 公里')
    expect(distance(5000, 'en', TEXTS.en)).toBe('5 km')
  })
})
