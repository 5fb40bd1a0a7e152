/**
 * The view in the address bar, so that a link sent to a colleague opens the same map on the same place.
 *
 * `#at=104.06120,30.66010,15.2,0,45&place=building/0190…`: longitude, latitude, zoom, bearing, tilt.
 */

import { isLevel } from './levels'
import type { PlaceKey } from './place'

export interface View {
  readonly longitude: number
  readonly latitude: number
  readonly zoom: number
  readonly bearing: number
  readonly pitch: number
}

export interface Address {
  readonly view: View | null
  readonly place: PlaceKey | null
}

/** Read an address; whatever makes no sense in it is left out, never an error: links get mangled in chats. */
export function readAddress(hash: string): Address {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''))
  return { view: readView(parameters.get('at')), place: readPlace(parameters.get('place')) }
}

export function writeAddress({ view, place }: Address): string {
  const parts: string[] = []
  if (view) parts.push(`at=${writeView(view)}`)
  if (place) parts.push(`place=${place.level}/${encodeURIComponent(place.id)}`)
  return parts.length ? `#${parts.join('&')}` : ''
}

function readView(text: string | null): View | null {
  if (!text) return null
  const numbers = text.split(',').map((part) => (part === '' ? NaN : Number(part)))
  const [longitude, latitude, zoom, bearing = 0, pitch = 0] = numbers
  if (longitude === undefined || latitude === undefined || zoom === undefined) return null
  if (!numbers.every(Number.isFinite)) return null
  const sane =
    Math.abs(longitude) <= 180 && Math.abs(latitude) <= 85 && zoom >= 0 && zoom <= 24 && pitch >= 0 && pitch <= 85
  return sane ? { longitude, latitude, zoom, bearing, pitch } : null
}

function writeView(view: View): string {
  const round = (value: number, digits: number) => String(Number(value.toFixed(digits)))
  const { longitude, latitude, zoom, bearing, pitch } = view
  return [round(longitude, 5), round(latitude, 5), round(zoom, 2), round(bearing, 0), round(pitch, 0)].join(',')
}

function readPlace(text: string | null): PlaceKey | null {
  const [level, id, ...rest] = (text ?? '').split('/')
  if (!level || !id || rest.length || !isLevel(level)) return null
  return /^[\w-]{1,64}$/.test(id) ? { level, id } : null
}
