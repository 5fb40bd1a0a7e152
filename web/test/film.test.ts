import { expect, test } from 'vitest'
import { busiestStep, counts, dateOf, DIFFERENCE, differenceColour, frameOf, gathered, kernel, latitudeOf, paint, paintDifference, readFilm, sideM, top, type Film } from '../src/core/film'
import { FIRST_VIEW, NO_FILTER, readQuery, writeQuery } from '../src/core/heatfilter'

const COLUMN = 258_000
const ROW = 134_000

/** Two cells; three steps: 300 in the first, then 1 and 2, then nothing. */
function film(): Film {
  const numbers = [7, 20_514, 7, 3, 2, 3, 0, 1, COLUMN, 2, ROW, 1, 0, 1, 3, 3, 300]
  const bytes = new Uint8Array(4 + 4 * numbers.length + 6)
  bytes.set(new TextEncoder().encode('MQH2'))
  bytes.set(new Uint8Array(new Int32Array(numbers).buffer), 4)
  bytes.set([1, 1, 1, 255, 1, 2], 4 + 4 * numbers.length)
  return readFilm(bytes.buffer)!
}

test('a film that is cut short is none', () => {
  expect(readFilm(new ArrayBuffer(3))).toBeNull()
  expect(readFilm(new TextEncoder().encode('MQH2 and then something else').buffer as ArrayBuffer)).toBeNull()
})

test('each step shows its own issues in their cells', () => {
  const shown = film()
  const frame = frameOf([shown], 0)!
  expect([frame.columns, frame.rows]).toEqual([3, 2])
  expect([...counts(shown, frame, 0, 1)]).toEqual([300, 0, 0, 0, 0, 0])
  expect([...counts(shown, frame, 0, 3)]).toEqual([301, 0, 0, 0, 0, 2])
  expect(counts(shown, frame, 2, 3).some(Boolean)).toBe(false)
  expect(dateOf(shown, 1)).toBe('2026-03-09')
})

test('shapes hold what their cells hold, step by step, and nothing is lost', () => {
  const shown = film()
  expect([...gathered(shown, [0, 0], 1, 0, 3)]).toEqual([303])
  expect([...gathered(shown, [1, 0], 2, 0, 1)]).toEqual([0, 300])
  expect([...gathered(shown, [1, 0], 2, 2, 3)]).toEqual([0, 0])
  expect(busiestStep(shown)).toBe(1)
})

test('a difference goes from all less to all more', () => {
  expect([-2, -1, 0.999, 1, 7].map((share) => DIFFERENCE.indexOf(differenceColour(share) as (typeof DIFFERENCE)[number]))).toEqual([0, 0, 5, 5, 5])
  expect(differenceColour(-0.1)).not.toBe(differenceColour(0.1))
})

test('a kernel keeps every issue, and is the Gaussian of so many metres', () => {
  const frame = { west: COLUMN, north: ROW, columns: 61, rows: 61 }
  const values = new Float32Array(61 * 61)
  values[30 * 61 + 30] = 10
  const dense = kernel(values, frame, 300)
  const side = sideM(latitudeOf(ROW + 30.5))
  const sum = dense.reduce((a, b) => a + b, 0)
  expect((sum * side * side) / 1e6).toBeCloseTo(10, 3)
  const peak = (10 / (2 * Math.PI * 300 * 300)) * 1e6
  expect(dense[30 * 61 + 30]! / peak).toBeCloseTo(1, 2)
  expect(dense[30 * 61 + 33]! / peak).toBeCloseTo(Math.exp(-0.5 * ((3 * side) / 300) ** 2), 2)
})

test('what is more is warm, what is less is cool, what is equal is bare', () => {
  const pixels = new Uint8ClampedArray(12)
  paintDifference(new Float32Array([5, 0, 1]), new Float32Array([0, 5, 1]), 5, pixels)
  expect(pixels[0]).toBeGreaterThan(pixels[2]!)
  expect(pixels[6]).toBeGreaterThan(pixels[4]!)
  expect(pixels[11]).toBe(0)
  paint(new Float32Array([0, 1, 9]), 9, pixels, { smooth: false })
  expect([pixels[3], pixels[7]! > 0]).toEqual([0, true])
  expect(top(new Float32Array([0, 1, 9]))).toBe(9)
})

test('an address comes back as it was, and a mangled one is mended', () => {
  const filter = { ...NO_FILTER, since: '2026-03-01', category: ['noise', 'fire.exit'], open: 'true' }
  const view = { ...FIRST_VIEW, drawn: 'areas' as const, compare: 'difference' as const, per: 'count' as const, other: 'fire' }
  expect(readQuery(writeQuery(filter, view))).toEqual({ filter, view })
  expect(readQuery('?since=yesterday&drawn=pie&bandwidth=9&category=<script>')).toEqual({ filter: NO_FILTER, view: FIRST_VIEW })
  expect(writeQuery(NO_FILTER, FIRST_VIEW)).toBe('')
})
