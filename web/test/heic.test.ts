import { expect, test } from 'vitest'
import { isHeic } from '../src/core/heic'

function file(text: string): ArrayBuffer {
  return new TextEncoder().encode(text).buffer as ArrayBuffer
}

test('a HEIC photo is told by its content, not by its name', () => {
  expect(isHeic(file('\0\0\0\u0018ftypheic\0\0\0\0mif1heic'))).toBe(true)
  expect(isHeic(file('\0\0\0\u0018ftypmif1\0\0\0\0'))).toBe(true)
  expect(isHeic(file('\0\0\0\u0018ftypisom\0\0\0\0'))).toBe(false)
  expect(isHeic(file('MZ not a picture'))).toBe(false)
  expect(isHeic(file(''))).toBe(false)
})
