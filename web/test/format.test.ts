/** Names and days as people in the street office read them. */

import { describe, expect, test } from 'vitest'
import { amount, day, households, placeName } from '../src/core/format'
import { measure } from '../src/core/paper'
import { TEXTS } from '../src/text'

describe('a place', () => {
  test('has its English name in English, and its Chinese one where none is known', () => {
    expect(placeName({ name: '福汀社区', name_en: 'Futing Community' }, 'en')).toBe('Futing Community')
    expect(placeName({ name: '玉汀小学', name_en: '' }, 'en')).toBe('玉汀小学')
    expect(placeName({ name: '福汀社区', name_en: 'Futing Community' }, 'zh-CN')).toBe('福汀社区')
  })

  test.each([
    ['3栋', 'Building 3'],
    ['12号楼', 'Building 12'],
    ['7号', 'No. 7'],
    ['2单元', 'Unit 2'],
    ['农贸市场', '农贸市场'],
    ['栋', '栋'],
  ])('that is only a number has its English (%s, %s)', (name, english) => {
    expect(placeName({ name, name_en: '' }, 'en')).toBe(english)
    expect(placeName({ name, name_en: '' }, 'zh-CN')).toBe(name)
  })

  test('says when its households are an estimate', () => {
    expect(households(1250, true, 'zh-CN', TEXTS['zh-CN'])).toBe('约 1,250 户')
    expect(households(1250, false, 'en', TEXTS.en)).toBe(`${amount(1250, 'en')} households`)
  })
})

describe('a day', () => {
  test('is the day in China, whatever the computer’s clock', () => {
    const lateInGreenwich = new Date('2026-03-01T17:00:00Z')
    expect(day(lateInGreenwich, 'zh-CN')).toBe('2026年3月2日')
    expect(day(lateInGreenwich, 'en')).toBe('March 2, 2026')
  })
})

describe('a sheet', () => {
  test('of A3 is twice a sheet of A4', () => {
    expect(measure({ size: 'A3', turn: 'portrait' })).toMatchObject({ widthMm: 297, heightMm: 420 })
    expect(measure({ size: 'A4', turn: 'landscape' })).toMatchObject({ widthMm: 297, heightMm: 210 })
  })

  test('leaves the map most of its room', () => {
    for (const size of ['A4', 'A3'] as const) {
      for (const turn of ['landscape', 'portrait'] as const) {
        const sheet = measure({ size, turn })
        expect(sheet.mapWidthMm * sheet.mapHeightMm).toBeGreaterThan(0.65 * sheet.widthMm * sheet.heightMm)
      }
    }
  })
})
