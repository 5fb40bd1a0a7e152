/** Plane geometry of short lines and rings, in metres. A ring's last corner is its first again. */

export type Point = readonly [number, number]
export type Ring = readonly Point[]
/** Outer ring first, then holes. */
export type Rings = readonly Ring[]

export function samePoint(a: Point, b: Point): boolean {
  return a[0] === b[0] && a[1] === b[1]
}

/** Twice the signed area of the triangle; positive when c lies left of a→b. */
export function turn(a: Point, b: Point, c: Point): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/** Signed area of a ring, square metres; positive when it runs anticlockwise. */
export function ringArea(ring: Ring): number {
  const [origin] = ring
  if (!origin) return 0
  let twice = 0
  for (let i = 1; i < ring.length; i++) {
    const [ax, ay] = ring[i - 1]!
    const [bx, by] = ring[i]!
    twice += (ax - origin[0]) * (by - origin[1]) - (bx - origin[0]) * (ay - origin[1])
  }
  return twice / 2
}

/** Area of rings that all keep the ground on their left. */
export function areaOf(rings: Rings): number {
  return rings.reduce((sum, ring) => sum + ringArea(ring), 0)
}

/** Whether a point lies inside rings taken together (even-odd); on a border either answer may come. */
export function contains(rings: Rings, [x, y]: Point): boolean {
  let inside = false
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i++) {
      const [ax, ay] = ring[i - 1]!
      const [bx, by] = ring[i]!
      if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside
    }
  }
  return inside
}

export function length(line: readonly Point[]): number {
  let sum = 0
  for (let i = 1; i < line.length; i++) sum += distance(line[i - 1]!, line[i]!)
  return sum
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1])
}

/** Whether two segments cross in one point inside both. */
export function crossProperly(a: Point, b: Point, c: Point, d: Point): boolean {
  const abc = turn(a, b, c)
  const abd = turn(a, b, d)
  if (abc === 0 || abd === 0 || abc > 0 === abd > 0) return false
  const cda = turn(c, d, a)
  const cdb = turn(c, d, b)
  return cda !== 0 && cdb !== 0 && cda > 0 !== cdb > 0
}

/** Whether two segments have any point in common. */
export function touch(a: Point, b: Point, c: Point, d: Point): boolean {
  if (crossProperly(a, b, c, d)) return true
  return onSegment(a, b, c) || onSegment(a, b, d) || onSegment(c, d, a) || onSegment(c, d, b)
}

export function onSegment(a: Point, b: Point, p: Point): boolean {
  if (turn(a, b, p) !== 0) return false
  const inX = Math.min(a[0], b[0]) <= p[0] && p[0] <= Math.max(a[0], b[0])
  return inX && Math.min(a[1], b[1]) <= p[1] && p[1] <= Math.max(a[1], b[1])
}

/** Whether a line never meets itself, its two ends being the same point excepted. */
export function isSimple(line: readonly Point[]): boolean {
  const closed = line.length > 2 && samePoint(line[0]!, line.at(-1)!)
  for (let i = 1; i < line.length; i++) {
    if (samePoint(line[i - 1]!, line[i]!)) continue
    for (let j = i + 1; j < line.length; j++) {
      if (j === i + 1 ? foldsBack(line[i - 1]!, line[i]!, line[j]!) : meetBeyondEnds(line, i, j, closed)) return false
    }
  }
  return true
}

function foldsBack(a: Point, b: Point, c: Point): boolean {
  if (turn(a, b, c) !== 0) return false
  return (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0
}

function meetBeyondEnds(line: readonly Point[], i: number, j: number, closed: boolean): boolean {
  const [a, b, c, d] = [line[i - 1]!, line[i]!, line[j - 1]!, line[j]!]
  if (closed && i === 1 && j === line.length - 1) return crossProperly(a, b, c, d) || foldsBack(c, d, b)
  return touch(a, b, c, d)
}

/** Whether two areas share more than a border. Each is simple rings; holes are not looked into. */
export function overlap(one: Ring, other: Ring, slackM = 0.01): boolean {
  if (!boxesMeet(one, other)) return false
  if (other.some((point) => deepInside(one, point, slackM)) || one.some((point) => deepInside(other, point, slackM))) return true
  for (let i = 1; i < one.length; i++) {
    for (let j = 1; j < other.length; j++) {
      const [a, b, c, d] = [one[i - 1]!, one[i]!, other[j - 1]!, other[j]!]
      if (crossProperly(a, b, c, d) && cutsDeep(a, b, c, d, slackM)) return true
    }
  }
  const middle = middleOf([one])
  return middle !== null && deepInside(other, middle, slackM)
}

function boxesMeet(one: Ring, other: Ring): boolean {
  const [aw, as, ae, an] = knownBox(one)
  const [bw, bs, be, bn] = knownBox(other)
  return aw < be && bw < ae && as < bn && bs < an
}

type Box = readonly [west: number, south: number, east: number, north: number]

/** Rings never change, and footprints are asked for again and again. */
const BOXES = new WeakMap<Ring, Box>()

function knownBox(ring: Ring): Box {
  const known = BOXES.get(ring) ?? boxOf(ring)
  BOXES.set(ring, known)
  return known
}

export function boxOf(points: readonly Point[]): Box {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y] of points) {
    if (x < west) west = x
    if (x > east) east = x
    if (y < south) south = y
    if (y > north) north = y
  }
  return [west, south, east, north]
}

function deepInside(ring: Ring, point: Point, slackM: number): boolean {
  if (!contains([ring], point)) return false
  for (let i = 1; i < ring.length; i++) if (fromSegment(ring[i - 1]!, ring[i]!, point) < slackM) return false
  return true
}

/** A crossing counts when all four ends stand off the other segment: rounding makes hair-thin ones. */
function cutsDeep(a: Point, b: Point, c: Point, d: Point, slackM: number): boolean {
  const offs = [fromSegment(c, d, a), fromSegment(c, d, b), fromSegment(a, b, c), fromSegment(a, b, d)]
  return Math.min(...offs) > slackM
}

/** Distance of a point from a segment, metres. */
export function fromSegment(a: Point, b: Point, p: Point): number {
  return distance(p, nearestOn(a, b, p))
}

export function nearestOn(a: Point, b: Point, p: Point): Point {
  const dx = b[0] - a[0]
  const dy = b[1] - a[1]
  const long = dx * dx + dy * dy
  const t = long === 0 ? 0 : Math.max(0, Math.min(1, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / long))
  return [a[0] + t * dx, a[1] + t * dy]
}

/**
 * A point well inside an area: the middle of the widest run along a level line through it. The level lies half way
 * between the corners next to the middle of its height, as JTS and GEOS choose it, so that both sides of the line agree.
 */
export function middleOf(rings: Rings): Point | null {
  const outer = rings[0]
  if (!outer || outer.length < 4) return null
  const y = levelOf(rings)
  const xs: number[] = []
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i++) {
      const [ax, ay] = ring[i - 1]!
      const [bx, by] = ring[i]!
      if (ay > y !== by > y) xs.push(ax + ((y - ay) / (by - ay)) * (bx - ax))
    }
  }
  xs.sort((a, b) => a - b)
  let best: Point | null = null
  let widest = 0
  for (let i = 1; i < xs.length; i += 2) {
    const wide = xs[i]! - xs[i - 1]!
    if (wide > widest) {
      widest = wide
      best = [(xs[i]! + xs[i - 1]!) / 2, y]
    }
  }
  return best
}

function levelOf(rings: Rings): number {
  const [, south, , north] = boxOf(rings[0]!)
  const centre = (south + north) / 2
  let [low, high] = [south, north]
  for (const ring of rings) {
    for (const [, y] of ring) {
      if (y <= centre && y > low) low = y
      else if (y > centre && y < high) high = y
    }
  }
  return (low + high) / 2
}

/** A line with further points on it, so that none is farther than `step` from the next. */
export function walked(line: readonly Point[], step: number): readonly Point[] {
  return line.flatMap((point, i): Point[] => {
    const next = line[i + 1]
    if (!next) return [point]
    const parts = Math.max(1, Math.ceil(distance(point, next) / step))
    return Array.from({ length: parts }, (_, n): Point => [point[0] + ((next[0] - point[0]) * n) / parts, point[1] + ((next[1] - point[1]) * n) / parts])
  })
}
