/**
 * Where a true position stands on a shifted base map: WGS 84 → GCJ-02 (AMap, Tencent) and → BD-09 (Baidu).
 *
 * Our places stay true; only a base map's tiles are moved under them. `geo/crs` is the judge of the same formulas for
 * data; here they only serve the eye, to a fraction of a pixel. Outside China there is no offset.
 */

import type { Position } from './place'

export type Datum = 'wgs84' | 'cgcs2000' | 'gcj02' | 'bd09'

const KRASOVSKY_A_M = 6_378_245
const KRASOVSKY_EE = 0.006_693_421_622_965_943

/** The position at which a base map in `datum` draws what truly stands at `position`. */
export function onDatum(position: Position, datum: Datum): Position {
  if (datum === 'gcj02') return toGcj02(position)
  if (datum === 'bd09') return toBd09(toGcj02(position))
  return position
}

function toGcj02([longitude, latitude]: Position): Position {
  if (longitude < 72.004 || longitude > 137.8347 || latitude < 0.8293 || latitude > 55.8271) return [longitude, latitude]
  const x = longitude - 105
  const y = latitude - 35
  const phi = (latitude / 180) * Math.PI
  const magic = 1 - KRASOVSKY_EE * Math.sin(phi) ** 2
  const root = Math.sqrt(magic)
  const eastward = (offsetEast(x, y) * 180) / ((KRASOVSKY_A_M / root) * Math.cos(phi) * Math.PI)
  const northward = (offsetNorth(x, y) * 180) / (((KRASOVSKY_A_M * (1 - KRASOVSKY_EE)) / (magic * root)) * Math.PI)
  return [longitude + eastward, latitude + northward]
}

function toBd09([x, y]: Position): Position {
  const turn = (Math.PI * 3000) / 180
  const radius = Math.hypot(x, y) + 0.000_02 * Math.sin(y * turn)
  const angle = Math.atan2(y, x) + 0.000_003 * Math.cos(x * turn)
  return [radius * Math.cos(angle) + 0.0065, radius * Math.sin(angle) + 0.006]
}

function offsetEast(x: number, y: number): number {
  const plane = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x))
  return plane + ripple(x) + swell(x, [20, 40, 150, 300])
}

function offsetNorth(x: number, y: number): number {
  const plane = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x))
  return plane + ripple(x) + swell(y, [20, 40, 160, 320])
}

function ripple(x: number): number {
  return ((20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * 2) / 3
}

/** Waves of 2, 6, 24 and 60 degrees with the given heights in metres. */
function swell(degrees: number, heights: readonly [number, number, number, number]): number {
  const [two, six, twentyFour, sixty] = heights
  const wave = (height: number, period: number) => height * Math.sin((2 * Math.PI * degrees) / period)
  return ((wave(two, 2) + wave(six, 6) + wave(twentyFour, 24) + wave(sixty, 60)) * 2) / 3
}
