/** The work on a plan: thousands of random edits with undo and redo, others' edits in between, a browser that was shut. */

import { IDBFactory } from 'fake-indexeddb'
import { describe, expect, test } from 'vitest'
import { areaOf } from '../src/core/plan/geometry'
import { counted, outlineOf, type Plan } from '../src/core/plan/plan'
import { joined } from '../src/core/plan/courier'
import { openQueue } from '../src/core/plan/queue'
import { confirmed, entriesOf, openSession, rebased, redone, resumed, taken, undone, type EditSession, type Step } from '../src/core/plan/session'
import type { Patch } from '../src/core/plan/wire'
import { chance, type Chance } from './plan/chance'
import { madeUp, malformed } from './plan/edits'
import { town } from './plan/town'

const MAP = 'aaabbbcc aaabbbcc ddeeffcc ddeeff.. gggghhhh gggghhhh'
const COMPOUNDS = 'CCCCCCCC CCCCCCCC CCCCCCCC CCCCCCCC DDDDDDDD DDDDDDDD'
const PATIENCE_MS = 600_000
const NOTHING: Patch = { grids: {}, bands: {}, cells: {}, units: {}, edges: {}, buildings: {}, compounds: {}, edits: null }
const RUNS = Number(process.env['EDITS'] ?? 500)

/** Everything that a planner could tell apart, in a fixed order. */
function print(plan: Plan): string {
  const { bands, edges, ground, buildings } = plan
  const grids = [...plan.grids].sort(([a], [b]) => (a < b ? -1 : 1))
  const edits = [[...plan.edits.joined].sort(), [...plan.edits.parted].sort()]
  const near = edges.map((others) => [...others].sort((a, b) => a - b))
  return JSON.stringify([bands, near, grids, ground.arcs, [...buildings.values()].map(({ compound }) => compound), edits])
}

function holds(plan: Plan, households: number, areaM2: number): void {
  const again = counted(plan)
  expect(again.counts).toEqual(plan.counts)
  expect(again.members).toEqual(plan.members)
  expect(again.small).toEqual(plan.small)
  expect([...plan.counts.values()].reduce((sum, count) => sum + count, 0)).toBe(households)
  const held = new Set([...plan.members.keys()].filter((key) => key !== null))
  expect(held).toEqual(new Set(plan.grids.keys()))
  const all = outlineOf({ ...plan, members: new Map([[null, plan.units.map((_, i) => i)]]) }, null)
  expect(areaOf(all)).toBeCloseTo(areaM2, 6)
}

/** An edit, one in twenty of them malformed; a step back, forward, or one old edit taken back. */
function anyStep(session: EditSession, by: Chance, n: number): ReturnType<typeof taken> {
  const dice = by.real()
  const id = `s${n}`
  if (dice < 0.15) return undone(session, id)
  if (dice < 0.25) return redone(session, id)
  if (dice < 0.3 && session.ways.done.length) return taken(session, { id, kind: 'back', of: by.pick(session.ways.done) })
  return taken(session, { id, kind: 'edit', operation: dice < 0.35 ? malformed(session.plan, by) : madeUp(session.plan, by, n) })
}

/** The service has kept what was pending, and now sends the plan anew: the page was behind. */
function overtakenBy(session: EditSession, by: Chance, n: number): EditSession {
  const some = new Set(session.pending.slice(0, by.below(session.pending.length + 1)).map(({ step }) => step.id))
  const kept = confirmed(session, some, n)
  const { session: now, lost } = rebased(kept, kept.base, n)
  expect(lost).toEqual([])
  expect(print(now.plan)).toBe(print(session.plan))
  return { ...now, ways: session.ways }
}

describe('a long day of edits', () => {
  test.each([1, 2, 3])('keeps every dwelling and every square metre, and leads back to the beginning (seed %i)', (seed) => {
    const by = chance(seed)
    const start = town({ map: MAP, compounds: COMPOUNDS, households: 9 })
    const [households, area] = [48 * 9, 48 * 400]
    let session = openSession(start, 0)
    const tally = { done: 0, refused: 0 }
    for (let n = 0; n < RUNS; n++) {
      if (by.real() < 0.02) session = overtakenBy(session, by, n)
      const before = print(session.plan)
      const next = anyStep(session, by, n)
      tally[next.ok ? 'done' : 'refused'] += 1
      if (!next.ok && n % 5 === 0) expect(print(session.plan)).toBe(before)
      if (next.ok) session = next.value
      if (n % 25 === 0) holds(session.plan, households, area)
    }
    holds(session.plan, households, area)
    expect(tally.done).toBeGreaterThan(RUNS / 5)
    for (let n = 0; session.ways.done.length; n++) {
      const back = undone(session, `back${n}`)
      if (!back.ok) throw new Error(back.reason.en)
      session = back.value
    }
    expect(print(session.plan)).toBe(print(start))
  }, PATIENCE_MS)
})

function work(session: EditSession, ...steps: Step[]): EditSession {
  return steps.reduce((now, step) => {
    const next = taken(now, step)
    if (!next.ok) throw new Error(next.reason.en)
    return next.value
  }, session)
}

function moved(id: string, unit: string, to: string): Step {
  return { id, kind: 'edit', operation: { verb: 'reassign', arguments: { spans: [{ unit, floor_lo: 1, floor_hi: 6 }], to } } }
}

describe('the way back', () => {
  const start = openSession(town({ map: 'aabb aabb ccdd ccdd' }), 7)

  test('takes back one old edit when nothing later depends on it', () => {
    const worked = work(start, moved('1', 'u0-1', 'b'), moved('2', 'u2-1', 'd'))
    const after = work(worked, { id: '3', kind: 'back', of: '1' })
    expect(after.plan.counts.get('a')).toBe(40)
    expect(after.plan.counts.get('d')).toBe(50)
    expect(after.ways).toEqual({ done: ['1', '2', '3'], undone: [] })
    expect(taken(after, { id: '4', kind: 'back', of: '1' })).toMatchObject({ ok: false, reason: { code: 'not-in-effect' } })
  })

  test('undoes what was taken back before anything older: the way back is the way come', () => {
    const worked = work(start, moved('1', 'u0-1', 'b'), moved('2', 'u2-1', 'd'), { id: '3', kind: 'back', of: '1' })
    const once = undone(worked, '4')
    expect(once.ok && [once.value.plan.counts.get('b'), once.value.plan.counts.get('d')]).toEqual([50, 50])
    const again = once.ok && redone(once.value, '5')
    expect(again && again.ok && [again.value.plan.counts.get('b'), again.value.ways.done]).toEqual([40, ['1', '2', '3']])
  })

  test('does not take back what later edits stand on', () => {
    const worked = work(start, moved('1', 'u0-1', 'b'), moved('2', 'u0-1', 'a'))
    expect(taken(worked, { id: '3', kind: 'back', of: '1' })).toMatchObject({ ok: false, reason: { code: 'later-edits' } })
  })

  test('an old gate taken back leaves a later one standing', () => {
    const gate = (id: string, a: string, b: string): Step => ({ id, kind: 'edit', operation: { verb: 'edit_adjacency', arguments: { a, b, joined: false } } })
    const worked = work(start, gate('1', 'u0-0', 'u1-0'), gate('2', 'u2-0', 'u3-0'))
    expect(worked.plan.edits.parted.size).toBe(2)
    const after = work(worked, { id: '3', kind: 'back', of: '1' })
    expect([...after.plan.edits.parted]).toEqual(['u2-0 u3-0'])
    expect(print(work(after, { id: '4', kind: 'back', of: '3' }).plan)).toBe(print(worked.plan))
  })

  test('a new edit shuts the way forward', () => {
    const back = work(start, moved('1', 'u0-1', 'b'), { id: '2', kind: 'back', of: '1' })
    expect(redone(back, '3').ok).toBe(true)
    expect(redone(work(back, moved('3', 'u2-1', 'd')), '4').ok).toBe(false)
  })
})

describe('others at the same plan', () => {
  const start = openSession(town({ map: 'aabb aabb ccdd ccdd' }), 7)

  test('disjoint edits of two planners both stay', () => {
    const mine = work(start, moved('1', 'u0-1', 'b'))
    const theirs = work(start, moved('x', 'u2-1', 'd')).plan
    const { session, lost } = rebased(mine, theirs, 8)
    expect(lost).toEqual([])
    expect([session.plan.counts.get('b'), session.plan.counts.get('d'), session.version]).toEqual([50, 50, 8])
  })

  test('where the same dwelling was wanted, the loser is told', () => {
    const mine = work(start, moved('1', 'u0-1', 'b'))
    const theirs = work(start, { id: 'x', kind: 'edit', operation: { verb: 'lock', arguments: { grid: 'b', locked: true } } }).plan
    const { session, lost } = rebased(mine, theirs, 8)
    expect(lost).toMatchObject([{ step: { id: '1' }, refusal: { code: 'locked' } }])
    expect(session.pending).toEqual([])
  })

  test('who was first has it: what waits here and wants the same is told, the rest stays', () => {
    const mine = work(start, moved('1', 'u0-1', 'b'), moved('2', 'u2-1', 'd'))
    const bands = { 'u0-1': [[1, 6, 'c'] as const] }
    const patch = { ...NOTHING, bands, grids: Object.fromEntries(['a', 'c'].map((key) => [key, { name: `第${key}格`, locked: false, households: 0 }])) }
    const { session, lost, reload } = joined(mine, { version: 8, patch })
    expect(reload).toBe(false)
    expect(lost).toMatchObject([{ step: { id: '1' }, refusal: { code: 'stale' } }])
    expect(session.pending.map(({ step }) => step.id)).toEqual(['2'])
    expect([session.plan.counts.get('b'), session.plan.counts.get('d'), session.version]).toEqual([40, 50, 8])
  })

  test('confirmed steps leave the queue, later ones stay', () => {
    const mine = work(start, moved('1', 'u0-1', 'b'), moved('2', 'u2-1', 'd'))
    const now = confirmed(mine, new Set(['1']), 8)
    expect(now.pending.map(({ step }) => step.id)).toEqual(['2'])
    expect(now.base.counts.get('b')).toBe(50)
    expect(now.base.counts.get('d')).toBe(40)
    expect(entriesOf(now)).toHaveLength(2)
  })
})

describe('a window that was shut', () => {
  test('finds its unsent edits again', async () => {
    const start = openSession(town({ map: 'aabb aabb' }), 7)
    const steps = work(start, moved('1', 'u0-1', 'b')).pending.map(({ step }) => step)
    const factory = new IDBFactory()
    await (await openQueue(factory)).keep({ plan: 'p', version: 7, steps, at: 0 })
    const kept = await (await openQueue(factory)).recall('p')
    const { session, lost } = resumed(start, kept!.steps)
    expect(lost).toEqual([])
    expect(session.plan.counts.get('b')).toBe(50)
    expect(await (await openQueue(factory)).recall('other')).toBeNull()
  })

  test('does not take twice what the service already has', () => {
    const start = openSession(town({ map: 'aabb aabb' }), 7)
    const sent = confirmed(work(start, moved('1', 'u0-1', 'b')), new Set(['1']), 8)
    expect(resumed(sent, [moved('1', 'u0-1', 'b')]).session.pending).toEqual([])
  })

  test('forgets an empty queue and says when it can only remember', async () => {
    const queue = await openQueue(undefined)
    expect(queue.durable).toBe(false)
    await queue.keep({ plan: 'p', version: 7, steps: [], at: 0 })
    expect(await queue.recall('p')).toBeNull()
  })
})
