/** The filters of the list, one to one with the page's address and with the service's (`/api/issues`). */

import type { Schemas } from '../api/service'

export type Status = Schemas['IssueRead']['status']
export type Kind = Schemas['IssueRead']['kind']
export const SORTS = ['new', 'old', 'due', 'changed'] as const
export type Sort = (typeof SORTS)[number]

const LISTS = ['status', 'category', 'kind', 'severity', 'source', 'subdistrict_id', 'community_id', 'compound_id', 'micro_grid_id', 'body_id'] as const
const SWITCHES = ['open', 'late', 'soon', 'supervised', 'listed', 'suspended', 'reopened', 'reworked', 'unsatisfied', 'whistle', 'place_is_open', 'mine'] as const
const WORDS = ['since', 'until', 'q', 'bbox'] as const
type Switch = (typeof SWITCHES)[number]

type Lists = Readonly<Partial<Record<(typeof LISTS)[number], readonly string[]>>>
type Switches = Readonly<Partial<Record<Switch, boolean>>>
type Words = Readonly<Partial<Record<(typeof WORDS)[number], string>>>
export type Filters = Lists & Switches & Words & { readonly sort?: Sort }

/** What the desk opens with: everything that is still to be done, the most pressing first. */
export const BEGIN: Filters = { open: true, sort: 'due' }

/** The filters that an address names; what it does not know it leaves out. */
export function readFilters(search: string): Filters {
  const said = new URLSearchParams(search)
  const found: Record<string, unknown> = {}
  for (const name of LISTS) if (said.has(name)) found[name] = said.getAll(name)
  for (const name of SWITCHES) if (said.has(name)) found[name] = said.get(name) === 'true'
  for (const name of WORDS) if (said.get(name)) found[name] = said.get(name)
  const sort = said.get('sort')
  if (SORTS.includes(sort as Sort)) found['sort'] = sort
  return found as Filters
}

/** The same as an address, in one order, so that equal filters have equal addresses. */
export function writeFilters(filters: Filters): URLSearchParams {
  const said = new URLSearchParams()
  for (const name of LISTS) for (const value of filters[name] ?? []) said.append(name, value)
  for (const name of SWITCHES) if (filters[name] !== undefined) said.set(name, String(filters[name]))
  for (const name of WORDS) if (filters[name]) said.set(name, filters[name])
  if (filters.sort) said.set('sort', filters.sort)
  return said
}

/** How many conditions are set, the order apart. */
export function conditions(filters: Filters): number {
  return new Set([...writeFilters(filters).keys()].filter((name) => name !== 'sort')).size
}

/** Filters with some of them set, or taken away by `undefined`. */
export function changed(filters: Filters, by: { readonly [Name in keyof Filters]?: Filters[Name] | undefined }): Filters {
  const all = Object.entries({ ...filters, ...by }).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(all) as Filters
}
