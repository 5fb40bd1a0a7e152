/** The editor's map: shows a plan, tells what the pointer meant. It knows neither the service nor the page around it. */

import { Map as MapLibre, setWorkerUrl, type GeoJSONSource, type MapMouseEvent, type MapTouchEvent, type PointLike } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { TYPEFACES } from '../../map/names'
import type { Feature } from './drawing'
import { planStyle, SOURCES, type PlanLook, type SourceName } from './layers'
import { hatching } from './tints'

export interface StageEvents {
  /** A click on a unit's ground, or beside all. */
  clicked(unit: string | null, event: { shift: boolean; at: [number, number] }): void
  hovered(unit: string | null, x: number, y: number): void
  /** The mark of the remarks about a grid was clicked. */
  remarked?(grid: string): void
  /** A border was taken hold of, moved, let go; positions in degrees. */
  grabbed(border: number, at: [number, number]): boolean
  dragged(at: [number, number]): void
  dropped(): void
  painted(): void
  failed(): void
}

export interface PlanOpening {
  readonly container: HTMLElement
  readonly look: PlanLook
  readonly box: [number, number, number, number]
  readonly on: StageEvents
}

export type PlanStage = ReturnType<typeof openPlanStage>

const GRASP_PX = 12
const PADDING_PX = 40

setWorkerUrl(workerUrl)

export function openPlanStage({ container, look, box, on }: PlanOpening) {
  const kept = new Map<SourceName, Map<string, Feature>>(SOURCES.map((name) => [name, new Map()]))
  const states = new Map<string, Set<string>>()
  let worn = look
  const map = new MapLibre({
    container,
    style: planStyle(look),
    bounds: [box[0], box[1], box[2], box[3]],
    fitBoundsOptions: { padding: PADDING_PX },
    minZoom: 9,
    maxZoom: 22,
    maxPitch: 70,
    fadeDuration: 0,
    reduceMotion: true,
    attributionControl: false,
    renderWorldCopies: false,
    doubleClickZoom: false,
    boxZoom: false,
    localIdeographFontFamily: TYPEFACES.join(','),
    validateStyle: import.meta.env.DEV,
  })

  function dressed(): void {
    const ink = worn.night ? ([240, 235, 225] as const) : ([40, 35, 28] as const)
    for (const [name, image] of [
      ['below', hatching(false, ink)],
      ['above', hatching(true, ink)],
      ['dots', hatching(true, ink)],
    ] as const) {
      if (map.hasImage(name)) map.updateImage(name, image)
      else map.addImage(name, image)
    }
    for (const [name, features] of kept) source(name)?.setData({ type: 'FeatureCollection', features: [...features.values()] })
    for (const [state, keys] of states) for (const key of keys) setState(state, key, true)
  }

  const source = (name: SourceName): GeoJSONSource | undefined => map.getSource(name)

  /** Put features into a source; with `gone` only these are taken out, without it everything else is. */
  function show(name: SourceName, features: readonly Feature[], gone: readonly string[] | null = null): void {
    const held = kept.get(name)!
    if (gone === null) held.clear()
    for (const key of gone ?? []) held.delete(key)
    for (const feature of features) held.set(String(feature.properties['key']), feature)
    const at = source(name)
    if (!at || !loaded) return
    if (gone === null) at.setData({ type: 'FeatureCollection', features: [...held.values()] })
    else if (features.length || gone.length) void at.updateData({ remove: [...gone], add: [...features] })
  }

  function setState(state: string, key: string, value: boolean): void {
    for (const name of state === 'chosen' ? (['cells'] as const) : (['grids'] as const)) {
      if (map.getSource(name)) map.setFeatureState({ source: name, id: key }, { [state]: value })
    }
  }

  /** Mark just these features: `chosen` units, the `picked`, `touched` or `watched` grids. */
  function mark(state: 'chosen' | 'picked' | 'touched' | 'watched', keys: Iterable<string>): void {
    const next = new Set(keys)
    const before = states.get(state) ?? new Set()
    for (const key of before) if (!next.has(key)) setState(state, key, false)
    for (const key of next) if (!before.has(key)) setState(state, key, true)
    states.set(state, next)
  }

  function unitAt(point: PointLike): string | null {
    if (!map.getLayer('cell-hit')) return null
    const [hit] = map.queryRenderedFeatures(point, { layers: ['cell-hit'] })
    return hit ? String(hit.properties['key']) : null
  }

  function remarkAt(point: PointLike): string | null {
    if (!map.getLayer('remark')) return null
    const [hit] = map.queryRenderedFeatures(point, { layers: ['remark'] })
    return hit ? String(hit.properties['key']) : null
  }

  let loaded = false
  map.on('style.load', () => {
    loaded = true
    dressed()
  })
  map.once('idle', () => on.painted())
  map.on('error', () => on.failed())
  map.on('click', (event) => {
    // A lasso that ends where it began is no click, and a corner of a line none on what lies under it.
    if (drawing) return
    const mark = on.remarked ? remarkAt(event.point) : null
    if (mark) on.remarked?.(mark)
    else on.clicked(unitAt(event.point), { shift: event.originalEvent.shiftKey, at: [event.lngLat.lng, event.lngLat.lat] })
  })
  map.on('mousemove', (event) => {
    if (dragging) return
    const unit = map.isMoving() ? null : unitAt(event.point)
    if (!drawing) map.getCanvas().style.cursor = worn.borders && borderAt(event.point) !== null ? 'grab' : unit ? 'pointer' : ''
    on.hovered(unit, event.point.x, event.point.y)
  })
  map.on('mouseout', () => on.hovered(null, 0, 0))

  let dragging = false
  let drawing = false

  function borderAt({ x, y }: { x: number; y: number }): number | null {
    if (!map.getLayer('border-line')) return null
    const around: [PointLike, PointLike] = [
      [x - GRASP_PX, y - GRASP_PX],
      [x + GRASP_PX, y + GRASP_PX],
    ]
    const [handle] = map.queryRenderedFeatures(around, { layers: ['handle'] })
    if (handle) return Number(handle.properties['number'])
    const [line] = map.queryRenderedFeatures(around, { layers: ['border-line'] })
    return line ? Number(line.properties['key']) : null
  }

  function pressed(event: MapMouseEvent | MapTouchEvent): void {
    if (!worn.borders) return
    const border = borderAt(event.point)
    if (border === null || !on.grabbed(border, [event.lngLat.lng, event.lngLat.lat])) return
    event.preventDefault()
    dragging = true
    map.dragPan.disable()
    map.getCanvas().style.cursor = 'grabbing'
  }
  function moved(event: MapMouseEvent | MapTouchEvent): void {
    if (dragging) on.dragged([event.lngLat.lng, event.lngLat.lat])
  }
  function released(): void {
    if (!dragging) return
    dragging = false
    map.dragPan.enable()
    map.getCanvas().style.cursor = ''
    on.dropped()
  }
  map.on('mousedown', pressed)
  map.on('touchstart', (event) => event.points.length === 1 && pressed(event))
  map.on('mousemove', moved)
  map.on('touchmove', moved)
  map.on('mouseup', released)
  map.on('touchend', released)
  map.on('touchcancel', released)
  window.addEventListener('mouseup', released)

  return {
    map,
    canvas: map.getCanvas(),
    show,
    mark,
    unitAt,
    dress(next: PlanLook): void {
      worn = next
      loaded = false
      map.setStyle(planStyle(next), { diff: false })
    },
    /** A gesture is drawn on the map: clicks mean nothing else meanwhile. */
    hold: (busy: boolean) => void (drawing = busy),
    fly: (to: [number, number, number, number], closest = 18.5) =>
      map.fitBounds([to[0], to[1], to[2], to[3]], { padding: PADDING_PX, maxZoom: closest, duration: 400 }),
    zoomBy: (steps: number) => map.zoomTo(map.getZoom() + steps, { duration: 200 }),
    tilt: (pitch: number) => map.easeTo({ pitch, bearing: pitch ? -20 : 0, duration: 400 }),
    resize: () => map.resize(),
    where: (at: [number, number]) => map.project(at),
    close(): void {
      window.removeEventListener('mouseup', released)
      map.remove()
    },
  }
}
