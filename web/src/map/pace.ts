/**
 * Frames while the first view comes together. Without a graphics card one takes as long as the reading of several
 * tiles, and each tile that comes asks for one: so drawing gets half of the time at most, and what came meanwhile is
 * drawn together. With a graphics card a frame takes no time, and none waits.
 */

import type { Map as MapLibre } from 'maplibre-gl'

/** Frames quicker than this follow each other as they come. */
const QUICK_MS = 40

/** Hold frames back from now on; the answer lets go. */
export function pace(map: MapLibre): () => void {
  const draw = map.triggerRepaint.bind(map)
  let took = 0
  let waiting: number | null = null
  const timed = (): void => {
    const began = performance.now()
    requestAnimationFrame(() => (took = performance.now() - began))
  }
  const now = (): void => {
    waiting = null
    draw()
  }
  map.triggerRepaint = () => {
    if (took < QUICK_MS) draw()
    else waiting ??= window.setTimeout(now, took)
  }
  map.on('render', timed)
  return () => {
    map.off('render', timed)
    map.triggerRepaint = draw
    if (waiting === null) return
    window.clearTimeout(waiting)
    draw()
  }
}
