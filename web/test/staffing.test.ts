/** A place is short where a rule says so, whoever else stands there. */

import { expect, test } from 'vitest'
import { grantable, staffingOf, tenure } from '../src/core/staffing'

const now = new Date('2026-06-01T00:00:00Z')
const held = { since: '2026-01-01T00:00:00Z', until: null }
const posts = [
  { place_id: 'a', ...held },
  { place_id: 'b', ...held },
  { place_id: 'c', ...held, since: '2026-07-01T00:00:00Z' },
]
const vacancies = [{ place_id: 'b', least: 2, there: 1 }]

test('a place is staffed, short of somebody, or empty', () => {
  expect(['a', 'b', 'c'].map((place) => staffingOf(place, posts, vacancies, now))).toEqual(['staffed', 'short', 'empty'])
})

test('a post with an end is held until then, and one to come is not held yet', () => {
  expect(tenure({ ...held, until: '2026-12-31T00:00:00Z' }, now)).toBe('now')
  expect(tenure({ ...held, until: '2026-05-31T00:00:00Z' }, now)).toBe('over')
  expect(tenure({ ...held, since: '2026-07-01T00:00:00Z' }, now)).toBe('coming')
})

test('nobody gives a role at or above their own, but the administrator', () => {
  expect(grantable(['community']).has('community')).toBe(false)
  expect(grantable(['street_office']).has('community')).toBe(true)
  expect(grantable(['community', 'district']).has('street_office')).toBe(true)
  expect(grantable(['grid_lead']).size).toBe(0)
  expect(grantable(['administrator']).has('administrator')).toBe(true)
})
