/** A map with heat on it: a picture of cells laid over the ground, or areas in colours, or outlines of hot spots. */

import { Map as MapLibre, setWorkerUrl, type GeoJSONSource } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import type { Frame } from '../core/film'
import { inkwell, written, type Inkwell } from '../core/ink'
import type { Box } from '../core/place'
import { TYPEFACES } from '../map/names'
import { style, type Look } from '../map/style'
import { glazeOf, layerOf } from './glaze'
import { slideOf, type Slide } from './slide'

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
  let slide: Slide | null = null
  let level: AreaLevel | null = null
  const ready = new Promise<void>((resolve) => map.once('load', () => resolve()))
  const glaze = glazeOf(map)
  const wells = new Map<AreaLevel, Inkwell>()
  let colourOf: (id: string) => string | null = () => null
  /** The areas in the tiles at hand, and their numbers; null once other tiles have come. */
  let atHand: AtHand | null = null

  /** The areas in the tiles at hand. Whose number is not spelt by its own key is told it, once. */
  function gather(of: AreaLevel): AtHand {
    const well = wells.get(of) ?? inkwell()
    wells.set(of, well)
    const ids = [...new Set(map.querySourceFeatures(of, { sourceLayer: of }).map(({ id }) => String(id)))]
    const inks = Int32Array.from(ids, (id) => {
      const ink = well.of(id)
      if (!well.plain(id)) map.setFeatureState({ source: of, sourceLayer: of, id }, { ink: written(ink) })
      return ink
    })
    return { ids, inks }
  }

  /** A city has more areas than a screen: only those in the tiles at hand are coloured, the others when they come. */
  function paintAreas(): void {
    if (!level || !map.getSource(level)) return
    const { ids, inks } = (atHand ??= gather(level))
    if (ids.length) glaze.paint(inks, (k) => colourOf(ids[k]!))
  }

  /** The wished level in its colours, as soon as there is a ground to colour: a new style begins without. */
  function wear(): void {
    glaze.wear(level !== null)
    if (!level || !map.getSource(level)) return
    glaze.lay(level)
    if (map.getLayoutProperty(layerOf(level), 'visibility') === 'none') map.setLayoutProperty(layerOf(level), 'visibility', 'visible')
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
    if (!level || atHand?.ids.length) return
    atHand = null
    paintAreas()
  })

  map.on('click', (event) => {
    if (!level || !onArea || !map.getLayer(layerOf(level))) return
    const [hit] = map.queryRenderedFeatures(event.point, { layers: [layerOf(level)] })
    if (hit?.properties['id']) onArea(String(hit.properties['id']))
  })

  return {
    map,
    ready,
    /** Lay a picture of one pixel a cell over the ground. Cheap to call again: the bytes go to the same texture. */
    lay(pixels: Uint8ClampedArray, frame: Frame, how: { readonly smooth: boolean }): void {
      if (!slide || !map.getLayer(PICTURE)) {
        slide = slideOf(PICTURE)
        map.addLayer(slide, map.getStyle().layers.find(({ type }) => type === 'symbol')?.id)
      }
      slide.lay(pixels, frame, how)
    },
    lift: () => slide?.lift(),
    /** Colour the areas of a level by id, null for none; no tile is asked for again. */
    colour(of: AreaLevel | null, by: (id: string) => string | null): void {
      if (level && level !== of && map.getLayer(layerOf(level))) map.setLayoutProperty(layerOf(level), 'visibility', 'none')
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
      wells.clear()
      atHand = null
      map.setStyle(dressed(next), { diff: false })
    },
    fly: ([w, s, e, n]: Box) => map.fitBounds([[w, s], [e, n]], { padding: 90, maxZoom: 17, duration: 600 }),
    /** The map as it is, for a file. */
    picture: (): HTMLCanvasElement => map.getCanvas(),
    close: () => map.remove(),
  }
}

interface AtHand {
  readonly ids: readonly string[]
  readonly inks: Int32Array
}

/** The ground in quiet colours: what is hot has to be the loudest thing on it. */
function dressed(look: Look): ReturnType<typeof style> {
  return style({ ...look, tilted: false })
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
