/** A link sent to a colleague opens the same map on the same place. */

import { describe, expect, test } from 'vitest'
import { readAddress, writeAddress, type View } from '../src/core/address'

const VIEW: View = { longitude: 104.06123, latitude: 30.66012, zoom: 15.25, bearing: -30, pitch: 45 }
const PLACE = { level: 'building', id: '019b4447-ec72-7002-92bb-593159831e22' } as const

describe('an address', () => {
  test('comes back as it was written', () => {
    expect(readAddress(writeAddress({ view: VIEW, place: PLACE }))).toEqual({ view: VIEW, place: PLACE })
  })

  test('may hold only a view, only a place, or nothing', () => {
    expect(readAddress(writeAddress({ view: VIEW, place: null }))).toEqual({ view: VIEW, place: null })
    expect(readAddress(writeAddress({ view: null, place: PLACE }))).toEqual({ view: null, place: PLACE })
    expect(writeAddress({ view: null, place: null })).toBe('')
    expect(readAddress('')).toEqual({ view: null, place: null })
  })

  test.each([
    '#at=104',
    '#at=104,30,nan',
    '#at=999,30,12',
    '#at=104,30,99',
    '#at=,,',
    '#place=galaxy/1',
    '#place=building/',
    '#place=building/../../etc',
    '#place=building/<script>',
    '#%E0%A4%A',
  ])('that was mangled (%s) is left out, not an error', (hash) => {
    expect(readAddress(hash)).toEqual({ view: null, place: null })
  })

  test('puts longitude before latitude', () => {
    expect(writeAddress({ view: VIEW, place: null })).toBe('#at=104.06123,30.66012,15.25,-30,45')
  })
})
