/** The service as the page asks it: every answer is a value or the reason for its absence. */

import createClient from 'openapi-fetch'
import type { Readable } from 'openapi-typescript-helpers'
import type { PlaceKey } from '../core/place'
import { bad, good, type Result } from '../core/result'
import type { Language } from '../text'
import type { components, paths } from './schema'

type Schemas = components['schemas']
export type City = Readable<Schemas['CityRead']>
export type Place = Readable<Schemas['PlaceRead']>
export type Counts = Readable<Schemas['Counts']>
export type Found = Readable<Schemas['FoundRead']>
export type SearchAnswer = Readable<Schemas['SearchRead']>
/** A layer of the tile service; `url` is absolute, for the map's worker has no page to be relative to. */
export type TileLayer = Readable<Schemas['LayerRead']>

/** Why there is no answer: the service is away, or it refused and says why in the reader's language. */
export type Trouble =
  | { readonly kind: 'away' }
  | { readonly kind: 'refused'; readonly status: number; readonly detail: string }

export interface BasemapSettings {
  readonly kind: 'xyz' | 'wmts' | 'pmtiles'
  readonly url: string
  readonly datum: 'wgs84' | 'cgcs2000' | 'gcj02' | 'bd09'
  readonly attribution: string
  readonly tile_size: number
  readonly maxzoom: number
  readonly key?: string | null
}

export type Answer<Value> = Promise<Result<Value, Trouble>>

export interface Service {
  city(): Answer<City>
  place(key: PlaceKey): Answer<Place>
  search(query: string, signal: AbortSignal): Answer<SearchAnswer>
  tileLayers(): Answer<readonly TileLayer[]>
  basemap(): Answer<BasemapSettings | null>
  /** Whether the service and its store answer again. */
  isReady(): Promise<boolean>
}

const PATIENCE_MS = 15_000

/** `language` is asked at each call, so that a switch of language also switches the service's sentences. */
export function openService(language: () => Language): Service {
  const client = createClient<paths>({ baseUrl: location.origin })
  const asked = (signal?: AbortSignal) => ({
    headers: { 'Accept-Language': language() },
    signal: signal ? AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) : AbortSignal.timeout(PATIENCE_MS),
  })
  return {
    city: () => answer(() => client.GET('/api/places', asked())),
    place: ({ level, id }) =>
      answer(() =>
        client.GET('/api/places/{level}/{place_id}', { params: { path: { level, place_id: id } }, ...asked() }),
      ),
    search: (q, signal) => answer(() => client.GET('/api/search', { params: { query: { q } }, ...asked(signal) })),
    tileLayers: () => answer(async () => absolute(await client.GET('/api/tiles', asked()))),
    basemap: async () => answer(async () => plain<BasemapSettings>(await fetch('/api/settings/map', asked()))),
    isReady: async () => (await answer(() => client.GET('/api/ready', asked()))).ok,
  }
}

interface Reply<Value> {
  readonly data?: Value
  readonly error?: unknown
  readonly response: Response
}

async function answer<Value>(ask: () => Promise<Reply<Value>>): Answer<Value> {
  try {
    const { data, error, response } = await ask()
    if (response.ok && data !== undefined) return good(data)
    // A gateway in front of a dead service answers for it.
    if ([502, 503, 504].includes(response.status)) return bad({ kind: 'away' })
    return bad({ kind: 'refused', status: response.status, detail: detailOf(error) })
  } catch {
    return bad({ kind: 'away' })
  }
}

/** The sentence of an application/problem+json answer (RFC 9457). */
function detailOf(problem: unknown): string {
  const detail = typeof problem === 'object' && problem !== null && 'detail' in problem ? problem.detail : ''
  return typeof detail === 'string' ? detail : ''
}

function absolute({ data, ...reply }: Reply<TileLayer[]>): Reply<TileLayer[]> {
  const layers = data?.map((layer) => ({ ...layer, url: layer.url.replace(/^\//, `${location.origin}/`) }))
  return layers ? { ...reply, data: layers } : reply
}

async function plain<Value>(response: Response): Promise<Reply<Value>> {
  return response.ok ? { data: (await response.json()) as Value, response } : { response }
}
