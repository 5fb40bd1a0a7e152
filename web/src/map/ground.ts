/** What lies under the places: paper, community tints, parks, water, roads, railways, walls. */

import type {
  DataDrivenPropertyValueSpecification,
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
} from 'maplibre-gl'
import type { Palette } from './palette'

type Width = DataDrivenPropertyValueSpecification<number>

const MAIN_ROADS = ['motorway', 'trunk', 'primary', 'secondary', 'arterial', 'main', 'expressway']
const WATERS = ['water', 'river', 'lake', 'pond', 'canal', 'stream']

export function ground(palette: Palette, hasBasemap: boolean): LayerSpecification[] {
  return [
    { id: 'ground', type: 'background', paint: { 'background-color': palette.ground } },
    ...(hasBasemap ? [basemap] : []),
    tints(palette, hasBasemap ? 0.25 : 1),
    area('area-park', ['!', isWater], palette.park, 0.85),
    area('area-water', isWater, palette.water, 1),
    river(palette),
  ]
}

const basemap: LayerSpecification = { id: 'basemap', type: 'raster', source: 'basemap' }

const isWater: ExpressionSpecification = ['in', ['get', 'kind'], ['literal', WATERS]]

/** Communities numbered side by side get different tints: the code's last three digits count them. */
function tints(palette: Palette, opacity: number): LayerSpecification {
  const number: ExpressionSpecification = ['to-number', ['slice', ['concat', '000000000', ['get', 'code']], -3], 0]
  const tint: ExpressionSpecification = ['at', ['%', number, palette.tints.length], ['literal', [...palette.tints]]]
  return {
    id: 'community-tint',
    type: 'fill',
    source: 'community',
    'source-layer': 'community',
    paint: { 'fill-color': ['to-color', tint], 'fill-opacity': opacity },
  }
}

function area(id: string, filter: ExpressionSpecification, colour: string, opacity: number): LayerSpecification {
  return {
    id,
    type: 'fill',
    source: 'area',
    'source-layer': 'area',
    filter: filter as FilterSpecification,
    paint: { 'fill-color': colour, 'fill-opacity': opacity },
  }
}

function river(palette: Palette): LayerSpecification {
  return barrier('river', ['==', ['get', 'kind'], 'river'], palette.water, byZoom(10, 1.5, 18, 26))
}

/** Roads with edges, drawn over compounds' ground and under buildings. */
export function ways(palette: Palette): LayerSpecification[] {
  const isRoad: ExpressionSpecification = ['==', ['get', 'kind'], 'road']
  const isMain: ExpressionSpecification = ['in', ['coalesce', ['get', 'road_class'], ''], ['literal', MAIN_ROADS]]
  const main: ExpressionSpecification = ['all', isRoad, isMain]
  const minor: ExpressionSpecification = ['all', isRoad, ['!', isMain]]
  const isRailway: ExpressionSpecification = ['==', ['get', 'kind'], 'railway']
  return [
    barrier('road-minor-edge', minor, palette.roadEdge, byZoom(12, 1, 18, 15)),
    barrier('road-main-edge', main, palette.mainRoadEdge, byZoom(10, 1.4, 18, 27)),
    barrier('road-minor', minor, palette.road, byZoom(12, 0.4, 18, 12)),
    barrier('road-main', main, palette.mainRoad, byZoom(10, 0.6, 18, 23)),
    barrier('railway', isRailway, palette.railway, byZoom(10, 1, 18, 5)),
    dashed(barrier('railway-gap', isRailway, palette.railwayGap, byZoom(10, 0.5, 18, 3)), [4, 4]),
    dashed(barrier('wall', ['==', ['get', 'kind'], 'wall'], palette.wall, byZoom(14, 0.6, 19, 2.4)), [3, 1]),
  ]
}

type LineLayer = Extract<LayerSpecification, { type: 'line' }>

function barrier(id: string, filter: ExpressionSpecification, colour: string, width: Width): LineLayer {
  return {
    id,
    type: 'line',
    source: 'barrier',
    'source-layer': 'barrier',
    filter: filter as FilterSpecification,
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': colour, 'line-width': width },
  }
}

function dashed(layer: LineLayer, pattern: number[]): LineLayer {
  return { ...layer, layout: { 'line-join': 'round' }, paint: { ...layer.paint, 'line-dasharray': pattern } }
}

/** Growing with the ground, as real widths do: each zoom doubles. */
export function byZoom(low: number, from: number, high: number, to: number): ExpressionSpecification {
  return ['interpolate', ['exponential', 1.6], ['zoom'], low, from, high, to]
}
