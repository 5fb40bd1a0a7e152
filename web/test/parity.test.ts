/**
 * The browser's verbs do what the service's verbs do: the same result or the same refusal, over random plans.
 *
 * The vectors are written by `python -m tests.geo.topology.vectors` from the service's own verbs.
 */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { outline, polygonsOf } from '../src/core/plan/arcs'
import { difference } from '../src/core/plan/delta'
import type { Point } from '../src/core/plan/geometry'
import { perform, type Operation } from '../src/core/plan/operations'
import { overlying } from '../src/core/plan/overlying'
import { planOf, type Plan } from '../src/core/plan/plan'
import { areasOf, planData, type Patch, type Shape, type Workbench } from '../src/core/plan/wire'

interface Said {
  readonly verb: Operation['verb']
  readonly arguments: Record<string, unknown>
  readonly refused?: string
  readonly patch?: Pick<Patch, 'bands' | 'cells' | 'edges' | 'buildings' | 'grids'>
}

interface Drawn {
  readonly shape: Shape
  readonly own: string | null
  readonly over: readonly string[]
}

const VECTORS = JSON.parse(readFileSync(new URL('./plan/vectors.json', import.meta.url), 'utf8')) as { bench: Workbench; drawn: Drawn[]; steps: Said[] }[]

/** An operation as the page makes it: lines in metres. */
function heard({ verb, arguments: said }: Said): Operation {
  const line = said['line'] as { coordinates: Point[] } | undefined
  return { verb, arguments: line ? { ...said, line: line.coordinates.map(([x, y]) => [x / 1000, y / 1000]) } : said } as unknown as Operation
}

/** The corners of a unit's ground, whole millimetres, in a fixed order. */
function cellOf(plan: Plan, unit: string): string {
  return corners(polygonsOf(outline(plan.ground, [plan.number.get(unit)!])))
}

function corners(polygons: readonly (readonly (readonly Point[])[])[]): string {
  const points = polygons.flat().flatMap((ring) => ring.slice(1).map(([x, y]) => `${Math.round(x * 1000)},${Math.round(y * 1000)}`))
  return points.sort().join(' ')
}

/** What a plan now has where the service says that something changed, in the service's words. */
function present(plan: Plan, patch: NonNullable<Said['patch']>): unknown {
  const numbers = (keys: object): [string, number][] => Object.keys(keys).map((key) => [key, plan.number.get(key)!])
  return {
    bands: Object.fromEntries(numbers(patch.bands).map(([key, unit]) => [key, plan.bands[unit]!.map((b) => [b.floor_lo, b.floor_hi, b.grid])])),
    edges: Object.fromEntries(numbers(patch.edges).map(([key, unit]) => [key, plan.edges[unit]!.map((other) => plan.units[other]!.key).sort()])),
    cells: Object.fromEntries(Object.keys(patch.cells).map((key) => [key, cellOf(plan, key)])),
    homes: Object.fromEntries(Object.keys(patch.buildings).map((key) => [key, plan.buildings.get(key)?.compound])),
    grids: Object.fromEntries(
      Object.keys(patch.grids).map((key) => {
        const grid = plan.grids.get(key)
        return [key, grid ? { name: grid.name, locked: grid.locked, households: plan.counts.get(key) } : null]
      }),
    ),
  }
}

function expected(patch: NonNullable<Said['patch']>): unknown {
  return {
    bands: patch.bands,
    edges: patch.edges,
    cells: Object.fromEntries(Object.entries(patch.cells).map(([key, cell]) => [key, corners(areasOf(cell))])),
    homes: Object.fromEntries(Object.entries(patch.buildings).map(([key, site]) => [key, site?.compound])),
    grids: patch.grids,
  }
}

describe('the verbs of the page and of the service', () => {
  test.each(VECTORS.map((vector, i) => [i, vector] as const))('agree on every step (vector %i)', (_, { bench, steps }) => {
    let plan = planOf(planData(bench))
    steps.forEach((said, n) => {
      const where = `step ${n}: ${said.verb} ${JSON.stringify(said.arguments)}`
      const done = perform(plan, heard(said))
      expect(done.ok ? null : done.reason.code, where).toBe(said.refused ?? null)
      if (!done.ok || !said.patch) return
      expect(present(done.value, said.patch), where).toEqual(expected(said.patch))
      const changed = difference(plan, done.value)
      expect(Object.keys(changed.bands).sort(), where).toEqual(Object.keys(said.patch.bands).sort())
      expect(Object.keys(changed.edges).sort(), where).toEqual(Object.keys(said.patch.edges).sort())
      plan = done.value
    })
  })

  test.each(VECTORS.map((vector, i) => [i, vector] as const))('see the same houses under a footprint that is drawn (vector %i)', (_, { bench, drawn }) => {
    const plan = planOf(planData(bench))
    for (const { shape, own, over } of drawn) expect(overlying(plan, areasOf(shape)[0]![0]!, own), JSON.stringify(shape)).toEqual(over)
    const found = new Set(drawn.map(({ over }) => over.length > 0))
    expect(found.size).toBe(2)
  })

  test('every verb was both done and refused somewhere', () => {
    const steps = VECTORS.flatMap((vector) => vector.steps)
    const [done, refused] = [true, false].map((was) => new Set(steps.filter(({ patch }) => !!patch === was).map(({ verb }) => verb)))
    expect([...done!].sort()).toEqual([...refused!].sort())
    expect(done!.size).toBe(11)
  })
})
