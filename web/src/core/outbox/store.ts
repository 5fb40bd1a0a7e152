/**
 * The outbox on the phone's own disk (IndexedDB): what is in it outlives a closed tab, a dead battery and an update of the page.
 *
 * Bodies lie beside the parcels, so that looking through the outbox does not read its photos. They are kept as ArrayBuffers:
 * Blobs are lost by some versions of WebKit. A write is acknowledged when it is on the disk, not before (`durability: strict`).
 */

import { packed, type Draft, type Parcel } from './parcel'

const NAME = 'minqing-outbox'
const VERSION = 1
const PARCELS = 'parcel'
const BODIES = 'body'

export interface OutboxStore {
  all(): Promise<readonly Parcel[]>
  /** What is to be sent of a parcel; undefined when somebody took it out meanwhile. */
  body(id: string): Promise<ArrayBuffer | undefined>
  /** Put drafts in, all or none. Rejects with a `FullError` when the phone has no room left. */
  put(now: number, ...drafts: readonly Draft[]): Promise<void>
  /** Change one parcel where it still lies in the store; undefined when somebody took it out meanwhile. */
  change(id: string, how: (parcel: Parcel) => Parcel): Promise<Parcel | undefined>
  remove(...ids: readonly string[]): Promise<void>
  close(): void
}

/** The phone has no room for more. */
export class FullError extends Error {}

export async function openStore(factory: IDBFactory = indexedDB): Promise<OutboxStore> {
  const database = await opened(factory)
  const read = <Value>(name: string, ask: (kept: IDBObjectStore) => IDBRequest<Value>) =>
    answered(ask(database.transaction(name).objectStore(name)))
  return {
    all: () => read<Parcel[]>(PARCELS, (parcels) => parcels.getAll()),
    body: (id) => read<ArrayBuffer | undefined>(BODIES, (bodies) => bodies.get(id)),
    put: (now, ...drafts) =>
      committed(database, (parcels, bodies) => {
        for (const draft of drafts) {
          parcels.put(packed(draft, now))
          bodies.put(draft.body, draft.id)
        }
      }),
    async change(id, how) {
      let changed: Parcel | undefined
      await committed(database, (parcels, bodies) => {
        const asked = parcels.get(id) as IDBRequest<Parcel | undefined>
        asked.onsuccess = () => {
          if (!asked.result) return
          parcels.put((changed = how(asked.result)))
          if (changed.state === 'arrived') bodies.delete(id)
        }
      })
      return changed
    },
    remove: (...ids) =>
      committed(database, (parcels, bodies) => {
        for (const id of ids) {
          parcels.delete(id)
          bodies.delete(id)
        }
      }),
    close: () => database.close(),
  }
}

function opened(factory: IDBFactory): Promise<IDBDatabase> {
  const asked = factory.open(NAME, VERSION)
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore(PARCELS, { keyPath: 'id' })
    asked.result.createObjectStore(BODIES)
  }
  return answered(asked)
}

type Work = (parcels: IDBObjectStore, bodies: IDBObjectStore) => void

function committed(database: IDBDatabase, work: Work): Promise<void> {
  return new Promise((done, failed) => {
    const transaction = database.transaction([PARCELS, BODIES], 'readwrite', { durability: 'strict' })
    transaction.oncomplete = () => done()
    transaction.onabort = () => failed(reasonOf(transaction.error))
    try {
      work(transaction.objectStore(PARCELS), transaction.objectStore(BODIES))
    } catch (error) {
      // Some browsers refuse at once what others refuse later; half of it must not stay.
      failed(reasonOf(error as DOMException))
      transaction.abort()
    }
  })
}

function answered<Value>(asked: IDBRequest<Value>): Promise<Value> {
  return new Promise((done, failed) => {
    asked.onsuccess = () => done(asked.result)
    asked.onerror = () => failed(reasonOf(asked.error))
  })
}

function reasonOf(error: DOMException | null): Error {
  if (error?.name === 'QuotaExceededError') return new FullError(error.message)
  return error ?? new Error('The outbox did not answer.')
}
