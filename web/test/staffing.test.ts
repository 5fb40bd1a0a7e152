/** A place is short where a rule says so, whoever else stands there. */

import { expect, test } from 'vitest'
import { grantable, staffingOf } from '../src/core/staffing'

const posts = [{ place_id: 'a' }, { place_id: 'b' }]
const vacancies = [{ place_id: 'b', least: 2, there: 1 }]

test('a place is staffed, short of somebody, or empty', () => {
  expect(['a', 'b', 'c'].map((place) => staffingOf(place, posts, vacancies))).toEqual(['staffed', 'short', 'empty'])
})

test('nobody gives a role at or above their own, but the administrator', () => {
  expect(grantable(['community']).has('community')).toBe(false)
  expect(grantable(['street_office']).has('community')).toBe(true)
  expect(grantable(['community', 'district']).has('street_office')).toBe(true)
  expect(grantable(['grid_lead']).size).toBe(0)
  expect(grantable(['administrator']).has('administrator')).toBe(true)
})
