/** What a heat map is asked for, in the address of the page and in that of the service: the same words in both. */

export interface HeatFilter {
  readonly since: string
  readonly until: string
  readonly category: readonly string[]
  readonly kind: readonly string[]
  readonly severity: readonly string[]
  readonly source: readonly string[]
  readonly weekday: readonly string[]
  readonly hour: readonly string[]
  readonly status: readonly string[]
  readonly body_id: readonly string[]
  /** '', 'true' or 'false'. */
  readonly open: string
  readonly place: string
}

export const LISTS = ['category', 'kind', 'severity', 'source', 'weekday', 'hour', 'status', 'body_id'] as const
export const PLAIN = ['since', 'until', 'open', 'place'] as const
export const NO_FILTER: HeatFilter = {
  ...{ since: '', until: '', open: '', place: '' },
  ...{ category: [], kind: [], severity: [], source: [], weekday: [], hour: [], status: [], body_id: [] },
}

export type Drawn = 'kernel' | 'cells' | 'hexagons' | 'areas'
/** What the numbers of areas are: per hundred households, per hour of patrol, or plain counts. */
export type Per = 'households' | 'patrol' | 'count'
export interface HeatView {
  readonly drawn: Drawn
  readonly bandwidth: number
  readonly level: string
  readonly per: Per
  readonly compare: '' | 'side' | 'difference' | 'months'
  /** Another category to compare with; '' compares with another period alone. */
  readonly other: string
  readonly before: string
  readonly beforeEnd: string
}

export const FIRST_VIEW: HeatView = {
  drawn: 'kernel',
  bandwidth: 150,
  level: 'compound',
  per: 'households',
  compare: '',
  other: '',
  before: '',
  beforeEnd: '',
}
const DAY = /^\d{4}-\d{2}-\d{2}$/

/** Whatever makes no sense is left out, never an error: links get mangled in chats. */
export function readQuery(search: string): { filter: HeatFilter; view: HeatView } {
  const given = new URLSearchParams(search)
  const day = (name: string) => (DAY.test(given.get(name) ?? '') ? given.get(name)! : '')
  const list = (name: string) => given.getAll(name).filter((value) => /^[a-z0-9_.-]{1,80}$/.test(value))
  const one = <T extends string>(name: string, among: readonly T[], otherwise: T): T =>
    among.find((value) => value === given.get(name)) ?? otherwise
  const lists = Object.fromEntries(LISTS.map((name) => [name, list(name)])) as unknown as Pick<HeatFilter, (typeof LISTS)[number]>
  const place = /^[0-9a-f-]{36}$/.test(given.get('place') ?? '') ? given.get('place')! : ''
  const bandwidth = Number(given.get('bandwidth'))
  return {
    filter: { ...lists, since: day('since'), until: day('until'), open: one('open', ['', 'true', 'false'], ''), place },
    view: {
      drawn: one('drawn', ['kernel', 'cells', 'hexagons', 'areas'], FIRST_VIEW.drawn),
      bandwidth: bandwidth >= 50 && bandwidth <= 2000 ? bandwidth : FIRST_VIEW.bandwidth,
      level: one('level', ['district', 'subdistrict', 'community', 'compound', 'micro_grid'], FIRST_VIEW.level),
      per: one('per', ['households', 'patrol', 'count'], FIRST_VIEW.per),
      compare: one('compare', ['', 'side', 'difference', 'months'], ''),
      other: list('other')[0] ?? '',
      before: day('before'),
      beforeEnd: day('before_end'),
    },
  }
}

/** The query for the service. */
export function askedOf(filter: HeatFilter): URLSearchParams {
  const query = new URLSearchParams()
  for (const name of PLAIN) if (filter[name]) query.set(name, filter[name])
  for (const name of LISTS) for (const value of filter[name]) query.append(name, value)
  return query
}

/** The query of the page. */
export function writeQuery(filter: HeatFilter, view: HeatView): string {
  const query = askedOf(filter)
  if (view.drawn !== FIRST_VIEW.drawn) query.set('drawn', view.drawn)
  if (view.bandwidth !== FIRST_VIEW.bandwidth) query.set('bandwidth', String(view.bandwidth))
  if (view.level !== FIRST_VIEW.level) query.set('level', view.level)
  if (view.per !== FIRST_VIEW.per) query.set('per', view.per)
  if (view.compare) query.set('compare', view.compare)
  if (view.other) query.set('other', view.other)
  if (view.before) query.set('before', view.before)
  if (view.beforeEnd) query.set('before_end', view.beforeEnd)
  const text = query.toString()
  return text ? `?${text}` : ''
}

/** What the second map shows: another category, another period, or both. */
export function otherOf(filter: HeatFilter, view: HeatView): HeatFilter {
  const period = view.before || view.beforeEnd ? { since: view.before, until: view.beforeEnd } : {}
  return { ...filter, ...period, ...(view.other ? { category: [view.other] } : {}) }
}

/** The stages that a map counts unless it is asked for others: what was merged, split or void is no case of its own. */
export const COUNTED = [
  ...['reported', 'verified', 'accepted', 'filed', 'dispatched', 'returned', 'claimed', 'handling', 'handled', 'checked'],
  ...['closed', 'surveyed', 'reopened', 'rejected'],
] as const

/** Whether a list of cases can be asked for just what the map shows: it knows no hours, no weekdays and no place by id alone. */
export function listable(filter: HeatFilter): boolean {
  return !filter.hour.length && !filter.weekday.length && !filter.place
}

/** The cases behind a number, as the page of issues is asked for them; where it is `listable` they are as many. */
export function casesOf(filter: HeatFilter, more: Readonly<Record<string, string>> = {}): string {
  const status = filter.status.length ? filter.status : COUNTED
  const query = askedOf({ ...filter, status, weekday: [], hour: [], place: '' })
  for (const [name, value] of Object.entries(more)) query.set(name, value)
  return `/issues.html?${query.toString()}`
}
