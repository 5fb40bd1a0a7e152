/** The map for a sheet of paper: drawn once more at the sheet's size and 192 dots an inch, in ink-saving colours. */

import { Map as MapLibre } from 'maplibre-gl'
import type { View } from '../core/address'
import { mmToPx } from '../core/paper'
import { TYPEFACES } from './names'
import type { Shown } from './stage'
import { style } from './style'

const DOTS_PER_PX = 2
/** A sheet of A3 without a graphics card takes its time; the dialog says so and can be cancelled. */
const PATIENCE_MS = 90_000

export interface Plate {
  readonly image: Blob
  readonly view: View
}

/** Draw what the stage shows on `widthMm` × `heightMm`; null when the browser cannot or takes too long. */
export async function engrave(shown: Shown, size: { widthMm: number; heightMm: number }): Promise<Plate | null> {
  const { look, view, bounds } = shown
  const container = document.createElement('div')
  container.className = 'plate'
  container.style.width = `${mmToPx(size.widthMm)}px`
  container.style.height = `${mmToPx(size.heightMm)}px`
  document.body.append(container)
  const map = new MapLibre({
    container,
    style: style({ ...look, theme: 'paper', scale: 1 }),
    center: [view.longitude, view.latitude],
    zoom: view.zoom,
    bearing: view.bearing,
    pitch: view.pitch,
    interactive: false,
    attributionControl: false,
    fadeDuration: 0,
    pixelRatio: DOTS_PER_PX,
    maxCanvasSize: [8192, 8192],
    localIdeographFontFamily: TYPEFACES.join(','),
    canvasContextAttributes: { preserveDrawingBuffer: true },
  })
  try {
    if (view.pitch === 0) map.fitBounds(bounds, { animate: false, bearing: view.bearing })
    if (!(await settled(map))) return null
    const image = await new Promise<Blob | null>((done) => map.getCanvas().toBlob(done, 'image/png'))
    return image && { image, view: { ...view, latitude: map.getCenter().lat, zoom: map.getZoom() } }
  } finally {
    map.remove()
    container.remove()
  }
}

function settled(map: MapLibre): Promise<boolean> {
  return new Promise((done) => {
    const patience = setTimeout(() => done(false), PATIENCE_MS)
    map.once('idle', () => {
      clearTimeout(patience)
      done(true)
    })
  })
}
