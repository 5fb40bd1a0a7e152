/** The places themselves: borders of subdistricts and communities, grounds of compounds, buildings flat or standing. */

import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { ZOOMS, type DrawnLevel } from '../core/levels'
import { byZoom } from './ground'
import type { Palette } from './palette'

/** A storey of a Chinese dwelling (GB 50096: 2.8 m clear, with its slab). */
const STOREY_M = 3

export function compounds(palette: Palette): LayerSpecification[] {
  return [
    {
      ...place('compound', 'compound-ground'),
      type: 'fill',
      paint: { 'fill-color': palette.compound, 'fill-opacity': 0.75 },
    },
    {
      ...place('compound', 'compound-border'),
      type: 'line',
      layout: { 'line-join': 'round' },
      paint: { 'line-color': palette.compoundBorder, 'line-width': byZoom(13, 0.5, 18, 2) },
    },
  ]
}

/** Buildings lie flat on a flat map and stand up, a storey three metres, on a tilted one. */
export function buildings(palette: Palette, tilted: boolean): LayerSpecification[] {
  return tilted ? [standing(palette)] : [...lying(palette), units(palette)]
}

function lying(palette: Palette): LayerSpecification[] {
  return [
    { ...place('building', 'building-flat'), type: 'fill', paint: { 'fill-color': useColour(palette) } },
    {
      ...place('building', 'building-border'),
      type: 'line',
      paint: { 'line-color': palette.buildingBorder, 'line-width': byZoom(15, 0.4, 19, 1.4) },
    },
  ]
}

function standing(palette: Palette): LayerSpecification {
  const floors: ExpressionSpecification = ['max', 1, ['to-number', ['get', 'floors'], 1]]
  const colour: ExpressionSpecification = [
    'case',
    state('picked'),
    palette.pickedFill,
    state('hovered'),
    palette.hovered,
    useColour(palette),
  ]
  return {
    ...place('building', 'building-standing'),
    type: 'fill-extrusion',
    paint: {
      'fill-extrusion-color': colour,
      'fill-extrusion-height': ['*', floors, STOREY_M],
      'fill-extrusion-vertical-gradient': true,
      'fill-extrusion-opacity': 0.94,
    },
  }
}

function units(palette: Palette): LayerSpecification {
  return {
    ...place('unit', 'unit-border'),
    type: 'line',
    paint: { 'line-color': palette.buildingBorder, 'line-width': 0.8, 'line-dasharray': [3, 2] },
  }
}

export function borders(palette: Palette): LayerSpecification[] {
  return [
    {
      ...place('community', 'community-border'),
      type: 'line',
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': palette.communityBorder,
        'line-width': byZoom(10, 0.8, 17, 2.6),
        'line-dasharray': [5, 2, 1, 2],
      },
    },
    {
      ...place('subdistrict', 'subdistrict-border'),
      type: 'line',
      layout: { 'line-join': 'round' },
      paint: { 'line-color': palette.subdistrictBorder, 'line-width': byZoom(8, 1.2, 17, 4), 'line-opacity': 0.85 },
    },
  ]
}

/** The place under the pointer and the picked one: seen on every level, drawn above everything but the names. */
export function emphasis(palette: Palette, level: DrawnLevel, tilted: boolean): LayerSpecification[] {
  const stands = tilted && (level === 'building' || level === 'unit')
  const line: ExpressionSpecification = ['case', state('picked'), palette.picked, palette.hovered]
  const shown = (on: number): ExpressionSpecification => ['case', ['any', state('picked'), state('hovered')], on, 0]
  const wash: ExpressionSpecification = ['case', state('picked'), 0.16, state('hovered'), 0.1, 0]
  const halo: LayerSpecification = {
    ...place(level, `${level}-emphasis-halo`, 0),
    type: 'line',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': palette.halo, 'line-width': 6, 'line-opacity': shown(0.8) },
  }
  const outline: LayerSpecification = {
    ...place(level, `${level}-emphasis`, 0),
    type: 'line',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': line, 'line-width': 3, 'line-opacity': shown(1) },
  }
  const fill: LayerSpecification = {
    ...place(level, `${level}-wash`, 0),
    type: 'fill',
    paint: { 'fill-color': line, 'fill-opacity': stands ? 0 : wash },
  }
  return [fill, halo, outline]
}

export function useColour(palette: Palette): ExpressionSpecification {
  return [
    'match',
    ['coalesce', ['get', 'use'], 'residential'],
    'residential',
    palette.residential,
    'mixed',
    palette.mixed,
    'commercial',
    palette.commercial,
    'public',
    palette.public,
    palette.other,
  ]
}

function state(flag: 'picked' | 'hovered'): ExpressionSpecification {
  return ['boolean', ['feature-state', flag], false]
}

function place(level: DrawnLevel, id: string, minzoom: number = ZOOMS[level].drawn) {
  return { id, source: level, 'source-layer': level, minzoom }
}
