/** The plan in the browser: verbs and their reasons, borders without gaps, the way back, the long run of random edits. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { areaOf, ringArea, type Point } from '../src/core/plan/geometry'
import { between } from '../src/core/plan/arcs'
import { pieces } from '../src/core/plan/connected'
import { perform, refusal, type Operation } from '../src/core/plan/operations'
import { householdsOf, outlineOf, spansOf, type Plan } from '../src/core/plan/plan'
import { REFUSALS } from '../src/core/plan/refusals'
import { isBroken, standing, totals } from '../src/core/plan/rule'
import { walkOf } from '../src/core/plan/walk'
import { town, keyAt, RULE } from './plan/town'

function whole(unit: string) {
  return { unit, floor_lo: 1, floor_hi: 6 }
}

function done(plan: Plan, ...operations: Operation[]): Plan {
  return operations.reduce((now, operation) => {
    const next = perform(now, operation)
    if (!next.ok) throw new Error(next.reason.en)
    return next.value
  }, plan)
}

const why = (plan: Plan, operation: Operation): string | undefined => refusal(plan, operation)?.code

describe('the words of the refusals', () => {
  test('are those of geo/topology', () => {
    const source = readFileSync(new URL('../../geo/topology/refusals.py', import.meta.url), 'utf8')
    const told = [...source.matchAll(/Refusal\(\s*"([^"]+)",\s*"([^"]+)",\s*"([^"]+)",?\s*\)/g)].map(([, code, zh, en]) => ({ code, zh, en }))
    expect(told.length).toBeGreaterThan(20)
    expect(REFUSALS).toEqual(expect.arrayContaining(told))
  })
})

describe('giving dwellings to another grid', () => {
  const plan = town({ map: 'aabb aabb' })

  test('moves their households', () => {
    const after = done(plan, { verb: 'reassign', arguments: { spans: [whole('u0-1')], to: 'b' } })
    expect([householdsOf(after, 'a'), householdsOf(after, 'b')]).toEqual([30, 50])
  })

  test('is refused over a distance, where it tears, and for the last ones', () => {
    expect(why(plan, { verb: 'reassign', arguments: { spans: [whole('u0-0')], to: 'b' } })).toBe('not-adjacent')
    const row = town({ map: 'aaab' })
    expect(why(row, { verb: 'reassign', arguments: { spans: [whole('u0-2'), whole('u0-1')], to: 'b' } })).toBeUndefined()
    const bent = town({ map: 'aaa .b.' })
    expect(why(bent, { verb: 'reassign', arguments: { spans: [whole('u0-1')], to: 'b' } })).toBe('tears-apart')
    const single = town({ map: 'ab' })
    expect(why(single, { verb: 'reassign', arguments: { spans: [whole('u0-0')], to: 'b' } })).toBe('last-dwelling')
  })

  test('is refused from and to a locked grid', () => {
    const shut = done(plan, { verb: 'lock', arguments: { grid: 'b', locked: true } })
    expect(why(shut, { verb: 'reassign', arguments: { spans: [whole('u0-1')], to: 'b' } })).toBe('locked')
    expect(why(shut, { verb: 'reassign', arguments: { spans: [whole('u0-2')], to: 'a' } })).toBe('locked')
  })

  test('of some floors alone needs the ground: upper ones do not touch the neighbours, lower ones leave the upper behind', () => {
    const upper = { unit: 'u0-1', floor_lo: 4, floor_hi: 6 }
    expect(why(plan, { verb: 'reassign', arguments: { spans: [upper], to: 'b' } })).toBe('not-adjacent')
    expect(why(plan, { verb: 'reassign', arguments: { spans: [{ ...upper, floor_lo: 1, floor_hi: 3 }], to: 'b' } })).toBe('tears-apart')
  })
})

describe('merging and splitting', () => {
  test('a merge is for neighbours who together obey the rule', () => {
    expect(why(town({ map: 'aabb' }), { verb: 'merge', arguments: { absorbed: 'a', into: 'b' } })).toBeUndefined()
    expect(why(town({ map: 'a.b' }), { verb: 'merge', arguments: { absorbed: 'a', into: 'b' } })).toBe('not-adjacent')
    expect(why(town({ map: 'aaaaaabbbbbb' }), { verb: 'merge', arguments: { absorbed: 'a', into: 'b' } })).toBe('too-many-households')
  })

  test('a cut gives what is left of the line to a new grid', () => {
    const plan = town({ map: 'aaaa aaaa' })
    const north: Point[] = [[40, -50], [40, 10]]
    const after = done(plan, { verb: 'split', arguments: { grid: 'a', line: north, key: 'n', name: '新' } })
    expect(spansOf(after, 'n').map(({ unit }) => unit)).toEqual(['u0-0', 'u0-1', 'u1-0', 'u1-1'])
  })

  test('a cut that misses, folds or crosses itself is refused', () => {
    const plan = town({ map: 'aaaa aaaa' })
    const cut = (...line: Point[]): string | undefined => why(plan, { verb: 'split', arguments: { grid: 'a', line, key: 'n', name: '新' } })
    expect(cut([200, 0], [200, 10])).toBe('line-misses')
    expect(cut([40, 0])).toBe('line-misses')
    expect(cut([40, -50], [40, 10], [60, 0], [0, -20])).toBe('line-crosses-itself')
  })

  test('a tower is split by floors', () => {
    const plan = town({ map: 'a', households: 120 })
    const after = done(plan, { verb: 'split_floors', arguments: { grid: 'a', floor: 4, key: 'n', name: '高层' } })
    expect([householdsOf(after, 'a'), householdsOf(after, 'n')]).toEqual([60, 60])
    expect(why(plan, { verb: 'split_floors', arguments: { grid: 'a', floor: 1, key: 'n', name: '高层' } })).toBe('unknown-floor')
  })
})

describe('a border', () => {
  const plan = town({ map: 'aabb aabb' })
  const drawn = (...line: Point[]): Operation => ({ verb: 'reshape', arguments: { a: 'u0-1', b: 'u0-2', line } })
  const [top, bottom]: [Point, Point] = [[40, 0], [40, -20]]

  test('moves both neighbours and nobody else', () => {
    const after = done(plan, drawn(top, [42, -10], bottom))
    const change = (grid: string): number => areaOf(outlineOf(after, grid)) - areaOf(outlineOf(plan, grid))
    expect(change('a')).toBeCloseTo(20, 6)
    expect(change('b')).toBeCloseTo(-20, 6)
  })

  test('may be drawn from either end', () => {
    const [one, other] = [done(plan, drawn(top, [42, -10], bottom)), done(plan, drawn(bottom, [42, -10], top))]
    expect(areaOf(outlineOf(one, 'a'))).toBeCloseTo(areaOf(outlineOf(other, 'a')), 9)
  })

  test('may not cut a building, cross other ground, leave its ends or stay', () => {
    expect(why(plan, drawn(top, [48, -10], bottom))).toBe('through-footprint')
    expect(why(plan, drawn(top, [41, -30], bottom))).toBe('face-flips')
    expect(why(plan, drawn(top, [41, -10], [41, -20]))).toBe('no-such-border')
    expect(why(plan, drawn(top, bottom))).toBe('no-change')
  })

  test('is found between neighbours only', () => {
    expect(between(plan.ground, plan.number.get('u0-0')!, plan.number.get('u0-1')!)).toHaveLength(1)
    expect(between(plan.ground, plan.number.get('u0-0')!, plan.number.get('u1-1')!)).toHaveLength(0)
  })
})

describe('the outline of a grid', () => {
  test('is one ring round squares, and has a hole where another grid lies inside', () => {
    const plan = town({ map: 'aaa aba aaa' })
    const rings = outlineOf(plan, 'a')
    expect(rings.map((ring) => Math.sign(ringArea(ring)))).toEqual([1, -1])
    expect(areaOf(rings)).toBe(8 * 400)
  })

  test('stays simple where two parts touch in a corner', () => {
    const plan = town({ map: 'ab ba' })
    expect(outlineOf(plan, 'a').map((ring) => ring.length)).toEqual([5, 5])
  })
})

describe('the building next door', () => {
  const plan = town({ map: 'aabb aabb', compounds: 'CCDD CCDD' })
  const moved = (building: string): Operation => ({ verb: 'transfer', arguments: { building, compound: 'D', to: 'b' } })

  test('may change compounds where the grounds touch', () => {
    const after = done(plan, moved('bu0-1'))
    expect(after.buildings.get('bu0-1')!.compound).toBe('D')
    expect(householdsOf(after, 'b')).toBe(50)
    expect(why(plan, moved('bu0-0'))).toBe('not-adjacent')
  })

  test('is joined and parted only where one can walk', () => {
    const cut = (a: string, b: string, joined: boolean): string | undefined =>
      why(plan, { verb: 'edit_adjacency', arguments: { a, b, joined } })
    expect(cut('u0-0', 'u0-1', false)).toBeUndefined()
    expect(cut('u0-0', 'u1-1', true)).toBe('cells-apart')
    expect(cut('u0-0', 'u0-1', true)).toBe('no-change')
    const row = town({ map: 'aaaa' })
    expect(why(row, { verb: 'edit_adjacency', arguments: { a: keyAt(0, 1), b: keyAt(0, 2), joined: false } })).toBe('tears-apart')
  })
})

describe('figures', () => {
  test('the rule speaks of too few, too many and nearly so', () => {
    expect([29, 30, 70, 100, 101].map((count) => standing(RULE, count))).toEqual(['below', 'low', 'fine', 'high', 'above'])
    expect(isBroken('low')).toBe(false)
  })

  test('totals add up', () => {
    const plan = town({ map: 'aaa.b' })
    expect(totals(plan)).toMatchObject({ grids: 2, households: 40, unassigned: 10, broken: 1, missing: 20 })
  })

  test('the walk starts in the middle', () => {
    const plan = town({ map: 'aaa' })
    const walk = walkOf(plan, 'a')
    expect(walk.medoid).toBe(plan.number.get('u0-1'))
    expect(walk.mean).toBeCloseTo(40 / 3, 6)
    expect(walk.farthest).toBeCloseTo(20, 6)
  })

  test('a grid hangs together through its ground floors', () => {
    expect(pieces(town({ map: 'a.a' }), 'a')).toBe(2)
  })
})
