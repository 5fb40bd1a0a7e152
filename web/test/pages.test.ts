/** The bar offers each reader the pages that are there and of use to them, and no others. */

import { expect, test } from 'vitest'
import { PAGES, pagesFor } from '../src/frame/pages'

const ALL = PAGES.map(({ href }) => (href === '/' ? 'index.html' : href.slice(1)))

function names(roles: Parameters<typeof pagesFor>[0], built: readonly string[] = ALL): string[] {
  return pagesFor(roles, built).map(({ name }) => name)
}

test('a visitor sees the map, the heat and where to report', () => {
  expect(names(null)).toEqual(['map', 'heat', 'report'])
})

test('an auditor finds the audit but no rosters', () => {
  expect(names(['auditor'])).toEqual(['map', 'issues', 'heat', 'report', 'audit'])
})

test('several roles see what each of them sees', () => {
  expect(names(['auditor', 'community'])).toEqual(expect.arrayContaining(['people', 'audit', 'planner']))
})

test('a page that has not been built is not offered', () => {
  expect(names(['community'], ['index.html', 'people.html'])).toEqual(['map', 'people'])
})
