/** The style is a value: right by the specification's own judge, free of servers, the same for the same look. */

import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { describe, expect, test } from 'vitest'
import { style, type Look } from '../src/map/style'
import { TEXTS, type Language } from '../src/text'

const LAYERS = ['subdistrict', 'community', 'compound', 'building', 'unit', 'barrier', 'area']

function look(changes: Partial<Look> & { language?: Language } = {}): Look {
  const { language = 'zh-CN', ...rest } = changes
  return {
    theme: 'day',
    tongue: { language, texts: TEXTS[language] },
    scale: 1,
    tilted: false,
    layers: LAYERS.map((layer) => ({ layer, name: layer, tilejson: '', minzoom: 0, maxzoom: 16, url: `/api/tiles/${layer}/{z}/{x}/{y}.mvt` })),
    basemap: null,
    ...rest,
  }
}

const LOOKS: [string, Look][] = [
  ['by day', look()],
  ['by night, in English', look({ theme: 'night', language: 'en' })],
  ['tilted', look({ tilted: true })],
  ['on paper', look({ theme: 'paper' })],
  ['over a base map', look({ basemap: { type: 'raster', tiles: ['basemap://{z}/{x}/{y}'], tileSize: 256 } })],
]

describe('the style', () => {
  test.each(LOOKS)('%s is valid', (_name, worn) => {
    expect(validateStyleMin(style(worn)).map(({ message }) => message)).toEqual([])
  })

  test.each(LOOKS)('%s asks no glyph and no sprite server', (_name, worn) => {
    expect(style(worn)).not.toHaveProperty('glyphs')
    expect(style(worn)).not.toHaveProperty('sprite')
  })

  test('is the same for the same look', () => {
    expect(style(look())).toEqual(style(look()))
  })

  test('leaves out what the service does not serve', () => {
    const poor = style(look({ layers: look().layers.filter(({ layer }) => layer !== 'area') }))
    expect(poor.layers.filter((layer) => 'source' in layer && layer.source === 'area')).toEqual([])
    expect(validateStyleMin(poor)).toEqual([])
  })

  test('lets buildings stand only when tilted', () => {
    const kinds = (tilted: boolean) => style(look({ tilted })).layers.map(({ type }) => type)
    expect(kinds(true)).toContain('fill-extrusion')
    expect(kinds(false)).not.toContain('fill-extrusion')
  })

  test('writes names above everything else', () => {
    const types = style(look()).layers.map(({ type }) => type)
    expect(types.lastIndexOf('line')).toBeLessThan(types.indexOf('symbol'))
  })
})
