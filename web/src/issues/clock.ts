/** The present as a page shows it: moves on by itself, twice a minute. */

import { shallowRef, type ShallowRef } from 'vue'

const TICK_MS = 30_000

export function useClock(): Readonly<ShallowRef<number>> {
  const now = shallowRef(Date.now())
  setInterval(() => (now.value = Date.now()), TICK_MS)
  return now
}
