/**
 * Drag one border between two stairwells' ground; both follow, nobody else. Its own inverse.
 *
 * A border is an *arc*. Its ends are corners of other ground and stay where they are; what lies between may be drawn
 * anew, but not through a building and not over other ground.
 */

import { between, outline, withArcs } from '../arcs'
import { isSimple, overlap, ringArea, samePoint, touch, type Point, type Ring } from '../geometry'
import { compoundOf, type Plan } from '../plan'
import * as why from '../refusals'
import { locked } from './movable'

export interface Reshape {
  readonly a: string
  readonly b: string
  /** Metres; from one end of the border to the other. */
  readonly line: readonly Point[]
}

/** Corners lie on a lattice of a millimetre. */
const LATTICE_PER_M = 1000

export function refusal(plan: Plan, { a, b, line }: Reshape): why.Refusal | null {
  const [one, other] = [plan.number.get(a), plan.number.get(b)]
  if (one === undefined || other === undefined) return why.UNKNOWN_UNIT
  if (one === other) return why.SAME_UNIT
  const owners = [one, other].flatMap((unit) => plan.bands[unit]!.map((band) => band.grid))
  if (owners.some((grid) => locked(plan, grid))) return why.LOCKED
  if (!line.every(([x, y]) => Number.isFinite(x) && Number.isFinite(y)) || !isSimple(line)) return why.FACE_FLIPS
  const drawn = snapped(line)
  const arc = arcAt(plan, one, other, drawn)
  if (!arc) return why.NO_SUCH_BORDER
  if (sameLine(arc.line, drawn)) return why.NO_CHANGE
  if (flips(plan, one, other, arc.number, drawn)) return why.FACE_FLIPS
  return cuts(plan, one, other, arc.line, drawn) ? why.THROUGH_FOOTPRINT : null
}

export function perform(plan: Plan, { a, b, line }: Reshape): Plan {
  const [one, other] = [plan.number.get(a)!, plan.number.get(b)!]
  const arc = arcAt(plan, one, other, snapped(line))!
  const { left } = plan.ground.arcs[arc.number]!
  const drawn = arc.reversed === (left === one) ? [...snapped(line)].reverse() : snapped(line)
  return { ...plan, ground: withArcs(plan.ground, new Map([[arc.number, drawn]])) }
}

export function snapped(line: readonly Point[]): Point[] {
  return line.map(([x, y]) => [Math.round(x * LATTICE_PER_M) / LATTICE_PER_M, Math.round(y * LATTICE_PER_M) / LATTICE_PER_M])
}

interface Border {
  readonly number: number
  /** Running the same way as the line that was drawn. */
  readonly line: readonly Point[]
  /** Whether that is against the way in which `one` sees it. */
  readonly reversed: boolean
}

/** The border of two units with the same ends as a line, running the same way. */
function arcAt(plan: Plan, one: number, other: number, line: readonly Point[]): Border | null {
  for (const { number, line: course } of between(plan.ground, one, other)) {
    if (samePoint(course[0]!, line[0]!) && samePoint(course.at(-1)!, line.at(-1)!)) return { number, line: course, reversed: false }
    if (samePoint(course[0]!, line.at(-1)!) && samePoint(course.at(-1)!, line[0]!)) {
      return { number, line: [...course].reverse(), reversed: true }
    }
  }
  return null
}

function sameLine(one: readonly Point[], other: readonly Point[]): boolean {
  return one.length === other.length && one.every((point, i) => samePoint(point, other[i]!))
}

/** Whether the new border meets another border of the two cells: then it runs over other ground, or turns a cell over. */
function flips(plan: Plan, one: number, other: number, number: number, drawn: readonly Point[]): boolean {
  const rest = [...new Set([...plan.ground.of[one]!, ...plan.ground.of[other]!])].filter((arc) => arc !== number)
  for (const arc of rest) {
    const { line } = plan.ground.arcs[arc]!
    for (let i = 1; i < line.length; i++) {
      for (let j = 1; j < drawn.length; j++) if (meetElsewhere(drawn, j, line[i - 1]!, line[i]!)) return true
    }
  }
  return turnedOver(plan, one, other, number, drawn)
}

/** Whether a segment of the drawn line meets another one elsewhere than in the line's own ends. */
function meetElsewhere(drawn: readonly Point[], j: number, c: Point, d: Point): boolean {
  const [a, b] = [drawn[j - 1]!, drawn[j]!]
  if (!touch(a, b, c, d)) return false
  const ends = [drawn[0]!, drawn.at(-1)!]
  const shared = [c, d].find((point) => ends.some((end) => samePoint(end, point)) && (samePoint(point, a) || samePoint(point, b)))
  if (!shared) return true
  const [mine, theirs] = [samePoint(shared, a) ? b : a, samePoint(shared, c) ? d : c]
  return collinearAhead(shared, mine, theirs)
}

function collinearAhead(at: Point, one: Point, other: Point): boolean {
  const cross = (one[0] - at[0]) * (other[1] - at[1]) - (one[1] - at[1]) * (other[0] - at[0])
  return cross === 0 && (one[0] - at[0]) * (other[0] - at[0]) + (one[1] - at[1]) * (other[1] - at[1]) > 0
}

/** Whether a cell would no longer lie on the left of its own border, or have no ground left. */
function turnedOver(plan: Plan, one: number, other: number, number: number, drawn: readonly Point[]): boolean {
  const old = plan.ground.arcs[number]!
  const forward = samePoint(old.line[0]!, drawn[0]!) ? drawn : [...drawn].reverse()
  const table = withArcs(plan.ground, new Map([[number, forward]]))
  return [one, other].some((unit) => {
    const [before, after] = [outline(plan.ground, [unit]), outline(table, [unit])]
    return after.length !== before.length || !after.length || ringArea(after[0]!) <= 0 || !isSimple(after[0]!)
  })
}

/** Whether a building stands on ground that would change sides. */
function cuts(plan: Plan, one: number, other: number, old: readonly Point[], drawn: readonly Point[]): boolean {
  const near = new Set([compoundOf(plan, one), compoundOf(plan, other)])
  const lost = strips(old, drawn)
  if (!lost.length) return false
  const homes = byCompound(plan.buildings)
  for (const compound of near) {
    for (const ring of homes.get(compound) ?? []) if (lost.some((strip) => overlap(strip, ring))) return true
  }
  return false
}

/** The outer rings of the footprints of each compound; a plan's buildings seldom change, and a border under the hand asks at every frame. */
const FOOTPRINTS = new WeakMap<Plan['buildings'], ReadonlyMap<string, readonly Ring[]>>()

function byCompound(buildings: Plan['buildings']): ReadonlyMap<string, readonly Ring[]> {
  const known = FOOTPRINTS.get(buildings)
  if (known) return known
  const found = new Map<string, Ring[]>()
  for (const { compound, footprint } of buildings.values()) {
    const outer = footprint.flatMap(([ring]) => (ring ? [ring] : []))
    const own = found.get(compound)
    if (own) own.push(...outer)
    else found.set(compound, outer)
  }
  FOOTPRINTS.set(buildings, found)
  return found
}

/** The ground between two lines with the same ends, as rings: cut where the lines cross. */
function strips(old: readonly Point[], drawn: readonly Point[]): Ring[] {
  const [one, other] = [withCrossings(old, drawn), withCrossings(drawn, old)]
  const rings: Ring[] = []
  let [from, since] = [0, 0]
  for (let i = 1; i < one.length; i++) {
    const there = other.findIndex((point, j) => j > since && near(point, one[i]!))
    if (there < 0) continue
    const ring = [...one.slice(from, i + 1), ...other.slice(since, there).reverse()]
    if (ring.length > 3) rings.push(ring)
    ;[from, since] = [i, there]
  }
  return rings
}

function near(a: Point, b: Point): boolean {
  return Math.abs(a[0] - b[0]) < 1e-9 && Math.abs(a[1] - b[1]) < 1e-9
}

/** A line with corners put in where it crosses another one. */
function withCrossings(line: readonly Point[], other: readonly Point[]): Point[] {
  const out: Point[] = [line[0]!]
  for (let i = 1; i < line.length; i++) {
    const [a, b] = [line[i - 1]!, line[i]!]
    const ts: number[] = []
    for (let j = 1; j < other.length; j++) {
      const t = crossing(a, b, other[j - 1]!, other[j]!)
      if (t !== null && t > 1e-9 && t < 1 - 1e-9) ts.push(t)
    }
    for (const t of ts.sort((x, y) => x - y)) out.push([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])])
    out.push(b)
  }
  return out
}

function crossing(a: Point, b: Point, c: Point, d: Point): number | null {
  const across = (b[0] - a[0]) * (d[1] - c[1]) - (b[1] - a[1]) * (d[0] - c[0])
  if (across === 0) return null
  const t = ((c[0] - a[0]) * (d[1] - c[1]) - (c[1] - a[1]) * (d[0] - c[0])) / across
  const u = ((c[0] - a[0]) * (b[1] - a[1]) - (c[1] - a[1]) * (b[0] - a[0])) / across
  return u >= 0 && u <= 1 ? t : null
}
