/**
 * A round: begun and ended by hand, its track recorded only in between, in numbered batches that go into the outbox.
 *
 * What has been walked but not yet batched is kept on the phone at every fix, so that a killed tab loses no step.
 */

import { computed, shallowRef } from 'vue'
import { distanceM } from '../core/distance'
import type { Draft } from '../core/outbox/parcel'
import type { Outbox } from '../core/outbox/outbox'
import type { Position } from '../core/place'
import { kept } from './kept'
import type { Compass, Fix } from './position'

interface Step {
  readonly at: string
  readonly lon: number
  readonly lat: number
  readonly accuracy_m: number
}

export interface Round {
  readonly id: string
  readonly startedAt: number
  /** Batches already in the outbox. */
  readonly batches: number
  readonly open: readonly Step[]
  readonly walkedM: number
  readonly last: Position | null
}

const BATCH = 40
/** Steps shorter than the circle of accuracy are the phone's trembling, not a walk. */
const LEAST_STEP_M = 5

export type Rounds = ReturnType<typeof openRounds>

export interface Duty {
  readonly owner: () => string
  readonly label: () => string
  /** Keeps the screen on, where the browser can. */
  readonly screen: WakeLock | undefined
}

export function openRounds(outbox: Outbox, compass: Compass, { owner, label, screen }: Duty) {
  const memory = kept<Round>('round')
  const round = shallowRef<Round | null>(memory.read())
  let lit: WakeLockSentinel | null = null
  let flushing: Promise<void> = Promise.resolve()
  let deaf: (() => void) | null = null

  function set(next: Round | null): void {
    round.value = next
    if (next) memory.write(next)
    else memory.forget()
  }

  function hear(fix: Fix): void {
    const now = round.value
    if (!now) return
    const next = walked(now, fix)
    set(next)
    if (next.open.length >= BATCH) void flush()
  }

  /** One batch at a time: it is taken off the phone's memory only when the outbox has it. */
  function flush(): Promise<void> {
    flushing = flushing.then(async () => {
      const now = round.value
      if (!now?.open.length) return
      await outbox.take(batchOf(now, owner(), label()))
      const later = round.value ?? now
      set({ ...later, batches: now.batches + 1, open: later.open.slice(now.open.length) })
    })
    return flushing
  }

  /** Go on where a closed tab left off, and keep the screen on where the browser can. */
  async function follow(): Promise<void> {
    deaf ??= compass.hear(hear)
    lit = (await screen?.request('screen').catch(() => null)) ?? null
  }

  async function begin(fix: Fix, now: Date): Promise<void> {
    const id = crypto.randomUUID()
    const [lon, lat] = fix.position
    await outbox.take(parcel(id, [], `/api/patrols/${id}`, { lon, lat, started_at: now.toISOString() }, owner(), label(), 'patrol'))
    set(walked({ id, startedAt: now.getTime(), batches: 0, open: [], walkedM: 0, last: null }, fix))
    await follow()
  }

  async function end(now: Date): Promise<void> {
    deaf?.()
    deaf = null
    await flush()
    const last = round.value
    if (!last) return
    const before = Array.from({ length: last.batches }, (_, n) => batchId(last.id, n))
    const stop = parcel(`${last.id}/stop`, [last.id, ...before], `/api/patrols/${last.id}/stop`, { ended_at: now.toISOString() }, owner(), label(), 'patrol')
    await outbox.take({ ...stop, method: 'POST' })
    set(null)
    await lit?.release()
  }

  if (round.value) void follow()
  return { round, begin, end, onDuty: computed(() => round.value !== null) }
}

/** A round with one more fix. */
export function walked(round: Round, { position, accuracyM, at }: Fix): Round {
  const [lon, lat] = position
  const step = { at: new Date(at).toISOString(), lon, lat, accuracy_m: Math.round(accuracyM) }
  const far = round.last ? distanceM(round.last, position) : 0
  const moved = round.last === null || far >= Math.max(LEAST_STEP_M, Math.min(accuracyM, 30) / 2)
  const way = moved ? { walkedM: round.walkedM + far, last: position } : {}
  return { ...round, ...way, open: [...round.open, step] }
}

function batchId(round: string, n: number): string {
  return `${round}/fixes/${n}`
}

function batchOf({ id, batches, open }: Round, owner: string, label: string): Draft {
  return parcel(batchId(id, batches), [id], `/api/patrols/${id}/fixes/${batches}`, { fixes: open }, owner, label, 'track')
}

function parcel(id: string, after: readonly string[], address: string, said: unknown, owner: string, label: string, kind: Draft['kind']): Draft {
  const body = new TextEncoder().encode(JSON.stringify(said)).buffer as ArrayBuffer
  return { id, kind, owner, method: 'PUT', address, type: 'application/json', body, label, after }
}

/** A visit, or a point of a checklist, as a parcel; it waits for the round that it belongs to. */
export function notedParcel(path: 'visits' | 'checks', said: object, round: string | null, owner: string, label: string): Draft {
  const id = crypto.randomUUID()
  return parcel(id, round ? [round] : [], `/api/${path}/${id}`, { ...said, patrol_id: round }, owner, label, 'visit')
}
