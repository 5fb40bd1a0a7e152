/**
 * The places themselves: grounds of compounds, buildings flat or standing, borders.
 *
 * What is picked or under the pointer changes the paint of these very layers through feature states: layers of their
 * own, drawn unseen for every place, doubled the time of a frame on machines without a graphics card.
 */

import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from 'maplibre-gl'
import { ZOOMS, type DrawnLevel } from '../core/levels'
import type { Palette } from './palette'

/** A storey of a Chinese dwelling (GB 50096: 2.8 m clear, with its slab). */
const STOREY_M = 3

export function grounds(palette: Palette, hasBasemap: boolean): LayerSpecification[] {
  return [
    fill('subdistrict', 'subdistrict-ground', emphasised(palette, palette.ground), 0, ZOOMS.community.picked),
    fill('community', 'community-ground', emphasised(palette, tint(palette)), hasBasemap ? 0.25 : 1),
  ]
}

/** Communities numbered side by side get different tints: the code's last three digits count them. */
function tint(palette: Palette): ExpressionSpecification {
  const number: ExpressionSpecification = ['to-number', ['slice', ['concat', '000', ['get', 'code']], -3], 0]
  return ['to-color', ['at', ['%', number, palette.tints.length], ['literal', [...palette.tints]]]]
}

export function compounds(palette: Palette): LayerSpecification[] {
  return [fill('compound', 'compound-ground', emphasised(palette, palette.compound), 0.8)]
}

/** Buildings lie flat on a flat map and stand up, a storey three metres, on a tilted one. */
export function buildings(palette: Palette, tilted: boolean): LayerSpecification[] {
  return tilted ? [standing(palette), dots(palette)] : [...lying(palette), dots(palette), ...units(palette)]
}

function lying(palette: Palette): LayerSpecification[] {
  return [
    fill('building', 'building-flat', emphasised(palette, useColour(palette)), 1),
    border('building', palette, palette.buildingBorder, [15, 0.4, 19, 1.4]),
  ]
}

function standing(palette: Palette): LayerSpecification {
  const floors: ExpressionSpecification = ['max', 1, ['to-number', ['get', 'floors'], 1]]
  return {
    ...place('building', 'building-standing'),
    type: 'fill-extrusion',
    paint: {
      'fill-extrusion-color': emphasised(palette, useColour(palette)),
      'fill-extrusion-height': ['*', floors, STOREY_M],
      'fill-extrusion-vertical-gradient': true,
      'fill-extrusion-opacity': 0.94,
    },
  }
}

/** A house known only as a point in the register. */
function dots(palette: Palette): LayerSpecification {
  return {
    ...place('building', 'building-dot'),
    type: 'circle',
    filter: ['==', ['geometry-type'], 'Point'] as FilterSpecification,
    paint: {
      'circle-color': emphasised(palette, useColour(palette)),
      'circle-radius': ['interpolate', ['linear'], ['zoom'], 14, 1.5, 18, 6],
      'circle-stroke-color': palette.buildingBorder,
      'circle-stroke-width': 1,
    },
  }
}

function units(palette: Palette): LayerSpecification[] {
  return [
    fill('unit', 'unit-ground', emphasised(palette, palette.residential), ['case', state('picked'), 1, state('hovered'), 1, 0]),
    border('unit', palette, palette.buildingBorder, [17, 0.5, 19, 1]),
  ]
}

export function borders(palette: Palette): LayerSpecification[] {
  return [
    border('compound', palette, palette.compoundBorder, [13, 0.5, 18, 2]),
    border('community', palette, palette.communityBorder, [10, 0.8, 17, 2.6], [5, 2, 1, 2]),
    border('subdistrict', palette, palette.subdistrictBorder, [8, 1.2, 17, 4]),
    communityMark(palette),
  ]
}

/** A dashed border cannot turn solid by a feature state, and neighbours share it: the picked one gets a line above both. */
function communityMark(palette: Palette): LayerSpecification {
  return {
    ...place('community', 'community-mark'),
    type: 'line',
    layout: { 'line-join': 'round' },
    paint: {
      'line-color': ['case', state('picked'), palette.picked, palette.hovered],
      'line-width': ['case', state('picked'), 4, 3],
      'line-opacity': ['case', ['any', state('picked'), state('hovered')], 1, 0],
    },
  }
}

function fill(
  level: DrawnLevel,
  id: string,
  colour: ExpressionSpecification,
  opacity: number | ExpressionSpecification,
  maxzoom = 24,
): LayerSpecification {
  // Every ground has a border of its own, so that the slower smoothing of its edge can be spared.
  const paint = { 'fill-color': colour, 'fill-opacity': opacity, 'fill-antialias': false }
  return { ...place(level, id), maxzoom, type: 'fill', paint }
}

type Ramp = readonly [lowZoom: number, from: number, highZoom: number, to: number]

function border(level: DrawnLevel, palette: Palette, colour: string, ramp: Ramp, dashes?: number[]): LayerSpecification {
  const [low, from, high, to] = ramp
  const wide = (width: number): ExpressionSpecification | number =>
    dashes ? width : ['case', state('picked'), 4, state('hovered'), 3, width]
  const marked: ExpressionSpecification = ['case', state('picked'), palette.picked, state('hovered'), palette.hovered, colour]
  return {
    ...place(level, `${level}-border`),
    type: 'line',
    layout: { 'line-join': 'round' },
    paint: {
      'line-color': dashes ? colour : marked,
      'line-width': ['interpolate', ['exponential', 1.6], ['zoom'], low, wide(from), high, wide(to)],
      ...(dashes ? { 'line-dasharray': dashes } : {}),
    },
  }
}

export function useColour(palette: Palette): ExpressionSpecification {
  const kinds = ['residential', palette.residential, 'mixed', palette.mixed] as const
  const others = ['commercial', palette.commercial, 'public', palette.public] as const
  return ['match', ['coalesce', ['get', 'use'], 'residential'], ...kinds, ...others, palette.other]
}

function emphasised(palette: Palette, colour: string | ExpressionSpecification): ExpressionSpecification {
  return ['case', state('picked'), palette.pickedFill, state('hovered'), palette.hoveredFill, colour]
}

function state(flag: 'picked' | 'hovered'): ExpressionSpecification {
  return ['boolean', ['feature-state', flag], false]
}

function place(level: DrawnLevel, id: string) {
  return { id, source: level, 'source-layer': level, minzoom: ZOOMS[level].drawn }
}
