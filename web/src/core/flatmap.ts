/**
 * A flat map of a neighbourhood as SVG paths: small enough that a degree of latitude is the same everywhere on it, light
 * enough for any phone, and every outline is an element that can be clicked and spoken of.
 */

import type { Position } from './place'

/** A polygon, line or point, or several, as GeoJSON has them; degrees, WGS 84. */
export interface Outline {
  readonly type: string
  readonly coordinates: unknown
}

export interface FlatMap {
  /** Width and height of the drawing, in its own units. */
  readonly width: number
  readonly height: number
  /** The `d` of an outline's path. */
  path(outline: Outline): string
  /** The middle of an outline's largest ring, roughly: where its name goes. */
  middle(outline: Outline): readonly [x: number, y: number]
}

const WIDTH = 1000
const MARGIN = 12

/** The map on which all `outlines` are seen, north up; longitudes shrink by the cosine of the latitude. */
export function flatMap(outlines: readonly Outline[]): FlatMap {
  const all = outlines.flatMap((outline) => ringsOf(outline).flat())
  const [west, east] = extent(all.map(([longitude]) => longitude))
  const [south, north] = extent(all.map(([, latitude]) => latitude))
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const scale = (WIDTH - 2 * MARGIN) / Math.max((east - west) * shrink, north - south, 1e-9)

  function place([longitude, latitude]: Position): readonly [number, number] {
    return [round(MARGIN + (longitude - west) * shrink * scale), round(MARGIN + (north - latitude) * scale)]
  }

  return {
    width: round(2 * MARGIN + (east - west) * shrink * scale),
    height: round(2 * MARGIN + (north - south) * scale),
    path: (outline) =>
      ringsOf(outline)
        .map((ring) => `M${ring.map((position) => place(position).join(' ')).join('L')}${outline.type.includes('Line') ? '' : 'Z'}`)
        .join(''),
    middle(outline) {
      const rings = ringsOf(outline)
      const largest = rings.reduce((a, b) => (spread(b) > spread(a) ? b : a), rings[0] ?? [])
      const [left, right] = extent(largest.map(([longitude]) => longitude))
      const [low, high] = extent(largest.map(([, latitude]) => latitude))
      return place([(left + right) / 2, (low + high) / 2])
    },
  }
}

function ringsOf({ type, coordinates }: Outline): Position[][] {
  if (type === 'Polygon') return coordinates as Position[][]
  if (type === 'MultiPolygon') return (coordinates as Position[][][]).flat()
  if (type === 'Point') return [[coordinates as Position]]
  if (type === 'LineString') return [coordinates as Position[]]
  if (type === 'MultiLineString') return coordinates as Position[][]
  return []
}

function extent(values: readonly number[]): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return low > high ? [0, 0] : [low, high]
}

function spread(ring: readonly Position[]): number {
  const [west, east] = extent(ring.map(([longitude]) => longitude))
  const [south, north] = extent(ring.map(([, latitude]) => latitude))
  return (east - west) * (north - south)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
