/** What an edit changed, value by value: enough to undo it, to do it again, and to see whether two edits collide. */

import { bad, good, type Result } from '../result'
import { withArcs } from './arcs'
import type { Band } from './bands'
import { pieces } from './connected'
import type { Point } from './geometry'
import { smallOf, withBands, type Edits, type MicroGrid, type Plan } from './plan'
import { LATER_EDITS, type Refusal } from './refusals'

/** A value before and after; null where it did not exist. */
export type Change<Value> = readonly [before: Value, after: Value]

export interface Delta {
  /** By key of the unit. */
  readonly bands: Readonly<Record<string, Change<readonly Band[]>>>
  readonly grids: Readonly<Record<string, Change<MicroGrid | null>>>
  readonly edges: Readonly<Record<string, Change<readonly number[]>>>
  /** By number of the arc. */
  readonly arcs: Readonly<Record<number, Change<readonly Point[]>>>
  /** The compound of a building, by its key. */
  readonly homes: Readonly<Record<string, Change<string>>>
  readonly edits: Change<Edits> | null
}

export function difference(before: Plan, after: Plan): Delta {
  return {
    bands: byNumber(before.bands, after.bands, (i) => before.units[i]!.key),
    grids: ofGrids(before.grids, after.grids),
    edges: byNumber(before.edges, after.edges, (i) => before.units[i]!.key),
    arcs: ofArcs(before, after),
    homes: ofHomes(before, after),
    edits: before.edits === after.edits ? null : [before.edits, after.edits],
  }
}

function byNumber<Value>(before: readonly Value[], after: readonly Value[], key: (i: number) => string): Record<string, Change<Value>> {
  const changes: Record<string, Change<Value>> = {}
  if (before === after) return changes
  for (let i = 0; i < before.length; i++) {
    if (before[i] !== after[i] && !same(before[i], after[i])) changes[key(i)] = [before[i]!, after[i]!]
  }
  return changes
}

function ofGrids(before: Plan['grids'], after: Plan['grids']): Record<string, Change<MicroGrid | null>> {
  const changes: Record<string, Change<MicroGrid | null>> = {}
  if (before === after) return changes
  for (const [key, grid] of before) {
    const now = after.get(key) ?? null
    if (now !== grid && !same(now, grid)) changes[key] = [grid, now]
  }
  for (const [key, grid] of after) if (!before.has(key)) changes[key] = [null, grid]
  return changes
}

function ofArcs({ ground: { arcs: old } }: Plan, { ground: { arcs: now } }: Plan): Record<number, Change<readonly Point[]>> {
  const changes: Record<number, Change<readonly Point[]>> = {}
  if (old === now) return changes
  for (let i = 0; i < old.length; i++) if (old[i] !== now[i]) changes[i] = [old[i]!.line, now[i]!.line]
  return changes
}

function ofHomes({ buildings: old }: Plan, { buildings: now }: Plan): Record<string, Change<string>> {
  const changes: Record<string, Change<string>> = {}
  if (old === now) return changes
  for (const [key, { compound }] of old) {
    const then = now.get(key)!.compound
    if (then !== compound) changes[key] = [compound, then]
  }
  return changes
}

/** The change that undoes this one. */
export function backwards({ bands, grids, edges, arcs, homes, edits }: Delta): Delta {
  return {
    bands: turned(bands),
    grids: turned(grids),
    edges: turned(edges),
    arcs: turned(arcs),
    homes: turned(homes),
    edits: edits && [edits[1], edits[0]],
  }
}

function turned<Value>(changes: Readonly<Record<string, Change<Value>>>): Record<string, Change<Value>> {
  return Object.fromEntries(Object.entries(changes).map(([key, [before, after]]) => [key, [after, before]]))
}

/** Parts and keys that changed: two edits that touch nothing in common are independent. */
export function touches({ bands, grids, edges, arcs, homes }: Delta): Set<string> {
  const parts = { bands, grids, edges, arcs, homes }
  return new Set(Object.entries(parts).flatMap(([part, changes]) => Object.keys(changes).map((key) => `${part} ${key}`)))
}

/** Whether nothing changed at all. */
export function isEmpty(delta: Delta): boolean {
  return touches(delta).size === 0 && delta.edits === null
}

/** The plan after a change that was recorded before, unless what it would change is no longer as it was. */
export function changed(plan: Plan, delta: Delta): Result<Plan, Refusal> {
  const bands = new Map<number, readonly Band[]>()
  for (const [key, [before, after]] of Object.entries(delta.bands)) {
    const unit = plan.number.get(key)
    if (unit === undefined || !same(plan.bands[unit], before)) return bad(LATER_EDITS)
    bands.set(unit, after)
  }
  const grids = delta.grids && Object.keys(delta.grids).length ? new Map(plan.grids) : null
  for (const [key, [before, after]] of Object.entries(delta.grids)) {
    if (!same(plan.grids.get(key) ?? null, before)) return bad(LATER_EDITS)
    if (after) grids!.set(key, after)
    else grids!.delete(key)
  }
  let next = bands.size ? withBands(plan, bands) : plan
  if (grids) next = { ...next, grids }
  return relinked(next, delta)
}

/** The rest of a change: neighbours, borders, homes. */
function relinked(plan: Plan, delta: Delta): Result<Plan, Refusal> {
  let next = plan
  for (const [key, [before, after]] of Object.entries(delta.edges)) {
    const unit = plan.number.get(key)
    if (unit === undefined || !sameSet(plan.edges[unit]!, before)) return bad(LATER_EDITS)
    const edges = next.edges.slice()
    edges[unit] = after
    next = { ...next, edges }
  }
  const lines = new Map<number, readonly Point[]>()
  for (const [number, [before, after]] of Object.entries(delta.arcs)) {
    if (!same(plan.ground.arcs[Number(number)]?.line, before)) return bad(LATER_EDITS)
    lines.set(Number(number), after)
  }
  if (lines.size) next = { ...next, ground: withArcs(next.ground, lines) }
  for (const [key, [before, after]] of Object.entries(delta.homes)) {
    const site = plan.buildings.get(key)
    if (site?.compound !== before) return bad(LATER_EDITS)
    next = { ...next, buildings: new Map(next.buildings).set(key, { ...site, compound: after }) }
  }
  if (Object.keys(delta.homes).length) next = { ...next, small: smallOf(next) }
  if (!delta.edits) return good(next)
  const edits = said(plan.edits, delta.edits)
  return edits ? good({ ...next, edits }) : bad(LATER_EDITS)
}

/** What was said anew about pairs of units; what was said about other pairs stays. Null where it is no longer as it was. */
function said(now: Edits, [before, after]: Change<Edits>): Edits | null {
  if (now === before) return after
  const joined = shifted(now.joined, before.joined, after.joined)
  const parted = shifted(now.parted, before.parted, after.parted)
  return joined && parted && { joined, parted }
}

function shifted(now: ReadonlySet<string>, before: ReadonlySet<string>, after: ReadonlySet<string>): ReadonlySet<string> | null {
  const gone = [...before].filter((pair) => !after.has(pair))
  const fresh = [...after].filter((pair) => !before.has(pair))
  if (gone.some((pair) => !now.has(pair)) || fresh.some((pair) => now.has(pair))) return null
  const left = new Set(gone)
  return new Set([...[...now].filter((pair) => !left.has(pair)), ...fresh])
}

/** Undo one old edit, when nothing later depends on it. */
export function takenBack(plan: Plan, delta: Delta): Result<Plan, Refusal> {
  const after = changed(plan, backwards(delta))
  if (!after.ok) return after
  return isSound(plan, after.value, delta) ? after : bad(LATER_EDITS)
}

/** Whether every grid that the change could touch exists, holds somebody and has not fallen apart. */
function isSound(before: Plan, after: Plan, delta: Delta): boolean {
  const near = new Set<string | null>(Object.keys(delta.grids))
  for (const plan of [before, after]) {
    for (const key of [...Object.keys(delta.bands), ...Object.keys(delta.edges)]) {
      for (const band of plan.bands[plan.number.get(key)!]!) near.add(band.grid)
    }
  }
  if (Object.keys(delta.homes).length) for (const key of after.grids.keys()) near.add(key)
  for (const grid of near) {
    if (grid === null) continue
    if (after.members.has(grid) !== after.grids.has(grid)) return false
    if (before.grids.has(grid) && after.grids.has(grid) && pieces(after, grid) > Math.max(pieces(before, grid), 1)) return false
  }
  return true
}

function same(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}

function sameSet(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item))
}
