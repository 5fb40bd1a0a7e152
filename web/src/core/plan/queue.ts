/**
 * Keeps the steps that the service has not confirmed in this browser, so that neither a shut window nor a dead line
 * loses an edit. IndexedDB where there is one; where the browser forbids it, memory, and the page says so.
 */

import type { Step } from './session'

export interface Kept {
  /** The plan to which the steps belong. */
  readonly plan: string
  readonly version: number
  readonly steps: readonly Step[]
  /** When they were kept, milliseconds since 1970. */
  readonly at: number
}

export interface Queue {
  readonly durable: boolean
  keep(kept: Kept): Promise<void>
  recall(plan: string): Promise<Kept | null>
}

const STORE = 'steps'

export async function openQueue(factory: IDBFactory | undefined, name = 'minqing-planner'): Promise<Queue> {
  try {
    if (!factory) return inMemory()
    const database = await opened(factory, name)
    return {
      durable: true,
      keep: (kept) => keep(database, kept),
      recall: async (plan) => ((await settled(database.transaction(STORE).objectStore(STORE).get(plan))) as Kept | undefined) ?? null,
    }
  } catch {
    return inMemory()
  }
}

function opened(factory: IDBFactory, name: string): Promise<IDBDatabase> {
  const asking = factory.open(name, 1)
  asking.onupgradeneeded = () => asking.result.createObjectStore(STORE, { keyPath: 'plan' })
  return settled(asking)
}

function keep(database: IDBDatabase, kept: Kept): Promise<void> {
  const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' })
  const store = transaction.objectStore(STORE)
  if (kept.steps.length) store.put(structuredClone(kept))
  else store.delete(kept.plan)
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
    transaction.onerror = () => reject(transaction.error)
  })
}

function settled<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function inMemory(): Queue {
  const kept = new Map<string, Kept>()
  return {
    durable: false,
    keep: async (one) => void (one.steps.length ? kept.set(one.plan, one) : kept.delete(one.plan)),
    recall: async (plan) => kept.get(plan) ?? null,
  }
}
