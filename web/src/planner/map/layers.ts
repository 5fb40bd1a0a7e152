/** What the editor draws over the ground: grids, cells, houses, what is chosen, borders to drag, the stack in 3-D. */

import type { ExpressionSpecification, LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl'
import { areas, sheet, ways } from '../../map/ground'
import { DAY, NIGHT } from '../../map/palette'
import { TYPEFACES } from '../../map/names'
import type { TileLayer } from '../../api/service'

export interface PlanLook {
  readonly night: boolean
  readonly stacked: boolean
  readonly borders: boolean
  readonly layers: readonly TileLayer[]
  readonly scale: number
}

export const SOURCES = ['grids', 'cells', 'houses', 'labels', 'borders', 'handles', 'sketch', 'stack', 'outlines', 'remarks'] as const
export type SourceName = (typeof SOURCES)[number]

const STOREY_M = 3
const UNDER: readonly string[] = ['area', 'barrier']
const chosen: ExpressionSpecification = ['boolean', ['feature-state', 'chosen'], false]
const picked: ExpressionSpecification = ['boolean', ['feature-state', 'picked'], false]
const touched: ExpressionSpecification = ['boolean', ['feature-state', 'touched'], false]

const watched: ExpressionSpecification = ['boolean', ['feature-state', 'watched'], false]

export function planStyle(look: PlanLook): StyleSpecification {
  const palette = look.night ? NIGHT : DAY
  const known = look.layers.filter(({ layer }) => UNDER.includes(layer))
  const sources: Record<string, SourceSpecification> = Object.fromEntries(
    known.map(({ layer, minzoom, maxzoom, url }): [string, SourceSpecification] => [
      layer,
      { type: 'vector', tiles: [url], minzoom, maxzoom, promoteId: 'id' },
    ]),
  )
  for (const name of SOURCES) sources[name] = { type: 'geojson', data: { type: 'FeatureCollection', features: [] }, promoteId: 'key' }
  const layers = [...sheet(palette, false), ...areas(palette), ...ways(palette), ...ground(look), ...(look.stacked ? stack() : []), ...above(look)]
  return {
    version: 8,
    sources,
    layers: layers.filter((layer) => !('source' in layer) || (layer.source as string) in sources),
    light: { anchor: 'viewport', color: '#ffffff', intensity: 0.35 },
    transition: { duration: 0, delay: 0 },
  }
}

function ground({ night }: PlanLook): LayerSpecification[] {
  const ink = night ? '#e8e2d4' : '#3a352c'
  return [
    { id: 'cell-hit', type: 'fill', source: 'cells', paint: { 'fill-color': '#000000', 'fill-opacity': 0, 'fill-antialias': false } },
    { id: 'grid-fill', type: 'fill', source: 'grids', paint: { 'fill-color': ['get', 'tint'], 'fill-opacity': 0.86, 'fill-antialias': false } },
    hatch('below', 'grid-below'),
    hatch('above', 'grid-above'),
    { id: 'cell-loose', type: 'fill', source: 'cells', filter: ['==', ['get', 'loose'], true], paint: { 'fill-pattern': 'dots' } },
    {
      id: 'cell-chosen',
      type: 'fill',
      source: 'cells',
      paint: { 'fill-color': night ? '#ff8a5c' : '#c2390a', 'fill-opacity': ['case', chosen, 0.34, 0] },
    },
    { id: 'cell-line', type: 'line', source: 'cells', minzoom: 15.5, paint: { 'line-color': ink, 'line-width': 0.6, 'line-opacity': 0.35 } },
    {
      id: 'house-fill',
      type: 'fill',
      source: 'houses',
      paint: { 'fill-color': night ? '#14181d' : '#ffffff', 'fill-opacity': 0.55, 'fill-outline-color': ink },
    },
    { id: 'cell-chosen-line', type: 'line', source: 'cells', paint: { 'line-color': night ? '#ff8a5c' : '#c2390a', 'line-width': ['case', chosen, 2.5, 0] } },
    {
      id: 'grid-line',
      type: 'line',
      source: 'grids',
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': ['case', touched, night ? '#e3b5ff' : '#7b2fa8', watched, night ? '#7fd6cf' : '#0b7a75', ink],
        'line-width': ['interpolate', ['linear'], ['zoom'], 13, ['case', watched, 2.5, 0.7], 17, ['case', picked, 5, touched, 5, watched, 5, 2.2]],
      },
    },
    { id: 'outline-line', type: 'line', source: 'outlines', paint: { 'line-color': ink, 'line-width': 1.4, 'line-dasharray': [4, 2], 'line-opacity': 0.7 } },
  ]
}

function hatch(standing: string, id: string): LayerSpecification {
  return { id, type: 'fill', source: 'grids', filter: ['==', ['get', 'standing'], standing], paint: { 'fill-pattern': standing } }
}

function stack(): LayerSpecification[] {
  return [
    {
      id: 'stack',
      type: 'fill-extrusion',
      source: 'stack',
      paint: {
        'fill-extrusion-color': ['get', 'tint'],
        'fill-extrusion-base': ['*', STOREY_M, ['get', 'low']],
        'fill-extrusion-height': ['*', STOREY_M, ['get', 'high']],
        'fill-extrusion-opacity': 0.95,
        'fill-extrusion-vertical-gradient': true,
      },
    },
  ]
}

/** Beside a grid's name: how many remarks wait there. */
function remarks(night: boolean): LayerSpecification[] {
  const beside: [number, number] = [34, -20]
  return [
    {
      id: 'remark',
      type: 'circle',
      source: 'remarks',
      paint: {
        'circle-radius': 9,
        'circle-color': night ? '#e3b5ff' : '#7b2fa8',
        'circle-stroke-color': night ? '#12151a' : '#fffdf8',
        'circle-stroke-width': 2,
        'circle-translate': beside,
      },
    },
    {
      id: 'remark-count',
      type: 'symbol',
      source: 'remarks',
      layout: { 'text-field': ['get', 'count'], 'text-font': TYPEFACES, 'text-size': 12, 'text-allow-overlap': true, 'text-ignore-placement': true },
      paint: { 'text-color': night ? '#12151a' : '#ffffff', 'text-translate': beside },
    },
  ]
}

function above({ night, borders, scale }: PlanLook): LayerSpecification[] {
  const ink = night ? '#f2ede2' : '#26231e'
  const halo = night ? '#12151a' : '#fffdf8'
  const text = { 'text-color': ink, 'text-halo-color': halo, 'text-halo-width': 1.6 }
  const border: LayerSpecification[] = borders
    ? [
        { id: 'border-line', type: 'line', source: 'borders', paint: { 'line-color': night ? '#ff8a5c' : '#c2390a', 'line-width': 4, 'line-opacity': 0.75 } },
        {
          id: 'handle',
          type: 'circle',
          source: 'handles',
          minzoom: 16,
          paint: { 'circle-radius': 6, 'circle-color': halo, 'circle-stroke-color': night ? '#ff8a5c' : '#c2390a', 'circle-stroke-width': 2 },
        },
      ]
    : []
  return [
    {
      id: 'house-name',
      type: 'symbol',
      source: 'houses',
      minzoom: 17,
      layout: { 'text-field': ['get', 'name'], 'text-font': TYPEFACES, 'text-size': 11 * scale, 'text-optional': true },
      paint: { ...text, 'text-opacity': 0.8 },
    },
    {
      id: 'grid-label',
      type: 'symbol',
      source: 'labels',
      layout: {
        'text-field': ['format', ['get', 'name'], { 'font-scale': 0.85 }, '\n', {}, ['get', 'figure'], { 'font-scale': 1.1 }],
        'text-font': TYPEFACES,
        'text-size': ['interpolate', ['linear'], ['zoom'], 13, 9 * scale, 17, 14 * scale],
        'text-padding': 1,
        'symbol-sort-key': ['get', 'order'],
      },
      paint: text,
    },
    ...remarks(night),
    ...border,
    {
      id: 'sketch',
      type: 'line',
      source: 'sketch',
      paint: { 'line-color': ['case', ['get', 'fits'], night ? '#8fd0a0' : '#2c6e3f', night ? '#ff9d77' : '#a8330b'], 'line-width': 4, 'line-dasharray': [2, 1] },
    },
  ]
}
