/** The colour of an area: "nobody lives here", "too few to compare" and "calm" are colours of their own. */

import { ABOUT_NONE, differenceColour, HEAT } from '../core/film'
import { colourOf } from '../core/stops'
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

export const ALIKE = '#f4f1ea'

/** The colour of what an area has more or less than before; where either is not known, or too few live, it says so. */
export function turnOf(areas: readonly Area[], now: number | null, before: number | null, most: number, { steady = false } = {}): string {
  if (now === null || before === null) return NO_DATA
  if (!steady && areas.some(({ state }) => state === 'few')) return FEW
  const share = (now - before) / (most || 1)
  return Math.abs(share) < ABOUT_NONE ? ALIKE : differenceColour(share)
}

/** Dark is much: six colours by the square root of the share. */
export function heatOf(value: number, most: number): string {
  return HEAT[colourOf(value, most, HEAT.length)]!
}
