/** Distances on the ground, by the haversine formula on the mean sphere (IUGG R1): right to 0.6 %, enough for a walk. */

import type { Position } from './place'

const MEAN_RADIUS_M = 6_371_008.8

/** Metres between two WGS 84 positions. */
export function distanceM([lonA, latA]: Position, [lonB, latB]: Position): number {
  const half = (degrees: number) => Math.sin((degrees * Math.PI) / 360) ** 2
  const share = half(latB - latA) + Math.cos((latA * Math.PI) / 180) * Math.cos((latB * Math.PI) / 180) * half(lonB - lonA)
  return 2 * MEAN_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(share)))
}
