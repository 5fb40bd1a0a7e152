/**
 * Lays out, beside the pages, what a map without a network is made of: Leaflet and the plugins that folium calls, each a
 * file with its pictures inside (`dist/sheets`). The service puts their text into the maps that it writes.
 */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, resolve } from 'node:path'
import type { Plugin } from 'vite'

const at = createRequire(import.meta.url)
const PARTS: Readonly<Record<string, readonly string[]>> = {
  'leaflet.js': ['leaflet/dist/leaflet.js'],
  'leaflet.css': ['leaflet/dist/leaflet.css'],
  'markercluster.js': ['leaflet.markercluster/dist/leaflet.markercluster.js'],
  'markercluster.css': ['leaflet.markercluster/dist/MarkerCluster.css', 'leaflet.markercluster/dist/MarkerCluster.Default.css'],
  'search.js': ['leaflet-search/dist/leaflet-search.min.js'],
  'search.css': ['leaflet-search/dist/leaflet-search.src.css'],
  'iso8601.js': ['iso8601-js-period/iso8601.js'],
  'timedimension.js': ['leaflet-timedimension/dist/leaflet.timedimension.min.js'],
  'timedimension.css': ['leaflet-timedimension/dist/leaflet.timedimension.control.css'],
  'heatmap.js': ['heatmap.js/build/heatmap.min.js'],
  'leaflet-heatmap.js': ['leaflet-heatmap/leaflet-heatmap.js'],
}
const PINS = { iconUrl: 'marker-icon.png', iconRetinaUrl: 'marker-icon-2x.png', shadowUrl: 'marker-shadow.png' }

export function sheets(): Plugin {
  return {
    name: 'minqing-sheets',
    apply: 'build',
    generateBundle() {
      for (const [fileName, parts] of Object.entries(PARTS)) {
        const text = parts.map((part) => (extname(part) === '.css' ? styleOf(part) : readFileSync(fileOf(part), 'utf8'))).join('\n')
        const source = fileName === 'leaflet.js' ? text + pins() : text
        this.emitFile({ type: 'asset', fileName: `sheets/${fileName}`, source: source.replace(/\/[/*]# sourceMappingURL=\S*/g, '') })
      }
    },
  }
}

/** A file of a package that may not list it among its exports. */
function fileOf(part: string): string {
  for (const folder of at.resolve.paths(part) ?? []) {
    const file = resolve(folder, part)
    try {
      readFileSync(file)
      return file
    } catch {
      continue
    }
  }
  throw new Error(`${part} is in none of the packages.`)
}

/** A style sheet with its pictures inside; fonts and pictures from elsewhere, and those a package forgot, are left out. */
function styleOf(part: string): string {
  const file = fileOf(part)
  return readFileSync(file, 'utf8')
    .replace(/@font-face\s*\{[^}]*\}/g, '')
    .replace(/url\(\s*['"]?([^'")]+)['"]?\s*\)/g, (whole, address: string) =>
      address.startsWith('#') || address.startsWith('data:') ? whole : `url(${dataUri(resolve(dirname(file), address))})`,
    )
}

function dataUri(file: string): string {
  try {
    const kind = extname(file) === '.svg' ? 'svg+xml' : extname(file).slice(1)
    return `data:image/${kind};base64,${readFileSync(file).toString('base64')}`
  } catch {
    return 'data:,'
  }
}

/** Leaflet looks its pins up beside its style sheet; here they come along. */
function pins(): string {
  const images = dirname(fileOf('leaflet/dist/images/layers.png'))
  const told = Object.fromEntries(Object.entries(PINS).map(([name, file]) => [name, dataUri(resolve(images, file))]))
  return `\ndelete L.Icon.Default.prototype._getIconUrl;\nL.Icon.Default.mergeOptions(${JSON.stringify({ ...told, imagePath: '' })});\n`
}
