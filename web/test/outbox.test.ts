import { IDBFactory } from 'fake-indexeddb'
import { describe, expect, test } from 'vitest'
import { cartonOf, draftsOf } from '../src/core/outbox/carton'
import { openOutbox } from '../src/core/outbox/outbox'
import { after, due, packed, unsent, wakesAt, type Draft, type Parcel, type Reply } from '../src/core/outbox/parcel'
import { openSender, replyOf, type Send } from '../src/core/outbox/send'
import { openStore, type OutboxStore } from '../src/core/outbox/store'

const encoder = new TextEncoder()

function draft(id: string, kind: Draft['kind'] = 'report', after: readonly string[] = []): Draft {
  const body = encoder.encode(`{"id":"${id}"}`).buffer as ArrayBuffer
  const shape = { method: 'PUT', address: `/api/issues/${id}`, type: 'application/json', label: id } as const
  return { id, kind, owner: 'li', body, after, ...shape }
}

/** Repeatable chance (mulberry32). */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** A service that keeps each id once, loses some replies after having understood, and counts what came twice. */
function service(chance: () => number, lost: number) {
  const kept = new Map<string, string>()
  let doubled = 0
  const send: Send = async (parcel, body) => {
    if (chance() < lost / 2) return { kind: 'away' }
    const text = new TextDecoder().decode(body)
    const missing = parcel.after.some((id) => !kept.has(id))
    if (missing) return { kind: 'refused', words: 'its photo is missing' }
    if (kept.has(parcel.id)) doubled += 1
    else kept.set(parcel.id, text)
    return chance() < lost / 2 ? { kind: 'away' } : { kind: 'arrived', answer: text }
  }
  return { kept, send, doubled: () => doubled }
}

interface Phone {
  clock: number
}

function outboxOn(store: OutboxStore, send: Send, phone: Phone, owner = 'li') {
  return openOutbox(store, send, {
    now: () => phone.clock,
    chance: () => 0.5,
    owner: () => owner,
    locks: undefined,
    changed: () => undefined,
  })
}

async function until(store: OutboxStore, round: () => Promise<void>, phone: Phone): Promise<void> {
  for (let rounds = 0; rounds < 2000; rounds += 1) {
    await round()
    if (!unsent(await store.all()).count) return
    phone.clock += 60_000
  }
  throw new Error('the outbox never emptied')
}

describe('the outbox', () => {
  test('brings each report exactly once over a line that loses every third reply', { timeout: 60_000 }, async () => {
    const chance = dice(7)
    const far = service(chance, 0.6)
    const store = await openStore(new IDBFactory())
    const phone = { clock: 1_000_000 }
    const outbox = outboxOn(store, far.send, phone)
    for (let n = 0; n < 100; n += 1) {
      await outbox.take(draft(`photo-${n}`, 'photo'), draft(`report-${n}`, 'report', [`photo-${n}`]))
    }
    await until(store, outbox.drain, phone)
    expect(far.kept.size).toBe(200)
    expect(far.doubled()).toBeGreaterThan(0)
    expect((await store.all()).every(({ state }) => state === 'arrived')).toBe(true)
  })

  test('keeps everything when the tab is killed at any moment', async () => {
    const chance = dice(11)
    const far = service(chance, 0.4)
    const disk = new IDBFactory()
    const phone = { clock: 1_000_000 }
    const promised: string[] = []
    for (let tab = 0; tab < 20; tab += 1) {
      const store = await openStore(disk)
      const dies = async (parcel: Parcel, body: ArrayBuffer): Promise<Reply> => {
        if (chance() < 0.3) return new Promise(() => undefined)
        return far.send(parcel, body)
      }
      const outbox = outboxOn(store, dies, phone)
      await outbox.take(draft(`r${tab}`))
      promised.push(`r${tab}`)
      await Promise.race([outbox.drain(), new Promise((later) => setTimeout(later, 5))])
      phone.clock += 600_000
    }
    const store = await openStore(disk)
    const outbox = outboxOn(store, far.send, phone)
    await until(store, outbox.hurry, phone)
    expect([...far.kept.keys()].sort()).toEqual(promised.sort())
  })

  test('sends nothing under another name', async () => {
    const far = service(dice(1), 0)
    const store = await openStore(new IDBFactory())
    const phone = { clock: 0 }
    await outboxOn(store, far.send, phone, 'wang').take(draft('of-li'))
    await outboxOn(store, far.send, phone, 'wang').drain()
    expect(far.kept.size).toBe(0)
    await outboxOn(store, far.send, phone, 'li').drain()
    expect(far.kept.size).toBe(1)
  })

  test('a report waits for its photo, also for one that is stuck', () => {
    const photo = packed(draft('p', 'photo'), 1)
    const report = packed(draft('r', 'report', ['p']), 0)
    expect(due([report, photo], 'li', 5).map(({ id }) => id)).toEqual(['p'])
    const stuck = after(photo, { kind: 'refused', words: 'no picture' }, 5, 0)
    expect(due([report, stuck], 'li', 5)).toEqual([])
    expect(unsent([report, stuck])).toEqual({ count: 2, oldest: 0, stuck: 1 })
    const there = after(photo, { kind: 'arrived', answer: '' }, 5, 0)
    expect(due([report, there], 'li', 5).map(({ id }) => id)).toEqual(['r'])
  })

  test('a clock set back does not let a parcel rest for ever', () => {
    const resting = after(packed(draft('r'), 0), { kind: 'away' }, 10 ** 12, 0.5)
    expect(due([resting], 'li', 10 ** 12)).toEqual([])
    expect(due([resting], 'li', 10 ** 9)).toHaveLength(1)
    expect(wakesAt([resting], 'li')).toBe(resting.restsUntil)
  })

  test('what the service refuses stays to be looked at and can be sent again', async () => {
    const store = await openStore(new IDBFactory())
    const phone = { clock: 0 }
    let willing = false
    const send: Send = async () => (willing ? { kind: 'arrived', answer: '' } : { kind: 'conflict', words: '已有另一份' })
    const outbox = outboxOn(store, send, phone)
    await outbox.take(draft('r'))
    await outbox.drain()
    expect((await store.all())[0]).toMatchObject({ state: 'conflict', words: '已有另一份' })
    willing = true
    await outbox.retry('r')
    expect((await store.all())[0]).toMatchObject({ state: 'arrived' })
  })

  test('a file of the outbox holds everything unsent, whole', async () => {
    const made = draft('r')
    const there = after(packed(draft('t'), 3), { kind: 'arrived', answer: '' }, 4, 0)
    const carton = await cartonOf([packed(made, 3), there], async () => made.body, 5)
    const [back, ...others] = draftsOf(JSON.parse(JSON.stringify(carton))) ?? []
    expect(others).toEqual([])
    expect(new Uint8Array(back?.body ?? new ArrayBuffer(0))).toEqual(new Uint8Array(made.body))
    expect({ ...back, body: 0 }).toEqual({ ...made, body: 0 })
    expect(draftsOf({ format: 'other' })).toBeNull()
  })
})

describe('an answer', () => {
  const headers = new Headers()
  test.each([
    [200, 'arrived'],
    [201, 'arrived'],
    [401, 'later'],
    [404, 'refused'],
    [409, 'conflict'],
    [413, 'refused'],
    [422, 'refused'],
    [429, 'later'],
    [500, 'later'],
    [502, 'away'],
    [503, 'away'],
  ])('%i means %s', (status, kind) => {
    expect(replyOf({ status, headers }, '').kind).toBe(kind)
  })

  test('tells the words of the service and how long it asks to wait', () => {
    const busy = replyOf({ status: 429, headers: new Headers({ 'Retry-After': '30' }) }, '{"detail":"请稍候"}')
    expect(busy).toEqual({ kind: 'later', waitS: 30, words: '请稍候' })
  })

  test('that never comes is no answer', async () => {
    const headers = () => ({})
    const send = openSender({ fetch: () => Promise.reject(new TypeError('cut')), headers, origin: 'http://x' })
    expect(await send(packed(draft('r'), 0), new ArrayBuffer(0))).toEqual({ kind: 'away' })
  })

  test('a photo goes on from where it was cut', async () => {
    const size = 700_000
    let there = new Uint8Array(0)
    let cut = true
    const far = async (request: Request): Promise<Response> => {
      if (request.method === 'GET') return Response.json({ received: there.length }, { status: there.length ? 200 : 404 })
      const [, from] = /^bytes (\d+)-/.exec(request.headers.get('Content-Range') ?? '') ?? []
      const piece = new Uint8Array(await request.arrayBuffer())
      if (Number(from) !== there.length) return Response.json({ detail: '错位' }, { status: 409 })
      if (there.length && cut) {
        cut = false
        throw new TypeError('cut')
      }
      there = Uint8Array.from([...there, ...piece])
      return Response.json({}, { status: there.length === size ? 201 : 202 })
    }
    const body = Uint8Array.from({ length: size }, (_, n) => n % 251).buffer
    const photo = packed({ ...draft('p', 'photo'), address: '/api/photos/p?moment=after', body }, 0)
    const send = openSender({ fetch: far, headers: () => ({}), origin: 'http://x' })
    expect(await send(photo, body)).toEqual({ kind: 'away' })
    expect((await send(photo, body)).kind).toBe('arrived')
    expect(there.every((byte, n) => byte === n % 251)).toBe(true)
    expect(there.length).toBe(size)
  })
})
