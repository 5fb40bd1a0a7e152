/**
 * The names on the map, written with the system's own Chinese type: without `glyphs` in the style MapLibre asks no
 * glyph server and takes `text-font` as a list of families.
 *
 * What stands later in the list is placed first, so the outermost level wins where two names collide.
 */

import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from 'maplibre-gl'
import { ZOOMS, type DrawnLevel } from '../core/levels'
import type { Palette } from './palette'
import { buildingFigure, captioned, householdsOf, named, type Tongue } from './words'

type SymbolLayer = Extract<LayerSpecification, { type: 'symbol' }>

export const TYPEFACES = [
  'system-ui',
  'PingFang SC',
  'Microsoft YaHei',
  'Noto Sans CJK SC',
  'Source Han Sans SC',
  'sans-serif',
]

/** Few and long: on a phone two neighbours' names would shut each other out, and give way up or down. */
const MANY_WORDS: readonly DrawnLevel[] = ['community', 'subdistrict']

interface Hand {
  readonly palette: Palette
  readonly tongue: Tongue
  /** How much larger than on a desk of 1440 px: phones 1, a wall of 4K up to 1.5. */
  readonly scale: number
}

export function names(hand: Hand): LayerSpecification[] {
  const { palette, tongue } = hand
  const bare = named(tongue)
  return [
    roadNames(hand),
    areaNames(hand),
    ofLevel('unit', bare, palette.buildingText, 11, hand),
    ofLevel('building', buildingCaption(tongue), palette.buildingText, 12, hand),
    ofLevel('compound', captioned(tongue, householdsOf(tongue)), palette.compoundText, 12.5, hand),
    ofLevel('community', captioned(tongue, householdsOf(tongue)), palette.communityText, 15, hand),
    ofLevel('subdistrict', captioned(tongue, householdsOf(tongue)), palette.communityText, 17, hand),
  ]
}

/** From close by a building tells its floors, units and households; from afar its name is enough. */
function buildingCaption(tongue: Tongue): ExpressionSpecification {
  return ['step', ['zoom'], ['format', named(tongue), {}], 17.2, captioned(tongue, buildingFigure(tongue))]
}

function ofLevel(
  level: DrawnLevel,
  text: ExpressionSpecification,
  colour: string,
  size: number,
  { palette, scale }: Hand,
): SymbolLayer {
  return {
    id: `${level}-name`,
    type: 'symbol',
    source: level,
    'source-layer': `${level}_label`,
    minzoom: ZOOMS[level].named,
    maxzoom: ZOOMS[level].hushed,
    layout: {
      'text-field': text,
      'text-font': TYPEFACES,
      'text-size': size * scale,
      'text-max-width': 9,
      'text-line-height': 1.25,
      'text-padding': 3,
      ...(MANY_WORDS.includes(level) ? { 'text-variable-anchor': ['center', 'top', 'bottom'] } : {}),
      'symbol-sort-key': ['-', 0, ['to-number', ['get', 'households'], 0]],
    },
    paint: {
      'text-color': colour,
      'text-halo-color': palette.halo,
      'text-halo-width': 1.4 * scale,
    },
  }
}

function roadNames({ palette, tongue, scale }: Hand): SymbolLayer {
  return {
    id: 'barrier-name',
    type: 'symbol',
    source: 'barrier',
    'source-layer': 'barrier',
    minzoom: 13,
    filter: ['in', ['get', 'kind'], ['literal', ['road', 'railway', 'river']]] as FilterSpecification,
    layout: {
      'symbol-placement': 'line',
      'symbol-spacing': 340,
      'text-field': named(tongue),
      'text-font': TYPEFACES,
      'text-size': 11 * scale,
      'text-letter-spacing': 0.08,
      'text-max-angle': 30,
    },
    paint: {
      'text-color': ['match', ['get', 'kind'], 'river', palette.waterText, palette.roadText],
      'text-halo-color': palette.halo,
      'text-halo-width': 1.2 * scale,
    },
  }
}

function areaNames({ palette, tongue, scale }: Hand): SymbolLayer {
  const water: ExpressionSpecification = ['in', ['get', 'kind'], ['literal', ['water', 'river', 'lake', 'pond']]]
  return {
    id: 'area-name',
    type: 'symbol',
    source: 'area',
    'source-layer': 'area_label',
    minzoom: 14,
    layout: {
      'text-field': named(tongue),
      'text-font': TYPEFACES,
      'text-size': 11.5 * scale,
      'text-max-width': 8,
    },
    paint: {
      'text-color': ['case', water, palette.waterText, palette.parkText],
      'text-halo-color': palette.halo,
      'text-halo-width': 1.2 * scale,
    },
  }
}
