/** The whole look of the map as one value: the same look always gives the same style, and MapLibre applies the difference. */

import type { LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl'
import type { TileLayer } from '../api/service'
import { areas, sheet, ways } from './ground'
import { names } from './names'
import { borders, buildings, compounds, grounds } from './outlines'
import { DAY, NIGHT, PAPER, type Palette } from './palette'
import type { Tongue } from './words'

export type Theme = 'day' | 'night' | 'paper'

export interface Look {
  readonly theme: Theme
  readonly tongue: Tongue
  readonly scale: number
  readonly tilted: boolean
  readonly layers: readonly TileLayer[]
  readonly basemap: SourceSpecification | null
}

export const PALETTES: Readonly<Record<Theme, Palette>> = { day: DAY, night: NIGHT, paper: PAPER }

export function style(look: Look): StyleSpecification {
  const { tongue, scale, tilted, basemap } = look
  const palette = PALETTES[look.theme]
  const wanted = [
    ...sheet(palette, basemap !== null),
    ...grounds(palette, basemap !== null),
    ...areas(palette),
    ...compounds(palette),
    ...ways(palette),
    ...buildings(palette, tilted),
    ...borders(palette),
    ...names({ palette, tongue, scale }),
  ]
  const sources = sourcesOf(look)
  return {
    version: 8,
    sources,
    layers: wanted.filter((layer) => isServed(layer, sources)),
    light: { anchor: 'viewport', color: '#ffffff', intensity: 0.35 },
    transition: { duration: 0, delay: 0 },
  }
}

function sourcesOf({ layers, basemap }: Look): Record<string, SourceSpecification> {
  const vector = layers.map(({ layer, minzoom, maxzoom, url }): [string, SourceSpecification] => [
    layer,
    { type: 'vector', tiles: [url], minzoom, maxzoom, promoteId: 'id' },
  ])
  return { ...Object.fromEntries(vector), ...(basemap ? { basemap } : {}) }
}

/** A service without some layer, an older or a smaller one, still gives a map of the rest. */
function isServed(layer: LayerSpecification, sources: Record<string, SourceSpecification>): boolean {
  return !('source' in layer) || (typeof layer.source === 'string' && layer.source in sources)
}
