/** A map with heat on it: a picture of cells laid over the ground, or areas in colours, or outlines of hot spots. */

import { Map as MapLibre, setWorkerUrl, type CanvasSource, type GeoJSONSource } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { cornersOf, type Frame } from '../core/film'
import type { Box } from '../core/place'
import { TYPEFACES } from '../map/names'
import { style, type Look } from '../map/style'

export type Board = ReturnType<typeof openBoard>
export type AreaLevel = 'subdistrict' | 'community' | 'compound' | 'micro_grid'

const SPOTS = 'heat-spots'
const PICTURE = 'heat-picture'
const SHAPES = 'heat-shapes'

setWorkerUrl(workerUrl)

export function openBoard({ container, look, box, onArea }: { container: HTMLElement; look: Look; box: Box; onArea?: (id: string) => void }) {
  const map = new MapLibre({
    container,
    style: dressed(look),
    bounds: [
      [box[0], box[1]],
      [box[2], box[3]],
    ],
    fitBoundsOptions: { padding: 24 },
    minZoom: 3,
    maxZoom: 19,
    fadeDuration: 0,
    attributionControl: false,
    renderWorldCopies: false,
    canvasContextAttributes: { preserveDrawingBuffer: true },
    localIdeographFontFamily: TYPEFACES.join(','),
    validateStyle: import.meta.env.DEV,
  })
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 2
  const pen = canvas.getContext('2d', { willReadFrequently: true })!
  let laid = ''
  let level: AreaLevel | null = null
  const ready = new Promise<void>((resolve) => map.once('load', () => resolve()))
  const painted = new Map<AreaLevel, Map<string, string>>()
  let colourOf: (id: string) => string | null = () => null
  /** Ids of the areas in the tiles at hand; null once other tiles have come. */
  let atHand: readonly string[] | null = null

  function layer(smooth: boolean): void {
    if (map.getLayer(PICTURE)) {
      map.setPaintProperty(PICTURE, 'raster-resampling', smooth ? 'linear' : 'nearest')
      return
    }
    const above = map.getStyle().layers.find(({ type }) => type === 'symbol')?.id
    map.addLayer(
      { id: PICTURE, type: 'raster', source: PICTURE, paint: { 'raster-resampling': smooth ? 'linear' : 'nearest', 'raster-fade-duration': 0 } },
      above,
    )
  }

  /** A city has more areas than a screen: only those in the tiles at hand are coloured, the others when they come. */
  function paintAreas(): void {
    if (!level || !map.getSource(level)) return
    const [source, had] = [level, painted.get(level) ?? new Map<string, string>()]
    painted.set(level, had)
    atHand ??= [...new Set(map.querySourceFeatures(source, { sourceLayer: source }).map(({ id }) => String(id)))]
    for (const id of atHand) {
      const heat = colourOf(id)
      if (heat === (had.get(id) ?? null)) continue
      if (heat === null) {
        had.delete(id)
        map.removeFeatureState({ source, sourceLayer: source, id })
      } else {
        had.set(id, heat)
        map.setFeatureState({ source, sourceLayer: source, id }, { heat })
      }
    }
  }

  /** The wished level in its colours, as soon as there is a ground to colour: a new style begins without. */
  function wear(): void {
    if (!level || !map.getSource(level)) return
    if (!map.getLayer(`heat-${level}`)) addAreas(map, level)
    if (map.getLayoutProperty(`heat-${level}`, 'visibility') !== 'visible') map.setLayoutProperty(`heat-${level}`, 'visibility', 'visible')
    paintAreas()
  }

  map.on('style.load', wear)
  map.on('sourcedata', (event) => {
    if (event.sourceId !== level || !event.tile) return
    atHand = null
    if (map.isSourceLoaded(event.sourceId)) paintAreas()
  })

  /** The last tile may be told of before its features can be asked for: once the map rests they are there. */
  map.on('idle', () => {
    if (!level || atHand?.length) return
    atHand = null
    paintAreas()
  })

  map.on('click', (event) => {
    if (!level || !onArea || !map.getLayer(`heat-${level}`)) return
    const [hit] = map.queryRenderedFeatures(event.point, { layers: [`heat-${level}`] })
    if (hit?.properties['id']) onArea(String(hit.properties['id']))
  })

  return {
    map,
    ready,
    /** Lay a picture of one pixel a cell over the ground. Cheap to call again: the map reads the same canvas anew. */
    lay(pixels: Uint8ClampedArray<ArrayBuffer>, frame: Frame, { smooth }: { smooth: boolean }): void {
      const key = JSON.stringify(frame)
      if (canvas.width !== frame.columns || canvas.height !== frame.rows) {
        canvas.width = frame.columns
        canvas.height = frame.rows
      }
      pen.putImageData(new ImageData(pixels, frame.columns, frame.rows), 0, 0)
      const known = map.getSource<CanvasSource>(PICTURE)
      if (!known || laid !== key) {
        if (map.getLayer(PICTURE)) map.removeLayer(PICTURE)
        if (known) map.removeSource(PICTURE)
        map.addSource(PICTURE, { type: 'canvas', canvas, coordinates: cornersOf(frame), animate: false })
        laid = key
      } else {
        known.play()
        known.pause()
      }
      layer(smooth)
      map.setLayoutProperty(PICTURE, 'visibility', 'visible')
    },
    lift(): void {
      if (map.getLayer(PICTURE)) map.setLayoutProperty(PICTURE, 'visibility', 'none')
    },
    /** Colour the areas of a level by id, null for none; no tile is asked for again. */
    colour(of: AreaLevel | null, by: (id: string) => string | null): void {
      if (level && level !== of && map.getLayer(`heat-${level}`)) map.setLayoutProperty(`heat-${level}`, 'visibility', 'none')
      if (level !== of) atHand = null
      level = of
      colourOf = by
      wear()
    },
    /** Draw shapes in colours: hexagons; none clears them. */
    shapes(rings: readonly { readonly ring: readonly (readonly number[])[]; readonly colour: string }[]): void {
      const data = {
        type: 'FeatureCollection' as const,
        features: rings.map(({ ring, colour }) => ({
          type: 'Feature' as const,
          properties: { colour },
          geometry: { type: 'Polygon' as const, coordinates: [[...ring, ring[0]!].map(([x, y]) => [x!, y!])] },
        })),
      }
      const known = map.getSource<GeoJSONSource>(SHAPES)
      if (known) return void known.setData(data)
      if (!rings.length) return
      const above = map.getStyle().layers.find(({ type }) => type === 'symbol')?.id
      map.addSource(SHAPES, { type: 'geojson', data })
      map.addLayer(
        { id: SHAPES, type: 'fill', source: SHAPES, paint: { 'fill-color': ['get', 'colour'], 'fill-opacity': 0.75, 'fill-outline-color': '#7a6a4a' } },
        above,
      )
    },
    /** Outline boxes: hot spots. */
    outline(boxes: readonly Box[]): void {
      const data = {
        type: 'FeatureCollection' as const,
        features: boxes.map(([w, s, e, n]) => ({
          type: 'Feature' as const,
          properties: {},
          geometry: { type: 'Polygon' as const, coordinates: [[[w, s], [e, s], [e, n], [w, n], [w, s]]] },
        })),
      }
      const known = map.getSource<GeoJSONSource>(SPOTS)
      if (known) return void known.setData(data)
      map.addSource(SPOTS, { type: 'geojson', data })
      map.addLayer({ id: SPOTS, type: 'line', source: SPOTS, paint: { 'line-color': '#111', 'line-width': 2.5, 'line-dasharray': [2, 1] } })
    },
    dress(next: Look): void {
      laid = ''
      painted.clear()
      atHand = null
      map.setStyle(dressed(next), { diff: false })
    },
    fly: ([w, s, e, n]: Box) => map.fitBounds([[w, s], [e, n]], { padding: 90, maxZoom: 17, duration: 600 }),
    /** The map as it is, for a file. */
    picture: (): HTMLCanvasElement => map.getCanvas(),
    close: () => map.remove(),
  }
}

/** The ground in quiet colours: what is hot has to be the loudest thing on it. */
function dressed(look: Look): ReturnType<typeof style> {
  return style({ ...look, tilted: false })
}

function addAreas(map: MapLibre, level: AreaLevel): void {
  const above = map.getStyle().layers.find(({ type }) => type === 'symbol')?.id
  map.addLayer(
    {
      id: `heat-${level}`,
      type: 'fill',
      source: level,
      'source-layer': level,
      paint: {
        'fill-color': ['to-color', ['coalesce', ['feature-state', 'heat'], 'rgba(0,0,0,0)']],
        'fill-opacity': 0.82,
        'fill-outline-color': 'rgba(60,50,30,0.5)',
      },
    },
    above,
  )
}

/** Move one map with another, without echo. */
export function together(one: Board, other: Board): void {
  let moving = false
  const follow = (from: Board, to: Board) => () => {
    if (moving) return
    moving = true
    to.map.jumpTo({ center: from.map.getCenter(), zoom: from.map.getZoom() })
    moving = false
  }
  one.map.on('move', follow(one, other))
  other.map.on('move', follow(other, one))
}
