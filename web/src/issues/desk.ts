/** The memory of the page of issues: filters (kept in the address), the list page by page, the dots, counts, what is chosen. */

import { computed, inject, reactive, ref, shallowRef, type InjectionKey } from 'vue'
import { answer, type Schemas } from '../api/service'
import type { Page } from '../frame/page'
import { useClock } from './clock'
import { BEGIN, changed, readFilters, writeFilters, type Filters, type Status } from './filters'
import { listen } from './live'
import { titleIn } from './title'

export type Issue = Schemas['IssueRead']
export type Category = Schemas['CategoryRead']
export type Body = Schemas['BodyRead']
export type Counts = Schemas['CountsRead']

export interface DotOf {
  readonly id: string
  readonly lon: number
  readonly lat: number
  readonly late: boolean
  readonly supervised: boolean
  readonly status: Status
}

export type Issues = ReturnType<typeof openIssues>
export const ISSUES: InjectionKey<Issues> = Symbol('issues')

export function useIssues(): Issues {
  const issues = inject(ISSUES)
  if (!issues) throw new Error('A component of the issues stands outside their page.')
  return issues
}

const AT_ONCE = 50

export function openIssues(page: Page) {
  const { line } = page
  const began = readFilters(location.search)
  const filters = shallowRef<Filters>(Object.keys(began).length ? began : BEGIN)
  const rows = shallowRef<readonly Issue[]>([])
  const next = ref<string | null>(null)
  const phase = ref<'reading' | 'read' | 'failed'>('reading')
  const fault = ref('')
  const counts = shallowRef<Counts | null>(null)
  const dots = shallowRef<readonly DotOf[]>([])
  const categories = shallowRef<readonly Category[]>([])
  const bodies = shallowRef<readonly Body[]>([])
  const chosen = reactive(new Set<string>())
  /** Cases that changed and stand in no row as they are now. */
  const fresh = reactive(new Set<string>())
  /** The case that was opened has changed: counts up. */
  const touched = ref(0)
  const opened = ref<string | null>(new URLSearchParams(location.search).get('case'))
  /** The case whose row is under the pointer. */
  const pointed = ref<string | null>(null)
  const now = useClock()
  let asked = 0

  /** The filters as the service takes them: lists stay lists, whatever there is one of. */
  const query = computed(() => filters.value as Record<string, unknown>)

  function remember(how: 'push' | 'replace'): void {
    const said = writeFilters(filters.value)
    if (opened.value) said.set('case', opened.value)
    const address = `${location.pathname}?${said.toString()}`
    if (how === 'push') history.pushState(null, '', address)
    else history.replaceState(null, '', address)
  }

  async function read(): Promise<void> {
    const mine = ++asked
    phase.value = rows.value.length ? phase.value : 'reading'
    const { sort: _order, ...where } = query.value
    const [list, count, map] = await Promise.all([
      answer(() => line.GET('/api/issues', { params: { query: { ...query.value, limit: AT_ONCE } } })),
      answer(() => line.GET('/api/issues/counts', { params: { query: where } })),
      answer(() => line.GET('/api/issues/map', { params: { query: where } })),
    ])
    if (mine !== asked) return
    if (!list.ok) {
      page.troubled(list.reason)
      fault.value = list.reason.kind === 'refused' ? list.reason.detail : ''
      phase.value = 'failed'
      return
    }
    fresh.clear()
    rows.value = list.value.items
    next.value = list.value.next
    phase.value = 'read'
    if (count.ok) counts.value = count.value
    if (map.ok) dots.value = dotsOf(map.value)
    for (const id of [...chosen]) if (!rows.value.some((row) => row.id === id)) chosen.delete(id)
  }

  /** What changed elsewhere: a list that shows its first page follows by itself, a longer one offers to. */
  function heard(ids: readonly string[]): void {
    if (opened.value && ids.includes(opened.value)) touched.value += 1
    if (rows.value.length <= AT_ONCE) return void read()
    for (const id of ids) fresh.add(id)
  }

  async function more(): Promise<void> {
    if (!next.value) return
    const told = await answer(() =>
      line.GET('/api/issues', { params: { query: { ...query.value, limit: AT_ONCE, cursor: next.value ?? '' } } }),
    )
    if (!told.ok) return page.troubled(told.reason)
    const known = new Set(rows.value.map(({ id }) => id))
    rows.value = [...rows.value, ...told.value.items.filter(({ id }) => !known.has(id))]
    next.value = told.value.next
  }

  async function readWords(): Promise<void> {
    const [all, hands] = await Promise.all([
      answer(() => line.GET('/api/issue-categories')),
      answer(() => line.GET('/api/bodies')),
    ])
    if (all.ok) categories.value = all.value
    if (hands.ok) bodies.value = hands.value
  }

  function filter(by: Parameters<typeof changed>[1]): void {
    filters.value = changed(filters.value, by)
    remember('replace')
    void read()
  }

  function open(id: string | null): void {
    if (opened.value === id) return
    opened.value = id
    remember('push')
  }

  /** Back and Forward. */
  function follow(): void {
    filters.value = readFilters(location.search)
    opened.value = new URLSearchParams(location.search).get('case')
    void read()
  }

  window.addEventListener('popstate', follow)
  const hear = listen({ changed: (cases) => heard(cases.map(({ id }) => id)), reset: () => void read() })
  page.whenBack(() => (hear(), void read()))
  void read()
  void readWords()

  return {
    ...{ page, filters, rows, next, phase, fault, counts, dots, categories, bodies, chosen, opened, pointed, fresh, touched, now },
    ...{ read, more, filter, open },
    clear(): void {
      filters.value = BEGIN
      remember('replace')
      void read()
    },
    titleOf: (issue: Pick<Issue, 'title' | 'category'>) => titleIn(page.preferences.language.value, issue, categories.value),
    /** A body as the reader's language calls it. */
    bodyName(name: string | null): string | null {
      const found = page.preferences.language.value === 'en' ? bodies.value.find((body) => body.name === name) : null
      return found?.name_en || name
    },
    categoryName: (code: string) => titleIn(page.preferences.language.value, { title: '', category: code }, categories.value),
  }
}

interface Point {
  readonly geometry: { readonly coordinates: readonly [number, number] }
  readonly properties: Omit<DotOf, 'lon' | 'lat'>
}

function dotsOf(collection: unknown): DotOf[] {
  const { features } = collection as { features: readonly Point[] }
  return features.map(({ geometry: { coordinates }, properties }) => {
    const { id, late, supervised, status } = properties
    return { id, late, supervised, status, lon: coordinates[0], lat: coordinates[1] }
  })
}
