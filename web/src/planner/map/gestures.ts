/** Lasso, brush, cut line and footprint drawn with mouse, pen or finger; Terra Draw makes the gesture, nothing of it stays. */

import type { Map as MapLibre } from 'maplibre-gl'
import { TerraDraw, TerraDrawFreehandLineStringMode, TerraDrawFreehandMode, TerraDrawLineStringMode, TerraDrawPolygonMode } from 'terra-draw'
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter'

export type Gesture = 'lasso' | 'brush' | 'cut' | 'house'
export type Positions = readonly (readonly [number, number])[]

const MODES: Readonly<Record<Gesture, string>> = { lasso: 'freehand', brush: 'freehand-linestring', cut: 'linestring', house: 'polygon' }

export function openGestures(map: MapLibre, drawn: (gesture: Gesture, line: Positions) => void) {
  const colour = '#c2390a'
  const draw = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: 9 }),
    modes: [
      new TerraDrawFreehandMode({ drawInteraction: 'click-move-or-drag', minDistance: 6, styles: { fillColor: colour, fillOpacity: 0.15, outlineColor: colour, outlineWidth: 2 } }),
      new TerraDrawFreehandLineStringMode({ drawInteraction: 'click-move-or-drag', minDistance: 6, styles: { lineStringColor: colour, lineStringWidth: 10 } }),
      new TerraDrawPolygonMode({ styles: { fillColor: colour, fillOpacity: 0.15, outlineColor: colour, outlineWidth: 2 } }),
      new TerraDrawLineStringMode({ styles: { lineStringColor: colour, lineStringWidth: 3 } }),
    ],
  })
  let now: Gesture | null = null
  draw.on('finish', (id) => {
    const feature = draw.getSnapshotFeature(id)
    const gesture = now
    queueMicrotask(() => draw.enabled && draw.clear())
    if (!feature || !gesture) return
    const { geometry } = feature
    if (geometry.type === 'LineString') drawn(gesture, geometry.coordinates as unknown as Positions)
    if (geometry.type === 'Polygon') drawn(gesture, geometry.coordinates[0] as unknown as Positions)
  })

  return {
    /** Begin gestures of one kind, or none. */
    use(gesture: Gesture | null): void {
      now = gesture
      if (gesture === null) {
        if (draw.enabled) draw.stop()
        return
      }
      if (!draw.enabled) draw.start()
      draw.setMode(MODES[gesture])
    },
    stop: () => draw.enabled && draw.stop(),
  }
}
