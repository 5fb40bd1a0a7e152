/** What the planner's page asks of the service (docs/plans-api.md); every answer is a value or the reason for its absence. */

import { inject, type InjectionKey } from 'vue'
import type { Line } from '../api/line'
import { answer, done, type Answer } from '../api/service'
import type { LogEntry, Patch, PlanState, Workbench } from '../core/plan/wire'
import type { Parcel, Reply } from '../core/plan/courier'
import type { Leanings } from '../core/plan/leanings'
import type { ListedRow } from '../core/plan/listed'
import type { Rule } from '../core/plan/plan'
import { STALE } from '../core/plan/refusals'

export interface RunStep {
  readonly compound_id: string
  readonly compound: string
  readonly community: string
  readonly state: 'waiting' | 'done'
  readonly status: '' | 'empty' | 'optimal' | 'gap' | 'feasible' | 'infeasible'
  readonly households: number
  readonly grids: number
  readonly objective: number | null
  readonly bound: number | null
  readonly reason_zh: string
  readonly reason_en: string
  readonly seconds: number | null
}

export interface Run {
  readonly id: string
  readonly plan_id: string
  readonly state: 'waiting' | 'running' | 'done' | 'cancelled' | 'failed'
  readonly done: number
  readonly total: number
  readonly trouble: string
  readonly weights: Leanings | null
  readonly cancel_asked: boolean
  readonly asked_at: string
  readonly started_at: string | null
  readonly ended_at: string | null
  readonly steps: readonly RunStep[] | null
}

export interface PlanHead {
  readonly id: string
  readonly name: string
  readonly state: PlanState
  readonly version: number
  readonly subdistrict_id: string
  readonly community_id: string | null
  readonly place: string
  readonly place_en: string
  readonly rule: Rule
  readonly created_at: string
  readonly effective_from?: string | null
  readonly effective_to?: string | null
  readonly in_force?: boolean
  readonly totals: { grids: number; households: number; households_without_grid: number; grids_outside_rule: number }
  readonly run: Run | null
}

export type Source = 'empty' | 'machine' | 'in_force' | 'plan' | 'import'

export interface NewPlan {
  readonly name: string
  readonly community_id?: string
  readonly subdistrict_id?: string
  readonly rule?: Rule
  readonly source?: Source
  readonly base_id?: string
  readonly rows?: readonly ListedRow[]
}

export interface Blemish {
  readonly id: string
  readonly name: string
  readonly community_id: string
  readonly compound_id: string | null
  readonly households: number
  readonly least: number | null
  readonly most: number | null
  readonly exempt: boolean
  readonly zh: string
  readonly en: string
  readonly lon?: number | null
  readonly lat?: number | null
}

export interface Exemption {
  readonly kind: 'grid' | 'community'
  readonly community_id: string
  readonly compound_id?: string
  readonly least: number
  readonly most: number
  readonly reason: string
  readonly until: string
}

export interface Check {
  readonly version: number
  readonly publishable: boolean
  readonly unassigned: readonly Blemish[]
  readonly broken: readonly Blemish[]
  readonly torn: readonly Blemish[]
  readonly ground: readonly Blemish[]
}

export interface Mend {
  readonly operations: readonly { verb: string; arguments: Record<string, unknown> }[]
  readonly moves: readonly { unit: string; households: number; from: string | null; to: string; zh: string; en: string }[]
  readonly households_moved: number
  readonly still_broken: readonly unknown[]
}

export interface Comment {
  readonly id: string
  readonly grid_id: string | null
  readonly community_id: string
  readonly text: string
  readonly who: string
  readonly at: string
  readonly resolved_at: string | null
}

export interface Transition {
  readonly state: PlanState
  readonly who: string
  readonly at: string
  readonly note: string
  readonly effective_from: string | null
}

/** One side of a comparison: a plan, or what was in force on a day. */
export interface Side {
  readonly plan_id: string
  readonly name: string
  readonly grids: number
  readonly households: number
  readonly outside_rule: number
  readonly unassigned: number
  readonly mean_households: number | null
  readonly compactness: number | null
}

export type Change = 'same' | 'renamed' | 'changed' | 'new' | 'gone'

export interface Comparison {
  readonly left: Side
  readonly right: Side
  readonly households_moved: number
  readonly grids: readonly {
    readonly change: Change
    readonly left: string | null
    readonly right: string | null
    readonly households_left: number | null
    readonly households_right: number | null
    readonly moved: number
  }[]
  readonly staff: readonly { readonly person_id: string; readonly name: string; readonly role: string; readonly post: string; readonly grid: string; readonly change: Change }[]
}

/** The days on which a plan divides a community, both inclusive; `until` is null while no end is known. */
export interface Reign {
  readonly plan_id: string
  readonly plan: string
  readonly since: string
  readonly until: string | null
}

export interface Servant {
  readonly person_id: string
  readonly name: string | null
  readonly role: string
  readonly post: string | null
  readonly since?: string
  readonly until?: string | null
}

/** Who served a unit on a day: its grid then, and the floors that were its. */
export interface Served {
  readonly grids: readonly {
    readonly id: string
    readonly name: string
    readonly floor_lo: number | null
    readonly floor_hi: number | null
    readonly staff: readonly Servant[]
  }[]
}

export interface Kin {
  readonly id: string
  readonly name: string
  readonly households: number
}

/** A grid from its first day to its last. */
export interface Life {
  readonly id: string
  readonly code: string | null
  readonly name: string
  readonly households: number
  readonly compound: string | null
  readonly plan: string
  readonly state: PlanState
  readonly since: string | null
  readonly until: string | null
  readonly predecessors: readonly Kin[]
  readonly successors: readonly Kin[]
  readonly staff: readonly Servant[]
}

export interface Collection {
  readonly type: 'FeatureCollection'
  readonly features: readonly { readonly id: string; readonly properties: Readonly<Record<string, unknown>>; readonly geometry: unknown }[]
}

interface Bare {
  GET(path: string, init?: object): Promise<{ data?: unknown; error?: unknown; response: Response }>
  POST(path: string, init?: object): Promise<{ data?: unknown; error?: unknown; response: Response }>
  PUT(path: string, init?: object): Promise<{ data?: unknown; error?: unknown; response: Response }>
  PATCH(path: string, init?: object): Promise<{ data?: unknown; error?: unknown; response: Response }>
  DELETE(path: string, init?: object): Promise<{ data?: unknown; error?: unknown; response: Response }>
}

/** Edits that are read at a time. */
export const LOG_PAGE = 300
const EVERY_VERSION = 2_000_000_000

export type Asks = ReturnType<typeof openAsks>
export const PLANNER: InjectionKey<Asks> = Symbol('planner')

export function useAsks(): Asks {
  const asks = inject(PLANNER)
  if (!asks) throw new Error('A component stands outside the planner’s page.')
  return asks
}

export function openAsks(line: Line) {
  // The workbench and its patches are dictionaries to the schema; docs/plans-api.md says what is in them.
  const bare = line as unknown as Bare
  const get = <Value>(path: string, query: Record<string, unknown> = {}): Answer<Value> =>
    answer(() => bare.GET(path, { params: { query } }) as never)
  const post = <Value>(path: string, body: unknown): Answer<Value> => answer(() => bare.POST(path, { body }) as never)
  const plan = (id: string, rest = ''): string => `/api/plans/${encodeURIComponent(id)}${rest}`

  async function edit(id: string, community_id: string, client: string, parcel: Parcel): Promise<Reply> {
    const body = { id: parcel.id, community_id, client, base_version: parcel.base_version, operations: parcel.operations }
    try {
      const { data, error, response } = await bare.POST(plan(id, '/edits'), { body })
      if (response.ok) return { kind: 'kept', ...(data as { version: number; entries: LogEntry[]; patch: Patch }) }
      return replyOf(response.status, (error ?? {}) as Record<string, unknown>)
    } catch {
      return { kind: 'away' }
    }
  }

  return {
    plans: (query: { community_id?: string; state?: string } = {}) => get<PlanHead[]>('/api/plans', query),
    plan: (id: string) => get<PlanHead>(plan(id)),
    create: (wanted: NewPlan) => post<PlanHead>('/api/plans', wanted),
    discard: (id: string) => done(() => bare.DELETE(plan(id)) as never),
    run: (id: string) => get<Run>(plan(id, '/run')),
    startRun: (id: string, prove: boolean) => post<Run>(plan(id, '/run'), { prove }),
    cancelRun: (id: string) => answer(() => bare.DELETE(plan(id, '/run')) as never) as Answer<Run>,
    runEvents: (id: string) => new EventSource(plan(id, '/run/events')),
    workbench: (id: string, community_id: string | null) => get<Workbench>(plan(id, '/workbench'), community_id ? { community_id } : {}),
    edit,
    /** The newest edits before a version, oldest first; `more` where there are older ones. */
    log: (id: string, community_id: string, before: number = EVERY_VERSION) =>
      get<{ version: number; entries: LogEntry[]; more: boolean }>(plan(id, '/operations'), { community_id, before, limit: LOG_PAGE }),
    mend: (id: string, community_id: string, grids: readonly string[]) => post<Mend>(plan(id, '/mend'), { community_id, grids }),
    check: (id: string) => get<Check>(plan(id, '/check')),
    exempt: (said: Exemption) => post<unknown>('/api/exemptions', said),
    move: (id: string, to: PlanState, note: string) => post<PlanHead>(plan(id, '/state'), note ? { to, note } : { to }),
    publish: (id: string, effective_from: string) => post<PlanHead>(plan(id, '/publish'), { effective_from }),
    transitions: (id: string) => get<Transition[]>(plan(id, '/transitions')),
    comments: (id: string) => get<Comment[]>(plan(id, '/comments')),
    comment: (id: string, said: { community_id: string; text: string; grid_id?: string }) => post<Comment>(plan(id, '/comments'), said),
    resolve: (id: string, comment: string, resolved: boolean) =>
      done(() => bare.PATCH(plan(id, `/comments/${comment}`), { body: { resolved } }) as never),
    events: (id: string, client: string) => new EventSource(plan(id, `/events?client=${client}`)),
    present: (id: string, client: string, community_id: string, selected: readonly string[]) =>
      done(() => bare.PUT(plan(id, '/presence'), { body: { client, community_id, selected } }) as never),
    leave: (id: string, client: string) => done(() => bare.DELETE(plan(id, `/presence/${client}`)) as never),
    compare: (left: string, right: string, community_id: string | null) =>
      get<Comparison>('/api/compare', { left, right, ...(community_id ? { community_id } : {}) }),
    reigns: (community_id: string) => get<Reign[]>('/api/history/reigns', { community_id }),
    gridsAt: (community_id: string, date: string) => get<Collection>('/api/history/grids', { community_id, date }),
    servedAt: (building: string, date: string) => get<Served>('/api/history/at', { building, date }),
    life: (grid: string) => get<Life>(`/api/history/grid/${encodeURIComponent(grid)}`),
    /** The household rule that holds for a community today. */
    ruleFor: (community_id: string) => get<Rule>(`/api/rules/${encodeURIComponent(community_id)}`),
    figures: (community_id: string) => get<unknown>('/api/figures', { community_id }),
  }
}

function replyOf(status: number, problem: Record<string, unknown>): Reply {
  const refusal = (problem['refusal'] ?? null) as (typeof STALE) | null
  if ([502, 503, 504].includes(status)) return { kind: 'away' }
  if (status === 409 && problem['patch']) {
    const { version, since, patch } = problem as { version: number; since: LogEntry[]; patch: Patch }
    return { kind: 'stale', version, since, patch, refusal }
  }
  if (status === 422 && refusal) return { kind: 'refused', refusal, place: Number(problem['operation'] ?? 0) }
  return { kind: 'hopeless', detail: typeof problem['detail'] === 'string' ? problem['detail'] : '' }
}
