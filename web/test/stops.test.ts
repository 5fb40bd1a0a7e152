import { describe, expect, it } from 'vitest'
import { ends, labels, stops, wholeStops } from '../src/core/stops'
import { heatOf } from '../src/heat/tint'
import { HEAT } from '../src/core/film'

describe('what stands beside the colours of a legend', () => {
  it('never says the same of two colours, however small the numbers', () => {
    for (const most of [0.004, 0.06, 0.6, 7, 82, 40_000]) {
      const said = labels(stops(most, 6))
      expect(new Set(said).size, said.join(' ')).toBe(6)
    }
  })

  it('takes no more digits than that', () => {
    expect(labels([0, 10, 40])).toEqual(['0', '10', '40'])
    expect(labels([0, 0.17, 0.67])).toEqual(['0.0', '0.2', '0.7'])
  })

  it('begins the lowest colour just above none, which has its own', () => {
    expect(ends(6, 3)).toEqual(['> 0', '1', '3'])
  })

  it('names for whole numbers only the colours that one of them has, by the smallest that has it', () => {
    for (const most of [1, 2, 3, 7, 30, 1000]) {
      const keys = wholeStops(most, HEAT.length)
      expect(new Set(keys.map(({ from }) => from)).size).toBe(keys.length)
      for (const { colour, from } of keys) expect(heatOf(from, most)).toBe(HEAT[colour])
      const named = new Set(keys.map(({ colour }) => HEAT[colour]))
      for (let n = 1; n <= most; n++) expect(named.has(heatOf(n, most) as (typeof HEAT)[number])).toBe(true)
    }
    expect(wholeStops(0, 6)).toEqual([])
  })
})
