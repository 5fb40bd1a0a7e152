/** Where the phone is, as far as it tells: watched while the page is looked at, and said in words when it fails. */

import { shallowRef } from 'vue'
import type { Position } from '../core/place'

export interface Fix {
  readonly position: Position
  /** Radius of the circle that holds the phone with 95 % (W3C Geolocation), metres. */
  readonly accuracyM: number
  /** Milliseconds since 1970. */
  readonly at: number
}

export type Located =
  | { readonly phase: 'asking' | 'denied' | 'missing' }
  | { readonly phase: 'fix'; readonly fix: Fix }

/** A circle wider than this says too little to tell grids apart. */
export const COARSE_M = 150
/** A circle wider than this is no place; the service refuses it (`api/issues/places.py`). */
export const HOPELESS_M = 1000

const WITHIN_MS = 20_000
const OLDEST_MS = 5_000
const DENIED = 1

export type Compass = ReturnType<typeof openCompass>

export function openCompass(geolocation: Geolocation | undefined = navigator.geolocation) {
  const located = shallowRef<Located>({ phase: geolocation ? 'asking' : 'missing' })
  let watch: number | null = null
  const ears = new Set<(fix: Fix) => void>()

  function found({ coords, timestamp }: GeolocationPosition): void {
    const { longitude, latitude, accuracy } = coords
    if (![longitude, latitude, accuracy].every(Number.isFinite)) return
    const fix = { position: [longitude, latitude] as const, accuracyM: accuracy, at: timestamp }
    located.value = { phase: 'fix', fix }
    for (const ear of ears) ear(fix)
  }

  function lost({ code }: GeolocationPositionError): void {
    if (code === DENIED) located.value = { phase: 'denied' }
    else if (located.value.phase !== 'fix') located.value = { phase: 'missing' }
  }

  function start(): void {
    if (!geolocation || watch !== null) return
    const how = { enableHighAccuracy: true, timeout: WITHIN_MS, maximumAge: OLDEST_MS }
    watch = geolocation.watchPosition(found, lost, how)
  }

  function stop(): void {
    if (watch !== null) geolocation?.clearWatch(watch)
    watch = null
  }

  return {
    ...{ located, start, stop },
    /** Hear every fix; the returned function ends that. */
    hear(ear: (fix: Fix) => void): () => void {
      ears.add(ear)
      return () => void ears.delete(ear)
    },
  }
}
