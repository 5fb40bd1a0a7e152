/** What lies under and between the places: paper, water, parks, roads, railways, walls. */

import type {
  DataDrivenPropertyValueSpecification,
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
} from 'maplibre-gl'
import type { Palette } from './palette'

type Width = DataDrivenPropertyValueSpecification<number>

const MAIN_ROADS = ['motorway', 'trunk', 'expressway', 'primary', 'arterial']

/** The paved width of each class; what lies between it and the red line (道路红线) is verge. */
const CARRIAGEWAYS_M: [string[], number, string[], number, string, number, string[], number, string[], number] = [
  ['motorway', 'trunk', 'expressway'],
  26,
  ['primary', 'arterial'],
  22,
  'secondary',
  15,
  ['tertiary', 'branch'],
  9,
  ['alley', 'service', 'footway'],
  4.5,
]

/** Ground metres under a pixel of zoom 0 at 33° north, the middle of China's people. */
const METRES_PER_PX_AT_0 = 65_640
const WATERS = ['water', 'river', 'lake', 'pond', 'canal', 'stream']

export function sheet(palette: Palette, hasBasemap: boolean): LayerSpecification[] {
  return [
    { id: 'sheet', type: 'background', paint: { 'background-color': palette.ground } },
    ...(hasBasemap ? [basemap] : []),
  ]
}

const basemap: LayerSpecification = { id: 'basemap', type: 'raster', source: 'basemap' }

/** Water, parks, fields and squares: each kind its colour, the rest that of parks. */
export function areas(palette: Palette): LayerSpecification[] {
  const colour: ExpressionSpecification = [
    'match',
    ['get', 'kind'],
    WATERS,
    palette.water,
    'field',
    palette.field,
    'square',
    palette.square,
    palette.park,
  ]
  return [
    { ...ofAreas('area'), type: 'fill', paint: { 'fill-color': colour, 'fill-antialias': false } },
    { ...ofAreas('area-edge'), type: 'line', paint: { 'line-color': colour, 'line-width': 1 } },
  ]
}

function ofAreas(id: string) {
  return { id, source: 'area', 'source-layer': 'area' }
}

/** Roads as wide as they are on the ground, in two strokes; the wider class lies over the narrower. */
export function ways(palette: Palette): LayerSpecification[] {
  const road: ExpressionSpecification = ['==', ['get', 'kind'], 'road']
  const railway: ExpressionSpecification = ['==', ['get', 'kind'], 'railway']
  return [
    barrier('river', ['==', ['get', 'kind'], 'river'], palette.water, wide(12, 1.5)),
    street('road-edge', road, byClass(palette.mainRoadEdge, palette.roadEdge), 1.6),
    street('road', road, byClass(palette.mainRoad, palette.road), 0),
    barrier('railway', railway, palette.railway, wide(4, 1)),
    dashed(barrier('railway-gap', railway, palette.railwayGap, wide(2.6, 0.5)), [4, 4]),
    dashed(barrier('wall', ['==', ['get', 'kind'], 'wall'], palette.wall, wide(0.5, 0.6)), [3, 1]),
  ]
}

const isMain: ExpressionSpecification = ['in', ['coalesce', ['get', 'road_class'], ''], ['literal', MAIN_ROADS]]

function byClass(main: string, other: string): ExpressionSpecification {
  return ['case', isMain, main, other]
}

function street(id: string, filter: ExpressionSpecification, colour: ExpressionSpecification, edgePx: number): LineLayer {
  const metres: ExpressionSpecification = ['match', ['coalesce', ['get', 'road_class'], ''], ...CARRIAGEWAYS_M, 7]
  const order: ExpressionSpecification = ['case', isMain, 1, 0]
  const layer = barrier(id, filter, colour, wide(metres, 0.8, edgePx))
  return { ...layer, layout: { ...layer.layout, 'line-sort-key': order } }
}

type LineLayer = Extract<LayerSpecification, { type: 'line' }>

function barrier(
  id: string,
  filter: ExpressionSpecification,
  colour: string | ExpressionSpecification,
  width: Width,
): LineLayer {
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

/** So many metres on the ground in pixels, never thinner than `leastPx`; in the latitudes of China, to a tenth. */
function wide(metres: number | ExpressionSpecification, leastPx: number, edgePx = 0): ExpressionSpecification {
  const px = (zoom: number): ExpressionSpecification => [
    '+',
    ['max', leastPx, ['/', metres, METRES_PER_PX_AT_0 / 2 ** zoom]],
    edgePx,
  ]
  return ['interpolate', ['exponential', 2], ['zoom'], 10, px(10), 13, px(13), 20, px(20)]
}
