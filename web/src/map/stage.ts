/**
 * The map on the page: it shows a look, picks places, says what is in view. It knows neither the frame around it nor
 * the service behind it.
 */

import { Map as MapLibre, prewarm, setWorkerUrl, type LngLatBounds, type LngLatBoundsLike, type MapGeoJSONFeature, type StyleSpecification } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import type { View } from '../core/address'
import { closestZoom, drawnAt, isDrawn, pickedAt, type DrawnLevel } from '../core/levels'
import { samePlace, type Box, type PlaceKey, type Position } from '../core/place'
import { TYPEFACES } from './names'
import { pace } from './pace'
import { style, type Look } from './style'

/** A place as a tile tells it: enough for a list and a hint, without asking the service. */
export interface Seen extends PlaceKey {
  readonly level: DrawnLevel
  readonly name: string
  readonly name_en: string
  readonly code: string
  readonly households: number
  readonly estimated: boolean
  /** The compound around a building: “1栋” alone says little in a list. */
  readonly within?: Pick<Seen, 'name' | 'name_en'>
}

/** The look, the view and its box: all that a second drawing of the same map needs. */
export interface Shown {
  readonly look: Look
  readonly view: View
  readonly bounds: LngLatBounds
}

export interface StageEvents {
  /** A click, a touch or Enter meant this place, or none. */
  picked(place: Seen | null): void
  /** The pointer rests on this place, at this point of the stage in pixels; or on none. */
  hovered(place: Seen | null, x: number, y: number): void
  /** The view has come to rest, and what it shows has been read: the places in view can be asked for. */
  rested(view: View): void
  /** The view changes; called every frame, so be quick. */
  moving(view: View): void
  /** Tiles and names of the first view are on the screen. */
  painted(): void
  /** A tile or a base map could not be read. */
  failed(source: string, status: number | null): void
}

export interface Opening {
  readonly container: HTMLElement
  readonly look: Look
  /** Where to begin: a view from the address, or the box of everything. */
  readonly start: View | Box
  readonly calm: boolean
  readonly on: StageEvents
}

export type Stage = ReturnType<typeof openStage>

/** Kept free around what is shown; on the right stand the map's buttons. */
const FIT_PADDING_PX = { top: 36, bottom: 36, left: 36, right: 72 }

// The worker starts while the page is still being put together: once frames are drawn, they keep it waiting.
setWorkerUrl(workerUrl)
prewarm()

export function openStage({ container, look, start, calm, on }: Opening) {
  const map = new MapLibre({
    container,
    style: unlettered(style(look)),
    ...(isBox(start) ? { bounds: boundsOf(start), fitBoundsOptions: { padding: FIT_PADDING_PX } } : cameraOf(start)),
    minZoom: 3,
    maxZoom: 21,
    maxPitch: 70,
    fadeDuration: calm ? 0 : 150,
    reduceMotion: calm,
    attributionControl: false,
    renderWorldCopies: false,
    localIdeographFontFamily: TYPEFACES.join(','),
    validateStyle: import.meta.env.DEV,
  })
  let worn = look
  let lettered = false
  const marks = { picked: null as PlaceKey | null, hovered: null as PlaceKey | null }

  function mark(flag: 'picked' | 'hovered', place: PlaceKey | null): void {
    const before = marks[flag]
    if (samePlace(before, place)) return
    if (before) setFlag(before, flag, false)
    if (place) setFlag(place, flag, true)
    marks[flag] = place
  }

  function setFlag(place: PlaceKey, flag: string, value: boolean): void {
    if (!isDrawn(place.level) || !map.getSource(place.level)) return
    map.setFeatureState({ source: place.level, sourceLayer: place.level, id: place.id }, { [flag]: value })
  }

  /** The innermost place at a point of the stage that this zoom is about. */
  function placeAt(point: { x: number; y: number }): Seen | null {
    for (const level of pickedAt(map.getZoom())) {
      const layers = hitLayers(level).filter((id) => map.getLayer(id))
      const [hit] = layers.length ? map.queryRenderedFeatures([point.x, point.y], { layers }) : []
      if (hit) return seen(level, hit)
    }
    return null
  }

  /** The places of one level in view, in the order of their codes. */
  function inView(level: DrawnLevel): Seen[] {
    const layers = hitLayers(level).filter((id) => map.getLayer(id))
    if (!layers.length || !drawnAt(map.getZoom()).includes(level)) return []
    const found = new Map<string, Seen>()
    for (const feature of map.queryRenderedFeatures({ layers })) {
      const place = seen(level, feature)
      if (!found.has(place.id)) found.set(place.id, level === 'building' ? { ...place, ...compoundAround(feature) } : place)
    }
    return [...found.values()].sort(inOrder)
  }

  function compoundAround({ geometry }: MapGeoJSONFeature): Pick<Seen, 'within'> {
    const corner = firstPosition(geometry)
    if (!corner || !map.getLayer('compound-ground')) return {}
    const [around] = map.queryRenderedFeatures(map.project(corner), { layers: ['compound-ground'] })
    return around ? { within: seen('compound', around) } : {}
  }

  function view(): View {
    const { lng: longitude, lat: latitude } = map.getCenter()
    return { longitude, latitude, zoom: map.getZoom(), bearing: map.getBearing(), pitch: map.getPitch() }
  }

  function letter(): void {
    lettered = true
    map.setStyle(style(worn), { diff: true })
  }

  listen(map, { on, placeAt, view, letter })

  return {
    /** The canvas, which takes the keyboard. */
    canvas: map.getCanvas(),
    placeAt,
    inView,
    view,

    /** What can be seen now, for a sheet of paper. */
    shown: (): Shown => ({ look: worn, view: view(), bounds: map.getBounds() }),
    dress(next: Look): void {
      worn = next
      map.setStyle(lettered ? style(next) : unlettered(style(next)), { diff: true })
    },
    pick: (place: PlaceKey | null) => mark('picked', place),
    point: (place: PlaceKey | null) => mark('hovered', place),

    /** Bring a place into view, no closer than its level reads well. */
    fly(box: Box, level: PlaceKey['level']): void {
      map.fitBounds(boundsOf(box), { padding: FIT_PADDING_PX, maxZoom: closestZoom(level), speed: 1.6, maxDuration: 1500 })
    },
    jump(to: View): void {
      map.jumpTo(cameraOf(to))
    },
    zoomBy(steps: number): void {
      map.zoomTo(map.getZoom() + steps)
    },
    north(): void {
      map.rotateTo(0)
    },
    tilt(pitch: number): void {
      map.easeTo({ pitch })
    },
    pickAtCentre(): Seen | null {
      const { clientWidth, clientHeight } = map.getCanvas()
      return placeAt({ x: clientWidth / 2, y: clientHeight / 2 })
    },
    where(at: Position): { x: number; y: number } {
      return map.project([at[0], at[1]])
    },
    /** The position at a point of the stage. */
    at({ x, y }: { x: number; y: number }): Position {
      const { lng, lat } = map.unproject([x, y])
      return [lng, lat]
    },
    /** Ask the service again for what failed while it was away. */
    refresh(): void {
      for (const source of Object.keys(map.getStyle().sources)) map.refreshTiles(source)
    },
    resize: () => map.resize(),
    /** Draw now and hand over the pixels, before the browser throws the frame away. */
    snapshot(into: CanvasRenderingContext2D): void {
      map.redraw()
      into.drawImage(map.getCanvas(), 0, 0, into.canvas.width, into.canvas.height)
    },
    close: () => map.remove(),
  }
}

interface Ears {
  readonly on: StageEvents
  placeAt(point: { x: number; y: number }): Seen | null
  view(): View
  /** Put the names on the map. */
  letter(): void
}

function listen(map: MapLibre, { on, placeAt, view, letter }: Ears): void {
  map.on('click', (event) => on.picked(placeAt(event.point)))
  map.on('mousemove', ({ point }) => {
    const place = map.isMoving() ? null : placeAt(point)
    map.getCanvas().style.cursor = place ? 'pointer' : ''
    on.hovered(place, point.x, point.y)
  })
  map.on('mouseout', () => on.hovered(null, 0, 0))
  map.on('move', () => on.moving(view()))
  restAfterMoves(map, () => on.rested(view()))
  map.on('error', (event) => {
    const { error, sourceId } = event as unknown as { error: Error & { status?: number }; sourceId?: string }
    on.failed(sourceId ?? '', error.status ?? null)
  })
  onFirstPaint(map, () => {
    letter()
    const unpaced = pace(map)
    map.once('idle', () => {
      unpaced()
      performance.mark('map-painted')
      on.painted()
      on.rested(view())
    })
  })
}

/** The places without their names: letters are drawn one by one, and the tiles would wait for them. */
function unlettered(whole: StyleSpecification): StyleSpecification {
  return { ...whole, layers: whole.layers.filter(({ type }) => type !== 'symbol') }
}

/**
 * The first frame that shows places: all communities (far out, subdistricts) in view, and whatever else has come; or
 * the map at rest, where these can not be had.
 *
 * Until then the canvas is hidden. A frame of nothing costs a browser without a graphics card as much as any other: it
 * is read back to the page, and the tiles wait meanwhile.
 */
function onFirstPaint(map: MapLibre, painted: () => void): void {
  const outermost = drawnAt(map.getZoom()).find((level) => level !== 'subdistrict') ?? 'subdistrict'
  const canvas = map.getCanvas()
  canvas.style.visibility = 'hidden'
  const show = (): void => {
    canvas.style.removeProperty('visibility')
    map.off('render', look)
    map.off('idle', show)
    painted()
  }
  const look = (): void => {
    if (!map.getSource(outermost) || !map.isSourceLoaded(outermost)) return
    performance.mark('map-first-paint')
    show()
  }
  map.on('render', look)
  map.on('idle', show)
}

/** A moved map rests when its tiles are there; a repaint for the pointer's sake is no move. */
function restAfterMoves(map: MapLibre, rested: () => void): void {
  let moved = false
  map.on('moveend', () => (moved = true))
  map.on('idle', () => {
    if (!moved) return
    moved = false
    rested()
  })
}

/** The layers on which a place of this level can be hit and counted. */
function hitLayers(level: DrawnLevel): string[] {
  return level === 'building' ? ['building-standing', 'building-flat', 'building-dot'] : [`${level}-ground`]
}

function seen(level: DrawnLevel, { properties, id }: MapGeoJSONFeature): Seen {
  const word = (value: unknown): string => (typeof value === 'string' ? value : '')
  return {
    level,
    id: word(properties['id']) || String(id),
    name: word(properties['name']),
    name_en: word(properties['name_en']),
    code: word(properties['code']),
    households: Number(properties['households'] ?? 0),
    estimated: Boolean(properties['estimated']),
  }
}

/** By code; by compound and number where a tile carries no codes. */
function inOrder(a: Seen, b: Seen): number {
  const key = ({ code, name, within }: Seen) => `${code}${within?.name ?? ''} ${name}`
  return key(a).localeCompare(key(b), 'zh', { numeric: true })
}

function firstPosition(geometry: MapGeoJSONFeature['geometry']): [number, number] | null {
  if (geometry.type === 'GeometryCollection') return null
  let coordinates: unknown = geometry.coordinates
  while (Array.isArray(coordinates) && Array.isArray(coordinates[0])) coordinates = coordinates[0]
  return Array.isArray(coordinates) ? [Number(coordinates[0]), Number(coordinates[1])] : null
}

function isBox(start: View | Box): start is Box {
  return Array.isArray(start)
}

function boundsOf([west, south, east, north]: Box): LngLatBoundsLike {
  return [
    [west, south],
    [east, north],
  ]
}

function cameraOf({ longitude, latitude, zoom, bearing, pitch }: View) {
  return { center: [longitude, latitude] as [number, number], zoom, bearing, pitch }
}
