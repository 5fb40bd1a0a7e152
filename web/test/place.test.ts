import { expect, test } from 'vitest'
import { boxAround } from '../src/core/place'

test('a box around positions holds each of them and its margin', () => {
  expect(boxAround([[104, 30], [103, 31], [105, 30.5]])).toEqual([103, 30, 105, 31])
  expect(boxAround([[104, 30]], 0.5)).toEqual([103.5, 29.5, 104.5, 30.5])
})

test('around nothing there is no box', () => {
  expect(boxAround([], 1)).toBeNull()
})
