/**
 * The map of one's own area, there before the signal goes: its tiles are asked for once a day, so that the service worker
 * has them although nobody has looked there yet.
 */

import { answer } from '../api/service'
import { boxAround, type Box, type Position } from '../core/place'
import type { Page } from '../frame/page'
import { kept } from './kept'
import { whenKept } from './shell'

export interface Tiled {
  readonly url: string
  readonly minzoom: number
  readonly maxzoom: number
}

const LEAST_ZOOM = 13
const MARGIN_DEGREES = 0.002
/** Coarse before fine: of an area too large for this, the overview is kept and the rest as it is looked at. */
const MOST = 400
/** What somebody does first on the page goes before. */
const SETTLE_MS = 5_000

/** The box around places, with some two hundred metres on each side; null where there is none. */
export function areaOf(places: readonly Position[]): Box | null {
  return boxAround(places, MARGIN_DEGREES)
}

/** The addresses of the tiles that cover a box, from the overview to the finest. */
export function tilesOver([west, south, east, north]: Box, layers: readonly Tiled[], most = MOST): readonly string[] {
  const finest = Math.max(...layers.map(({ maxzoom }) => maxzoom), LEAST_ZOOM)
  const found: string[] = []
  for (let z = LEAST_ZOOM; z <= finest; z++) {
    const here = layers.filter(({ minzoom, maxzoom }) => minzoom <= z && z <= maxzoom)
    const [left, top] = tileAt([west, north], z)
    const [right, bottom] = tileAt([east, south], z)
    if (found.length + (right - left + 1) * (bottom - top + 1) * here.length > most) break
    for (let x = left; x <= right; x++) {
      for (let y = top; y <= bottom; y++) found.push(...here.map(({ url }) => addressOf(url, z, x, y)))
    }
  }
  return found
}

/** The tile of the usual Web Mercator grid that holds a place, as [x, y]. */
export function tileAt([longitude, latitude]: Position, z: number): readonly [number, number] {
  const phi = (latitude * Math.PI) / 180
  const scale = 2 ** z
  return [Math.floor(((longitude + 180) / 360) * scale), Math.floor(((1 - Math.asinh(Math.tan(phi)) / Math.PI) / 2) * scale)]
}

function addressOf(url: string, z: number, x: number, y: number): string {
  return url.replace('{z}', String(z)).replace('{x}', String(x)).replace('{y}', String(y))
}

/** Who walks a place of their own; others see too much to carry it about. */
const WALKERS = new Set(['grid_worker', 'grid_lead'])

/** Keep today's map of the area of whoever carries the phone, and its entrances; one tile after the other, nobody waits for it. */
export async function keepArea(page: Page, today: string): Promise<void> {
  const { member } = page.account
  if (!member.value?.roles.some((role) => WALKERS.has(role))) return
  const done = kept<string>('area')
  const mark = `${member.value.login} ${today}`
  if (done.read() === mark) return
  await whenKept()
  await new Promise((settled) => setTimeout(settled, SETTLE_MS))
  const [reached, layers] = await Promise.all([answer(() => page.line.GET('/api/coverage', { params: { query: {} } })), page.service.tileLayers()])
  const area = reached.ok ? areaOf(reached.value.rows.map(({ lon, lat }) => [lon, lat])) : null
  if (!area || !layers.ok) return
  for (const address of tilesOver(area, layers.value)) {
    const there = await fetch(address).catch(() => null)
    if (!there) return
  }
  done.write(mark)
}
