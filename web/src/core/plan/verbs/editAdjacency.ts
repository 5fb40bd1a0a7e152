/** Join two stairwells by a gate that the map does not know, or part them by a wall. Its own inverse. */

import { between, outline } from '../arcs'
import { pieces } from '../connected'
import { fromSegment, length, type Rings } from '../geometry'
import { compoundOf, type Edits, type Plan } from '../plan'
import * as why from '../refusals'

export interface EditAdjacency {
  readonly a: string
  readonly b: string
  readonly joined: boolean
}

const LANE_M = 8

export function refusal(plan: Plan, edit: EditAdjacency): why.Refusal | null {
  const [a, b] = [plan.number.get(edit.a), plan.number.get(edit.b)]
  if (a === undefined || b === undefined) return why.UNKNOWN_UNIT
  if (a === b) return why.SAME_UNIT
  if (plan.edges[a]!.includes(b) === edit.joined) return why.NO_CHANGE
  if (edit.joined && !meet(plan, a, b)) return why.CELLS_APART
  return tears(plan, edit, [a, b]) ? why.TEARS_APART : null
}

export function perform(plan: Plan, { a, b, joined }: EditAdjacency): Plan {
  const [one, other] = [plan.number.get(a)!, plan.number.get(b)!]
  const edges = plan.edges.slice()
  for (const [here, there] of [
    [one, other],
    [other, one],
  ] as const) {
    const without = edges[here]!.filter((unit) => unit !== there)
    edges[here] = joined ? [...without, there] : without
  }
  return { ...plan, edges, edits: said(plan.edits, a < b ? `${a} ${b}` : `${b} ${a}`, joined) }
}

/** Only a grid that holds the ground floors of both can fall apart between them. */
function tears(plan: Plan, edit: EditAdjacency, [a, b]: readonly [number, number]): boolean {
  const grid = plan.bands[a]![0]!.grid
  if (edit.joined || grid === null || plan.bands[b]![0]!.grid !== grid) return false
  return pieces(perform(plan, edit), grid) > Math.max(pieces(plan, grid), 1)
}

function said(edits: Edits, pair: string, joined: boolean): Edits {
  const next = { joined: new Set(edits.joined), parted: new Set(edits.parted) }
  next.joined.delete(pair)
  next.parted.delete(pair)
  ;(joined ? next.joined : next.parted).add(pair)
  return next
}

/** Whether the cells share a border; across a lane between compounds it is enough to be near. */
function meet(plan: Plan, a: number, b: number): boolean {
  if (compoundOf(plan, a) === compoundOf(plan, b)) return between(plan.ground, a, b).some(({ line }) => length(line) > 0)
  return gap(outline(plan.ground, [a]), outline(plan.ground, [b])) <= LANE_M
}

function gap(one: Rings, other: Rings): number {
  return Math.min(cornersFrom(one, other), cornersFrom(other, one))
}

function cornersFrom(corners: Rings, sides: Rings): number {
  let least = Infinity
  for (const point of corners.flat()) {
    for (const ring of sides) {
      for (let i = 1; i < ring.length; i++) least = Math.min(least, fromSegment(ring[i - 1]!, ring[i]!, point))
    }
  }
  return least
}
