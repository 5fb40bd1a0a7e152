/**
 * The outbox: takes parcels in, and brings them to the service whenever there is a way. It is drained by the page itself — at the
 * start, when the signal returns, when the page is looked at again, by a clock and by a button — since a browser's
 * background sync is missing on iOS and inside WeChat.
 *
 * Of several tabs one drains (Web Locks); where locks are missing two may send the same parcel, which does no harm.
 */

import { cartonOf, type Carton } from './carton'
import { after, due, retried, roused, unsent, wakesAt, type Draft, type Parcel, type Reply, type Unsent } from './parcel'
import type { Send } from './send'
import type { OutboxStore } from './store'

const LOCK = 'minqing-outbox'
const KEPT_AFTER_ARRIVAL_MS = 24 * 3600_000
const LOOK_EVERY_MS = 30_000

export interface Surroundings {
  readonly now: () => number
  readonly chance: () => number
  /** Who is logged in; what others made on this phone waits for them. */
  readonly owner: () => string
  readonly locks: Pick<LockManager, 'request'> | undefined
  /** Told after each change of the outbox. */
  readonly changed: (parcels: readonly Parcel[]) => void
}

export interface Outbox {
  /** On the disk when this resolves; sending follows by itself. */
  take(...drafts: readonly Draft[]): Promise<void>
  /** Send what is due; returns when nothing more can go now. */
  drain(): Promise<void>
  /** Send everything now, whatever rest it is at. */
  hurry(): Promise<void>
  /** Send a refused or conflicting parcel once more. */
  retry(id: string): Promise<void>
  throwAway(...ids: readonly string[]): Promise<void>
  all(): Promise<readonly Parcel[]>
  /** What a parcel holds; undefined where it is gone. */
  body(id: string): Promise<ArrayBuffer | undefined>
  /** Everything unsent as one file. */
  carton(): Promise<Carton>
  unsent(): Promise<Unsent>
}

export function openOutbox(store: OutboxStore, send: Send, around: Surroundings): Outbox {
  let round: Promise<void> | null = null
  let asked = false

  async function tell(): Promise<void> {
    around.changed(await store.all())
  }

  async function deliver(parcel: Parcel): Promise<Reply['kind'] | 'gone'> {
    const body = await store.body(parcel.id)
    if (!body) return 'gone'
    const reply = await send(parcel, body)
    await store.change(parcel.id, (now) => (now.state === 'waiting' ? after(now, reply, around.now(), around.chance()) : now))
    await tell()
    return reply.kind
  }

  async function drainAlone(): Promise<void> {
    for (;;) {
      const next = due(await store.all(), around.owner(), around.now())[0]
      if (!next) return forgetOld()
      // Without a way to the service the others would only wear the battery down.
      if ((await deliver(next)) === 'away') return
    }
  }

  async function forgetOld(): Promise<void> {
    const before = around.now() - KEPT_AFTER_ARRIVAL_MS
    const old = (await store.all()).filter(({ state, madeAt }) => state === 'arrived' && madeAt < before)
    if (old.length) await store.remove(...old.map(({ id }) => id))
  }

  /** Asking during a round makes it go round once more: what was put in meanwhile is not left lying. */
  async function rounds(): Promise<void> {
    while (asked) {
      asked = false
      await locked(around.locks, drainAlone)
    }
  }

  async function drain(): Promise<void> {
    asked = true
    round ??= rounds().finally(() => (round = null))
    await round
  }

  return {
    drain,
    all: () => store.all(),
    body: (id) => store.body(id),
    carton: async () => cartonOf(await store.all(), store.body, around.now()),
    unsent: async () => unsent(await store.all()),
    async take(...drafts) {
      await store.put(around.now(), ...drafts)
      await tell()
      void drain()
    },
    async hurry() {
      for (const { id } of await store.all()) await store.change(id, roused)
      await drain()
    },
    async retry(id) {
      await store.change(id, retried)
      await tell()
      await drain()
    },
    async throwAway(...ids) {
      await store.remove(...ids)
      await tell()
    },
  }
}

async function locked(locks: Surroundings['locks'], work: () => Promise<void>): Promise<void> {
  if (!locks) return work()
  await locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (lock) await work()
  })
}

/** Drain whenever there may be a way; the returned function stops that. */
export function keepDraining(outbox: Outbox, page: Window, owner: () => string, now: () => number): () => void {
  const seen = () => page.document.visibilityState === 'visible' && void outbox.hurry()
  const online = () => void outbox.hurry()
  const clock = page.setInterval(() => void wake(), LOOK_EVERY_MS)
  async function wake(): Promise<void> {
    const at = wakesAt(await outbox.all(), owner())
    if (at !== null && at <= now() + LOOK_EVERY_MS) await outbox.drain()
  }
  page.addEventListener('online', online)
  page.document.addEventListener('visibilitychange', seen)
  void outbox.drain()
  return () => {
    page.clearInterval(clock)
    page.removeEventListener('online', online)
    page.document.removeEventListener('visibilitychange', seen)
  }
}
