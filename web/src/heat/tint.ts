/** The colour of an area: "nobody lives here", "too few to compare" and "calm" are colours of their own. */

import { HEAT } from '../core/film'
import type { Area } from './service'

export const NO_DATA = '#b9b4a9'
export const CALM = '#e9f0e4'
export const FEW = '#dcd3e4'

/** `value` is what is shown of the area, null where nothing is known; `most` is the top of the scale. */
export function tintOf(area: Area, value: number | null, most: number, { steady = false } = {}): string {
  if (value === null) return NO_DATA
  if (area.state === 'few' && !steady) return FEW
  return value === 0 ? CALM : heatOf(value, most)
}

/** Dark is much: six colours by the square root of the share. */
export function heatOf(value: number, most: number): string {
  const share = Math.sqrt(Math.min(1, value / (most || 1)))
  return HEAT[Math.min(HEAT.length - 1, Math.floor(share * HEAT.length))]!
}
