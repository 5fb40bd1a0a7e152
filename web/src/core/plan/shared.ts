/**
 * The ground that two areas share. A ring is the sum of the triangles from its first corner to each of its sides, those
 * that run the other way counting less; so bays, holes and separate parts need no case of their own.
 */

import { boxOf, ringArea, turn, type Point, type Ring, type Rings } from './geometry'

interface Signed {
  readonly corners: readonly [Point, Point, Point]
  readonly sign: number
}

/** Square metres; each area is polygons of an outer ring and its holes, running either way. */
export function sharedM2(one: readonly Rings[], other: readonly Rings[]): number {
  let sum = 0
  for (const a of one) for (const b of other) if (a[0] && b[0] && near(a[0], b[0])) sum += sharedByPolygons(a, b)
  return sum
}

/** Square metres of polygons whose rings may run either way. */
export function areaM2(of: readonly Rings[]): number {
  return of.reduce((sum, [outer, ...holes]) => sum + wide(outer) - holes.reduce((less, hole) => less + wide(hole), 0), 0)
}

const wide = (ring: Ring | undefined): number => Math.abs(ringArea(ring ?? []))

function near(one: Ring, other: Ring): boolean {
  const [aw, as, ae, an] = boxOf(one)
  const [bw, bs, be, bn] = boxOf(other)
  return aw < be && bw < ae && as < bn && bs < an
}

function sharedByPolygons(one: Rings, other: Rings): number {
  const [these, those] = [triangles(one), triangles(other)]
  let sum = 0
  for (const a of these) for (const b of those) sum += a.sign * b.sign * Math.abs(ringArea(closed(cut(a.corners, b.corners))))
  return sum
}

/** Triangles that add up to a polygon, each with its corners anticlockwise. */
function triangles(rings: Rings): Signed[] {
  return rings.flatMap((ring, place) => {
    const way = Math.sign(ringArea(ring)) * (place ? -1 : 1)
    const [origin] = ring
    return ring.slice(1, -1).flatMap((b, i): Signed[] => {
      const c = ring[i + 2]!
      const side = turn(origin!, b, c)
      if (!side) return []
      return [{ corners: side > 0 ? [origin!, b, c] : [origin!, c, b], sign: Math.sign(side) * way }]
    })
  })
}

/** The part of a convex shape that lies left of every side of another one, both anticlockwise. */
function cut(shape: readonly Point[], by: readonly Point[]): readonly Point[] {
  let left = shape
  by.forEach((a, i) => (left = leftOf(left, a, by[(i + 1) % by.length]!)))
  return left
}

function leftOf(shape: readonly Point[], a: Point, b: Point): Point[] {
  return shape.flatMap((p, i) => {
    const q = shape[(i + 1) % shape.length]!
    const [here, there] = [turn(a, b, p), turn(a, b, q)]
    const kept = here >= 0 ? [p] : []
    if (here >= 0 === there >= 0) return kept
    const t = here / (here - there)
    return [...kept, [p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])] as Point]
  })
}

function closed(corners: readonly Point[]): Ring {
  return corners.length ? [...corners, corners[0]!] : []
}
