/** A footprint given in figures rather than drawn: a rectangle along a house, in its place or beside it. Metres. */

import { boxOf, distance, ringArea, type Point, type Ring, type Rings } from './geometry'

export const SIDES = ['east', 'south', 'west', 'north', 'here'] as const
/** Beside which wall of the house; `here`: in its place. */
export type Side = (typeof SIDES)[number]

export interface Size {
  /** Along the longest wall. */
  readonly long: number
  readonly deep: number
}

const TOWARDS: Readonly<Record<Exclude<Side, 'here'>, Point>> = { east: [1, 0], south: [0, -1], west: [-1, 0], north: [0, 1] }
const NARROWEST_M = 1
const WIDEST_M = 500

/** Whether somebody could build so: between one and five hundred metres, not into the house beside. */
export function buildable({ long, deep }: Size, gap: number): boolean {
  return [long, deep].every((side) => side >= NARROWEST_M && side <= WIDEST_M) && gap >= 0 && gap <= WIDEST_M
}

/** How long and deep a house is; nought where only a point is known. */
export function sizeOf(house: readonly Rings[]): Size {
  const { u, v } = extents(house, [0, 0])
  return { long: u[1] - u[0], deep: v[1] - v[0] }
}

/** The corners of a rectangle along a house, the first again at the end; `at` stands for a house of which no walls are known. */
export function footing(house: readonly Rings[], at: Point, side: Side, gap: number, { long, deep }: Size): Ring {
  const { along, u, v } = extents(house, at)
  const across: Point = [-along[1], along[0]]
  let [x, y] = [(u[0] + u[1]) / 2, (v[0] + v[1]) / 2]
  if (side !== 'here') {
    const [east, north] = TOWARDS[side]
    const [ahead, aside] = [along[0] * east + along[1] * north, across[0] * east + across[1] * north]
    if (Math.abs(ahead) > Math.abs(aside)) x = ahead > 0 ? u[1] + gap + long / 2 : u[0] - gap - long / 2
    else y = aside > 0 ? v[1] + gap + deep / 2 : v[0] - gap - deep / 2
  }
  const corner = (du: number, dv: number): Point => {
    const [a, b] = [x + (du * long) / 2, y + (dv * deep) / 2]
    return [along[0] * a + across[0] * b, along[1] * a + across[1] * b]
  }
  return [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1), corner(-1, -1)]
}

/** A house in axes of its own: the first runs along its longest wall. */
function extents(house: readonly Rings[], at: Point): { along: Point; u: readonly [number, number]; v: readonly [number, number] } {
  const ring = [...house.map(([outer]) => outer!)].sort((a, b) => Math.abs(ringArea(b)) - Math.abs(ringArea(a)))[0] ?? [at]
  const along = longestWall(ring)
  const [west, south, east, north] = boxOf(ring.map(([x, y]): Point => [x * along[0] + y * along[1], y * along[0] - x * along[1]]))
  return { along, u: [west, east], v: [south, north] }
}

function longestWall(ring: Ring): Point {
  let best: { long: number; along: Point } = { long: 0, along: [1, 0] }
  for (let i = 1; i < ring.length; i++) {
    const [a, b] = [ring[i - 1]!, ring[i]!]
    const long = distance(a, b)
    if (long > best.long + 1e-6) best = { long, along: [(b[0] - a[0]) / long, (b[1] - a[1]) / long] }
  }
  return best.along
}
