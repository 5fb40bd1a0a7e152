import { expect, test } from 'vitest'
import { INKS, inkwell, written } from '../src/core/ink'

const key = (tail: string) => `00000000-0000-4000-8000-0000000${tail}`

test('a key spells its own number, and keeps it', () => {
  const well = inkwell()
  expect(well.of(key('0a1b2'))).toBe(0x0a1b2)
  expect(well.of(key('0a1b2'))).toBe(0x0a1b2)
  expect(well.plain(key('0a1b2'))).toBe(true)
  expect(written(0x0a1b2)).toBe('#00a1b2')
})

test('keys that end alike have different numbers, and who has not its own is known', () => {
  const well = inkwell()
  const alike = ['1', '2', '3'].map((head) => head + key('fffff').slice(1))
  const inks = alike.map((id) => well.of(id))
  expect(inks).toEqual([INKS - 1, 0, 1])
  expect(alike.map((id) => well.plain(id))).toEqual([true, false, false])
  expect(well.of(key('00000'))).toBe(2)
})

test('a key without digits has a number too', () => {
  const well = inkwell()
  expect([well.of('tower'), well.of('wall'), well.plain('tower')]).toEqual([0, 1, false])
})
