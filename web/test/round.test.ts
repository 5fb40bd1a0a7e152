import { IDBFactory } from 'fake-indexeddb'
import { expect, test } from 'vitest'
import { openOutbox } from '../src/core/outbox/outbox'
import { openStore } from '../src/core/outbox/store'
import { openRounds, walked, type Round } from '../src/patrol/round'
import type { Compass, Fix } from '../src/patrol/position'

const START: Round = { id: 'r', startedAt: 0, batches: 0, open: [], walkedM: 0, last: null }

function fixAt(metres: number, accuracyM = 8): Fix {
  return { position: [104 + metres / 96_000, 30.6], accuracyM, at: 1_000 * metres }
}

test('a phone that trembles has not walked, one that walks has', () => {
  const trembling = [0, 1, 0, 2, 1, 0].reduce((round, metres) => walked(round, fixAt(metres)), START)
  expect(trembling.walkedM).toBe(0)
  expect(trembling.open).toHaveLength(6)
  const walking = [0, 10, 20, 30, 40].reduce((round, metres) => walked(round, fixAt(metres)), START)
  expect(walking.walkedM).toBeGreaterThan(35)
  expect(walking.walkedM).toBeLessThan(45)
})

test('a round goes into the outbox whole: its start, every fix in numbered batches, its end behind them all', async () => {
  const store = await openStore(new IDBFactory())
  const around = { now: () => 0, chance: () => 0, owner: () => 'li', locks: undefined, changed: () => undefined }
  const outbox = openOutbox(store, async () => ({ kind: 'away' }), around)
  let ear: (fix: Fix) => void = () => undefined
  const compass = { hear: (heard: typeof ear) => ((ear = heard), () => (ear = () => undefined)) } as unknown as Compass
  const rounds = openRounds(outbox, compass, { owner: () => 'li', label: () => 'Round', screen: undefined })
  await rounds.begin(fixAt(0), new Date(0))
  for (let metres = 1; metres < 100; metres += 1) {
    ear(fixAt(metres))
    await Promise.resolve()
  }
  await rounds.end(new Date(100_000))
  ear(fixAt(500))
  const parcels = await store.all()
  const id = parcels.find(({ kind, method }) => kind === 'patrol' && method === 'PUT')?.id ?? ''
  const stop = parcels.find(({ method }) => method === 'POST')
  const batches = parcels.filter(({ kind }) => kind === 'track')
  expect(new Set(stop?.after)).toEqual(new Set([id, ...batches.map((batch) => batch.id)]))
  let fixes = 0
  for (const batch of batches) {
    const body = await store.body(batch.id)
    fixes += (JSON.parse(new TextDecoder().decode(body)) as { fixes: unknown[] }).fixes.length
  }
  expect(fixes).toBe(100)
})
