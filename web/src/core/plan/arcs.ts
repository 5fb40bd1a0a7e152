/**
 * Who owns the ground on either side: the cells of all units as *arcs*, runs of corners between two owners.
 *
 * Every border is kept once, so dragging it moves both neighbours and no gap can open. A grid's outline is what is left
 * of its cells' arcs when those between its own cells are dropped.
 */

import { areaOf, contains, middleOf, ringArea, samePoint, type Point, type Ring, type Rings } from './geometry'

export const NOBODY = -1

export interface Arc {
  /** From node to node; the ground on the left belongs to `left`, on the right to `right`. */
  readonly line: readonly Point[]
  readonly left: number
  readonly right: number
}

export interface Arcs {
  readonly arcs: readonly Arc[]
  /** For each owner the numbers of its arcs. */
  readonly of: readonly (readonly number[])[]
}

interface Side {
  readonly owner: number
  readonly from: Point
  readonly to: Point
}

function key([x, y]: Point): string {
  return `${x},${y}`
}

/**
 * The arcs of cells that tile the ground. `cells[n]` are the polygons of owner n, each outer ring first. Whatever the
 * direction of the rings, the ground of the outer one counts as inside.
 */
export function arcsOf(cells: readonly (readonly Rings[])[]): Arcs {
  const rings = cells.flatMap((polygons, owner) =>
    polygons.flatMap((polygon) => polygon.map((ring, place) => ({ owner, ring: facing(ring, place === 0) }))),
  )
  const sides = new Map<string, Side>()
  const starts = new Map<string, Set<string>>()
  for (const { owner, ring } of rings) {
    for (let i = 1; i < ring.length; i++) {
      const [from, to] = [ring[i - 1]!, ring[i]!]
      const [a, b] = [key(from), key(to)]
      sides.set(`${a}>${b}`, { owner, from, to })
      note(starts, a, b)
      note(starts, b, a)
    }
  }
  const across = (a: string, b: string): number => sides.get(`${b}>${a}`)?.owner ?? NOBODY
  const found: Arc[] = []
  const of: number[][] = cells.map(() => [])
  for (const { owner, ring } of rings) {
    for (const arc of partedRing(owner, ring, starts, across)) {
      // The other side has it already: it was cut at the same nodes there.
      if (arc.right !== NOBODY && arc.right < owner) continue
      of[owner]!.push(found.length)
      if (arc.right !== NOBODY && arc.right !== owner) of[arc.right]!.push(found.length)
      found.push(arc)
    }
  }
  return { arcs: found, of }
}

function note(starts: Map<string, Set<string>>, a: string, b: string): void {
  const known = starts.get(a)
  if (known) known.add(b)
  else starts.set(a, new Set([b]))
}

/** The ring anticlockwise if it is an outer one, clockwise if it is a hole: its owner lies on its left. */
function facing(ring: Ring, outer: boolean): Ring {
  return ringArea(ring) > 0 === outer ? ring : [...ring].reverse()
}

/** A ring cut wherever three borders meet or the owner on the other side changes. */
function partedRing(
  owner: number,
  ring: Ring,
  starts: Map<string, Set<string>>,
  across: (a: string, b: string) => number,
): Arc[] {
  const corners = ring.slice(0, -1)
  const keys = corners.map(key)
  const count = corners.length
  const other = keys.map((at, i) => across(at, keys[(i + 1) % count]!))
  const isNode = (i: number): boolean => starts.get(keys[i]!)!.size > 2 || other[i] !== other[(i + count - 1) % count]
  const nodes = corners.flatMap((_, i) => (isNode(i) ? [i] : []))
  if (!nodes.length) nodes.push(lowestKey(keys))
  return nodes.map((start, place) => {
    const end = nodes[(place + 1) % nodes.length]!
    const steps = (end - start + count) % count || count
    const line = Array.from({ length: steps + 1 }, (_, step) => corners[(start + step) % count]!)
    return { line, left: owner, right: other[start]! }
  })
}

/** Where both owners of a ring without nodes agree to begin. */
function lowestKey(keys: readonly string[]): number {
  return keys.reduce((best, at, i) => (at < keys[best]! ? i : best), 0)
}

/** The table with some arcs drawn anew; ends must stay where they are. */
export function withArcs({ arcs, of }: Arcs, drawn: ReadonlyMap<number, readonly Point[]>): Arcs {
  const next = arcs.slice()
  for (const [number, line] of drawn) next[number] = { ...arcs[number]!, line }
  return { arcs: next, of }
}

/** The arcs between two owners, each as `one` sees it: with its ground on the left. */
export function between(table: Arcs, one: number, other: number): { number: number; line: readonly Point[] }[] {
  return (table.of[one] ?? []).flatMap((number) => {
    const arc = table.arcs[number]!
    if (arc.left === one && arc.right === other) return [{ number, line: arc.line }]
    if (arc.left === other && arc.right === one) return [{ number, line: [...arc.line].reverse() }]
    return []
  })
}

/** The rings round some owners' ground, which lies on their left. */
export function outline(table: Arcs, owners: readonly number[]): Rings {
  const inside = new Set(owners)
  const lines: (readonly Point[])[] = []
  for (const owner of inside) {
    for (const number of table.of[owner] ?? []) {
      const arc = table.arcs[number]!
      if (arc.left === owner && !inside.has(arc.right)) lines.push(arc.line)
      else if (arc.right === owner && !inside.has(arc.left)) lines.push([...arc.line].reverse())
    }
  }
  return chained(lines)
}

/** Lines that all keep the ground on their left, put together to rings. */
function chained(lines: readonly (readonly Point[])[]): Rings {
  const from = new Map<string, number[]>()
  lines.forEach((line, i) => {
    const at = key(line[0]!)
    const known = from.get(at)
    if (known) known.push(i)
    else from.set(at, [i])
  })
  const used = new Uint8Array(lines.length)
  const rings: Point[][] = []
  for (let first = 0; first < lines.length; first++) {
    if (used[first]) continue
    used[first] = 1
    const ring = [...lines[first]!]
    while (!samePoint(ring[0]!, ring.at(-1)!)) {
      const next = leftmost(ring, (from.get(key(ring.at(-1)!)) ?? []).filter((i) => !used[i]), lines)
      if (next === null) break
      used[next] = 1
      for (let i = 1; i < lines[next]!.length; i++) ring.push(lines[next]![i]!)
    }
    rings.push(ring)
  }
  return rings.sort((a, b) => Math.abs(ringArea(b)) - Math.abs(ringArea(a)))
}

/** Of several ways on, the one that turns most to the left: it keeps to the same piece of ground. */
function leftmost(ring: readonly Point[], ways: readonly number[], lines: readonly (readonly Point[])[]): number | null {
  if (ways.length < 2) return ways[0] ?? null
  const [before, at] = [ring.at(-2)!, ring.at(-1)!]
  const heading = Math.atan2(at[1] - before[1], at[0] - before[0])
  const bend = (i: number): number => {
    const to = lines[i]![1]!
    const change = Math.atan2(to[1] - at[1], to[0] - at[0]) - heading
    return Math.atan2(Math.sin(change), Math.cos(change))
  }
  return ways.reduce((best, way) => (bend(way) > bend(best) ? way : best))
}

/** Rings as polygons for GeoJSON: every outer ring with its holes. */
export function polygonsOf(rings: Rings): Rings[] {
  const outer = rings.filter((ring) => ringArea(ring) > 0)
  const polygons: Ring[][] = outer.map((ring) => [ring])
  for (const hole of rings.filter((ring) => ringArea(ring) <= 0)) {
    const home = smallestAround(outer, hole)
    polygons[home]?.push(hole)
  }
  return polygons
}

function smallestAround(outer: readonly Ring[], hole: Ring): number {
  if (outer.length === 1) return 0
  const probe = middleOf([hole])
  const around = outer.flatMap((ring, i) => (probe && contains([ring], probe) ? [i] : []))
  return around.reduce((best, i) => (ringArea(outer[i]!) < ringArea(outer[best]!) ? i : best), around[0] ?? 0)
}


/** Ground of an owner, square metres. */
export function groundOf(table: Arcs, owner: number): number {
  return areaOf(outline(table, [owner]))
}
