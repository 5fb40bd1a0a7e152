/** The memory of the page of rules: the rules in their order, the limits of a version, and the names that both use. */

import { inject, ref, shallowRef, type InjectionKey } from 'vue'
import { answer, done, type Schemas } from '../api/service'
import type { Page } from '../frame/page'

export type Rule = Schemas['RoutingRuleRead']
export type RuleSaid = Schemas['RoutingRuleSaid']
export type Limits = Schemas['LimitsRead']
export type Limit = Schemas['LimitSaid']
type Category = Schemas['CategoryRead']

export type Casework = ReturnType<typeof openCasework>
export const CASEWORK: InjectionKey<Casework> = Symbol('casework')

export function useCasework(): Casework {
  const casework = inject(CASEWORK)
  if (!casework) throw new Error('A component of the rules stands outside their page.')
  return casework
}

const STEP = 10

export function openCasework(page: Page) {
  const { line } = page
  const rules = shallowRef<readonly Rule[] | null>(null)
  const limits = shallowRef<Limits | null>(null)
  const categories = shallowRef<readonly Category[]>([])
  const bodies = shallowRef<readonly Schemas['BodyRead'][]>([])
  const fault = ref('')

  async function read(): Promise<void> {
    const [all, table, kinds, hands] = await Promise.all([
      answer(() => line.GET('/api/routing-rules')),
      answer(() => line.GET('/api/issue-limits')),
      answer(() => line.GET('/api/issue-categories')),
      answer(() => line.GET('/api/bodies')),
    ])
    fault.value = !all.ok && all.reason.kind === 'refused' ? all.reason.detail : ''
    if (all.ok) rules.value = all.value
    else page.troubled(all.reason)
    if (table.ok) limits.value = table.value
    if (kinds.ok) categories.value = kinds.value
    if (hands.ok) bodies.value = hands.value.filter(({ active }) => active)
  }

  /** Keep a rule; without an id a new one. True when it is kept. */
  async function keep(said: RuleSaid, id: string | null): Promise<boolean> {
    const told = await answer(() =>
      id ? line.PUT('/api/routing-rules/{rule_id}', { params: { path: { rule_id: id } }, body: said }) : line.POST('/api/routing-rules', { body: said }),
    )
    if (!told.ok) page.troubled(told.reason)
    else await read()
    return told.ok
  }

  async function drop(id: string): Promise<boolean> {
    const told = await done(() => line.DELETE('/api/routing-rules/{rule_id}', { params: { path: { rule_id: id } } }))
    if (!told.ok) page.troubled(told.reason)
    else await read()
    return told.ok
  }

  async function readVersion(version: number): Promise<void> {
    const told = await answer(() => line.GET('/api/issue-limits', { params: { query: { version } } }))
    if (told.ok) limits.value = told.value
    else page.troubled(told.reason)
  }

  async function publish(said: Schemas['LimitsCreate']): Promise<number | null> {
    const told = await answer(() => line.POST('/api/issue-limits', { body: said }))
    if (!told.ok) return page.troubled(told.reason), null
    limits.value = told.value
    return told.value.version
  }

  page.whenBack(() => void read())
  void read()

  return {
    ...{ page, rules, limits, categories, bodies, fault, read, keep, drop, readVersion, publish },
    /** After the last rule. */
    lastRank: () => Math.max(0, ...(rules.value ?? []).map(({ rank }) => rank)) + STEP,
    categoryName(code: string | null): string | null {
      const found = categories.value.find((category) => category.code === code)
      return found ? found[page.preferences.language.value === 'en' ? 'en' : 'zh'] : code
    },
  }
}
