/** The workbench of one community of a plan: what is edited, what is chosen, what is on its way to the service. */

import { computed, inject, ref, shallowRef, type InjectionKey } from 'vue'
import type { Span } from '../core/plan/bands'
import type { Point } from '../core/plan/geometry'
import { joined, overtaken, packed, refused, reloaded, settled, type Parcel, type Versions } from '../core/plan/courier'
import { noted, withPast } from '../core/plan/journal'
import { refusal, type Operation } from '../core/plan/operations'
import { planOf, wholeUnit, type Plan } from '../core/plan/plan'
import { openQueue, type Queue } from '../core/plan/queue'
import { STALE, type Refusal } from '../core/plan/refusals'
import { openSession, redoStep, resumed, taken, turned, undoStep, type EditSession, type Lost, type Step } from '../core/plan/session'
import { planData, type LogEntry, type Patch, type Workbench } from '../core/plan/wire'
import type { Page } from '../frame/page'
import type { Asks } from './asks'
import { openRemarks } from './remarks'

export type Tool = 'select' | 'lasso' | 'brush' | 'cut' | 'border' | 'house'
export type Saving = 'saved' | 'saving' | 'away'

export interface Person {
  readonly client: string
  readonly who: string
  readonly selected: readonly string[]
  readonly mine: boolean
}

/** Steps that fell by the way, and the edits of others that were first. */
export interface Conflict {
  readonly lost: readonly Lost[]
  readonly since: readonly LogEntry[]
}

export type Bench = ReturnType<typeof openBench>
export const BENCH: InjectionKey<Bench> = Symbol('bench')

export function useBench(): Bench {
  const bench = inject(BENCH)
  if (!bench) throw new Error('A component stands outside the editor.')
  return bench
}

/** What only the service can do was asked for while it could not be reached. */
const AWAY: Refusal = { code: 'away', zh: '没有连上服务器,这一步没有做;连上后请再做一次。', en: 'The service cannot be reached: this was not done. Do it again once the line is back.' }
const RETRY_MS = 3_000
const PRESENT_EVERY_MS = 15_000

export function openBench(page: Page, asks: Asks, planId: string, communityId: string | null) {
  const client = crypto.randomUUID()
  const workbench = shallowRef<Workbench | null>(null)
  const session = shallowRef<EditSession | null>(null)
  const fault = ref('')
  const selection = shallowRef<ReadonlyMap<string, Span>>(new Map())
  const focus = ref<string | null>(null)
  const tool = ref<Tool>('select')
  /** The footprint that was drawn last, metres; null where none waits to be used. */
  const sketch = shallowRef<readonly Point[] | null>(null)
  const saving = ref<Saving>('saved')
  const durable = ref(true)
  const conflict = shallowRef<Conflict | null>(null)
  const log = shallowRef<readonly LogEntry[]>([])
  /** Whether there are edits older than those of the log that were read. */
  const hasPast = ref(false)
  const remarks = openRemarks(asks, planId)
  const people = shallowRef<readonly Person[]>([])
  /** Grids that somebody else has just changed: marked on the map for a moment. */
  const touched = shallowRef<ReadonlySet<string>>(new Set())
  let versions: Versions = new Map()
  let queue: Queue | null = null
  let parcel: Parcel | null = null
  let waiting: { version: number; entries: readonly LogEntry[]; patch: Patch }[] = []
  let events: EventSource | null = null
  let timers: ReturnType<typeof setInterval>[] = []
  let shut = false

  const plan = computed<Plan | null>(() => session.value?.plan ?? null)
  const mayEdit = computed(() => !!workbench.value?.may.edit && workbench.value.plan.state === 'draft')
  const spans = computed<readonly Span[]>(() => [...selection.value.values()])
  const community = computed(() => workbench.value?.community.id ?? '')
  /** The grids at which others are: those that they have chosen, or of which they have chosen dwellings. */
  const watched = computed<ReadonlySet<string>>(() => new Set(people.value.flatMap(({ selected }) => gridsAt(selected))))
  const pendingCount = computed(() => session.value?.pending.length ?? 0)

  function gridsAt(keys: readonly string[]): string[] {
    const now = plan.value
    if (!now) return []
    return keys.flatMap((key) => {
      if (now.grids.has(key)) return [key]
      const number = now.number.get(key)
      return number === undefined ? [] : now.bands[number]!.flatMap(({ grid }) => grid ?? [])
    })
  }

  async function open(): Promise<void> {
    const found = await asks.workbench(planId, communityId)
    if (!found.ok) {
      page.troubled(found.reason)
      fault.value = found.reason.kind === 'refused' ? found.reason.detail : 'away'
      return
    }
    fault.value = ''
    workbench.value = found.value
    session.value = openSession(planOf(planData(found.value)), found.value.version)
    queue = await openQueue(globalThis.indexedDB)
    durable.value = queue.durable
    await resume()
    await Promise.all([readLog(), remarks.read()])
    listen()
  }

  /** Take up the steps that an earlier window could not send. */
  async function resume(): Promise<void> {
    const kept = await queue?.recall(keptKey()).catch(() => null)
    if (!kept || !session.value || !kept.steps.length) return
    const after = resumed(session.value, kept.steps)
    session.value = after.session
    tell(after.lost, [])
    void send()
  }

  function keptKey(): string {
    return `${planId} ${community.value}`
  }

  function keep(): void {
    const now = session.value
    if (!now || !queue) return
    const steps = now.pending.map(({ step }) => step)
    void queue.keep({ plan: keptKey(), version: now.version, steps, at: Date.now() }).catch(() => (durable.value = false))
  }

  async function readLog(): Promise<void> {
    const found = await asks.log(planId, community.value)
    if (!found.ok) return
    log.value = found.value.entries
    hasPast.value = found.value.more
  }

  /** Read a page of edits older than those that are known. */
  async function readPast(): Promise<void> {
    const found = await asks.log(planId, community.value, log.value[0]?.version)
    if (!found.ok) return page.troubled(found.reason)
    log.value = withPast(log.value, found.value.entries)
    hasPast.value = found.value.more
  }

  /** Make an edit, or tell why not. */
  function act(operation: Operation): Refusal | null {
    return take({ id: crypto.randomUUID(), kind: 'edit', operation })
  }

  function take(step: Step): Refusal | null {
    if (!session.value) return STALE
    const next = taken(session.value, step)
    if (!next.ok) return next.reason
    session.value = next.value
    prune()
    keep()
    void send()
    return null
  }

  function why(operation: Operation): Refusal | null {
    return plan.value ? refusal(plan.value, operation) : STALE
  }

  /** Undo the newest edit: here where this window made it, else by the service, wherever it was made. */
  async function undo(): Promise<Refusal | null> {
    const step = session.value && undoStep(session.value, crypto.randomUUID())
    // What stands in the way of undoing it here may be an edit of another window: the service knows them all.
    if (step && !take(step)) return null
    return turn({ verb: 'undo', arguments: {} })
  }

  async function redo(): Promise<Refusal | null> {
    const step = session.value && redoStep(session.value, crypto.randomUUID())
    if (step && !take(step)) return null
    return turn({ verb: 'redo', arguments: {} })
  }

  function takeBack(version: number): Promise<Refusal | null> {
    return turn({ verb: 'take_back', arguments: { version } })
  }

  /** Ask the service for a turn of its log, and lay over the plan what came of it. */
  async function turn(operation: { verb: string; arguments: Record<string, unknown> }): Promise<Refusal | null> {
    return send({ id: crypto.randomUUID(), operations: [operation] })
  }

  /** Several operations as one edit: a mend as it was suggested. */
  function actTogether(operations: readonly { verb: string; arguments: Record<string, unknown> }[]): Promise<Refusal | null> {
    return send({ id: crypto.randomUUID(), operations })
  }

  let sending: Promise<Refusal | null> | null = null

  async function send(extra?: { id: string; operations: readonly { verb: string; arguments: Record<string, unknown> }[] }): Promise<Refusal | null> {
    while (sending) await sending
    const now = session.value
    if (!now || shut) return null
    if (!extra && !now.pending.length) return null
    if (extra && now.pending.length) {
      await send()
      return session.value?.pending.length ? ((saving.value as Saving) === 'away' ? AWAY : STALE) : send(extra)
    }
    parcel = extra ? { ...extra, base_version: now.version, steps: [] } : (parcel ?? packed(now, versions, crypto.randomUUID()))
    if (!parcel) return null
    saving.value = 'saving'
    sending = deliver(parcel).finally(() => (sending = null))
    const outcome = await sending
    if (session.value?.pending.length && (saving.value as Saving) !== 'away') void send()
    return outcome
  }

  async function deliver(sent: Parcel): Promise<Refusal | null> {
    const reply = await asks.edit(planId, community.value, client, sent)
    const now = session.value
    if (!now || shut) return null
    let outcome: Refusal | null = null
    if (reply.kind === 'away') {
      saving.value = 'away'
      if (!sent.steps.length) parcel = null
      page.connection.lost()
      setTimeout(() => void send(), RETRY_MS)
      return AWAY
    }
    parcel = null
    if (reply.kind === 'kept') {
      const after = settled(now, versions, sent, reply)
      versions = after.versions
      session.value = sent.steps.length ? after.session : turned(after.session)
      note(reply.entries)
      tell(after.lost, [])
      if (after.reload) await reload()
    } else if (reply.kind === 'stale') {
      const after = overtaken(now, sent, reply, STALE)
      session.value = after.session
      note(reply.since)
      outcome = reply.refusal ?? STALE
      tell(after.lost, reply.since)
      if (after.reload) await reload()
    } else if (reply.kind === 'refused') {
      outcome = reply.refusal
      const after = refused(now, sent, reply.place, reply.refusal)
      session.value = after.session
      tell(after.lost, [])
    } else {
      outcome = STALE
      page.warn(reply.detail || page.preferences.texts.value.panel.failed)
      const after = overtaken(now, sent, { version: now.version, patch: NOTHING, refusal: null }, STALE)
      session.value = after.session
      tell(after.lost, [])
      await reload()
    }
    prune()
    keep()
    for (const edit of waiting.splice(0)) join(edit)
    saving.value = session.value.pending.length ? 'saving' : 'saved'
    return outcome
  }

  async function reload(): Promise<void> {
    const found = await asks.workbench(planId, communityId)
    if (!found.ok || !session.value) return page.troubled(found.ok ? { kind: 'away' } : found.reason)
    workbench.value = found.value
    const after = reloaded(session.value, planOf(planData(found.value)), found.value.version)
    session.value = after.session
    tell(after.lost, [])
    prune()
    keep()
    await readLog()
  }

  /** Tell which steps fell by the way, in a sheet from which they can be taken again. */
  function tell(lost: readonly Lost[], since: readonly LogEntry[]): void {
    if (lost.length) conflict.value = { lost: [...(conflict.value?.lost ?? []), ...lost], since: [...(conflict.value?.since ?? []), ...since] }
  }

  /** Take lost edits again on the plan as it is now; those that do not fit stay in the sheet. */
  function replay(): void {
    const left: Lost[] = []
    for (const { step } of conflict.value?.lost ?? []) {
      const again: Step = step.kind === 'edit' ? { ...step, id: crypto.randomUUID() } : step
      const reason = step.kind === 'edit' ? take(again) : STALE
      if (reason) left.push({ step, refusal: reason })
    }
    conflict.value = left.length ? { lost: left, since: conflict.value?.since ?? [] } : null
  }

  function note(entries: readonly LogEntry[]): void {
    log.value = noted(log.value, entries)
  }

  function join(edit: { version: number; entries: readonly LogEntry[]; patch: Patch }): void {
    if (!session.value) return
    // What the service says to the parcel on its way comes first, also when its answer was lost and it is sent again.
    if (sending || parcel?.steps.length) return void waiting.push(edit)
    const after = joined(session.value, edit)
    // What this planner does in another window is undone in its turn.
    session.value = edit.entries.some(({ mine }) => mine) ? turned(after.session) : after.session
    note(edit.entries)
    prune()
    keep()
    tell(after.lost, edit.entries)
    mark(edit.patch)
    if (after.reload) void reload()
  }

  function mark(patch: Patch): void {
    const grids = new Set(Object.keys(patch.grids))
    for (const bands of Object.values(patch.bands)) for (const [, , grid] of bands ?? []) if (grid) grids.add(grid)
    touched.value = grids
    setTimeout(() => (touched.value = new Set()), 4_000)
  }

  function listen(): void {
    events = asks.events(planId, client)
    events.addEventListener('edit', (event) => {
      const edit = JSON.parse(event.data) as { version: number; community_id: string; entries: LogEntry[]; patch: Patch }
      if (edit.community_id !== community.value || edit.entries.every((entry) => entry.client === client)) return
      join(edit)
    })
    events.addEventListener('presence', (event) => {
      const { people: all } = JSON.parse(event.data) as { people: (Person & { community_id: string })[] }
      people.value = all.filter((one) => one.client !== client && one.community_id === community.value)
    })
    events.addEventListener('comment', () => void remarks.read())
    events.addEventListener('state', () => void reload())
    events.addEventListener('reset', () => void reload())
    timers.push(setInterval(present, PRESENT_EVERY_MS))
    present()
  }

  function present(): void {
    const selected = [...selection.value.keys()].slice(0, 50)
    void asks.present(planId, client, community.value, focus.value ? [...selected, focus.value] : selected)
  }

  /** What is chosen has to exist: drop units and floors that are gone. */
  function prune(): void {
    const now = plan.value
    if (!now) return
    const left = [...selection.value].filter(([key]) => now.number.has(key))
    if (left.length !== selection.value.size) selection.value = new Map(left)
    if (focus.value && !now.grids.has(focus.value)) focus.value = null
  }

  function choose(units: Iterable<string>, how: 'set' | 'add' | 'toggle' = 'set'): void {
    const next = new Map(how === 'set' ? [] : selection.value)
    for (const key of units) {
      const number = plan.value?.number.get(key)
      if (number === undefined) continue
      if (how === 'toggle' && next.has(key)) next.delete(key)
      else next.set(key, wholeUnit(plan.value!.units[number]!))
    }
    selection.value = next
    present()
  }

  function chooseFloors(span: Span | null, unit: string): void {
    const next = new Map(selection.value)
    if (span) next.set(unit, span)
    else next.delete(unit)
    selection.value = next
  }

  function close(): void {
    keep()
    shut = true
    events?.close()
    timers.forEach(clearInterval)
    void asks.leave(planId, client)
  }

  page.whenBack(() => {
    if (shut) return
    if (events?.readyState === EventSource.CLOSED) {
      events.close()
      timers.forEach(clearInterval)
      timers = []
      listen()
    }
    void send()
  })

  return {
    ...{ planId, client, workbench, session, plan, fault, selection, spans, focus, tool, sketch, saving, durable, conflict, log, hasPast, people },
    ...{ touched, watched, gridsAt, mayEdit, community, pendingCount, open, act, why, undo, redo, takeBack, actTogether, replay, reload, choose },
    ...{ chooseFloors, remarks, readPast, close },
  }
}

const NOTHING: Patch = { grids: {}, bands: {}, cells: {}, units: {}, edges: {}, buildings: {}, compounds: {}, edits: null }
