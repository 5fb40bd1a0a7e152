/** Lists of who belongs where, as spreadsheets copy and save them. */

import { expect, test } from 'vitest'
import { listed, wordsOf } from '../../src/core/plan/listed'

test('cells copied from a spreadsheet are rows, floors where they are said', () => {
  const pasted = '单元编码\t网格\t网格名称\t起始楼层\t截止楼层\r\n0101\tA\t一格\t\t\r\n0102\tB\t\t1\t9\r\n'
  expect(listed(pasted)).toEqual({
    ok: true,
    rows: [
      { unit: '0101', grid: 'A', name: '一格' },
      { unit: '0102', grid: 'B', floor_lo: 1, floor_hi: 9 },
    ],
  })
})

test('of several columns the code is taken, as in the list of members that is exported', () => {
  const csv = '\uFEFFgrid_id,grid,unit_id,unit_code,unit,floor_lo,floor_hi\nk1,,u1,0101,1单元,1,6\n'
  expect(listed(csv)).toEqual({ ok: true, rows: [{ unit: '0101', grid: 'k1', floor_lo: 1, floor_hi: 6 }] })
})

test('quoted cells keep their commas, quotes and line ends', () => {
  const csv = 'unit;grid;name\n"01;02";A;"甲 ""东"" 格"\n'
  expect(listed(csv)).toEqual({ ok: true, rows: [{ unit: '01;02', grid: 'A', name: '甲 "东" 格' }] })
})

test.each([
  ['', { kind: 'empty' }],
  ['unit,grid\n', { kind: 'empty' }],
  ['栋,网格\n1,A', { kind: 'no-column', column: 'unit' }],
  ['unit,户数\n1,A', { kind: 'no-column', column: 'grid' }],
  ['unit,grid\n1,A\n\n2,', { kind: 'no-value', row: 2, column: 'grid' }],
  ['unit,grid,floor_lo\n1,A,三楼', { kind: 'no-floor', row: 1, value: '三楼' }],
])('a list that cannot be read says why: %j', (text, fault) => {
  expect(listed(text)).toEqual({ ok: false, fault })
})

test('a file is read as UTF-8, and else as Chinese spreadsheets save it', () => {
  expect(wordsOf(new TextEncoder().encode('网格'))).toBe('网格')
  expect(wordsOf(new Uint8Array([0xcd, 0xf8, 0xb8, 0xf1]))).toBe('网格')
})
