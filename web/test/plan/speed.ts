/** Times edits in the browser's core at 3,600 units and prints the figures as JSON; run by tests/bench/editor.py. */

import { polygonsOf } from '../../src/core/plan/arcs'
import { outlineOf } from '../../src/core/plan/plan'
import { totals } from '../../src/core/plan/rule'
import { openSession, redone, taken, undone } from '../../src/core/plan/session'
import { walkOf } from '../../src/core/plan/walk'
import { chance } from './chance'
import { madeUp } from './edits'
import { largeTown } from './town'

const EDITS = Number(process.argv[2] ?? 10_000)
const by = chance(7)
const opening = performance.now()
const start = largeTown(60, 60)
const openedMs = performance.now() - opening
let session = openSession(start, 0)
const byVerb: Record<string, number[]> = {}
const [edits, shown]: [number[], number[]] = [[], []]
for (let n = 0; n < EDITS; n++) {
  const dice = by.real()
  const operation = madeUp(session.plan, by, n)
  const begun = performance.now()
  const next = dice < 0.1 ? undone(session, `s${n}`) : dice < 0.15 ? redone(session, `s${n}`) : taken(session, { id: `s${n}`, kind: 'edit', operation })
  const ended = performance.now()
  edits.push(ended - begun)
  ;(byVerb[dice < 0.15 ? 'undo' : operation.verb] ??= []).push(ended - begun)
  if (!next.ok) continue
  session = next.value
  // A day's work is confirmed as it goes: the way back is looked up in what this window has done.
  const { grids, bands } = session.pending.at(-1)!.delta
  const touched = new Set(Object.keys(grids))
  for (const [before, after] of Object.values(bands)) for (const band of [...before, ...after]) if (band.grid !== null) touched.add(band.grid)
  for (const grid of touched) if (session.plan.grids.has(grid)) {
    polygonsOf(outlineOf(session.plan, grid))
    walkOf(session.plan, grid)
  }
  totals(session.plan)
  shown.push(performance.now() - begun)
}

function at(share: number, values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))]!
}

if (process.argv[3]) for (const [verb, times] of Object.entries(byVerb)) console.error(verb, times.length, at(0.5, times).toFixed(2), at(0.95, times).toFixed(2))
const units = start.units.length
console.log(JSON.stringify({ units, opened_ms: openedMs, edit_p95_ms: at(0.95, edits), edit_p99_ms: at(0.99, edits), shown_p95_ms: at(0.95, shown), taken: shown.length, edits: EDITS }))
