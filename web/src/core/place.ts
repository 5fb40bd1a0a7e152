/** What names a place everywhere on the page: its level and its id. */

import type { Level } from './levels'

export interface PlaceKey {
  readonly level: Level
  readonly id: string
}

/** West, south, east, north; degrees, WGS 84. */
export type Box = readonly [west: number, south: number, east: number, north: number]

/** A box as JSON carries it: OpenAPI's clients lose the length of a tuple. */
export function boxOf([west = 0, south = 0, east = 0, north = 0]: readonly number[]): Box {
  return [west, south, east, north]
}

/** Longitude before latitude; degrees, WGS 84. */
export type Position = readonly [longitude: number, latitude: number]

/** The smallest box around some positions, widened by a margin in degrees; null around nothing. */
export function boxAround(positions: readonly Position[], margin = 0): Box | null {
  if (!positions.length) return null
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [lon, lat] of positions) {
    west = Math.min(west, lon)
    south = Math.min(south, lat)
    east = Math.max(east, lon)
    north = Math.max(north, lat)
  }
  return [west - margin, south - margin, east + margin, north + margin]
}

export function samePlace(a: PlaceKey | null, b: PlaceKey | null): boolean {
  return a === b || (a !== null && b !== null && a.level === b.level && a.id === b.id)
}
