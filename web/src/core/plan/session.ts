/**
 * The planner's work on a plan: what the service has, what was done here since, and the way back.
 *
 * A session never changes; every step gives a new one. `base` is the plan as the service knows it at `version`;
 * `pending` are the steps it has not confirmed yet, laid over it. Nothing is ever struck out: undoing is a step too, so
 * the way back leads through the night and on to other machines. A lost connection leaves steps pending, no more.
 */

import { bad, good, type Result } from '../result'
import { backwards, changed, difference, takenBack, type Delta } from './delta'
import { perform, type Operation } from './operations'
import type { Plan } from './plan'
import { NOT_IN_EFFECT, NOTHING_TO_REDO, NOTHING_TO_UNDO, type Refusal } from './refusals'

/** What somebody wants: an edit, an edit taken back, or one taken back done again. `id` is made up here and unique. */
export type Step =
  | { readonly id: string; readonly kind: 'edit'; readonly operation: Operation }
  | { readonly id: string; readonly kind: 'back' | 'again'; readonly of: string }

export interface Entry {
  readonly step: Step
  readonly delta: Delta
}

export interface EditSession {
  readonly version: number
  readonly base: Plan
  readonly plan: Plan
  /** This planner's confirmed steps, oldest first. */
  readonly log: readonly Entry[]
  readonly pending: readonly Entry[]
  readonly ways: Ways
}

export function openSession(plan: Plan, version: number, log: readonly Entry[] = []): EditSession {
  return { version, base: plan, plan, log, pending: [], ways: waysAfter(log) }
}

/** Take a step, or tell why not; the session stays as it is then. */
export function taken(session: EditSession, step: Step): Result<EditSession, Refusal> {
  const after = stepped(session, session.plan, step)
  if (!after.ok) return after
  const entry = { step, delta: difference(session.plan, after.value) }
  return good({ ...session, plan: after.value, pending: [...session.pending, entry], ways: wayOn(session.ways, step) })
}

function stepped(session: EditSession, plan: Plan, step: Step): Result<Plan, Refusal> {
  if (step.kind === 'edit') return perform(plan, step.operation)
  const entry = entryOf(session, step.of)
  if (!entry) return bad(NOT_IN_EFFECT)
  if (step.kind === 'again') return changed(plan, entry.delta)
  // The plan without the newest edit was there before, whatever it looked like; without an older one it never was.
  if (session.ways.done.at(-1) === step.of) return changed(plan, backwards(entry.delta))
  return inEffect(session, step.of) ? takenBack(plan, entry.delta) : bad(NOT_IN_EFFECT)
}

/** Whether an edit was neither undone nor taken back (by what was not taken back itself). */
function inEffect(session: EditSession, id: string): boolean {
  const { done } = session.ways
  return done.includes(id) && !done.some((later) => takesBack(entryOf(session, later), id) && inEffect(session, later))
}

function takesBack(entry: Entry | null, id: string): boolean {
  return entry?.step.kind === 'back' && entry.step.of === id
}

export function entriesOf({ log, pending }: EditSession): readonly Entry[] {
  return pending.length ? [...log, ...pending] : log
}

export function entryOf(session: EditSession, id: string): Entry | null {
  return session.pending.findLast(({ step }) => step.id === id) ?? session.log.findLast(({ step }) => step.id === id) ?? null
}

export interface Ways {
  /** Edits and take-backs that can be undone, oldest first; the newest goes first, so the way back is the way come. */
  readonly done: readonly string[]
  /** What was undone and can be done again, next one last. */
  readonly undone: readonly string[]
}

/** The ways after one more step. An edit shuts the way forward, and so does taking back an old one: it is an edit too. */
function wayOn({ done, undone }: Ways, step: Step): Ways {
  if (step.kind === 'edit') return { done: [...done, step.id], undone: [] }
  if (step.kind === 'again') return { done: [...done, step.of], undone: without(undone, step.of) }
  if (done.at(-1) === step.of) return { done: done.slice(0, -1), undone: [...undone, step.of] }
  return { done: [...done, step.id], undone: [] }
}

function without(ids: readonly string[], id: string): readonly string[] {
  const place = ids.lastIndexOf(id)
  return place < 0 ? ids : [...ids.slice(0, place), ...ids.slice(place + 1)]
}

/** The ways after some steps, oldest first. */
export function waysAfter(entries: readonly Entry[]): Ways {
  return entries.reduce((ways, { step }) => wayOn(ways, step), { done: [], undone: [] } as Ways)
}

/** The session after a turn that this window did not make: the service alone knows the way back from here. */
export function turned(session: EditSession): EditSession {
  return { ...session, log: [], ways: waysAfter(session.pending) }
}

/** The step that undoes the newest edit in effect. */
export function undoStep(session: EditSession, id: string): Step | null {
  const of = session.ways.done.at(-1)
  return of === undefined ? null : { id, kind: 'back', of }
}

/** The step that does again what was undone last. */
export function redoStep(session: EditSession, id: string): Step | null {
  const of = session.ways.undone.at(-1)
  return of === undefined ? null : { id, kind: 'again', of }
}

export function undone(session: EditSession, id: string): Result<EditSession, Refusal> {
  const step = undoStep(session, id)
  return step ? taken(session, step) : bad(NOTHING_TO_UNDO)
}

export function redone(session: EditSession, id: string): Result<EditSession, Refusal> {
  const step = redoStep(session, id)
  return step ? taken(session, step) : bad(NOTHING_TO_REDO)
}

/** The service has confirmed the oldest pending steps, by id. */
export function confirmed(session: EditSession, ids: ReadonlySet<string>, version: number): EditSession {
  const now = session.pending.filter(({ step }) => ids.has(step.id))
  const left = session.pending.filter(({ step }) => !ids.has(step.id))
  const log = [...session.log, ...now]
  if (!left.length) return { ...session, version, base: session.plan, log, pending: [] }
  const base = now.reduce((plan, { delta }) => {
    const next = changed(plan, delta)
    return next.ok ? next.value : plan
  }, session.base)
  return { ...session, version, base, log, pending: left }
}

/** A step that fell by the way when somebody else's edit came first. */
export interface Lost {
  readonly step: Step
  readonly refusal: Refusal
}

/** The service's plan has changed under us: lay the pending steps over the new one. What no longer fits is told. */
export function rebased(session: EditSession, base: Plan, version: number): { session: EditSession; lost: readonly Lost[] } {
  let now = openSession(base, version, session.log)
  const lost: Lost[] = []
  for (const { step } of session.pending) {
    const next = taken(now, step)
    if (next.ok) now = next.value
    else lost.push({ step, refusal: next.reason })
  }
  return { session: now, lost }
}

/** Steps as they were kept while the page was shut, taken again. */
export function resumed(session: EditSession, steps: readonly Step[]): { session: EditSession; lost: readonly Lost[] } {
  const known = new Set(entriesOf(session).map(({ step }) => step.id))
  const fresh = steps.filter(({ id }) => !known.has(id)).map((step) => ({ step, delta: NOTHING }))
  return rebased({ ...session, pending: [...session.pending, ...fresh] }, session.base, session.version)
}

const NOTHING: Delta = { bands: {}, grids: {}, edges: {}, arcs: {}, homes: {}, edits: null }

/** Drop steps that the service refuses for good. */
export function dropped(session: EditSession, ids: ReadonlySet<string>): { session: EditSession; lost: readonly Lost[] } {
  const left = session.pending.filter(({ step }) => !ids.has(step.id))
  return rebased({ ...session, pending: left }, session.base, session.version)
}
