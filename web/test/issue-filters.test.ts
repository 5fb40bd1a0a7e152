import { expect, test } from 'vitest'
import { changed, conditions, readFilters, writeFilters } from '../src/issues/filters'

test('an address and its filters say the same', () => {
  const address = 'status=filed&status=dispatched&category=safety&late=true&open=false&since=2026-01-01&q=%E7%94%B5%E6%A2%AF&sort=due'
  const filters = readFilters(`?${address}`)
  expect(filters).toEqual({
    status: ['filed', 'dispatched'],
    category: ['safety'],
    late: true,
    open: false,
    since: '2026-01-01',
    q: '电梯',
    sort: 'due',
  })
  expect(readFilters(`?${writeFilters(filters).toString()}`)).toEqual(filters)
  expect(conditions(filters)).toBe(6)
})

test('what an address says beside is left out', () => {
  expect(readFilters('?sort=anyhow&case=1&q=')).toEqual({})
})

test('a condition is set and taken away', () => {
  expect(changed({ q: 'a', late: true }, { q: '', late: undefined, status: ['filed'] })).toEqual({ status: ['filed'] })
})
