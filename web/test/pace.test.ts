import type { Map as MapLibre } from 'maplibre-gl'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pace } from '../src/map/pace'

/** A map that counts its frames, each of which takes so long. */
function drawing(takes: number) {
  const heard = new Set<() => void>()
  const map = {
    frames: 0,
    triggerRepaint(): void {
      this.frames += 1
      for (const hear of heard) hear()
      clock += takes
      for (const call of next.splice(0)) call()
    },
    on: (_: string, hear: () => void) => heard.add(hear),
    off: (_: string, hear: () => void) => heard.delete(hear),
  }
  return map
}

let clock = 0
const next: (() => void)[] = []

beforeEach(() => {
  clock = 0
  vi.useFakeTimers()
  vi.stubGlobal('window', globalThis)
  vi.stubGlobal('performance', { now: () => clock })
  vi.stubGlobal('requestAnimationFrame', (call: () => void) => next.push(call))
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('frames while the first view comes together', () => {
  it('follow each other where they are quick', () => {
    const map = drawing(8)
    pace(map as unknown as MapLibre)
    for (let tile = 0; tile < 6; tile += 1) map.triggerRepaint()
    expect(map.frames).toBe(6)
  })

  it('wait as long as the last one took where they are slow, and draw together what came', () => {
    const map = drawing(300)
    pace(map as unknown as MapLibre)
    for (let tile = 0; tile < 6; tile += 1) map.triggerRepaint()
    expect(map.frames).toBe(1)
    vi.advanceTimersByTime(299)
    expect(map.frames).toBe(1)
    vi.advanceTimersByTime(1)
    expect(map.frames).toBe(2)
    vi.advanceTimersByTime(1000)
    expect(map.frames).toBe(2)
  })

  it('draw at once what still waits when they are let go, and wait no more', () => {
    const map = drawing(300)
    const unpaced = pace(map as unknown as MapLibre)
    map.triggerRepaint()
    map.triggerRepaint()
    unpaced()
    expect(map.frames).toBe(2)
    map.triggerRepaint()
    expect(map.frames).toBe(3)
    vi.advanceTimersByTime(1000)
    expect(map.frames).toBe(3)
  })
})
