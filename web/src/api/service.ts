/** The service as the page asks it: every answer is a value or the reason for its absence. */

import type { Readable } from 'openapi-typescript-helpers'
import type { PlaceKey } from '../core/place'
import { bad, good, type Result } from '../core/result'
import type { Line } from './line'
import type { components } from './schema'

export type Schemas = components['schemas']
export type City = Readable<Schemas['CityRead']>
export type Place = Readable<Schemas['PlaceRead']>
export type Counts = Readable<Schemas['Counts']>
export type Found = Readable<Schemas['FoundRead']>
export type SearchAnswer = Readable<Schemas['SearchRead']>
/** A layer of the tile service; `url` is absolute, for the map's worker has no page to be relative to. */
export type TileLayer = Readable<Schemas['LayerRead']>

export type BasemapSettings = Readable<Schemas['BasemapRead']>

/** Why there is no answer: the service is away, or it refused and says why in the reader's language. */
export type Trouble =
  | { readonly kind: 'away' }
  | {
      readonly kind: 'refused'
      readonly status: number
      readonly detail: string
      /** The problem's type (RFC 9457), where one refusal has to be told from another; else empty. */
      readonly type: string
      /** How long the service asks to wait, in seconds; 0 where it does not. */
      readonly waitS: number
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

export function openService(line: Line): Service {
  return {
    city: () => answer(() => line.GET('/api/places')),
    place: ({ level, id }) =>
      answer(() => line.GET('/api/places/{level}/{place_id}', { params: { path: { level, place_id: id } } })),
    search: (q, signal) => answer(() => line.GET('/api/search', { params: { query: { q } }, signal })),
    tileLayers: () => answer(async () => absolute(await line.GET('/api/tiles'))),
    basemap: () => answer(async () => basemapOf(await line.GET('/api/settings/map'))),
    isReady: async () => (await answer(() => line.GET('/api/ready'))).ok,
  }
}

interface Reply<Value> {
  readonly data?: Value
  readonly error?: unknown
  readonly response: Response
}

export async function answer<Value>(ask: () => Promise<Reply<Value>>): Answer<Value> {
  try {
    const { data, error, response } = await ask()
    if (response.ok && data !== undefined) return good(data)
    return bad(troubleOf(response, error))
  } catch {
    return bad({ kind: 'away' })
  }
}

/** The same for what is answered by being done (204). */
export async function done(ask: () => Promise<Reply<unknown>>): Answer<true> {
  return answer(async () => {
    const { error, response } = await ask()
    return response.ok ? { data: true as const, response } : { error, response }
  })
}

function troubleOf(response: Response, problem: unknown): Trouble {
  // A gateway in front of a dead service answers for it.
  if ([502, 503, 504].includes(response.status)) return { kind: 'away' }
  const waitS = Number(response.headers.get('Retry-After') ?? 0) || 0
  return { kind: 'refused', status: response.status, detail: said(problem, 'detail'), type: said(problem, 'type'), waitS }
}

/** One field of an application/problem+json answer (RFC 9457). */
function said(problem: unknown, field: 'detail' | 'type'): string {
  const words = typeof problem === 'object' && problem !== null ? (problem as Record<string, unknown>)[field] : ''
  return typeof words === 'string' ? words : ''
}

function absolute({ data, ...reply }: Reply<TileLayer[]>): Reply<TileLayer[]> {
  const layers = data?.map((layer) => ({ ...layer, url: layer.url.replace(/^\//, `${location.origin}/`) }))
  return layers ? { ...reply, data: layers } : reply
}

function basemapOf({ data, ...reply }: Reply<{ basemap: BasemapSettings | null }>): Reply<BasemapSettings | null> {
  return data ? { ...reply, data: data.basemap } : reply
}
