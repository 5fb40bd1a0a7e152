/**
 * Carries steps to the service, one parcel at a time and in order, and lays what comes back over the session.
 *
 * Framework-free: the page hands in how to send and how to tell. A parcel keeps its id until the service has answered,
 * so a lost answer does no harm; what others do meanwhile waits until the parcel is back. Nothing is dropped unsaid.
 */

import { difference, touches } from './delta'
import { patched } from './patch'
import type { Plan } from './plan'
import { STALE, type Refusal } from './refusals'
import { rebased, waysAfter, type Entry, type EditSession, type Lost, type Step } from './session'
import { wireOperation, type LogEntry, type Patch, type WireOperation } from './wire'

export interface Parcel {
  readonly id: string
  readonly base_version: number
  readonly operations: readonly WireOperation[]
  readonly steps: readonly string[]
}

/** What the service says to a parcel. */
export type Reply =
  | { readonly kind: 'kept'; readonly version: number; readonly entries: readonly LogEntry[]; readonly patch: Patch }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly place: number }
  | { readonly kind: 'stale'; readonly version: number; readonly since: readonly LogEntry[]; readonly patch: Patch; readonly refusal: Refusal | null }
  /** The plan is no draft any more, or the parcel makes no sense to the service. */
  | { readonly kind: 'hopeless'; readonly detail: string }
  | { readonly kind: 'away' }

/** Versions under which the service has kept this window's steps, by step. */
export type Versions = ReadonlyMap<string, number>

export const MOST_OPERATIONS = 200

/** The oldest pending steps as one parcel; null when there is nothing to send. */
export function packed(session: EditSession, versions: Versions, id: string): Parcel | null {
  const entries = session.pending.slice(0, MOST_OPERATIONS)
  const operations: WireOperation[] = []
  const steps: string[] = []
  for (const { step } of entries) {
    const operation = wired(session, versions, entries, step)
    // What is taken back by the version that the service gives it has to wait for that version.
    if (!operation) break
    operations.push(operation)
    steps.push(step.id)
  }
  return operations.length ? { id, base_version: session.version, operations, steps } : null
}

function wired(session: EditSession, versions: Versions, entries: readonly Entry[], step: Step): WireOperation | null {
  if (step.kind === 'edit') return wireOperation(step.operation)
  if (step.kind === 'again') return { verb: 'redo', arguments: {} }
  if (isNewest(session, step)) return { verb: 'undo', arguments: {} }
  const version = versions.get(step.of)
  if (version === undefined) return entries.some((entry) => entry.step.id === step.of) ? null : { verb: 'undo', arguments: {} }
  return { verb: 'take_back', arguments: { version } }
}

/** Whether a step undoes what was the newest edit in effect at that time. */
function isNewest({ log, pending }: EditSession, step: Step & { of: string }): boolean {
  const entries = [...log, ...pending]
  const place = entries.findLastIndex((entry) => entry.step.id === step.id)
  return waysAfter(entries.slice(0, place)).done.at(-1) === step.of
}

export interface Joined {
  readonly session: EditSession
  readonly lost: readonly Lost[]
  /** The plan has to be loaded anew: buildings or units came or went. */
  readonly reload: boolean
}

export interface Settled extends Joined {
  readonly versions: Versions
}

/** The session after the service has kept a parcel. */
export function settled(session: EditSession, versions: Versions, parcel: Parcel, kept: { version: number; entries: readonly LogEntry[]; patch: Patch }): Settled {
  const sent = new Set(parcel.steps)
  const known = new Map(versions)
  parcel.steps.forEach((step, i) => {
    const entry = kept.entries.filter(({ mine }) => mine).slice(-parcel.steps.length)[i]
    if (entry) known.set(step, entry.version)
  })
  const done = session.pending.filter(({ step }) => sent.has(step.id))
  const left = session.pending.filter(({ step }) => !sent.has(step.id))
  const base = patched(session.base, kept.patch)
  const logged = { ...session, log: [...session.log, ...done], pending: left }
  if (!base) return { session: logged, lost: [], versions: known, reload: true }
  return { ...rebased(logged, base, kept.version), versions: known, reload: false }
}

/** The session after a parcel has come too late: others were first. Its steps are lost, to be taken again by hand. */
export function overtaken(session: EditSession, parcel: Parcel, now: { version: number; patch: Patch; refusal: Refusal | null }, why: Refusal): Joined {
  const sent = new Set(parcel.steps)
  const lost = session.pending.filter(({ step }) => sent.has(step.id)).map(({ step }) => ({ step, refusal: now.refusal ?? why }))
  const left = { ...session, pending: session.pending.filter(({ step }) => !sent.has(step.id)) }
  const base = patched(session.base, now.patch)
  if (!base) return { session: left, lost, reload: true }
  const after = rebased(left, base, now.version)
  return { session: after.session, lost: [...lost, ...after.lost], reload: false }
}

/** The session without one step that the service refuses, and without what stood on it. */
export function refused(session: EditSession, parcel: Parcel, place: number, refusal: Refusal): { session: EditSession; lost: readonly Lost[] } {
  const id = parcel.steps[place] ?? parcel.steps[0]
  const gone = session.pending.find(({ step }) => step.id === id)
  const left = { ...session, pending: session.pending.filter((entry) => entry !== gone) }
  const after = rebased(left, session.base, session.version)
  return { session: after.session, lost: [...(gone ? [{ step: gone.step, refusal }] : []), ...after.lost] }
}

/** The session after somebody else's edit. Whoever was first has it: what waits here and wants the same is lost, and told. */
export function joined(session: EditSession, edit: { version: number; patch: Patch }): Joined {
  if (edit.version <= session.version) return { session, lost: [], reload: false }
  const base = patched(session.base, edit.patch)
  if (!base) return { session, lost: [], reload: true }
  return { ...laidOver(session, base, edit.version), reload: false }
}

/** Lay the session's pending steps over a plan that was loaded anew. */
export function reloaded(session: EditSession, plan: Plan, version: number): { session: EditSession; lost: readonly Lost[] } {
  return rebased(session, plan, version)
}

function laidOver(session: EditSession, base: Plan, version: number): { session: EditSession; lost: readonly Lost[] } {
  const theirs = changedKeys(session.base, base)
  const [lost, left] = [[] as Lost[], [] as Entry[]]
  for (const entry of session.pending) {
    if ([...touches(entry.delta)].some((key) => theirs.has(key))) lost.push({ step: entry.step, refusal: STALE })
    else left.push(entry)
  }
  const after = rebased({ ...session, pending: left }, base, version)
  return { session: after.session, lost: [...lost, ...after.lost] }
}

/** What changed from one plan of the service to its next; nothing can be said where units came or went. */
function changedKeys(before: Plan, after: Plan): ReadonlySet<string> {
  const same = before.units.length === after.units.length && before.units.every(({ key }, i) => key === after.units[i]!.key)
  // Borders are numbered anew when ground is laid anew: whether two borders are one the service says.
  return same ? touches({ ...difference(before, after), arcs: {} }) : new Set()
}
